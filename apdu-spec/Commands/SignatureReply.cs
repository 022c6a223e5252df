namespace HierCash.Protocol.Commands;

/// <summary>What the account key signed.</summary>
/// <param name="Signature">By the account key, 64 bytes.</param>
public sealed record SignatureReply(byte[] Signature)
{
    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Signature, Signature);

    public static SignatureReply? Read(ReadOnlySpan<byte> reply)
    {
        var r = new BerTlvReader(reply);
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        return r.Complete ? new SignatureReply(signature) : null;
    }
}
