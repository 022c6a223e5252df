using System.Buffers.Binary;
using System.Text;

namespace HierCash.Protocol.Cash;

/// <summary>Builds one signed or hashed string: an eight-letter tag, then fixed-width big-endian fields.</summary>
internal ref struct CanonicalWriter
{
    private readonly byte[] _bytes;
    private int _at;

    public CanonicalWriter(string tag, int fields)
    {
        _bytes = new byte[8 + fields];
        _at = Encoding.ASCII.GetBytes(tag, _bytes);
        if (_at != 8)
        {
            throw new ArgumentException("A tag has eight letters.", nameof(tag));
        }
    }

    public void U8(byte value) => _bytes[_at++] = value;

    public void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_at), value);
        _at += 2;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(_at), value);
        _at += 4;
    }

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(_at), value);
        _at += 8;
    }

    public void Fixed(ReadOnlySpan<byte> value, int size)
    {
        if (value.Length != size)
        {
            throw new ArgumentException($"A field of {size} bytes was given {value.Length}.", nameof(value));
        }

        value.CopyTo(_bytes.AsSpan(_at));
        _at += size;
    }

    public void Id(Id16 value)
    {
        value.CopyTo(_bytes.AsSpan(_at));
        _at += Id16.Size;
    }

    public void Hash(Digest value)
    {
        value.CopyTo(_bytes.AsSpan(_at));
        _at += Digest.Size;
    }

    /// <summary>The finished string.</summary>
    /// <exception cref="InvalidOperationException">Not all fields were written.</exception>
    public readonly byte[] Done() => _at == _bytes.Length
        ? _bytes
        : throw new InvalidOperationException($"{_at} of {_bytes.Length} bytes were written.");
}
