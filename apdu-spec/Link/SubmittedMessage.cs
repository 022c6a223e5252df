namespace HierCash.Protocol.Link;

/// <summary>Till to issuer, when the till was restored from a copy (R27): what it had submitted.</summary>
public sealed record SubmittedMessage(TillId Till, ulong After) : ILinkRequest<SubmittedMessage, SubmittedReply>
{
    public static MessageType Type => MessageType.Submitted;

    public static BodyLimit Limit => new(48);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.W, Till);
        writer.Write(WalletTag.Number, After);
    }

    public static SubmittedMessage? Read(ref BerTlvReader reader)
    {
        var read = new SubmittedMessage(reader.ReadTill(), reader.ReadUInt64(WalletTag.Number));
        return read.After <= long.MaxValue ? read : null;
    }
}

/// <summary>A payment that a till had submitted, as the issuer has it.</summary>
/// <param name="Row">Its place among those that the issuer tells of, rising.</param>
/// <param name="Receipt">The newest revision.</param>
/// <param name="Reversal">The issuer's word that it took the payment back; null while it counts.</param>
public sealed record SubmittedPayment(ulong Row, CashPayment H, Receipt Receipt, Reversal? Reversal) : IDataObject<SubmittedPayment>
{
    public static int MaxEncodedSize => CashPayment.MaxEncodedSize + Receipt.MaxEncodedSize + Reversal.MaxEncodedSize + 16;

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Row);
        H.Write(ref writer);
        Receipt.Write(ref writer);
        Reversal?.Write(ref writer);
    }

    public static SubmittedPayment ReadFields(ref BerTlvReader r) =>
        new(r.ReadUInt64(WalletTag.Number), r.Read<CashPayment>(), r.Read<Receipt>(), r.ReadOptional<Reversal>());
}

public sealed record SubmittedReply(IReadOnlyList<SubmittedPayment> Payments) : IListBody<SubmittedReply, SubmittedPayment>
{
    /// <summary>Payments in one reply; ask again for more.</summary>
    public static int Max => 256;

    public static MessageType Type => MessageType.SubmittedReply;

    public IReadOnlyList<SubmittedPayment> Items => Payments;

    public static SubmittedReply Of(IReadOnlyList<SubmittedPayment> items) => new(items);
}
