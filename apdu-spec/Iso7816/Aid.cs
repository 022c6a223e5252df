namespace HierCash.Iso7816;

/// <summary>Application identifier, 5 to 16 bytes (ISO 7816-4, 8.2.1.2; ISO 7816-5).</summary>
public sealed class Aid : IEquatable<Aid>
{
    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">Fewer than 5 or more than 16 bytes.</exception>
    public Aid(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 5 or > 16)
        {
            throw new ArgumentException($"An AID has 5 to 16 bytes, not {bytes.Length}.", nameof(bytes));
        }

        _bytes = bytes.ToArray();
    }

    public static Aid Parse(string hex) => new(Convert.FromHexString(hex));

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>True if this AID begins with <paramref name="prefix"/> (ISO 7816-4, 11.2.2: right-truncated names).</summary>
    public bool StartsWith(ReadOnlySpan<byte> prefix) => Bytes.StartsWith(prefix);

    public bool Equals(Aid? other) => other is not null && Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => Equals(obj as Aid);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public override string ToString() => Convert.ToHexString(_bytes);
}
