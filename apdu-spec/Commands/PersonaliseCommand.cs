namespace HierCash.Protocol.Commands;

/// <summary>
/// PERSONALISE: pins the scheme's root key, makes the account key (hole 20), and takes the hash of the activation code (rule R12). Page:
/// personalise.md.
/// </summary>
/// <param name="RootKey">65 bytes.</param>
/// <param name="NoPinLimit">Most that may be paid without a PIN since the last correct one.</param>
/// <param name="Code">Hash of the activation code in the bank's letter.</param>
public readonly record struct PersonaliseCommand(byte[] RootKey, PartyId Bank, Currency Currency, Amount NoPinLimit, Digest Code)
    : ICardCommand<PersonaliseCommand, PersonaliseReply>
{
    public static byte Ins => 0x12;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[255]);
        data.Write(WalletTag.PublicKey, RootKey);
        data.Write(WalletTag.B, Bank.Value);
        data.Write(WalletTag.Currency, Currency.Code);
        data.Write(WalletTag.NoPinLimit, NoPinLimit.ToCard());
        data.Write(WalletTag.Digest, Code.ToArray());
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out PersonaliseCommand command)
    {
        command = default;
        if (apdu.P1 != 0 || apdu.P2 != 0)
        {
            return StatusWord.IncorrectP1P2;
        }

        var r = new BerTlvReader(apdu.Data);
        command = new PersonaliseCommand(
            r.ReadBytes(WalletTag.PublicKey, PublicKey.Size),
            new PartyId(r.ReadUInt32(WalletTag.B)),
            new Currency(r.ReadUInt16(WalletTag.Currency)),
            new Amount(r.ReadUInt32(WalletTag.NoPinLimit)),
            Digest.Read(r.ReadBytes(WalletTag.Digest, Digest.Size)));
        return CommandClass.Check(r);
    }

    public static PersonaliseReply? ParseReply(ReadOnlySpan<byte> reply) => PersonaliseReply.Read(reply);
}

/// <summary>The card's account key; U is made of it.</summary>
public sealed record PersonaliseReply(PublicKey AccountKey)
{
    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.AccountKey, AccountKey.Bytes);

    public static PersonaliseReply? Read(ReadOnlySpan<byte> reply)
    {
        var r = new BerTlvReader(reply);
        var key = r.Read(WalletTag.AccountKey, PublicKey.Size);
        return r.Complete && PublicKey.TryDecode(key) is { } decoded ? new PersonaliseReply(decoded) : null;
    }
}
