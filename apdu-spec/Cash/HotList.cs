namespace HierCash.Protocol.Cash;

/// <summary>
/// Coins that tills refuse, or those that were added since <see cref="BaseVersion"/> (hole 11). An entry is the left 8 bytes of a hash of
/// version and coin id, so that nobody who does not hold the coin learns which it is.
/// </summary>
/// <param name="Entries">8 bytes each.</param>
/// <param name="Signature">By a statement key, 64 bytes.</param>
public sealed record HotList(PartyId Issuer, ulong Version, ulong BaseVersion, Timestamp Date, byte[] Entries, byte[] Signature)
    : IDataObject<HotList>
{
    public static Tag? Tag => WalletTag.HotList;

    public const int EntrySize = 8;
    public const int MaxEntries = 100_000;
    public static int MaxEncodedSize => Frame + (MaxEntries * EntrySize);

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

    public int Room => Frame + Entries.Length;

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.Number, Version);
        writer.Write(WalletTag.BaseVersion, BaseVersion);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.HotEntries, Entries);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static HotList ReadFields(ref BerTlvReader r)
    {
        var read = new HotList(
            r.ReadParty(WalletTag.IssuerId), r.ReadUInt64(WalletTag.Number), r.ReadUInt64(WalletTag.BaseVersion),
            r.ReadTimestamp(WalletTag.Date), r.Read(WalletTag.HotEntries).ToArray(), r.ReadSignature());
        r.Require(read.Entries.Length % EntrySize == 0 && read.Count <= MaxEntries);
        return read;
    }
}
