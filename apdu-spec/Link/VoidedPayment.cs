using HierCash.Iso7816;
using HierCash.Protocol.Cash;

namespace HierCash.Protocol.Link;

/// <summary>
/// {H, S_W} to the issuer: take this payment back, its till signed for that (holes 2 and 3, rule R4). One message, whoever brings it: the
/// shop that gives a refund or voids (<see cref="ForwardVoidMessage"/>), the holder's wallet, sealed (<see cref="UploadVoidMessage"/>), a
/// bank that heard a rebuttal (<see cref="BankVoidMessage"/>). Answered with the issuer's signed reversal.
/// </summary>
public sealed record VoidedPayment(CashPayment H, VoidStatement Void)
{
    internal const int MaxEncodedSize = CashPayment.MaxEncodedSize + VoidStatement.MaxEncodedSize;

    internal void Write(ref BerTlvWriter writer)
    {
        H.Write(ref writer);
        Void.Write(ref writer);
    }

    internal static VoidedPayment Read(ref BerTlvReader reader) => new(CashPayment.Read(ref reader), VoidStatement.Read(ref reader));

    /// <summary>Whoever brings it; null where the message is none of the three.</summary>
    public static VoidedPayment? Of(LinkMessage message) =>
        message.As<ForwardVoidMessage>()?.Voided
        ?? message.As<BankVoidMessage>()?.Voided
        ?? message.As<UploadVoidMessage>()?.Voided;

    /// <summary>The answer to whoever brought it.</summary>
    /// <param name="request">The type of one of the three.</param>
    public static LinkMessage Answer(MessageType request, Reversal reversal) => request switch
    {
        MessageType.ForwardVoid => new ForwardVoidReply(reversal).ToMessage(),
        MessageType.BankVoid => new BankVoidReply(reversal).ToMessage(),
        MessageType.UploadVoid => new UploadVoidReply(reversal).ToMessage(),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request, "That brings no void."),
    };

    /// <summary>The reversal in the answer to any of the three; null where the message is no such answer.</summary>
    public static Reversal? ReversalOf(LinkMessage reply) =>
        reply.As<ForwardVoidReply>()?.Reversal
        ?? reply.As<BankVoidReply>()?.Reversal
        ?? reply.As<UploadVoidReply>()?.Reversal;
}
