namespace HierCash.Protocol.Cash;

/// <summary>Who may stamp a rebuttal.</summary>
public enum StampRole : byte
{
    /// <summary>The issuer, with a statement key.</summary>
    Issuer = 1,

    /// <summary>
    /// The bank that has the case: it has heard the rebuttal, and brings each S_W in it to the issuer. Only this may name a shop.
    /// </summary>
    Bank = 2,

    /// <summary>Any bank of the scheme: it existed then, and nobody brings it anywhere.</summary>
    Witness = 3,
}

/// <summary>
/// That a rebuttal existed by a date (rule R5): with one from before the end of the term nobody can say that it came too late.
/// </summary>
/// <param name="Subject"><see cref="Rebuttal.Digest"/>.</param>
/// <param name="Date">The stamper's clock.</param>
/// <param name="Signature">By a statement key or PS_B, 64 bytes.</param>
public sealed record Stamp(PartyId Stamper, StampRole Role, Digest Subject, Timestamp Date, byte[] Signature) : IDataObject<Stamp>
{
    public static Tag? Tag => WalletTag.Stamp;

    public static int MaxEncodedSize => 150;

    public static Stamp Sign(ISigningKey key, PartyId stamper, StampRole role, Digest subject, Timestamp date) =>
        new(stamper, role, subject, date, key.Sign(SignedMessage.Stamp(stamper, role, subject, date)));

    /// <summary>True if one of the certificates is the root key's, for the stamper in this role, and its key signed.</summary>
    public bool Verify(ICashSuite suite, PublicKey root, IEnumerable<KeyCertificate> certificates) => certificates.Any(c =>
        MaySign(c, suite, root) && suite.Verify(c.Key, SignedMessage.Stamp(Stamper, Role, Subject, Date), Signature));

    private bool MaySign(KeyCertificate certificate, ICashSuite suite, PublicKey root) =>
        certificate.Usage == (Role == StampRole.Issuer ? KeyUsage.IssuerStatement : KeyUsage.Bank)
            && certificate.Holder == Stamper && certificate.Verify(suite, root);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Holder, Stamper);
        writer.Write(WalletTag.State, (byte)Role);
        writer.Write(WalletTag.Digest, Subject);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static Stamp ReadFields(ref BerTlvReader r) => new(
        r.ReadParty(WalletTag.Holder), r.ReadEnum<StampRole>(WalletTag.State), r.ReadDigest(WalletTag.Digest),
        r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
}
