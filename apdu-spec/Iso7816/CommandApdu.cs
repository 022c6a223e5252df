using System.Buffers.Binary;

namespace HierCash.Iso7816;

/// <summary>The length cases of ISO 7816-3, 12.1: what a command has of Lc, data and Le, short or extended.</summary>
public enum ApduCase
{
    /// <summary>Neither data nor Le.</summary>
    Case1,

    /// <summary>Le of one byte.</summary>
    Case2Short,

    /// <summary>Data, Lc of one byte.</summary>
    Case3Short,

    /// <summary>Data and Le, Lc and Le of one byte.</summary>
    Case4Short,

    /// <summary>Le of three bytes.</summary>
    Case2Extended,

    /// <summary>Data, Lc of three bytes.</summary>
    Case3Extended,

    /// <summary>Data and Le, Lc of three bytes and Le of two.</summary>
    Case4Extended,
}

/// <summary>A command APDU (ISO 7816-4, 5.1), a view on the bytes that came in.</summary>
public readonly ref struct CommandApdu
{
    /// <summary>Largest command: header 4, extended Lc 3, data 65,535, Le 2 bytes.</summary>
    public const int MaxLength = 4 + 3 + 65535 + 2;

    /// <summary>Header, Lc, 255 bytes of data, Le.</summary>
    public const int MaxShortLength = 4 + 1 + 255 + 1;

    private CommandApdu(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data, int ne, ApduCase apduCase)
    {
        Cla = header[0];
        Ins = header[1];
        P1 = header[2];
        P2 = header[3];
        Data = data;
        Ne = ne;
        Case = apduCase;
    }

    /// <summary>Class byte.</summary>
    public byte Cla { get; }

    /// <summary>Instruction byte.</summary>
    public byte Ins { get; }

    /// <summary>First parameter byte.</summary>
    public byte P1 { get; }

    /// <summary>Second parameter byte.</summary>
    public byte P2 { get; }

    /// <summary>The data field, 0 to 65,535 bytes.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Bytes of response data that the terminal accepts: 0 (no Le) to 65,536.</summary>
    public int Ne { get; }

    /// <summary>How it was encoded.</summary>
    public ApduCase Case { get; }

    /// <summary>Splits a command into its fields. <see cref="StatusWord.WrongLength"/> where no case of ISO 7816-3 fits.</summary>
    public static StatusWord Parse(ReadOnlySpan<byte> bytes, out CommandApdu command)
    {
        command = default;
        if (bytes.Length < 4)
        {
            return StatusWord.WrongLength;
        }

        var header = bytes[..4];
        var body = bytes[4..];
        if (body.IsEmpty)
        {
            command = new CommandApdu(header, default, 0, ApduCase.Case1);
            return StatusWord.Success;
        }

        return body[0] != 0 || body.Length == 1 ? ParseShort(header, body, out command) : ParseExtended(header, body, out command);
    }

    private static StatusWord ParseShort(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, out CommandApdu command)
    {
        command = default;
        int first = body[0];
        if (body.Length == 1)
        {
            command = new CommandApdu(header, default, first == 0 ? 256 : first, ApduCase.Case2Short);
        }
        else if (body.Length == 1 + first)
        {
            command = new CommandApdu(header, body[1..], 0, ApduCase.Case3Short);
        }
        else if (body.Length == 2 + first)
        {
            int le = body[^1];
            command = new CommandApdu(header, body.Slice(1, first), le == 0 ? 256 : le, ApduCase.Case4Short);
        }
        else
        {
            return StatusWord.WrongLength;
        }

        return StatusWord.Success;
    }

    private static StatusWord ParseExtended(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, out CommandApdu command)
    {
        command = default;
        if (body.Length < 3)
        {
            return StatusWord.WrongLength;
        }

        int first = BinaryPrimitives.ReadUInt16BigEndian(body[1..]);
        if (body.Length == 3)
        {
            command = new CommandApdu(header, default, first == 0 ? 65536 : first, ApduCase.Case2Extended);
        }
        else if (first != 0 && body.Length == 3 + first)
        {
            command = new CommandApdu(header, body[3..], 0, ApduCase.Case3Extended);
        }
        else if (first != 0 && body.Length == 5 + first)
        {
            int le = BinaryPrimitives.ReadUInt16BigEndian(body[^2..]);
            command = new CommandApdu(header, body.Slice(3, first), le == 0 ? 65536 : le, ApduCase.Case4Extended);
        }
        else
        {
            return StatusWord.WrongLength;
        }

        return StatusWord.Success;
    }

    /// <summary>Writes a short command APDU.</summary>
    /// <param name="to">At least 6 bytes more than <paramref name="data"/>.</param>
    /// <param name="data">0 to 255 bytes.</param>
    /// <param name="ne">Response bytes wanted: 0 (no Le) to 256.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteShort(Span<byte> to, byte cla, byte ins, byte p1, byte p2, ReadOnlySpan<byte> data, int ne)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, 255);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ne, 256);
        to[0] = cla;
        to[1] = ins;
        to[2] = p1;
        to[3] = p2;
        int at = 4;
        if (!data.IsEmpty)
        {
            to[at++] = (byte)data.Length;
            data.CopyTo(to[at..]);
            at += data.Length;
        }

        if (ne > 0)
        {
            to[at++] = (byte)(ne & 0xFF);
        }

        return at;
    }
}
