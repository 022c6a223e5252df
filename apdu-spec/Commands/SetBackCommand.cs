namespace HierCash.Protocol.Commands;

/// <summary>GET NONCE: what the bank has to sign to set a card back whose PUK is blocked (rule R12). Page: get-nonce.md.</summary>
public readonly record struct GetNonceCommand : ICardCommand<GetNonceCommand, NonceReply>
{
    public static byte Ins => 0x1A;

    public int Write(Span<byte> to) => CommandClass.Write(to, Ins, 0, 0);

    public static StatusWord Parse(in CommandApdu apdu, out GetNonceCommand command)
    {
        command = default;
        return CommandClass.RequireEmpty(apdu, 0, 0);
    }

    public static NonceReply? ParseReply(ReadOnlySpan<byte> reply) => NonceReply.Decode(reply);
}

/// <param name="Nonce">16 random bytes; good for one SET BACK in this selection.</param>
public sealed record NonceReply(byte[] Nonce) : IDataObject<NonceReply>
{
    public void WriteFields(ref BerTlvWriter writer) => writer.Write(WalletTag.Nonce, Nonce);

    public static NonceReply ReadFields(ref BerTlvReader r) => new(r.ReadBytes(WalletTag.Nonce, Id16.Size));
}

/// <summary>
/// SET BACK: the bank's signature lifts a blocked PUK, back to a new activation code and no further; coins stay (rule R12). Page:
/// set-back.md.
/// </summary>
/// <param name="Code">Hash of the new activation code.</param>
/// <param name="Signature">By the bank's key over HC1-BACK, 64 bytes.</param>
public readonly record struct SetBackCommand(Digest Code, byte[] Signature) : ICardCommand<SetBackCommand, NoReply>
{
    public static byte Ins => 0x1C;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[128]);
        data.Write(WalletTag.Digest, Code);
        data.Write(WalletTag.Signature, Signature);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out SetBackCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new SetBackCommand(r.ReadDigest(WalletTag.Digest), r.ReadSignature());
        return CommandClass.Check(apdu, 0, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
