namespace HierCash.Terminals.Link;

/// <summary>What came back for a request: its reply, or the peer's refusal, or neither where the peer's answer is malformed.</summary>
public readonly record struct LinkAnswer<TReply>(TReply? Reply, Refusal? Refusal) where TReply : class;

/// <summary>Typed questions over any way to another party.</summary>
public static class LinkQuestions
{
    /// <exception cref="ArgumentException">The request is more than a message of its type holds.</exception>
    /// <exception cref="LinkException">No answer; see <see cref="ILink.Call"/>.</exception>
    public static async ValueTask<LinkAnswer<TReply>> Ask<TRequest, TReply>(
        this ILink link, ILinkRequest<TRequest, TReply> request, CancellationToken cancel)
        where TRequest : class, ILinkRequest<TRequest, TReply>
        where TReply : class, ILinkBody<TReply>
    {
        var answer = await link.Call(request.ToMessage(), cancel);
        return new LinkAnswer<TReply>(answer.As<TReply>(), Refusal.Read(answer));
    }
}

/// <summary>What every room of a party answers with; every file of issuer and bank sees it.</summary>
public static class Answers
{
    public static LinkMessage Refuse(RefusalReason reason, string text) => new Refusal(reason, text).ToMessage();
}
