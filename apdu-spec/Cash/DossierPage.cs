namespace HierCash.Protocol.Cash;

/// <summary>One payment of a dossier: who brought it, and what the issuer answered (rule R3).</summary>
/// <param name="Submission">That the till which was paid submitted it; null for a redemption.</param>
/// <param name="Receipt">The newest revision when the dossier was made.</param>
public sealed record DossierEntry(CashPayment H, SubmissionProof? Submission, Receipt Receipt)
{
    public const int MaxEncodedSize = CashPayment.MaxEncodedSize + SubmissionProof.MaxEncodedSize + Receipt.MaxEncodedSize;

    internal void Write(ref BerTlvWriter writer)
    {
        H.Write(ref writer);
        Submission?.Write(ref writer);
        Receipt.Write(ref writer);
    }

    internal static DossierEntry Read(ref BerTlvReader r) => new(
        CashPayment.Read(ref r), r.Next(WalletTag.Submission) ? SubmissionProof.Read(ref r) : null, Receipt.Read(ref r));
}

/// <summary>A part of a dossier that fits a frame (rule R9); the header names its hash.</summary>
/// <param name="Entries">1 to <see cref="MaxEntries"/>.</param>
public sealed record DossierPage(IReadOnlyList<DossierEntry> Entries)
{
    public const int MaxEntries = 256;

    public int MaxEncodedSize => 16 + (Entries.Count * DossierEntry.MaxEncodedSize);

    /// <summary>SHA-256 of the encoded page.</summary>
    public Digest Hash => Digest.Of(Encode());

    /// <summary>Cuts payments into as few pages as hold them, in order.</summary>
    public static IReadOnlyList<DossierPage> Cut(IEnumerable<DossierEntry> entries)
    {
        int size = MaxEntries;
        Switches.Replace("R9 pages", ref size, int.MaxValue);
        return [.. entries.Chunk(size).Select(c => new DossierPage(c))];
    }

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.DossierPage);
        foreach (var entry in Entries)
        {
            entry.Write(ref writer);
        }

        writer.End(begin);
    }

    /// <summary>Reads a page; the reader failed where it is malformed, empty or too long.</summary>
    public static DossierPage Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.DossierPage);
        var entries = new List<DossierEntry>();
        while (r.HasMore && entries.Count < MaxEntries)
        {
            entries.Add(DossierEntry.Read(ref r));
        }

        if (entries.Count == 0)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new DossierPage(entries);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    /// <summary>Null unless the bytes are exactly one page.</summary>
    public static DossierPage? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var page = Read(ref reader);
        return reader.Complete ? page : null;
    }
}
