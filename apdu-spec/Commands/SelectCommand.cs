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

    public static SelectReply? ParseReply(ReadOnlySpan<byte> reply) => SelectReply.Read(reply);
}

/// <summary>File control information: the same bytes from every card of a version (protocol: Payment over the reader).</summary>
public sealed record SelectReply(Aid Aid, byte Version, byte Suite)
{
    public const byte CurrentVersion = 2;

    public void Write(ref BerTlvWriter writer)
    {
        int fci = writer.Begin(Tag.FileControl);
        writer.Write(Tag.DfName, Aid.Bytes);
        int own = writer.Begin(Tag.Proprietary);
        writer.Write(WalletTag.Version, Version);
        writer.Write(WalletTag.Suite, Suite);
        writer.End(own);
        writer.End(fci);
    }

    public static SelectReply? Read(ReadOnlySpan<byte> reply)
    {
        var reader = new BerTlvReader(reply);
        var fci = reader.Enter(Tag.FileControl);
        var aid = fci.Read(Tag.DfName);
        var own = fci.Enter(Tag.Proprietary);
        byte version = own.ReadByte(WalletTag.Version);
        byte suite = own.ReadByte(WalletTag.Suite);
        fci.Leave(own);
        reader.Leave(fci);
        return reader.Complete && aid.Length is >= 5 and <= 16 ? new SelectReply(new Aid(aid), version, suite) : null;
    }
}
