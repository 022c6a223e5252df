namespace HierCash.Protocol.Cash;

/// <summary>The root key's word for another key, small enough for a card to check (hole 20).</summary>
/// <param name="Holder">Issuer or bank.</param>
/// <param name="Signature">By the root key, 64 bytes.</param>
public sealed record KeyCertificate(
    KeyUsage Usage, PartyId Holder, Timestamp NotBefore, Timestamp NotAfter, PublicKey Key, byte[] Signature) : IDataObject<KeyCertificate>
{
    public static Tag? Tag => WalletTag.Certificate;

    public static int MaxEncodedSize => 190;

    public static KeyCertificate Issue(
        ISigningKey root, KeyUsage usage, PartyId holder, Timestamp notBefore, Timestamp notAfter, PublicKey key) =>
        new(usage, holder, notBefore, notAfter, key, root.Sign(SignedMessage.Certificate(usage, holder, notBefore, notAfter, key.Bytes)));

    public bool Verify(ICashSuite suite, PublicKey root) =>
        suite.Verify(root, SignedMessage.Certificate(Usage, Holder, NotBefore, NotAfter, Key.Bytes), Signature);

    /// <summary>Tells certificates apart by all that is in them, the signature too: of two of one key one may be a lie.</summary>
    public Digest Digest => Cash.Digest.Of(this.Encode());

    public bool Covers(Timestamp moment) => NotBefore <= moment && moment < NotAfter;

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Usage, (byte)Usage);
        writer.Write(WalletTag.Holder, Holder);
        writer.Write(WalletTag.NotBefore, NotBefore);
        writer.Write(WalletTag.NotAfter, NotAfter);
        writer.Write(WalletTag.PublicKey, Key);
        writer.Write(WalletTag.Signature, Signature);
    }

    /// <summary>Reads a certificate; null, and the reader failed, where the key is no point of the curve.</summary>
    public static KeyCertificate ReadFields(ref BerTlvReader r) => new(
        r.ReadEnum<KeyUsage>(WalletTag.Usage), r.ReadParty(WalletTag.Holder), r.ReadTimestamp(WalletTag.NotBefore),
        r.ReadTimestamp(WalletTag.NotAfter), r.ReadPublicKey(WalletTag.PublicKey), r.ReadSignature());
}
