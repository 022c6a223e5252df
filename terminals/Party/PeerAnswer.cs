namespace HierCash.Terminals;

/// <summary>What a peer answered, for one who needs its reply.</summary>
public static class PeerAnswer
{
    /// <param name="otherwise">A sentence that says what the peer did not do; the refusal's own follows it.</param>
    public static Result<TReply> ToResult<TReply>(this LinkAnswer<TReply> answer, string otherwise)
        where TReply : class =>
        answer.Reply is { } reply ? reply : Refused.ByPeer($"{otherwise} {answer.Refusal?.Text}".TrimEnd());
}
