namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: never issue it, if it was not issued. Answered like <see cref="IssueMessage"/>.</summary>
public sealed record WithholdMessage(IssueRequest Request)
    : ILinkRequest<WithholdMessage, IssueReply>, IObjectBody<WithholdMessage, IssueRequest>
{
    public static MessageType Type => MessageType.Withhold;

    public IssueRequest Object => Request;

    public static WithholdMessage Of(IssueRequest item) => new(item);
}
