namespace HierCash.Protocol.Link;

/// <summary>Till to issuer, when the till was restored from a copy (R27): what it had submitted.</summary>
public sealed record SubmittedMessage(TillId Till, ulong After) : ILinkRequest<SubmittedMessage, SubmittedReply>
{
    public static MessageType Type => MessageType.Submitted;

    public static BodyLimit Limit => new(48);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.W, Till.Value.ToArray());
        writer.Write(WalletTag.Number, After);
    }

    public static SubmittedMessage? Read(ref BerTlvReader reader)
    {
        var till = new TillId(Id16.Read(reader.ReadBytes(WalletTag.W, Id16.Size)));
        ulong after = reader.ReadUInt64(WalletTag.Number);
        return after <= long.MaxValue ? new(till, after) : null;
    }
}

/// <summary>A payment that a till had submitted, as the issuer has it.</summary>
/// <param name="Row">Its place among those that the issuer tells of, rising.</param>
/// <param name="Receipt">The newest revision.</param>
/// <param name="Reversal">The issuer's word that it took the payment back; null while it counts.</param>
public sealed record SubmittedPayment(ulong Row, CashPayment H, Receipt Receipt, Reversal? Reversal)
{
    internal const int MaxEncodedSize = CashPayment.MaxEncodedSize + Receipt.MaxEncodedSize + Reversal.MaxEncodedSize + 16;

    internal void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Row);
        H.Write(ref writer);
        Receipt.Write(ref writer);
        Reversal?.Write(ref writer);
    }

    internal static SubmittedPayment Read(ref BerTlvReader reader) => new(
        reader.ReadUInt64(WalletTag.Number),
        CashPayment.Read(ref reader),
        Receipt.Read(ref reader),
        reader.Next(WalletTag.Reversal) ? Reversal.Read(ref reader) : null);
}

public sealed record SubmittedReply(IReadOnlyList<SubmittedPayment> Payments) : ILinkBody<SubmittedReply>
{
    /// <summary>Payments in one reply; ask again for more.</summary>
    public const int Max = 256;

    public static MessageType Type => MessageType.SubmittedReply;

    public static BodyLimit Limit => new(Max * SubmittedPayment.MaxEncodedSize, Max);

    public int Room => Payments.Count * SubmittedPayment.MaxEncodedSize;

    public int Entries => Payments.Count;

    public void Write(ref BerTlvWriter writer)
    {
        foreach (var one in Payments)
        {
            one.Write(ref writer);
        }
    }

    public static SubmittedReply? Read(ref BerTlvReader reader) => new(LinkBody.ReadList(ref reader, Max, SubmittedPayment.Read));
}
