namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: the request with S_B (EP 0810563, issuance step 2).</summary>
public sealed record IssueMessage(IssueRequest Request) : ILinkRequest<IssueMessage, IssueReply>
{
    public static MessageType Type => MessageType.Issue;

    public static BodyLimit Limit => new(IssueRequest.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Request.Write(ref writer);

    public static IssueMessage? Read(ref BerTlvReader reader) => new(IssueRequest.Read(ref reader));

    /// <summary>The request of an Issue or a Withhold; null where the message is neither.</summary>
    public static IssueRequest? RequestOf(LinkMessage message) =>
        message.As<IssueMessage>()?.Request ?? message.As<WithholdMessage>()?.Request;
}

/// <summary>E_K or "never issued".</summary>
public sealed record IssueReply(WithdrawalAnswer Answer) : ILinkBody<IssueReply>
{
    public static MessageType Type => MessageType.IssueReply;

    public static BodyLimit Limit => new(WithdrawalAnswer.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Answer.Write(ref writer);

    public static IssueReply? Read(ref BerTlvReader reader) => WithdrawalAnswer.Read(ref reader) is { } answer ? new(answer) : null;
}
