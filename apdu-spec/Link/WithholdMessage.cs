namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: never issue it, if it was not issued. Answered like <see cref="IssueMessage"/>.</summary>
public sealed record WithholdMessage(IssueRequest Request) : ILinkRequest<WithholdMessage, IssueReply>
{
    public static MessageType Type => MessageType.Withhold;

    public static BodyLimit Limit => new(IssueRequest.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Request.Write(ref writer);

    public static WithholdMessage? Read(ref BerTlvReader reader) => new(IssueRequest.Read(ref reader));
}
