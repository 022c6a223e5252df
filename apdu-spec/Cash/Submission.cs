namespace HierCash.Protocol.Cash;

/// <summary>
/// A till's signature over a batch of payments (rule R3): nobody can say later that it submitted a payment which it did not, and it cannot
/// deny one that it did. Signed is the Merkle root over the payment ids in order; for bytes that are no H, over their SHA-256.
/// </summary>
/// <param name="TillKey">N_W, 65 bytes; its hash is W of every payment that it speaks for.</param>
/// <param name="Date">The till's clock.</param>
/// <param name="Queued">TIME of the oldest payment that is not in this batch and still to be sent; 0 if there is none. The answer is no
/// contact for what is not older (rule R6).</param>
/// <param name="Signature">By N_W, 64 bytes.</param>
public sealed record Submission(byte[] TillKey, Timestamp Date, Timestamp Queued, byte[] Signature) : IDataObject<Submission>
{
    public static Tag? Tag => WalletTag.Submission;

    public static int MaxEncodedSize => 170;

    public static Submission Sign(ISigningKey till, PartyId issuer, ReadOnlySpan<Digest> subjects, Timestamp date,
        Timestamp queued = default) =>
        new(till.PublicKey.Bytes.ToArray(), date, queued,
            till.Sign(SignedMessage.Submission(issuer, MerkleTree.Root(subjects), date, queued)));

    /// <summary>W of the till that signed; null where the key is none.</summary>
    public TillId? Till => PublicKey.TryDecode(TillKey) is { } key ? Derivations.W(key) : null;

    public bool Verify(ICashSuite suite, PartyId issuer, ReadOnlySpan<Digest> subjects) =>
        PublicKey.TryDecode(TillKey) is { } till
            && suite.Verify(till, SignedMessage.Submission(issuer, MerkleTree.Root(subjects), Date, Queued), Signature);

    /// <summary>What shows to a third party that one payment of the batch was in it.</summary>
    public SubmissionProof Prove(ReadOnlySpan<Digest> subjects, int index) =>
        new(this, (uint)index, (uint)subjects.Length, MerkleTree.Path(subjects, index));

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.TillKey, TillKey);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Time, Queued);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static Submission ReadFields(ref BerTlvReader r) => new(
        r.ReadBytes(WalletTag.TillKey, PublicKey.Size), r.ReadTimestamp(WalletTag.Date), r.ReadTimestamp(WalletTag.Time),
        r.ReadSignature());
}

/// <summary>That a till submitted one payment: its signature over the batch, and the payment's path in it.</summary>
/// <param name="Index">The payment's place in the batch, from 0.</param>
/// <param name="Count">Payments in the batch.</param>
/// <param name="Path">Hashes of 32 bytes, the lowest first; at most <see cref="MerkleTree.MaxPath"/>.</param>
public sealed record SubmissionProof(Submission Submission, uint Index, uint Count, IReadOnlyList<Digest> Path)
    : IDataObject<SubmissionProof>
{
    public static Tag? Tag => WalletTag.Submission;

    public static int MaxEncodedSize => Submission.MaxEncodedSize + 40 + (MerkleTree.MaxPath * Digest.Size);

    /// <summary>True if that till submitted this, whatever it is.</summary>
    public bool IsBy(ICashSuite suite, PublicKey till, PartyId issuer, Digest subject) =>
        PublicKey.TryDecode(Submission.TillKey) is { } key && key.Equals(till)
            && MerkleTree.RootFrom(subject, Index, Count, Path) is { } root
        && suite.Verify(till, SignedMessage.Submission(issuer, root, Submission.Date, Submission.Queued), Submission.Signature);

    /// <summary>True if the till that was paid, and no other, submitted this payment to the issuer of its coin.</summary>
    public bool Proves(ICashSuite suite, CashPayment h)
    {
        bool its = Submission.Till == h.Till;
        return its && PublicKey.TryDecode(Submission.TillKey) is { } till && MerkleTree.RootFrom(h.Id.Value, Index, Count, Path) is { } root
            && suite.Verify(till, SignedMessage.Submission(h.Coin.Terms.Issuer, root, Submission.Date, Submission.Queued),
                Submission.Signature);
    }

    public void WriteFields(ref BerTlvWriter writer)
    {
        Submission.WriteFields(ref writer);
        writer.Write(WalletTag.Index, Index);
        writer.Write(WalletTag.Count, Count);
        writer.Write(WalletTag.Path, Path.SelectMany(d => d.ToArray()).ToArray());
    }

    public static SubmissionProof ReadFields(ref BerTlvReader r) => new(
        Submission.ReadFields(ref r), r.ReadUInt32(WalletTag.Index), r.ReadUInt32(WalletTag.Count),
        r.ReadDigests(WalletTag.Path, MerkleTree.MaxPath));
}
