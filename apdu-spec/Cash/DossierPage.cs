namespace HierCash.Protocol.Cash;

/// <summary>One payment of a dossier: who brought it, and what the issuer answered (rule R3).</summary>
/// <param name="Submission">That the till which was paid submitted it; null for a redemption.</param>
/// <param name="Receipt">The newest revision when the dossier was made.</param>
public sealed record DossierEntry(CashPayment H, SubmissionProof? Submission, Receipt Receipt) : IDataObject<DossierEntry>
{
    public static int MaxEncodedSize => CashPayment.MaxEncodedSize + SubmissionProof.MaxEncodedSize + Receipt.MaxEncodedSize;

    public void WriteFields(ref BerTlvWriter writer)
    {
        H.Write(ref writer);
        Submission?.Write(ref writer);
        Receipt.Write(ref writer);
    }

    public static DossierEntry ReadFields(ref BerTlvReader r) =>
        new(r.Read<CashPayment>(), r.ReadOptional<SubmissionProof>(), r.Read<Receipt>());
}

/// <summary>A part of a dossier that fits a frame (rule R9); the header names its hash.</summary>
/// <param name="Entries">1 to <see cref="MaxEntries"/>.</param>
public sealed record DossierPage(IReadOnlyList<DossierEntry> Entries) : IDataObject<DossierPage>
{
    public static Tag? Tag => WalletTag.DossierPage;

    public const int MaxEntries = 256;

    public static int MaxEncodedSize => 16 + (MaxEntries * DossierEntry.MaxEncodedSize);

    public int Room => 16 + (Entries.Count * DossierEntry.MaxEncodedSize);

    /// <summary>SHA-256 of the encoded page.</summary>
    public Digest Hash => Digest.Of(this.Encode());

    /// <summary>Cuts payments into as few pages as hold them, in order.</summary>
    public static IReadOnlyList<DossierPage> Cut(IEnumerable<DossierEntry> entries) =>
        [.. entries.Chunk(MaxEntries).Select(c => new DossierPage(c))];

    public void WriteFields(ref BerTlvWriter writer) => writer.WriteAll(Entries);

    public static DossierPage ReadFields(ref BerTlvReader r)
    {
        var read = new DossierPage(r.ReadAll<DossierEntry>(MaxEntries));
        r.Require(read.Entries.Count > 0);
        return read;
    }
}
