namespace HierCash.Protocol.Commands;

/// <summary>
/// FINISH WITHDRAWAL: E_K(S_I) for the pending slot P1; S_I is verified before it is stored (EP 0810563, issuance step 5). Page:
/// finish-withdrawal.md.
/// </summary>
/// <param name="EK">E_K, 112 bytes; 144 where the issuer made the key.</param>
public readonly record struct FinishWithdrawalCommand(byte Slot, byte[] EK) : ICardCommand<FinishWithdrawalCommand, NoReply>
{
    public static byte Ins => 0x24;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[255]);
        data.Write(WalletTag.EK, EK);
        return CommandClass.Write(to, Ins, Slot, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out FinishWithdrawalCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new FinishWithdrawalCommand(apdu.P1, r.Read(WalletTag.EK).ToArray());
        r.Require(CashAnswer.IsEnciphered(command.EK.Length));
        return CommandClass.Check(apdu, apdu.P1, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}

/// <summary>
/// RELEASE WITHDRAWAL: frees the pending slot P1 on the issuer's signed "never issued" (hole 7). Page: release-withdrawal.md.
/// </summary>
public readonly record struct ReleaseWithdrawalCommand(byte Slot, NonIssuanceStatement Statement)
    : ICardCommand<ReleaseWithdrawalCommand, NoReply>
{
    public static byte Ins => 0x26;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[255]);
        Statement.Write(ref data);
        return CommandClass.Write(to, Ins, Slot, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out ReleaseWithdrawalCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new ReleaseWithdrawalCommand(apdu.P1, r.Read<NonIssuanceStatement>());
        return CommandClass.Check(apdu, apdu.P1, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
