using System.Buffers.Binary;

namespace HierCash.Card.Runtime;

/// <summary>
/// An array in persistent memory. Writes belong to the open transaction; without one, each is atomic by itself. Integers are big endian.
/// </summary>
public readonly struct PersistentBytes
{
    private readonly PersistentMemory _memory;
    private readonly int _offset;

    internal PersistentBytes(PersistentMemory memory, int offset, int length)
    {
        _memory = memory;
        _offset = offset;
        Length = length;
    }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes as they are now; the view changes with later writes.</summary>
    public ReadOnlySpan<byte> Span => _memory.Read(_offset, Length);

    /// <summary>A part of the array.</summary>
    public PersistentBytes Slice(int start, int length)
    {
        Check(start, length);
        return new PersistentBytes(_memory, _offset + start, length);
    }

    /// <summary>Writes bytes.</summary>
    /// <exception cref="CardMemoryException">They lie outside the array, or the commit buffer is full.</exception>
    public void Write(int at, ReadOnlySpan<byte> data)
    {
        Check(at, data.Length);
        _memory.Write(_offset + at, data);
    }

    /// <summary>Writes a byte.</summary>
    public void WriteByte(int at, byte value) => Write(at, [value]);

    /// <summary>Writes two bytes.</summary>
    public void WriteUInt16(int at, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        Write(at, bytes);
    }

    /// <summary>Writes four bytes.</summary>
    public void WriteUInt32(int at, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Write(at, bytes);
    }

    /// <summary>Reads two bytes.</summary>
    public ushort ReadUInt16(int at) => BinaryPrimitives.ReadUInt16BigEndian(Span[at..]);

    /// <summary>Reads four bytes.</summary>
    public uint ReadUInt32(int at) => BinaryPrimitives.ReadUInt32BigEndian(Span[at..]);

    /// <summary>
    /// Writes past the transaction: no abort undoes it, no undo log keeps the old bytes. For try counters and for wiping keys.
    /// </summary>
    public void WriteNonAtomic(int at, ReadOnlySpan<byte> data)
    {
        Check(at, data.Length);
        _memory.WriteNonAtomic(_offset + at, data);
    }

    private void Check(int at, int length)
    {
        if (at < 0 || length < 0 || at + length > Length)
        {
            throw new CardMemoryException($"{length} bytes at {at} lie outside an array of {Length}.");
        }
    }
}
