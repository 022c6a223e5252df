namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: what I show against the evidence (rule R5).</summary>
public sealed record RebutMessage(CoinId Coin, Rebuttal Rebuttal) : ILinkRequest<RebutMessage, RebutReply>
{
    /// <summary>Bytes of a rebuttal that a bank hears over the network; a larger one goes to its counter (`hiercash-bank rebut`).</summary>
    private const int MaxSize = 384 * 1024;

    public static MessageType Type => MessageType.Rebut;

    public static BodyLimit Limit => new(MaxSize, Rebuttal.MaxStatements);

    /// <summary>The frame's: a wallet shows what it has, and its bank says where that is too much.</summary>
    public static int MostWritten => BodyLimit.OfRequestFrame().Bytes;

    public static int MostRead => MaxSize;

    public int Room => 48 + Rebuttal.MaxEncodedSize;

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.CoinId, Coin);
        writer.WriteEncoded(Rebuttal.Encode());
    }

    public static RebutMessage? Read(ref BerTlvReader reader)
    {
        var coin = reader.ReadCoinId();
        return Rebuttal.Decode(reader.ReadRest()) is { } rebuttal ? new(coin, rebuttal) : null;
    }
}

/// <summary>What a bank answers to a rebuttal.</summary>
/// <param name="Stamp">That it came, and when.</param>
/// <param name="Certificate">Of PS_B, for whoever checks the stamp.</param>
/// <param name="Stands">Whether the accusation stands; null where this bank has no case about that coin.</param>
public sealed record RebutReply(Stamp Stamp, KeyCertificate Certificate, bool? Stands) : ILinkBody<RebutReply>
{
    public static MessageType Type => MessageType.RebutReply;

    public static BodyLimit Limit => new(Stamp.MaxEncodedSize + KeyCertificate.MaxEncodedSize + 8);

    public void Write(ref BerTlvWriter writer)
    {
        Stamp.Write(ref writer);
        Certificate.Write(ref writer);
        if (Stands is { } stands)
        {
            writer.Write(WalletTag.State, (byte)(stands ? 1 : 2));
        }
    }

    public static RebutReply? Read(ref BerTlvReader reader)
    {
        var stamp = reader.Read<Stamp>();
        var certificate = reader.Read<KeyCertificate>();
        byte? state = reader.HasMore ? reader.ReadByte(WalletTag.State) : null;
        return state is null or 1 or 2 ? new RebutReply(stamp, certificate, state is null ? null : state == 1) : null;
    }
}
