namespace HierCash.Issuer;

/// <summary>Who asks the issuer what, and which room answers.</summary>
public sealed partial class IssuerParty
{
    /// <summary>Why a peer of that role does not ask this; null if it does, or if more than its role decides.</summary>
    private static LinkMessage? NotFor(LinkRole role, MessageType type) => (role, type) switch
    {
        (not LinkRole.Shop, MessageType.Settle) => Refuse(RefusalReason.NotAllowed, "Only shops settle payments."),
        (not LinkRole.Shop, MessageType.HotList) => Refuse(RefusalReason.NotAllowed, "The hot list is for shops."),
        (not LinkRole.Shop, MessageType.ForwardVoid) =>
            Refuse(RefusalReason.NotAllowed, "Only the shop that was paid takes a payment back."),
        (not LinkRole.Bank, MessageType.ShopsOfBank) => Refuse(RefusalReason.NotAllowed, "Only banks ask for their shops."),
        (not LinkRole.Bank, MessageType.RelaySealed) => Refuse(RefusalReason.NotAllowed, "Only banks relay messages of wallets."),
        (not LinkRole.Bank, MessageType.AuditStatements) => Refuse(RefusalReason.NotAllowed, "Only banks fetch statements, each its own."),
        (not LinkRole.Bank, MessageType.Dossiers or MessageType.DossierPage) =>
            Refuse(RefusalReason.NotAllowed, "Only banks fetch dossiers, each its own."),
        (not LinkRole.Bank, MessageType.DossierOutcome) => Refuse(RefusalReason.NotAllowed, "Only banks judge dossiers, each its own."),
        (not LinkRole.Bank, MessageType.CaseReversals) =>
            Refuse(RefusalReason.NotAllowed, "Only banks file reversals, each those of its own cases."),
        (not (LinkRole.Bank or LinkRole.Shop), MessageType.ShowCertificates) =>
            Refuse(RefusalReason.NotAllowed, "Only banks and shops show certificates."),
        _ => null,
    };

    private LinkMessage Answer(LinkPeer peer, LinkMessage request, CancellationToken cancel) => request.Type switch
    {
        MessageType.Certificates => new CertificatesReply(Keys.Certificates).ToMessage(),
        MessageType.ShowCertificates => request.As<ShowCertificatesMessage>()?.Certificates is { } shown
            ? _lost.Hear(shown) : Refuse(RefusalReason.Malformed, "The certificates are malformed."),
        MessageType.Agree => _agreement.Handle(peer, request),
        MessageType.Issued => _recovery.HandleIssued(peer, request),
        MessageType.ShopsOfBank => new ShopsOfBankReply(_store.Read(db => ShopTable.OfBank(db, peer.Id))).ToMessage(),
        MessageType.Return => _recovery.HandleReturn(peer, request),
        MessageType.Issue or MessageType.Withhold => IssueMessage.RequestOf(request) is { } order
            ? _issuance.Handle(peer, order, request.Type == MessageType.Withhold)
            : Refuse(RefusalReason.Malformed, "The request for cash is malformed."),
        MessageType.Settle => request.As<SettleMessage>() is { } batch
            ? _settlement.Take(peer, batch) : Refuse(RefusalReason.Malformed, "The batch is malformed, or has too many payments."),
        MessageType.NewestBatch => request.As<NewestBatchMessage>()?.Till is { } till
            ? _tills.Newest(peer, till) : Refuse(RefusalReason.Malformed, "The till's question is malformed."),
        MessageType.Submitted => request.As<SubmittedMessage>() is { } submitted
            ? _tills.Submitted(peer, submitted) : Refuse(RefusalReason.Malformed, "The till's question is malformed."),
        MessageType.ForwardVoid => _reversals.Handle(request, peer.Id),
        MessageType.BankVoid => _reversals.HandleBank(peer, request),
        MessageType.Cancel => _cancellation.Handle(peer, request),
        MessageType.HotList => request.As<HotListMessage>() is { } has
            ? _hotList.Answer(peer, has) : Refuse(RefusalReason.Malformed, "The request for the hot list is malformed."),
        MessageType.RelaySealed => _relay.Handle(request),
        MessageType.Instructions => _transfers.Handle(peer, request),
        MessageType.AuditStatements => request.As<AuditStatementsMessage>()?.After is { } after
            ? _statements.Fetch(peer.Id, after) : Refuse(RefusalReason.Malformed, "The request for statements is malformed."),
        MessageType.Dossiers => request.As<DossiersMessage>() is { } asked
            ? _traces.Fetch(peer.Id, asked, cancel) : Refuse(RefusalReason.Malformed, "The request for a dossier is malformed."),
        MessageType.DossierPage => request.As<DossierPageMessage>() is { } page
            ? _traces.FetchPage(peer.Id, page) : Refuse(RefusalReason.Malformed, "The request for a page is malformed."),
        MessageType.DossierOutcome => request.As<DossierOutcomeMessage>() is { } outcome
            ? _traces.Judge(peer.Id, outcome) : Refuse(RefusalReason.Malformed, "The finding is malformed."),
        MessageType.CaseReversals => request.As<CaseReversalsMessage>()?.After is { } filed
            ? _traces.FetchReversals(peer.Id, filed) : Refuse(RefusalReason.Malformed, "The request for reversals is malformed."),
        _ => Refuse(RefusalReason.UnknownMessage, $"The issuer does not know message {(ushort)request.Type:X4}."),
    };
}
