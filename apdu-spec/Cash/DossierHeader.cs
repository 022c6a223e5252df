namespace HierCash.Protocol.Cash;

/// <summary>
/// The first part of a dossier, which the issuer signs and dates (rules R5, R9): what it says of a coin, and the hashes of the pages that
/// prove it. A header of a later revision replaces an earlier one.
/// </summary>
/// <param name="Revision">From 1; rises when more is claimed, or a payment was struck out.</param>
/// <param name="Date">The issuer's clock.</param>
/// <param name="DisputeTerm">How long the accusation may be rebutted after the bank's notice; whole seconds.</param>
/// <param name="ClockTolerance">How far clocks may differ; whole seconds.</param>
/// <param name="FaceValue">X.</param>
/// <param name="Claimed">What the receipts guarantee, and the issuer claims or will claim of the bank.</param>
/// <param name="Opening">m, 137 bytes.</param>
/// <param name="EncryptionKey">Certificate of PE_I.</param>
/// <param name="CoinKey">Certificate of PS_I.</param>
/// <param name="StatementKeys">Certificates of the statement keys: the first signs the header, all of them receipts. 1 to
/// <see cref="MaxKeys"/>.</param>
/// <param name="Pages">SHA-256 of each page, 1 to <see cref="MaxPages"/>.</param>
/// <param name="Signature">By the first statement key, 64 bytes.</param>
public sealed record DossierHeader(
    PartyId Issuer, CoinId Coin, uint Revision, Timestamp Date, TimeSpan DisputeTerm, TimeSpan ClockTolerance, Amount FaceValue,
    Amount Claimed, byte[] Opening,
    KeyCertificate EncryptionKey, KeyCertificate CoinKey, IReadOnlyList<KeyCertificate> StatementKeys, IReadOnlyList<Digest> Pages,
    byte[] Signature) : IDataObject<DossierHeader>
{
    public static Tag? Tag => WalletTag.Dossier;

    public const int MaxKeys = 32;
    public const int MaxPages = 512;

    public static int MaxEncodedSize => 500 + ((2 + MaxKeys) * KeyCertificate.MaxEncodedSize) + (MaxPages * Digest.Size);

    public int Room => 500 + ((2 + StatementKeys.Count) * KeyCertificate.MaxEncodedSize) + (Pages.Count * Digest.Size);

    /// <summary>
    /// What the issuer signs. The keys stand in it, so that nobody swaps a certificate and blames the issuer for what no longer fits.
    /// </summary>
    public byte[] Message => SignedMessage.Dossier(
        Issuer, Coin, Revision, Date, DisputeTerm, ClockTolerance, Digest.Of(Opening), FaceValue, Claimed,
        Digest.Of([.. new[] { EncryptionKey, CoinKey }.Concat(StatementKeys).SelectMany(c => c.Key.Bytes.ToArray())]), (uint)Pages.Count,
        Digest.Of(Hashes));

    private byte[] Hashes => [.. Pages.SelectMany(p => p.ToArray())];

    public DossierHeader SignedBy(ISigningKey statement) => this with { Signature = statement.Sign(Message) };

    /// <summary>What is wrong with certificates and signature; null if nothing is.</summary>
    public Proof? Fault(ICashSuite suite, PublicKey root)
    {
        bool used = EncryptionKey.Usage == KeyUsage.IssuerEncryption && CoinKey.Usage == KeyUsage.IssuerCoin
            && StatementKeys.All(c => c.Usage == KeyUsage.IssuerStatement);
        KeyCertificate[] all = [EncryptionKey, CoinKey, .. StatementKeys];
        bool its = all.All(c => c.Holder == Issuer);
        bool certified = all.All(c => c.Verify(suite, root));
        return !used || !its || !certified ? Proof.CertificateInvalid : suite.Verify(StatementKeys[0].Key, Message, Signature) ? null
            : Proof.HeaderInvalid;
    }

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.CoinId, Coin);
        writer.Write(WalletTag.DossierRevision, Revision);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.DisputeTerm, (uint)DisputeTerm.TotalSeconds);
        writer.Write(WalletTag.ClockTolerance, (uint)ClockTolerance.TotalSeconds);
        writer.Write(WalletTag.FaceValue, FaceValue.ToCard());
        writer.Write(WalletTag.Claimed, Claimed.Minor);
        writer.Write(WalletTag.Opening, Opening);
        EncryptionKey.Write(ref writer);
        CoinKey.Write(ref writer);
        writer.WriteAll(StatementKeys);

        writer.Write(WalletTag.PageHashes, Hashes);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static DossierHeader ReadFields(ref BerTlvReader r)
    {
        var read = new DossierHeader(
            r.ReadParty(WalletTag.IssuerId), r.ReadCoinId(), r.ReadUInt32(WalletTag.DossierRevision), r.ReadTimestamp(WalletTag.Date),
            r.ReadSeconds(WalletTag.DisputeTerm), r.ReadSeconds(WalletTag.ClockTolerance), r.ReadAmount(WalletTag.FaceValue),
            r.ReadTotal(WalletTag.Claimed), r.ReadBytes(WalletTag.Opening, CoinRequest.Size), r.Read<KeyCertificate>(),
            r.Read<KeyCertificate>(), r.ReadSome<KeyCertificate>(MaxKeys), r.ReadDigests(WalletTag.PageHashes, MaxPages),
            r.ReadSignature());
        r.Require(read.StatementKeys.Count > 0 && read.Revision > 0 && read.Pages.Count > 0);
        return read;
    }
}
