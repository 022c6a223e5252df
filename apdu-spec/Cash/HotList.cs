namespace HierCash.Protocol.Cash;

/// <summary>
/// Coins that tills refuse, or those that were added since <see cref="BaseVersion"/> (hole 11). An entry is the left 8 bytes of a hash of
/// version and coin id, so that nobody who does not hold the coin learns which it is.
/// </summary>
/// <param name="Entries">8 bytes each.</param>
/// <param name="Signature">By a statement key, 64 bytes.</param>
public sealed record HotList(PartyId Issuer, ulong Version, ulong BaseVersion, Timestamp Date, byte[] Entries, byte[] Signature)
{
    public const int EntrySize = 8;
    public const int MaxEntries = 100_000;
    public const int MaxEncodedSize = Frame + (MaxEntries * EntrySize);

    /// <summary>Bytes around the entries.</summary>
    private const int Frame = 200;

    public static byte[] Entry(ulong version, CoinId coin) => Digest.Of(SignedMessage.HotEntry(version, coin)).ToArray()[..EntrySize];

    public static HotList Sign(ISigningKey key, PartyId issuer, ulong version, ulong baseVersion, Timestamp date, IEnumerable<CoinId> coins)
    {
        // In the order of their bytes: the order in which coins were reported says nothing then.
        var entries = coins.Select(c => Entry(version, c)).OrderBy(Convert.ToHexString, StringComparer.Ordinal).SelectMany(e => e)
            .ToArray();
        var unsigned = new HotList(issuer, version, baseVersion, date, entries, []);
        return unsigned with { Signature = key.Sign(unsigned.Message) };
    }

    public int Count => Entries.Length / EntrySize;

    private byte[] Message => SignedMessage.HotList(Issuer, Version, BaseVersion, Date, (uint)Count, Entries);

    public bool Verify(ICashSuite suite, PublicKey issuer) => suite.Verify(issuer, Message, Signature);

    public bool Holds(CoinId coin)
    {
        var wanted = Entry(Version, coin);
        for (int at = 0; at < Entries.Length; at += EntrySize)
        {
            if (Entries.AsSpan(at, EntrySize).SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }

    public byte[] Encode() => BerTlv.Encode(Frame + Entries.Length, (ref BerTlvWriter writer) =>
    {
        int begin = writer.Begin(WalletTag.HotList);
        writer.Write(WalletTag.IssuerId, Issuer.Value);
        writer.Write(WalletTag.Number, Version);
        writer.Write(WalletTag.BaseVersion, BaseVersion);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.HotEntries, Entries);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    });

    public static HotList? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var list = Read(ref reader);
        return reader.Complete ? list : null;
    }

    public static HotList? Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.HotList);
        var issuer = new PartyId(r.ReadUInt32(WalletTag.IssuerId));
        ulong version = r.ReadUInt64(WalletTag.Number);
        ulong from = r.ReadUInt64(WalletTag.BaseVersion);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var entries = r.Read(WalletTag.HotEntries).ToArray();
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return entries.Length % EntrySize == 0 && entries.Length <= MaxEntries * EntrySize
            ? new HotList(issuer, version, from, date, entries, signature) : null;
    }
}
