using System.Buffers.Binary;
using System.Text;

namespace HierCash.Protocol.Cash;

/// <summary>Builds one signed or hashed string: an eight-letter tag, then fixed-width big-endian fields.</summary>
internal readonly ref struct CanonicalWriter
{
    private readonly byte[] _bytes;
    private readonly int _at;

    public CanonicalWriter(string tag, int fields)
    {
        _bytes = new byte[8 + fields];
        _at = Encoding.ASCII.GetBytes(tag, _bytes);
        if (_at != 8)
        {
            throw new ArgumentException("A tag has eight letters.", nameof(tag));
        }
    }

    private CanonicalWriter(byte[] bytes, int at)
    {
        _bytes = bytes;
        _at = at;
    }

    public CanonicalWriter U8(byte value)
    {
        _bytes[_at] = value;
        return After(1);
    }

    public CanonicalWriter U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_at), value);
        return After(2);
    }

    public CanonicalWriter U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(_at), value);
        return After(4);
    }

    public CanonicalWriter U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(_at), value);
        return After(8);
    }

    public CanonicalWriter Fixed(ReadOnlySpan<byte> value, int size)
    {
        if (value.Length != size)
        {
            throw new ArgumentException($"A field of {size} bytes was given {value.Length}.", nameof(value));
        }

        value.CopyTo(_bytes.AsSpan(_at));
        return After(size);
    }

    public CanonicalWriter Id(Id16 value)
    {
        value.CopyTo(_bytes.AsSpan(_at));
        return After(Id16.Size);
    }

    public CanonicalWriter Hash(Digest value)
    {
        value.CopyTo(_bytes.AsSpan(_at));
        return After(Digest.Size);
    }

    private CanonicalWriter After(int written) => new(_bytes, _at + written);

    /// <summary>The finished string.</summary>
    /// <exception cref="InvalidOperationException">Not all fields were written.</exception>
    public byte[] Done() => _at == _bytes.Length
        ? _bytes : throw new InvalidOperationException($"{_at} of {_bytes.Length} bytes were written.");
}
