using System.Buffers.Binary;
using System.Formats.Asn1;

namespace HierCash.Iso7816;

/// <summary>
/// Reads BER-TLV data objects (ISO 7816-4, 5.2.2; X.690) in the order in which a page of the specification lists them. A
/// missing, misplaced, repeated or wrongly sized object makes the reader fail for good: read all fields, then ask
/// <see cref="Complete"/> once. Indefinite length is refused.
/// </summary>
public ref struct BerTlvReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    /// <summary>True once an object was missing, misplaced or wrong.</summary>
    public bool Failed { get; private set; }

    /// <summary>True when all bytes were read and nothing was wrong.</summary>
    public readonly bool Complete => !Failed && _rest.IsEmpty;

    /// <summary>True when the next object has this tag. Does not move.</summary>
    public readonly bool Next(Tag tag) => !Failed && TryDecode(_rest, out var found, out _, out _) && found == (ushort)tag;

    /// <summary>True while objects are left and nothing failed.</summary>
    public readonly bool HasMore => !Failed && !_rest.IsEmpty;

    /// <summary>The value of the next object, which must have this tag, and this length unless that is negative.</summary>
    public ReadOnlySpan<byte> Read(Tag tag, int length = -1)
    {
        if (Failed || !TryDecode(_rest, out var found, out var value, out int consumed)
            || found != (ushort)tag || (length >= 0 && value.Length != length))
        {
            Failed = true;
            return default;
        }

        _rest = _rest[consumed..];
        return value;
    }

    /// <summary>The next object as it stands in the data, tag and length included; it must have this tag.</summary>
    public ReadOnlySpan<byte> ReadEncoded(Tag tag)
    {
        var from = _rest;
        Read(tag);
        return from[..(from.Length - _rest.Length)];
    }

    /// <summary>The next object, whatever it is; false at the end of the data or where they are no data object.</summary>
    public bool ReadAny(out ushort tag, out ReadOnlySpan<byte> value)
    {
        if (Failed || !TryDecode(_rest, out tag, out value, out int consumed))
        {
            Failed |= !_rest.IsEmpty;
            tag = 0;
            value = default;
            return false;
        }

        _rest = _rest[consumed..];
        return true;
    }

    /// <summary>A fixed-size value as an array; an array of zeros when the reader failed.</summary>
    public byte[] ReadBytes(Tag tag, int length)
    {
        var value = Read(tag, length);
        return Failed ? new byte[length] : value.ToArray();
    }

    /// <summary>A value of one byte; 0 when the reader failed.</summary>
    public byte ReadByte(Tag tag)
    {
        var value = Read(tag, 1);
        return Failed ? (byte)0 : value[0];
    }

    /// <summary>A value of two bytes, big endian; 0 when the reader failed.</summary>
    public ushort ReadUInt16(Tag tag)
    {
        var value = Read(tag, 2);
        return Failed ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(value);
    }

    /// <summary>A value of four bytes, big endian; 0 when the reader failed.</summary>
    public uint ReadUInt32(Tag tag)
    {
        var value = Read(tag, 4);
        return Failed ? 0 : BinaryPrimitives.ReadUInt32BigEndian(value);
    }

    /// <summary>A value of eight bytes, big endian; 0 when the reader failed.</summary>
    public ulong ReadUInt64(Tag tag)
    {
        var value = Read(tag, 8);
        return Failed ? 0 : BinaryPrimitives.ReadUInt64BigEndian(value);
    }

    /// <summary>UTF-8 text of at most <paramref name="max"/> bytes.</summary>
    public string ReadText(Tag tag, int max)
    {
        var value = Read(tag);
        if (Failed || value.Length > max || !System.Text.Unicode.Utf8.IsValid(value))
        {
            Failed = true;
            return "";
        }

        return System.Text.Encoding.UTF8.GetString(value);
    }

    /// <summary>A reader on the content of the next object, which must have this constructed tag.</summary>
    public BerTlvReader Enter(Tag tag)
    {
        var value = Read(tag);
        return new BerTlvReader(value) { Failed = Failed };
    }

    /// <summary>Takes over what went wrong in a reader made by <see cref="Enter"/>; unread bytes in it are wrong too.</summary>
    public void Leave(in BerTlvReader inner) => Failed |= !inner.Complete;

    /// <summary>All that is left, for an object that decodes itself from its bytes; empty when the reader failed.</summary>
    public ReadOnlySpan<byte> ReadRest()
    {
        var rest = Failed ? default : _rest;
        _rest = default;
        return rest;
    }

    /// <summary>Marks the data as wrong, for rules that a tag and a length cannot say.</summary>
    public void Fail() => Failed = true;

    private static bool TryDecode(ReadOnlySpan<byte> data, out ushort tag, out ReadOnlySpan<byte> value, out int consumed)
    {
        tag = 0;
        value = default;
        consumed = 0;
        if (data.IsEmpty)
        {
            return false;
        }

        // Tags of three bytes or more are nobody's here, and their length would stand elsewhere: refused before the decoder, which throws
        // where an indefinite length has no end.
        int identifier = (data[0] & 0x1F) == 0x1F ? 2 : 1;
        if (data.Length <= identifier || data[identifier] == 0x80 || (identifier == 2 && (data[1] & 0x80) != 0)
            || !AsnDecoder.TryReadEncodedValue(data, AsnEncodingRules.BER, out _, out int offset, out int length, out consumed))
        {
            return false;
        }

        tag = identifier == 1 ? data[0] : BinaryPrimitives.ReadUInt16BigEndian(data);
        value = data.Slice(offset, length);
        return true;
    }
}
