using System.Buffers.Binary;
using HierCash.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>
/// Command chaining (ISO 7816-4, 5.1.1.1): a data field in several commands of one header, all but the last with the chaining bit. In RAM,
/// within the quota; a reset forgets it.
/// </summary>
internal sealed class CommandChain(byte[] buffer)
{
    /// <summary>Bytes of data that a chain may bring.</summary>
    public const int MaxData = 512;

    /// <summary>Header 4, extended Lc 3, data, extended Le 2.</summary>
    public const int BufferSize = HeaderSize + MaxData + LeSize;

    private const int HeaderSize = 7;
    private const int LeSize = 2;
    private const byte ChainingBit = 0x10;
    private int _length;

    public bool IsOpen { get; private set; }

    public static bool Continues(byte cla) => (cla & ChainingBit) != 0;

    /// <summary>Forgets what came so far.</summary>
    public void Drop()
    {
        Array.Clear(buffer);
        _length = 0;
        IsOpen = false;
    }

    /// <summary>
    /// Takes a command of the chain; <see cref="StatusWord.LastOfChainExpected"/> for one of another header,
    /// <see cref="StatusWord.WrongLength"/> where the data gets too long. Either drops the chain.
    /// </summary>
    public StatusWord Add(in CommandApdu command)
    {
        byte cla = (byte)(command.Cla & ~ChainingBit & 0xFF);
        if (IsOpen && (buffer[0] != cla || buffer[1] != command.Ins || buffer[2] != command.P1 || buffer[3] != command.P2))
        {
            Drop();
            return StatusWord.LastOfChainExpected;
        }

        if (_length + command.Data.Length > MaxData)
        {
            Drop();
            return StatusWord.WrongLength;
        }

        buffer[0] = cla;
        buffer[1] = command.Ins;
        buffer[2] = command.P1;
        buffer[3] = command.P2;
        command.Data.CopyTo(buffer.AsSpan(HeaderSize + _length));
        _length += command.Data.Length;
        IsOpen = true;
        return StatusWord.Success;
    }

    /// <summary>The whole command, as one of extended length; a view until <see cref="Drop"/>.</summary>
    public ReadOnlySpan<byte> Whole(int ne)
    {
        if (_length == 0)
        {
            // No data at all: a case 1 or 2 command.
            BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(5), (ushort)(ne & 0xFFFF));
            return buffer.AsSpan(0, ne == 0 ? 4 : HeaderSize);
        }

        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(5), (ushort)_length);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(HeaderSize + _length), (ushort)(ne & 0xFFFF));
        return buffer.AsSpan(0, HeaderSize + _length + (ne == 0 ? 0 : LeSize));
    }
}
