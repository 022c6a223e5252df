namespace HierCash.Protocol.Commands;

/// <summary>
/// AUTHORISE WITHDRAWAL: the account key signs the order to the bank for the withdrawal in slot P1, pending or ended. Page:
/// authorise-withdrawal.md.
/// </summary>
public readonly record struct AuthoriseWithdrawalCommand(byte Slot, Timestamp Date) : ICardCommand<AuthoriseWithdrawalCommand, OrderReply>
{
    public static byte Ins => 0x22;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[16]);
        data.Write(WalletTag.Date, Date);
        return CommandClass.Write(to, Ins, Slot, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out AuthoriseWithdrawalCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new AuthoriseWithdrawalCommand(apdu.P1, r.ReadTimestamp(WalletTag.Date));
        return CommandClass.Check(apdu, apdu.P1, r);
    }

    public static OrderReply? ParseReply(ReadOnlySpan<byte> reply) => OrderReply.Decode(reply);
}

/// <param name="Key">Which PE_I enciphered E_I.</param>
/// <param name="Request">Hash of E_I, which the card does not make again once the coin is there.</param>
/// <param name="Number">Which of the account's orders it is.</param>
/// <param name="Signature">By the account key, 64 bytes.</param>
public sealed record OrderReply(KeyId Key, WithdrawalId Request, uint Number, byte[] Signature) : IDataObject<OrderReply>
{
    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.KeyId, Key);
        writer.Write(WalletTag.Digest, Request);
        writer.Write(WalletTag.OrderNumber, Number);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static OrderReply ReadFields(ref BerTlvReader r) =>
        new(r.ReadKeyId(WalletTag.KeyId), r.ReadWithdrawalId(), r.ReadUInt32(WalletTag.OrderNumber), r.ReadSignature());
}
