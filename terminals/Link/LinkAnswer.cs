using HierCash.Protocol.Link;

namespace HierCash.Terminals.Link;

/// <summary>What came back for a request: its reply, or the peer's refusal, or neither where the peer's answer is malformed.</summary>
public readonly record struct LinkAnswer<TReply>(TReply? Reply, Refusal? Refusal)
    where TReply : class
{
    /// <param name="otherwise">A sentence that says what the peer did not do; the refusal's own follows it.</param>
    /// <exception cref="InvalidOperationException">There is no reply.</exception>
    public TReply Require(string otherwise) => Reply ?? throw new InvalidOperationException($"{otherwise} {Refusal?.Text}".TrimEnd());
}

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
