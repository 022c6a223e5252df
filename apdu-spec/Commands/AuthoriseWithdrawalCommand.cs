namespace HierCash.Protocol.Commands;

/// <summary>
/// AUTHORISE WITHDRAWAL: the account key signs the order to the bank for the withdrawal in slot P1, pending or ended. Page:
/// authorise-withdrawal.md.
/// </summary>
public readonly record struct AuthoriseWithdrawalCommand(byte Slot, Timestamp Date)
    : ICardCommand<AuthoriseWithdrawalCommand, OrderReply>
{
    public static byte Ins => 0x22;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[16]);
        data.Write(WalletTag.Date, Date.Microseconds);
        return CommandClass.Write(to, Ins, Slot, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out AuthoriseWithdrawalCommand command)
    {
        command = default;
        if (apdu.P2 != 0)
        {
            return StatusWord.IncorrectP1P2;
        }

        var r = new BerTlvReader(apdu.Data);
        command = new AuthoriseWithdrawalCommand(apdu.P1, new Timestamp(r.ReadUInt64(WalletTag.Date)));
        return CommandClass.Check(r);
    }

    public static OrderReply? ParseReply(ReadOnlySpan<byte> reply) => OrderReply.Read(reply);
}

/// <param name="Key">Which PE_I enciphered E_I.</param>
/// <param name="Request">Hash of E_I, which the card does not make again once the coin is there.</param>
/// <param name="Number">Which of the account's orders it is.</param>
/// <param name="Signature">By the account key, 64 bytes.</param>
public sealed record OrderReply(KeyId Key, WithdrawalId Request, uint Number, byte[] Signature)
{
    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.KeyId, Key.Value);
        writer.Write(WalletTag.Digest, Request.Value.ToArray());
        writer.Write(WalletTag.OrderNumber, Number);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static OrderReply? Read(ReadOnlySpan<byte> reply)
    {
        var r = new BerTlvReader(reply);
        var key = new KeyId(r.ReadUInt32(WalletTag.KeyId));
        var request = new WithdrawalId(Digest.Read(r.ReadBytes(WalletTag.Digest, Digest.Size)));
        uint number = r.ReadUInt32(WalletTag.OrderNumber);
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        return r.Complete ? new OrderReply(key, request, number, signature) : null;
    }
}
