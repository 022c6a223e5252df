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
        data.Write(WalletTag.B, Bank);
        data.Write(WalletTag.Currency, Currency);
        data.Write(WalletTag.NoPinLimit, NoPinLimit.ToCard());
        data.Write(WalletTag.Digest, Code);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out PersonaliseCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new PersonaliseCommand(
            r.ReadBytes(WalletTag.PublicKey, PublicKey.Size), r.ReadParty(WalletTag.B), r.ReadCurrency(),
            r.ReadAmount(WalletTag.NoPinLimit), r.ReadDigest(WalletTag.Digest));
        return CommandClass.Check(apdu, 0, r);
    }

    public static PersonaliseReply? ParseReply(ReadOnlySpan<byte> reply) => PersonaliseReply.Decode(reply);
}

/// <summary>The card's account key; U is made of it.</summary>
public sealed record PersonaliseReply(PublicKey AccountKey) : IDataObject<PersonaliseReply>
{
    public void WriteFields(ref BerTlvWriter writer) => writer.Write(WalletTag.AccountKey, AccountKey);

    public static PersonaliseReply ReadFields(ref BerTlvReader r) => new(r.ReadPublicKey(WalletTag.AccountKey));
}
