using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>
/// {H, S_W} to the issuer: take this payment back, its till signed for that (holes 2 and 3, rule R4). One message, whoever brings it: the shop that gives a
/// refund or voids, the holder's wallet (sealed), a bank that heard a rebuttal. Answered with the issuer's signed reversal.
/// </summary>
public sealed record VoidMessage(CashPayment H, VoidStatement Void)
{
    /// <param name="type">Says who brings it: ForwardVoid, BankVoid or UploadVoid.</param>
    public LinkMessage ToMessage(MessageType type) => new(
        type, BerTlv.Encode(CashPayment.MaxEncodedSize + VoidStatement.MaxEncodedSize, (ref BerTlvWriter w) =>
        {
            H.Write(ref w);
            Void.Write(ref w);
        }));

    public static VoidMessage? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var h = CashPayment.Read(ref r);
        var statement = VoidStatement.Read(ref r);
        return r.Complete ? new VoidMessage(h, statement) : null;
    }

    /// <summary>The answer to a request of that type.</summary>
    public static LinkMessage WriteReply(MessageType request, byte[] reversal) => new(request + 1, reversal);

    public static Reversal? ReadReply(LinkMessage message) =>
        message.Type is MessageType.ForwardVoidReply or MessageType.BankVoidReply or MessageType.UploadVoidReply ? Reversal.Decode(message.Body) : null;
}
