namespace HierCash.Protocol.Commands;

/// <summary>SELECT by AID (ISO 7816-4, 11.2.2). Page: select.md.</summary>
public readonly record struct SelectCommand(Aid Aid) : ICardCommand<SelectCommand, SelectReply>
{
    /// <summary>The wallet applet: proprietary category F (ISO 7816-4, 8.2.1.2), then "HIERCASH", then version 01.</summary>
    public static Aid Wallet { get; } = Aid.Parse("F04849455243415348" + "01");

    public static byte Ins => 0xA4;

    public int Write(Span<byte> to) => CommandApdu.WriteShort(to, CommandClass.Iso, Ins, 0x04, 0x00, Aid.Bytes, 256);

    public static StatusWord Parse(in CommandApdu apdu, out SelectCommand command)
    {
        command = default;
        if (apdu.P1 != 0x04 || apdu.P2 != 0x00)
        {
            return StatusWord.IncorrectP1P2;
        }

        if (apdu.Data.Length is < 5 or > 16)
        {
            return StatusWord.WrongLength;
        }

        command = new SelectCommand(new Aid(apdu.Data));
        return StatusWord.Success;
    }

    public static SelectReply? ParseReply(ReadOnlySpan<byte> reply) => SelectReply.Decode(reply);
}

/// <summary>File control information: the same bytes from every card of a version.</summary>
public sealed record SelectReply(Aid Aid, byte Version, byte Suite) : IDataObject<SelectReply>
{
    public const byte CurrentVersion = 2;

    public static Tag? Tag => Iso7816.Tag.FileControl;

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(Iso7816.Tag.DfName, Aid.Bytes);
        int own = writer.Begin(Iso7816.Tag.Proprietary);
        writer.Write(WalletTag.Version, Version);
        writer.Write(WalletTag.Suite, Suite);
        writer.End(own);
    }

    public static SelectReply ReadFields(ref BerTlvReader r)
    {
        var aid = r.Read(Iso7816.Tag.DfName);
        bool isAid = aid.Length is >= 5 and <= 16;
        var own = r.Enter(Iso7816.Tag.Proprietary);
        var read = new SelectReply(
            isAid ? new Aid(aid) : SelectCommand.Wallet, own.ReadByte(WalletTag.Version), own.ReadByte(WalletTag.Suite));
        r.Leave(own);
        r.Require(isAid);
        return read;
    }
}
