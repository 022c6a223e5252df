namespace HierCash.Bank;

/// <summary>Closes the gap of an order that this bank does not know: a card shows it, or the account renounces it (R27).</summary>
internal sealed class OrderRecovery(
    Database store, ICashSuite suite, Scheme scheme, Agreement agreement, Withdrawals withdrawals, TimeProvider clock)
{
    /// <summary>An order without E_I. Of what the bank awaits, and of what it has, it knows E_I.</summary>
    public async ValueTask<LinkMessage> HandleShown(LinkMessage request, CancellationToken cancel)
    {
        if (request.As<ShowOrderMessage>()?.Order is not { } shown)
        {
            return Refuse(RefusalReason.Malformed, "The order is malformed.");
        }

        if (store.Read(db => RecoveredTable.Find(db, shown.Request)?.EI ?? WithdrawalTable.Find(db, shown.Request)?.Order.EI) is { } ei)
        {
            var answer = await withdrawals.Handle(new WithdrawMessage(shown.With(ei)).ToMessage(), cancel);
            return Refusal.Read(answer) is null ? new ShowOrderReply(null).ToMessage() : answer;
        }

        return withdrawals.CheckSigner(shown.Bank, shown.User, key => shown.Verify(suite, key))
            ?? await Close(MessageType.ShowOrderReply, shown.User, shown.Number, request.Body, isShown: true, cancel);
    }

    public async ValueTask<LinkMessage> HandleRenounce(LinkMessage request, CancellationToken cancel)
    {
        if (request.As<RenounceMessage>()?.Word is not { } word)
        {
            return Refuse(RefusalReason.Malformed, "The renunciation is malformed.");
        }

        return withdrawals.CheckSigner(word.Bank, word.User, key => word.Verify(suite, key))
            ?? await Close(MessageType.RenounceReply, word.User, word.Number, request.Body, isShown: false, cancel);
    }

    /// <summary>At once where nothing that was issued waits for its order; else after disputeTerm: until then it may turn up.</summary>
    private async ValueTask<LinkMessage> Close(
        MessageType reply, AccountId user, uint number, byte[] word, bool isShown, CancellationToken cancel)
    {
        // A bank that was restored, and has not heard so yet, does not know what waits.
        bool agreed = await agreement.HasAgreed(cancel);
        if (!agreed)
        {
            return Refuse(RefusalReason.Unavailable, "The bank has to hear the issuer first. Nothing was changed. Try again later.");
        }

        return store.Write(db =>
        {
            var now = Timestamp.Now(clock);
            uint known = OrderBook.Advance(db, user, scheme.Terms, now);
            if (number > known && OrderBook.FirstOpen(db, user, known) is var open && number >= open)
            {
                if (number > open)
                {
                    return OrderBook.Missing(open).ToMessage();
                }

                // Each may wait for months, and costs its holder nothing.
                if (RefusalCount.FullUntil(db, user, scheme.Terms, now) is { } until)
                {
                    return Withdrawals.TooMany(until).ToMessage();
                }

                RefusalCount.Add(db, user, scheme.Terms, now);
                RenouncedTable.Add(db, user, number, word, isShown, now);
                known = OrderBook.Advance(db, user, scheme.Terms, now);
            }

            Timestamp? waits = number > known && RenouncedTable.Since(db, user, number) is { } since
                ? since.Plus(scheme.Terms.DisputeTerm)
                : null;
            return reply == MessageType.ShowOrderReply ? new ShowOrderReply(waits).ToMessage() : new RenounceReply(waits).ToMessage();
        });
    }
}
