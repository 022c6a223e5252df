namespace HierCash.Protocol.Commands;

/// <summary>What BEGIN WITHDRAWAL does (P1).</summary>
public enum WithdrawalMode : byte
{
    /// <summary>A new N_U, TM 0.</summary>
    NewKey = 0,

    /// <summary>The N_U of the coin in slot P2, with its next TM (hole 15).</summary>
    SameKey = 1,

    /// <summary>E_I of the pending withdrawal in slot P2 once more.</summary>
    Again = 2,

    /// <summary>No key: the issuer makes the pair and sends SS_U along, if it does that at all (EP 0810563, claim 2; hole 14).</summary>
    IssuerKey = 3,
}

/// <summary>BEGIN WITHDRAWAL: makes SS_U, N_U, the seed of K and E_I (EP 0810563, issuance step 1). Page: begin-withdrawal.md.</summary>
/// <param name="Key">Which PE_I; not sent with <see cref="WithdrawalMode.Again"/>.</param>
public readonly record struct BeginWithdrawalCommand(WithdrawalMode Mode, byte Slot, Amount FaceValue, Currency Currency, KeyId Key)
    : ICardCommand<BeginWithdrawalCommand, BeginWithdrawalReply>
{
    public static byte Ins => 0x20;

    public int Write(Span<byte> to)
    {
        if (Mode == WithdrawalMode.Again)
        {
            return CommandClass.Write(to, Ins, (byte)Mode, Slot);
        }

        var data = new BerTlvWriter(stackalloc byte[255]);
        data.Write(WalletTag.FaceValue, FaceValue.ToCard());
        data.Write(WalletTag.Currency, Currency);
        data.Write(WalletTag.KeyId, Key);
        return CommandClass.Write(to, Ins, (byte)Mode, Slot, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out BeginWithdrawalCommand command)
    {
        command = default;
        if (apdu.P1 > (byte)WithdrawalMode.IssuerKey
            || (apdu.P1 is (byte)WithdrawalMode.NewKey or (byte)WithdrawalMode.IssuerKey && apdu.P2 != 0))
        {
            return StatusWord.IncorrectP1P2;
        }

        var mode = (WithdrawalMode)apdu.P1;
        if (mode == WithdrawalMode.Again)
        {
            command = new BeginWithdrawalCommand(mode, apdu.P2, default, default, default);
            return apdu.Data.IsEmpty ? StatusWord.Success : StatusWord.WrongLength;
        }

        var r = new BerTlvReader(apdu.Data);
        command = new BeginWithdrawalCommand(
            mode, apdu.P2, r.ReadAmount(WalletTag.FaceValue), r.ReadCurrency(), r.ReadKeyId(WalletTag.KeyId));
        return r.Complete ? StatusWord.Success : StatusWord.WrongData;
    }

    public static BeginWithdrawalReply? ParseReply(ReadOnlySpan<byte> reply) => BeginWithdrawalReply.Decode(reply);
}

/// <param name="EI">E_I, 209 bytes.</param>
public sealed record BeginWithdrawalReply(byte Slot, byte[] EI) : IDataObject<BeginWithdrawalReply>
{
    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Slot, Slot);
        writer.Write(WalletTag.EI, EI);
    }

    public static BeginWithdrawalReply ReadFields(ref BerTlvReader r) =>
        new(r.ReadByte(WalletTag.Slot), r.ReadBytes(WalletTag.EI, CoinRequest.EncipheredSize));
}
