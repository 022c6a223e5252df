using System.Buffers.Binary;

namespace HierCash.Iso7816;

/// <summary>Writes BER-TLV data objects with definite, shortest lengths (X.690, 8.1.3) into a buffer of the caller's.</summary>
public ref struct BerTlvWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>A view on what was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    /// <summary>A data object with these bytes as its value.</summary>
    /// <exception cref="ArgumentException">The buffer is too short; so with all that is written.</exception>
    public void Write(Tag tag, scoped ReadOnlySpan<byte> value)
    {
        WriteTag(tag);
        WriteLength(value.Length);
        value.CopyTo(_buffer[Length..]);
        Length += value.Length;
    }

    /// <summary>A value of one byte.</summary>
    public void Write(Tag tag, byte value) => Write(tag, [value]);

    /// <summary>A value of two bytes, big endian.</summary>
    public void Write(Tag tag, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        Write(tag, bytes);
    }

    /// <summary>A value of four bytes, big endian.</summary>
    public void Write(Tag tag, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Write(tag, bytes);
    }

    /// <summary>A value of eight bytes, big endian.</summary>
    public void Write(Tag tag, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Write(tag, bytes);
    }

    /// <summary>A value of UTF-8 text.</summary>
    public void Write(Tag tag, string text) => Write(tag, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Appends data objects that are encoded already.</summary>
    public void WriteEncoded(scoped ReadOnlySpan<byte> objects)
    {
        objects.CopyTo(_buffer[Length..]);
        Length += objects.Length;
    }

    /// <summary>Opens a constructed object; give the result to <see cref="End"/>.</summary>
    public int Begin(Tag tag)
    {
        WriteTag(tag);
        return Length;
    }

    /// <summary>Closes a constructed object: moves its content up to make room for the length.</summary>
    public void End(int begin)
    {
        int length = Length - begin;
        int size = length < 0x80 ? 1 : length <= 0xFF ? 2 : length <= 0xFFFF ? 3 : length <= 0xFFFFFF ? 4 : 5;
        _buffer[begin..Length].CopyTo(_buffer[(begin + size)..]);
        Length = begin;
        WriteLength(length);
        Length += length;
    }

    private void WriteTag(Tag tag)
    {
        if ((ushort)tag > 0xFF)
        {
            _buffer[Length++] = (byte)((ushort)tag >> 8);
        }

        _buffer[Length++] = (byte)((ushort)tag & 0xFF);
    }

    private void WriteLength(int length)
    {
        if (length >= 0x80)
        {
            int bytes = length <= 0xFF ? 1 : length <= 0xFFFF ? 2 : length <= 0xFFFFFF ? 3 : 4;
            _buffer[Length++] = (byte)(0x80 | bytes);
            for (int shift = 8 * (bytes - 1); shift > 0; shift -= 8)
            {
                _buffer[Length++] = (byte)((length >> shift) & 0xFF);
            }
        }

        _buffer[Length++] = (byte)(length & 0xFF);
    }
}

/// <summary>Encodes an object that writes itself, growing the buffer until it fits.</summary>
public static class BerTlv
{
    /// <summary>Writes objects into the writer that it gets.</summary>
    public delegate void WriteObjects(ref BerTlvWriter writer);

    /// <summary>Objects of at most <paramref name="max"/> bytes as a new array.</summary>
    /// <exception cref="ArgumentException">They need more than <paramref name="max"/> bytes.</exception>
    public static byte[] Encode(int max, WriteObjects write)
    {
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(max);
        try
        {
            var writer = new BerTlvWriter(buffer.AsSpan(0, max));
            write(ref writer);
            return writer.Written.ToArray();
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
