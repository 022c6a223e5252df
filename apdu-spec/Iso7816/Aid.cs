namespace HierCash.Iso7816;

/// <summary>Application identifier, 5 to 16 bytes (ISO 7816-4, 8.2.1.2; ISO 7816-5).</summary>
public sealed class Aid : IEquatable<Aid>
{
    private readonly byte[] _bytes;

    /// <summary>An AID of these bytes, which are copied.</summary>
    /// <exception cref="ArgumentException">Fewer than 5 or more than 16 bytes.</exception>
    public Aid(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 5 or > 16)
        {
            throw new ArgumentException($"An AID has 5 to 16 bytes, not {bytes.Length}.", nameof(bytes));
        }

        _bytes = bytes.ToArray();
    }

    /// <summary>Reads hexadecimal digits without spaces.</summary>
    /// <exception cref="FormatException">They are none.</exception>
    /// <exception cref="ArgumentException">Fewer than 5 or more than 16 bytes.</exception>
    public static Aid Parse(string hex) => new(Convert.FromHexString(hex));

    /// <summary>5 to 16 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>True if this AID begins with <paramref name="prefix"/> (ISO 7816-4, 11.2.2: right-truncated names).</summary>
    public bool StartsWith(ReadOnlySpan<byte> prefix) => Bytes.StartsWith(prefix);

    /// <summary>Byte by byte.</summary>
    public bool Equals(Aid? other) => other is not null && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Aid);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>Hexadecimal digits, upper case, without spaces.</summary>
    public override string ToString() => Convert.ToHexString(_bytes);
}
