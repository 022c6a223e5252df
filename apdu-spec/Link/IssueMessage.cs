namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: the request with S_B (EP 0810563, issuance step 2).</summary>
public sealed record IssueMessage(IssueRequest Request) : ILinkRequest<IssueMessage, IssueReply>, IObjectBody<IssueMessage, IssueRequest>
{
    public static MessageType Type => MessageType.Issue;

    public IssueRequest Object => Request;

    public static IssueMessage Of(IssueRequest item) => new(item);

    /// <summary>The request of an Issue or a Withhold; null where the message is neither.</summary>
    public static IssueRequest? RequestOf(LinkMessage message) =>
        message.As<IssueMessage>()?.Request ?? message.As<WithholdMessage>()?.Request;
}

/// <summary>E_K or "never issued".</summary>
public sealed record IssueReply(WithdrawalAnswer Answer) : IObjectBody<IssueReply, WithdrawalAnswer>
{
    public static MessageType Type => MessageType.IssueReply;

    public WithdrawalAnswer Object => Answer;

    public static IssueReply Of(WithdrawalAnswer item) => new(item);
}
