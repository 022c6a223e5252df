using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Tests.Vectors;

namespace HierCash.Tests.Link;

/// <summary>A message of each type, and of each form that it has: those of the vectors, and what can be made of their parts.</summary>
internal static class LinkSamples
{
    public static IReadOnlyList<LinkMessage> All { get; } = [.. Frames(), .. Made()];

    /// <summary>Those of the registry whose list can be longer than it may be, with one entry too many.</summary>
    public static IReadOnlyList<(string Name, Func<LinkMessage> Write, LinkMessage Sent)> TooMany { get; } =
    [
        One(new NoticesReply(Times(Part.Notice, NoticesReply.Max + 1)), Part.Notice.Encode()),
        One(
            new CaseReversalsReply(Times(Part.CaseReversal, CaseReversalsReply.Max + 1)),
            new CaseReversalsReply([Part.CaseReversal]).ToMessage().Body),
        One(new InstructionsReply(Times(Part.Transfer, InstructionsReply.MaxTransfers + 1)), Part.Transfer.Encode()),
        One(new IssuedReply(Times(Part.Issued, IssuedReply.Max + 1)), new IssuedReply([Part.Issued]).ToMessage().Body),
        One(new SettleReply(Times(Part.Receipt, SettleMessage.MaxPayments + 1)), Part.Receipt.Encode()),
        One(new SubmittedReply(Times(Part.Submitted, SubmittedReply.Max + 1)), new SubmittedReply([Part.Submitted]).ToMessage().Body),
    ];

    private static (string Name, Func<LinkMessage> Write, LinkMessage Sent) One<T>(T body, byte[] entry)
        where T : class, ILinkBody<T> =>
        (T.Type.ToString(), () => body.ToMessage(),
            new LinkMessage(T.Type, [.. Enumerable.Repeat(entry, body.Entries).SelectMany(e => e)]));

    private static IReadOnlyList<T> Times<T>(T one, int times) => [.. Enumerable.Repeat(one, times)];

    private static IEnumerable<LinkMessage> Frames() =>
        SpecVectors.Names.Where(n => n.StartsWith("frame-", StringComparison.Ordinal))
        .Select(n => LinkFrame.Decode(SpecVectors.Bytes(n).AsSpan(4))!.Message).Where(m => m.Type != MessageType.Refusal);

    private static IEnumerable<LinkMessage> Made() =>
    [
        new CertificatesReply([]).ToMessage(),
        new LostCardMessage(new LostCardReport(Part.User, Part.Bank, Part.Date, Part.Signature)).ToMessage(),
        new LostCardReply(2).ToMessage(),
        new RelayMessage(Part.Sealed).ToMessage(),
        new RelayReply(Part.Answer).ToMessage(),
        new NoticesReply([Part.Notice, Part.Notice, Part.Notice]).ToMessage(),
        new RebutMessage(Part.Coin, Rebuttal.None).ToMessage(),
        new RebutReply(Part.Stamp, Part.Certificate, null).ToMessage(),
        new RenounceReply(null).ToMessage(),
        new ShowCertificatesMessage([Part.Certificate, Part.Certificate]).ToMessage(),
        new ShowCertificatesReply().ToMessage(),
        new IssueReply(new(SpecVectors.Bytes("E_K-issuer-keyed"), null)).ToMessage(),
        new IssueReply(new(null, Part.Never)).ToMessage(),
        new InstructionsMessage(9, [Part.Statement, Part.Statement]).ToMessage(),
        new InstructionsReply([Part.Transfer, Part.Transfer]).ToMessage(),
        new DossiersReply(null).ToMessage(),
        new DossierOutcomeReply().ToMessage(),
        new CancelMessage(new Cancellation(Part.Bank, Part.Asked.Request, Part.Date, Part.Signature)).ToMessage(),
        new CancelReply(Part.Date).ToMessage(),
        new AuditStatementsMessage(4).ToMessage(),
        new AuditStatementsReply([Part.Circulation, Part.Circulation]).ToMessage(),
        new RelaySealedMessage(Part.Sealed).ToMessage(),
        new RelaySealedReply(Part.Answer).ToMessage(),
        new BankVoidMessage(Part.Voided).ToMessage(),
        new BankVoidReply(Part.Reversal).ToMessage(),
        new CaseReversalsReply([Part.CaseReversal, Part.CaseReversal]).ToMessage(),
        new AgreeMessage(Part.Position, Part.Position).ToMessage(),
        new IssuedMessage(7).ToMessage(),
        new IssuedReply([Part.Issued, Part.Issued]).ToMessage(),
        new ShopsOfBankMessage().ToMessage(),
        new ShopsOfBankReply([(Part.Asked.Request.Value, "Café"), (Part.Coin.Value, "Kiosk")]).ToMessage(),
        new ReturnMessage(false, [(Part.Asked, Part.Issued.EK)], [Part.Transfer], [Part.Circulation]).ToMessage(),
        new ReturnMessage(true, [], [], []).ToMessage(),
        new ReturnReply().ToMessage(),
        SettleMessage.Of(Part.Submission, [Part.H], [Part.Receipt, Part.Receipt]).ToMessage(),
        new SettleReply([Part.Receipt, Part.Receipt]).ToMessage(),
        new HotListMessage(8, Part.H.Till, Part.Date, Part.Date, Part.Receipt).ToMessage(),
        new HotListReply(Part.HotList).ToMessage(),
        new HotListReply(Part.HotList, new Restoration(Part.Date, Part.Date)).ToMessage(),
        new NewestBatchMessage(Part.H.Till).ToMessage(),
        new NewestBatchReply(Part.H.Id.Value, Part.Proof).ToMessage(),
        new NewestBatchReply(default, null).ToMessage(),
        new SubmittedMessage(Part.H.Till, 3).ToMessage(),
        new SubmittedReply([Part.Submitted, Part.Submitted with { Reversal = null }]).ToMessage(),
        new NonSettlementStatementMessage(Part.H).ToMessage(),
        new NonSettlementStatementReply(Part.Dead).ToMessage(),
        new RedeemMessage(Part.H).ToMessage(),
        new RedeemReply(Part.Receipt).ToMessage(),
        new UploadVoidMessage(Part.Voided).ToMessage(),
        new UploadVoidReply(Part.Reversal).ToMessage(),
    ];

    /// <summary>What the vectors hold, taken apart.</summary>
    private static class Part
    {
        public static readonly PartyId Bank = new(7);
        public static readonly Timestamp Date = new(1795392000000000);
        public static readonly byte[] Signature = SpecVectors.Bytes("S_I");
        public static readonly CashPayment H = CashPayment.Decode(SpecVectors.Bytes("payment"))!;
        public static readonly CoinId Coin = H.Coin.Id;
        public static readonly AccountId User = new(Id16.Read(SpecVectors.Bytes("U")));
        public static readonly Receipt Receipt = Receipt.Decode(SpecVectors.Bytes("receipt"))!;
        public static readonly Reversal Reversal = Reversal.Decode(SpecVectors.Bytes("reversal"))!;
        public static readonly KeyCertificate Certificate = KeyCertificate.Decode(SpecVectors.Bytes("certificate-bank"))!;
        public static readonly Notice Notice = Notice.Decode(SpecVectors.Bytes("notice"))!;
        public static readonly Stamp Stamp = Stamp.Decode(SpecVectors.Bytes("stamp"))!;
        public static readonly NonIssuanceStatement Never = NonIssuanceStatement.Decode(SpecVectors.Bytes("never-issued"))!;
        public static readonly NonSettlementStatement Dead = NonSettlementStatement.Decode(SpecVectors.Bytes("dead-statement"))!;
        public static readonly BookingStatement Statement = BookingStatement.Decode(SpecVectors.Bytes("booking-statement"))!;
        public static readonly ClearingInstruction Transfer = ClearingInstruction.Decode(SpecVectors.Bytes("transfer"))!;
        public static readonly Position Position = Position.Decode(SpecVectors.Bytes("position"))!;
        public static readonly SubmissionProof Proof = SubmissionProof.Decode(SpecVectors.Bytes("submission-proof"))!;
        public static readonly IssueRequest Asked = Frame("frame-issue").As<IssueMessage>()!.Request;
        public static readonly Submission Submission = Frame("frame-settle").As<SettleMessage>()!.Submission;
        public static readonly VoidedPayment Voided = Frame("frame-forward-void").As<ForwardVoidMessage>()!.Voided;
        public static readonly IssuedWithdrawal Issued = new(11, Asked, SpecVectors.Bytes("E_K"));
        public static readonly CaseReversal CaseReversal = new(5, Coin, Reversal);
        public static readonly SubmittedPayment Submitted = new(12, H, Receipt, Reversal);
        public static readonly SealedMessage Sealed = new(Asked.Key, [.. Enumerable.Range(0, 700).Select(i => (byte)(i & 0xFF))]);
        public static readonly byte[] Answer = [.. Enumerable.Range(0, 636).Select(i => (byte)(i & 0xFF))];

        public static readonly CirculationStatement Circulation = new(
            new PartyId(1),
            4,
            Bank,
            Currency.Eur,
            new Circulation(new Amount(1000), new Amount(300), new Amount(20), new Amount(1)),
            Date,
            default,
            Signature);

        public static readonly HotList HotList = new(
            new PartyId(1), 8, 0, Date, [.. SpecVectors.Bytes("hot-entry"), .. SpecVectors.Bytes("hot-entry")], Signature);

        private static LinkMessage Frame(string name) => LinkFrame.Decode(SpecVectors.Bytes(name).AsSpan(4))!.Message;
    }
}
