namespace HierCash.Protocol.Commands;

/// <summary>What the account key signed.</summary>
/// <param name="Signature">By the account key, 64 bytes.</param>
public sealed record SignatureReply(byte[] Signature) : IDataObject<SignatureReply>
{
    public void WriteFields(ref BerTlvWriter writer) => writer.Write(WalletTag.Signature, Signature);

    public static SignatureReply ReadFields(ref BerTlvReader r) => new(r.ReadSignature());
}
