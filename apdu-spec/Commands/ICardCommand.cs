namespace HierCash.Protocol.Commands;

/// <summary>One instruction of the wallet applet: how a terminal writes it, how a card parses it, how a terminal reads the reply.</summary>
public interface ICardCommand<TSelf, TReply>
    where TSelf : ICardCommand<TSelf, TReply>
    where TReply : class
{
    static abstract byte Ins { get; }

    /// <summary>Writes the command as a short APDU into at least <see cref="CommandApdu.MaxShortLength"/> bytes.</summary>
    int Write(Span<byte> to);

    /// <summary>Checks P1, P2 and the data field, in this order. Class and instruction byte are the dispatcher's.</summary>
    static abstract StatusWord Parse(in CommandApdu apdu, out TSelf command);

    /// <summary>Reads the data field of a 9000 response; null where it is not what the page of the command says.</summary>
    static abstract TReply? ParseReply(ReadOnlySpan<byte> reply);
}

/// <summary>The reply of a command that answers with a status word alone.</summary>
public sealed record NoReply
{
    public static readonly NoReply Value = new();

    public static NoReply? Parse(ReadOnlySpan<byte> reply) => reply.IsEmpty ? Value : null;
}

/// <summary>Class bytes: ISO instructions and the wallet's own (ISO 7816-4, 5.4.1).</summary>
public static class CommandClass
{
    public const byte Iso = 0x00;
    public const byte Wallet = 0x80;

    /// <summary>Writes a wallet command: CLA 80, data as given, Le 00.</summary>
    internal static int Write(Span<byte> to, byte ins, byte p1, byte p2, in BerTlvWriter data) =>
        CommandApdu.WriteShort(to, Wallet, ins, p1, p2, data.Written, 256);

    /// <summary>Writes a wallet command without data.</summary>
    internal static int Write(Span<byte> to, byte ins, byte p1, byte p2) => CommandApdu.WriteShort(to, Wallet, ins, p1, p2, default, 256);

    /// <summary>For commands with fixed P1 and P2 and without data.</summary>
    internal static StatusWord RequireEmpty(in CommandApdu apdu, byte p1, byte p2) =>
        apdu.P1 != p1 || apdu.P2 != p2 ? StatusWord.IncorrectP1P2 : !apdu.Data.IsEmpty ? StatusWord.WrongLength : StatusWord.Success;

    /// <summary>For commands with P2 00 and data: what P1 has to be comes first.</summary>
    internal static StatusWord Check(in CommandApdu apdu, byte p1, in BerTlvReader reader) =>
        apdu.P1 != p1 || apdu.P2 != 0 ? StatusWord.IncorrectP1P2 : reader.Complete ? StatusWord.Success : StatusWord.WrongData;
}
