using HierCash.Bank;
using HierCash.Shop;

namespace HierCash.Tests.Cheating;

/// <summary>
/// Messages as a cheater builds them, with its own key and without the program of its party. The only place here that knows how a message
/// between parties looks.
/// </summary>
internal static class RawMessages
{
    /// <summary>One PAY under a TIME and till of the sender's choice; null if the card refuses.</summary>
    public static CashPayment? Pay(TownCard card, Timestamp time, TillId till, ulong minor, string? pin = null)
    {
        card.Card.Reset();
        var client = new WalletCard(card.Card);
        client.Select();
        if (pin is not null && !client.Verify(pin, PinRole.Payment).IsSuccess)
        {
            return null;
        }

        client.Pay(PayCommand.Fast(time, till, new Amount(minor), Currency.Eur), out var reply);
        return reply is { Coin: { } coin } ? new CashPayment(
            coin, reply.Seq, reply.Balance, time, till, reply.PartPaid ?? new Amount(minor), reply.SU) : null;
    }

    /// <summary>Many payments of one minor unit, one microsecond apart, of a holder who acknowledges her own log.</summary>
    public static List<CashPayment> Dust(TownCard card, Timestamp from, TillId till, int count)
    {
        var payments = new List<CashPayment>();
        card.Card.Reset();
        var client = new WalletCard(card.Card);
        client.Select();
        client.Verify(card.Pin);
        client.Verify(card.PaymentPin, PinRole.Payment);
        for (int i = 0; i < count; i++)
        {
            var time = new Timestamp(from.Microseconds + (ulong)i);
            client.Pay(PayCommand.Fast(time, till, new Amount(1), Currency.Eur), out var reply);
            if (reply is { Coin: { } coin })
            {
                payments.Add(new CashPayment(coin, reply.Seq, reply.Balance, time, till, new Amount(1), reply.SU));
            }

            if (i % 60 == 59)
            {
                Acknowledge(client);
            }
        }

        return payments;
    }

    /// <summary>Tells the card that everything in its log is kept, whether it is or not.</summary>
    public static void AcknowledgeAll(TownCard card, string pin, PinRole role = PinRole.Holder)
    {
        card.Card.Reset();
        var client = new WalletCard(card.Card);
        client.Select();
        client.Verify(pin, role);
        Acknowledge(client);
    }

    /// <summary>A withdrawal by whoever has the card and one of its PINs; false if the card refuses.</summary>
    public static bool Withdraw(SimulatedTown world, TownCard card, string pin, PinRole role, Amount x)
    {
        card.Card.Reset();
        var client = new WalletCard(card.Card);
        client.Select();
        client.Verify(pin, role);
        var now = Timestamp.Now(world.Clock);
        var key = world.Scheme.EncryptionKey(now)!.Id;
        if (!client.Send<BeginWithdrawalCommand, BeginWithdrawalReply>(
            new BeginWithdrawalCommand(WithdrawalMode.NewKey, 0, x, Currency.Eur, key), out var begun).IsSuccess
            || !client.Send<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(begun!.Slot, now), out var signed)
            .IsSuccess)
        {
            return false;
        }

        var user = world.UserBank.Accounts.Single(a => a.Name == card.Owner).User;
        var order = new WithdrawalOrder(user, world.UserBank.Id, x, Currency.Eur, key, begun.EI, signed!.Number, now, signed.Signature);
        var reply = world.UserBank.Handle(
            LinkPeer.Wallet, new WithdrawMessage(order).ToMessage(), default).AsTask().GetAwaiter().GetResult();
        return reply.As<WithdrawReply>()?.Answer.EK is { } ek && client.FinishWithdrawal(begun.Slot, ek).IsSuccess;
    }

    private static void Acknowledge(WalletCard client)
    {
        for (int i = 0; i < HierCash.Card.Wallet.WalletApplet.LogSize; i++)
        {
            client.Send<ReadLogCommand, LogReply>(new ReadLogCommand((byte)i), out var entry);
            client.AcknowledgeLog((byte)i, entry?.Content ?? default);
        }
    }

    /// <summary>The coins of a card, for whoever has its PIN.</summary>
    public static List<Coin> Coins(TownCard card, string pin)
    {
        card.Card.Reset();
        var client = new WalletCard(card.Card);
        client.Select();
        client.Verify(pin);
        return [.. Enumerable.Range(0, HierCash.Card.Wallet.WalletApplet.SlotCount).Select(i => client.GetCoin((byte)i).Cash?.Coin)
            .OfType<Coin>()];
    }

    public static byte[] SignVoid(ISigningKey till, CashPayment h) => till.Sign(SignedMessage.Void(h.Id, h.Till));

    /// <summary>The other signature of the same message, which whoever has one has, too: (r, n - s) for (r, s).</summary>
    public static byte[] Mirrored(byte[] signature)
    {
        var order = System.Numerics.BigInteger.Parse(
            "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", System.Globalization.NumberStyles.HexNumber);
        var bytes = (order - new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true))
            .ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. signature[..32], .. new byte[32 - bytes.Length], .. bytes];
    }

    /// <summary>VOID: the card gets S_W; true if it took it.</summary>
    public static bool Void(TownCard card, CashPayment h, ISigningKey till)
    {
        card.Card.Reset();
        var client = new WalletCard(card.Card);
        client.Select();
        return client.Void(h.Coin.Id, h.Seq, till.PublicKey, SignVoid(till, h)).IsSuccess;
    }

    /// <summary>The payments in a shop's message, if it is a settlement; for whoever watches the wire.</summary>
    public static IEnumerable<CashPayment> Settled(LinkMessage message) =>
        message.Type != MessageType.Settle || message.As<SettleMessage>() is not { } batch
        ? []
        : batch.Items.Select(i => CashPayment.Decode(i)).OfType<CashPayment>();

    /// <summary>True if a shop's message gets an answer that tells it the time of the issuer's books.</summary>
    public static bool IsContact(LinkMessage message) => message.Type is MessageType.Settle or MessageType.HotList;

    /// <summary>Since when a till says that it has more to send; null if it has not.</summary>
    public static DateTimeOffset? StillQueued(LinkMessage message) =>
        (message.Type == MessageType.Settle ? message.As<SettleMessage>()?.Submission.Queued : message.As<HotListMessage>()?.Queued) is
            { Microseconds: > 0 and < long.MaxValue / 10 } queued
            ? DateTimeOffset.UnixEpoch.AddTicks((long)queued.Microseconds * TimeSpan.TicksPerMicrosecond)
            : null;

    /// <summary>Settles payments in the name of a till; the verdicts, or none where the issuer refuses all.</summary>
    public static IReadOnlyList<Verdict> Settle(
        ILink till, ISigningKey key, IReadOnlyList<CashPayment> payments, Timestamp date, Timestamp queued = default)
    {
        var reply = Call(till, SettleMessage.Sign(key, payments[0].Coin.Terms.Issuer, payments, date, queued).ToMessage());
        return reply.As<SettleReply>()?.Receipts.Select(r => r.Verdict).ToList() ?? [];
    }

    /// <summary>A shop takes a payment back at the issuer; true if the issuer says so.</summary>
    public static bool Reverse(ILink till, ISigningKey key, CashPayment h)
    {
        var statement = VoidStatement.Sign(key, h);
        return VoidedPayment.ReversalOf(Call(till, new ForwardVoidMessage(new(h, statement)).ToMessage())) is not null;
    }

    /// <summary>A wallet brings {H, S_W}, sealed and by way of its bank; true if the issuer answers with a reversal.</summary>
    public static bool UploadVoid(SimulatedTown world, CashPayment h, ISigningKey key)
    {
        var statement = VoidStatement.Sign(key, h);
        var issuer = world.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key;
        var (message, seed) = SealedMessage.Seal(world.Options.Suite, issuer, new UploadVoidMessage(new(h, statement)).ToMessage());
        var reply = world.UserBank.Handle(
            LinkPeer.Wallet, new RelayMessage(message).ToMessage(), default).AsTask().GetAwaiter().GetResult();
        return reply.As<RelayReply>()?.Answer is { } answer && SealedMessage.OpenAnswer(seed, answer) is { } opened
            && VoidedPayment.ReversalOf(opened) is not null;
    }

    /// <summary>A wallet asks for a dead statement, sealed and by way of its bank; true if the issuer signs one.</summary>
    public static bool AskDead(SimulatedTown world, CashPayment h) => Dead(world, h) is not null;

    /// <summary>The statement itself; null if the issuer signs none.</summary>
    public static NonSettlementStatement? Dead(SimulatedTown world, CashPayment h)
    {
        var issuer = world.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key;
        var (message, seed) = SealedMessage.Seal(world.Options.Suite, issuer, new NonSettlementStatementMessage(h).ToMessage());
        var reply = world.UserBank.Handle(
            LinkPeer.Wallet, new RelayMessage(message).ToMessage(), default).AsTask().GetAwaiter().GetResult();
        return reply.As<RelayReply>()?.Answer is { } answer && SealedMessage.OpenAnswer(seed, answer) is { } opened
            ? opened.As<NonSettlementStatementReply>()?.Statement : null;
    }

    /// <summary>A till asks for the hot list: a contact.</summary>
    public static void FetchHotList(ILink link, TillId till, Timestamp date) => Call(link, new HotListMessage(0, till, date).ToMessage());

    /// <summary>A bank tells the issuer what a case came to, whatever it is.</summary>
    public static void Outcome(ILink bank, Evidence file, Proof proof) =>
        Call(bank, new DossierOutcomeMessage(file.Dossier.Coin, file.Dossier.Header.Revision, proof).ToMessage());

    /// <summary>
    /// A bank says that it booked everything up to a number, or to the last that was made for it: a word about more is refused.
    /// </summary>
    public static void AcknowledgeInstructions(ILink bank, ulong number)
    {
        var made = Call(bank, new InstructionsMessage(0).ToMessage()).As<InstructionsReply>()?.Transfers ?? [];
        Call(bank, new InstructionsMessage(Math.Min(number, made.Select(t => t.Number).DefaultIfEmpty(0UL).Max())).ToMessage());
    }

    /// <summary>A bank orders a coin of one of its withdrawals to be cancelled.</summary>
    public static bool Cancel(ILink bank, ISigningKey key, PartyId id, WithdrawalId request, Timestamp date) =>
        Call(bank, new CancelMessage(Cancellation.Sign(key, id, request, date)).ToMessage()).As<CancelReply>()?.Date is not null;

    /// <summary>A bank asks for cash that nobody ordered, with a date of its choice.</summary>
    public static bool Issue(ILink bank, ISigningKey key, PartyId id, WithdrawalOrder order, ulong minor, Timestamp date)
    {
        var amount = new Amount(minor);
        var message = SignedMessage.IssueRequest(id, amount, order.Currency, order.Key, order.Request, date);
        var request = new IssueRequest(id, amount, order.Currency, order.Key, order.EI, date, key.Sign(message));
        return Call(bank, new IssueMessage(request).ToMessage()).As<IssueReply>()?.Answer.EK is not null;
    }

    /// <summary>The orders that went over the wire from wallets to a bank.</summary>
    public static IEnumerable<WithdrawalOrder> Orders(SimulatedTown world) => world.Records.Wire
        .Select(w => LinkFrame.Decode(w.Frame.AsSpan(4))?.Message).OfType<LinkMessage>()
        .Where(m => m.Type == MessageType.Withdraw).Select(m => m.As<WithdrawMessage>()?.Order).OfType<WithdrawalOrder>();

    /// <summary>The requests that went over the wire from wallets to the users' bank.</summary>
    public static IReadOnlyList<LinkMessage> WalletRequests(SimulatedTown world) => [.. world.Records.Wire
        .Where(w => w.From == SimulatedTown.WalletName && w.To == "bank-1").Select(w => LinkFrame.Decode(w.Frame.AsSpan(4))?.Message)
        .OfType<LinkMessage>()];

    /// <summary>Changes the instructions in the issuer's answer to a bank, signed by the issuer again.</summary>
    public static LinkMessage Resign(LinkMessage reply, ISigningKey statement,
        Func<ClearingInstruction, (TransferKind Kind, Digest Reference, Amount Total)> change)
    {
        if (reply.As<InstructionsReply>()?.Transfers is not { } transfers)
        {
            return reply;
        }

        return LinkBody.Kept<InstructionsReply>([.. transfers.Select(t =>
        {
            var (kind, reference, total) = change(t);
            return ClearingInstruction.Sign(statement, t.Issuer, t.Number, t.Bank, kind, reference, total, t.Currency, t.Date).Encode();
        })]);
    }

    /// <summary>A dead statement that the issuer signs of whatever it likes.</summary>
    public static NonSettlementStatement Dead(ISigningKey statement, PartyId issuer, CashPayment h, Timestamp date) =>
        NonSettlementStatement.Sign(statement, issuer, h, DeathBasis.TermOver, date);

    /// <summary>An evidence file that a bank makes of another order and another's payments.</summary>
    public static Evidence FalseEvidence(ISigningKey bank, Evidence real, WithdrawalOrder order, PublicKey accountKey, string name) =>
        Evidence.Sign(bank, order, accountKey, name, real.Dossier, real.BankKey, real.Date);

    /// <summary>
    /// An evidence file of the same case without some of its payments, or with one twice; the bank signs the dossier anew, as well as it
    /// can.
    /// </summary>
    public static Evidence Doctored(ISigningKey bank, Evidence real, bool drop)
    {
        var entries = real.Dossier.Entries;
        var dossier = Dossier.Sign(bank, real.Dossier.Header, drop ? entries.Skip(1) : [.. entries, entries[0]]);
        return Evidence.Sign(bank, real.Order, real.AccountKey, real.Name, dossier, real.BankKey, real.Date);
    }

    /// <summary>The cases of a bank: the coin, whose account, and what the file says with or without a rebuttal.</summary>
    public static IReadOnlyList<Evidence> Files(BankParty bank) => bank.EvidenceFiles;

    /// <summary>
    /// What the file says when everybody was heard: its holder, and every shop, of which those without an answer gave none.
    /// </summary>
    public static EvidenceFinding Check(SimulatedTown world, Evidence file, Rebuttal? rebuttal, IEnumerable<ShopTill> honest)
    {
        var answers = honest.SelectMany(t => file.Dossier.Payments.Select(h => t.Answer(h.Id.ToString())))
            .Where(a => a.Refused is null).Select(a => a.OrRefuse()).ToList();
        return file.Check(world.Options.Suite, world.Scheme.Root,
            new Defence(rebuttal is null ? [] : [rebuttal], answers, ShopIsSilent: true));
    }

    public static LinkMessage Call(ILink link, LinkMessage message) => link.Call(message, default).AsTask().GetAwaiter().GetResult();
}
