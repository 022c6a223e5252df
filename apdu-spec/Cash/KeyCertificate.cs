namespace HierCash.Protocol.Cash;

/// <summary>The root key's word for another key, small enough for a card to check (hole 20).</summary>
/// <param name="Holder">Issuer or bank.</param>
/// <param name="Signature">By the root key, 64 bytes.</param>
public sealed record KeyCertificate(
    KeyUsage Usage, PartyId Holder, Timestamp NotBefore, Timestamp NotAfter, PublicKey Key, byte[] Signature)
{
    public const int MaxEncodedSize = 190;

    public static KeyCertificate Issue(
        ISigningKey root, KeyUsage usage, PartyId holder, Timestamp notBefore, Timestamp notAfter, PublicKey key) =>
        new(usage, holder, notBefore, notAfter, key,
            root.Sign(SignedMessage.Certificate(usage, holder, notBefore, notAfter, key.Bytes)));

    public bool Verify(ICashSuite suite, PublicKey root) =>
        suite.Verify(root, SignedMessage.Certificate(Usage, Holder, NotBefore, NotAfter, Key.Bytes), Signature);

    /// <summary>Tells certificates apart by all that is in them, the signature too: of two of one key one may be a lie.</summary>
    public Digest Digest => Cash.Digest.Of(Encode());

    public bool Covers(Timestamp moment) => NotBefore <= moment && moment < NotAfter;

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.Certificate);
        writer.Write(WalletTag.Usage, (byte)Usage);
        writer.Write(WalletTag.Holder, Holder.Value);
        writer.Write(WalletTag.NotBefore, NotBefore.Microseconds);
        writer.Write(WalletTag.NotAfter, NotAfter.Microseconds);
        writer.Write(WalletTag.PublicKey, Key.Bytes);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    /// <summary>Reads a certificate; null, and the reader failed, where the key is no point of the curve.</summary>
    public static KeyCertificate? Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.Certificate);
        byte usage = r.ReadByte(WalletTag.Usage);
        var holder = new PartyId(r.ReadUInt32(WalletTag.Holder));
        var notBefore = new Timestamp(r.ReadUInt64(WalletTag.NotBefore));
        var notAfter = new Timestamp(r.ReadUInt64(WalletTag.NotAfter));
        var key = r.Failed ? null : PublicKey.TryDecode(r.Read(WalletTag.PublicKey, PublicKey.Size));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        if (key is null || usage is < (byte)KeyUsage.IssuerEncryption or > (byte)KeyUsage.Bank)
        {
            r.Fail();
        }

        reader.Leave(r);
        return reader.Failed ? null : new KeyCertificate((KeyUsage)usage, holder, notBefore, notAfter, key!, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static KeyCertificate? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var certificate = Read(ref reader);
        return reader.Complete ? certificate : null;
    }
}
