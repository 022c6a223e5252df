namespace HierCash.Bank;

/// <summary>
/// Withdrawals (EP 0810563, issuance steps 2 and 4): debited, requested, then issued or reversed. Idempotent per (U, E_I); money goes back
/// only on the issuer's signed "never issued" (hole 7).
/// </summary>
internal sealed partial class Withdrawals(
    PartyId bank, Database store, ICashSuite suite, ISigningKey key, Scheme scheme, ILink issuer, Agreement agreement,
    PeerClock issuersClock, TimeProvider clock, ICrashPoints crash)
{
    public async ValueTask<LinkMessage> Handle(LinkMessage request, CancellationToken cancel)
    {
        if (request.As<WithdrawMessage>()?.Order is not { } order)
        {
            return Refuse(RefusalReason.Malformed, "The withdrawal order is malformed.");
        }

        var now = Timestamp.Now(clock);
        if (Check(order) is { } refusal)
        {
            return refusal;
        }

        if (await ClockFault(cancel) is not null)
        {
            return Refuse(RefusalReason.Unavailable, "The bank's clock and the issuer's differ, so the bank orders nothing. Nothing was "
                + "debited. Tell the bank to set the wrong clock right, and try again then.");
        }

        var begun = store.Write(db =>
        {
            var started = Begin(db, order, now);
            crash.Reach(CrashPoints.WithdrawalUncommitted);
            return started;
        });
        if (begun is not null)
        {
            var (because, next) = begun.Value;
            return next switch
            {
                Next.Decline => await Decline(order, because, cancel),
                Next.Withhold => await Withhold(order, because, cancel),
                _ => because.ToMessage(),
            };
        }

        crash.Reach(CrashPoints.WithdrawalDebited);
        var row = await Advance(order.Request, cancel);
        return new WithdrawReply(new(row.EK, row.Never)).ToMessage();
    }

    /// <summary>Takes every withdrawal on that has not ended; what is older than requestTerm is asked to be withheld.</summary>
    public async ValueTask Resume(CancellationToken cancel)
    {
        foreach (var row in store.Read(WithdrawalTable.Unconcluded))
        {
            await Advance(row.Order.Request, cancel);
        }
    }

    /// <summary>
    /// An order that the account cannot pay, one that is forgotten, or one of a card that is closed: nothing was debited, and the issuer's
    /// "never issued" frees the card's slot, so that no later retry withdraws by surprise.
    /// </summary>
    private async ValueTask<LinkMessage> Decline(WithdrawalOrder order, Refusal refusal, CancellationToken cancel)
    {
        var answer = await Ask(order, withhold: true, cancel);
        if (answer?.Never is not { } never)
        {
            return refusal.ToMessage();
        }

        store.Write(db => OrderedTable.MarkDeclined(db, order));
        return new WithdrawReply(new(null, never, refusal.Text)).ToMessage();
    }

    /// <summary>
    /// An order that this bank has never seen, and that is too old: the issuer says that it never issues it, which closes its number; or it
    /// had issued it, and then the account bears it.
    /// </summary>
    private async ValueTask<LinkMessage> Withhold(WithdrawalOrder order, Refusal refusal, CancellationToken cancel)
    {
        var answer = await Ask(order, withhold: true, cancel);
        if (answer is null)
        {
            return Refuse(RefusalReason.Unavailable,
                "The bank does not know this order, and has to hear the issuer first. Nothing was debited. Try again later.");
        }

        var now = Timestamp.Now(clock);
        var uncovered = store.Write(db =>
        {
            if (answer.EK is { } ek)
            {
                var issued = new RecoveredWithdrawal(order.FaceValue, order.Key, order.EI, ek);
                return Recovery.Take(db, order.Request, issued, now) ? Recovery.Assign(db, order, now) : null;
            }

            OrderBook.Bind(db, order, now);
            RefusalCount.Add(db, order.User, scheme.Terms, now);
            return null;
        });
        return uncovered?.ToMessage() ?? new WithdrawReply(answer with { Text = answer.Never is null ? null : refusal.Text }).ToMessage();
    }

    /// <summary>
    /// Why nothing may be signed for the issuer now (rule R26); null where it may, or where the issuer does not answer: then the order
    /// waits anyway.
    /// </summary>
    private async ValueTask<string?> ClockFault(CancellationToken cancel)
    {
        try
        {
            return await issuersClock.Ask(issuer, cancel);
        }
        catch (LinkException)
        {
            return null;
        }
    }

    /// <summary>What everything about an order has in common; null where it is an account's word to this bank.</summary>
    /// <param name="verify">Whether the account's key signed it.</param>
    public LinkMessage? CheckSigner(PartyId addressed, AccountId user, Func<PublicKey, bool> verify)
    {
        if (addressed != bank)
        {
            return Refuse(RefusalReason.OtherBank, "This order is for another bank. Send it there.");
        }

        if (store.Read(db => AccountTable.Find(db, user)) is not { } account)
        {
            return Refuse(RefusalReason.UnknownAccount, "There is no such account at this bank. Open one with this card first.");
        }

        return verify(account.Key) ? null : Refuse(RefusalReason.BadSignature, "The order is not signed by the card of this account.");
    }

    private LinkMessage? Check(WithdrawalOrder order)
    {
        if (CheckSigner(order.Bank, order.User, key => order.Verify(suite, key)) is { } strange)
        {
            return strange;
        }

        if (order.Currency != scheme.Terms.Currency)
        {
            return Refuse(RefusalReason.OtherCurrency, $"This bank's cash is {scheme.Terms.Currency}, not {order.Currency}.");
        }

        return order.FaceValue.IsZero ? Refuse(RefusalReason.AmountZero, "The amount is zero. Withdraw at least one minor unit.") : null;
    }

    private async ValueTask<WithdrawalRow> Advance(WithdrawalId request, CancellationToken cancel)
    {
        var row = store.Write(db =>
        {
            WithdrawalTable.MarkRequested(db, request);
            return WithdrawalTable.Find(db, request)!;
        });
        if (row.State is WithdrawalState.Issued or WithdrawalState.Reversed)
        {
            return row;
        }

        crash.Reach(CrashPoints.WithdrawalRequested);
        bool withhold = row.Debited.Plus(scheme.Terms.RequestTerm) < Timestamp.Now(clock);
        if (await Ask(row.Order, withhold, cancel) is { } answer)
        {
            crash.Reach(CrashPoints.WithdrawalAnswered);
            Conclude(row.Order, answer);
            crash.Reach(CrashPoints.WithdrawalConcluded);
        }

        return store.Read(db => WithdrawalTable.Find(db, request))!;
    }

    /// <summary>Asks the issuer with a fresh date; null while it cannot be reached or does not answer properly.</summary>
    private async ValueTask<WithdrawalAnswer?> Ask(WithdrawalOrder order, bool withhold, CancellationToken cancel)
    {
        // A bank that was restored, and has not heard so yet, asks for nothing under its signature (R27).
        bool agreed = await agreement.HasAgreed(cancel);
        if (!agreed || await ClockFault(cancel) is not null)
        {
            return null;
        }

        var now = Timestamp.Now(clock);
        var message = SignedMessage.IssueRequest(bank, order.FaceValue, order.Currency, order.Key, order.Request, now);
        var request = new IssueRequest(bank, order.FaceValue, order.Currency, order.Key, order.EI, now, key.Sign(message));
        WithdrawalAnswer? answer;
        bool isNever;
        try
        {
            var asked = withhold ? new WithholdMessage(request).ToMessage() : new IssueMessage(request).ToMessage();
            answer = (await issuer.Call(asked, cancel)).As<IssueReply>()?.Answer;
            isNever = answer?.Never is { } never && await IsNever(never, order, cancel);
        }
        catch (LinkException)
        {
            return null;
        }

        bool believable = answer is { EK: not null } || (answer is not null && isNever);

        // The account gets its money back by nothing but the issuer's word, whatever else comes with it.
        return believable ? answer! with { Never = isNever ? answer.Never : null } : null;
    }

    private async ValueTask<bool> IsNever(NonIssuanceStatement never, WithdrawalOrder order, CancellationToken cancel)
    {
        bool its = never.Issuer == scheme.Issuer && never.Bank == bank && never.Request == order.Request
            && never.FaceValue == order.FaceValue
            && never.Currency == order.Currency;
        return its && await CertificateStore.Signed(
            store, scheme, suite, issuer, () => scheme.IsStatement(k => never.Verify(suite, k)), cancel);
    }

    private void Conclude(WithdrawalOrder order, WithdrawalAnswer answer) => store.Write(db =>
    {
        var now = Timestamp.Now(clock);
        if (WithdrawalTable.Conclude(db, order.Request, answer.EK, answer.Never, now) && answer.Never is not null)
        {
            RefusalCount.Add(db, order.User, scheme.Terms, now);
            Ledger.Move(
                db, now, LedgerTransaction.Reversal(order.Request), LedgerAccount.Float, LedgerAccount.User(order.User), order.FaceValue);
            Replacement.Forward(db, now, order.User);
        }

        return true;
    });
}
