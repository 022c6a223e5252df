namespace HierCash.Protocol.Link;

/// <summary>
/// {H, S_W} to the issuer: take this payment back, its till signed for that (holes 2 and 3, rule R4). One message, whoever brings it: the
/// shop that gives a refund or voids (<see cref="ForwardVoidMessage"/>), the holder's wallet, sealed (<see cref="UploadVoidMessage"/>), a
/// bank that heard a rebuttal (<see cref="BankVoidMessage"/>). Answered with the issuer's signed reversal.
/// </summary>
public sealed record VoidedPayment(CashPayment H, VoidStatement Void) : IDataObject<VoidedPayment>
{
    public static int MaxEncodedSize => CashPayment.MaxEncodedSize + VoidStatement.MaxEncodedSize;

    public void WriteFields(ref BerTlvWriter writer)
    {
        H.Write(ref writer);
        Void.Write(ref writer);
    }

    public static VoidedPayment ReadFields(ref BerTlvReader r) => new(r.Read<CashPayment>(), r.Read<VoidStatement>());

    /// <summary>Whoever brings it; null where the message is none of the three.</summary>
    public static VoidedPayment? Of(LinkMessage message) =>
        message.As<ForwardVoidMessage>()?.Voided ?? message.As<BankVoidMessage>()?.Voided ?? message.As<UploadVoidMessage>()?.Voided;

    /// <summary>The answer to whoever brought it.</summary>
    /// <param name="request">The type of one of the three.</param>
    public static LinkMessage Answer(MessageType request, Reversal reversal) => request switch
    {
        MessageType.ForwardVoid => new ForwardVoidReply(reversal).ToMessage(),
        MessageType.BankVoid => new BankVoidReply(reversal).ToMessage(),
        MessageType.UploadVoid => new UploadVoidReply(reversal).ToMessage(),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request, "That brings no void."),
    };
}
