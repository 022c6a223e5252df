namespace HierCash.Protocol.Commands;

/// <summary>VOID: the till takes the payment back with S_W, and x is restored (hole 2). Page: void.md.</summary>
/// <param name="TillKey">N_W, 65 bytes.</param>
/// <param name="SW">S_W, 64 bytes.</param>
public readonly record struct VoidCommand(CoinId Coin, ushort Seq, byte[] TillKey, byte[] SW) : ICardCommand<VoidCommand, NoReply>
{
    public static byte Ins => 0x36;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[255]);
        data.Write(WalletTag.CoinId, Coin);
        data.Write(WalletTag.Seq, Seq);
        data.Write(WalletTag.TillKey, TillKey);
        data.Write(WalletTag.Signature, SW);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out VoidCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new VoidCommand(
            r.ReadCoinId(), r.ReadUInt16(WalletTag.Seq), r.ReadBytes(WalletTag.TillKey, PublicKey.Size), r.ReadSignature());
        return CommandClass.Check(apdu, 0, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
