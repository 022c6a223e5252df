namespace HierCash.Protocol.Link;

/// <summary>A request and its reply, as the registry has them.</summary>
/// <param name="Recode">What a message of either type says, written again; null where it is neither, or malformed.</param>
public sealed record LinkExchange(
    MessageType Type, MessageType ReplyType, BodyLimit Request, BodyLimit Reply, Func<LinkMessage, LinkMessage?> Recode)
{
    /// <summary>True where wallets ask it at their bank: it may come from a stranger.</summary>
    public bool IsAtBank => (ushort)Type >> 8 == 0x01;

    internal static LinkExchange Of<TRequest, TReply>()
        where TRequest : class, ILinkRequest<TRequest, TReply>
        where TReply : class, ILinkBody<TReply> =>
        new(TRequest.Type, TReply.Type, TRequest.Limit, TReply.Limit, m => m.As<TRequest>()?.ToMessage() ?? m.As<TReply>()?.ToMessage());
}

/// <summary>
/// Every request of the link and its reply, in the order of their types. Only <see cref="Refusal"/> stands for itself: it answers each.
/// </summary>
public static class LinkMessages
{
    public static IReadOnlyList<LinkExchange> All { get; } =
    [
        LinkExchange.Of<WithdrawMessage, WithdrawReply>(),
        LinkExchange.Of<CertificatesMessage, CertificatesReply>(),
        LinkExchange.Of<LostCardMessage, LostCardReply>(),
        LinkExchange.Of<RelayMessage, RelayReply>(),
        LinkExchange.Of<NoticesMessage, NoticesReply>(),
        LinkExchange.Of<RebutMessage, RebutReply>(),
        LinkExchange.Of<AccusationMessage, AccusationReply>(),
        LinkExchange.Of<ShowOrderMessage, ShowOrderReply>(),
        LinkExchange.Of<RenounceMessage, RenounceReply>(),
        LinkExchange.Of<ShowCertificatesMessage, ShowCertificatesReply>(),
        LinkExchange.Of<IssueMessage, IssueReply>(),
        LinkExchange.Of<WithholdMessage, IssueReply>(),
        LinkExchange.Of<InstructionsMessage, InstructionsReply>(),
        LinkExchange.Of<DossiersMessage, DossiersReply>(),
        LinkExchange.Of<DossierOutcomeMessage, DossierOutcomeReply>(),
        LinkExchange.Of<CancelMessage, CancelReply>(),
        LinkExchange.Of<AuditStatementsMessage, AuditStatementsReply>(),
        LinkExchange.Of<RelaySealedMessage, RelaySealedReply>(),
        LinkExchange.Of<BankVoidMessage, BankVoidReply>(),
        LinkExchange.Of<DossierPageMessage, DossierPageReply>(),
        LinkExchange.Of<CaseReversalsMessage, CaseReversalsReply>(),
        LinkExchange.Of<AgreeMessage, AgreeReply>(),
        LinkExchange.Of<IssuedMessage, IssuedReply>(),
        LinkExchange.Of<ShopsOfBankMessage, ShopsOfBankReply>(),
        LinkExchange.Of<ReturnMessage, ReturnReply>(),
        LinkExchange.Of<SettleMessage, SettleReply>(),
        LinkExchange.Of<HotListMessage, HotListReply>(),
        LinkExchange.Of<ForwardVoidMessage, ForwardVoidReply>(),
        LinkExchange.Of<NewestBatchMessage, NewestBatchReply>(),
        LinkExchange.Of<SubmittedMessage, SubmittedReply>(),
        LinkExchange.Of<NonSettlementStatementMessage, NonSettlementStatementReply>(),
        LinkExchange.Of<RedeemMessage, RedeemReply>(),
        LinkExchange.Of<UploadVoidMessage, UploadVoidReply>(),
        LinkExchange.Of<StampRebuttalMessage, StampRebuttalReply>(),
    ];

    /// <summary>Bytes of the largest body that a wallet sends its bank.</summary>
    public static int MostAtBank { get; } = All.Where(m => m.IsAtBank).Max(m => m.Request.Bytes);
}
