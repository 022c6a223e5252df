using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.EC;

namespace HierCash.Protocol.Suite;

/// <summary>A point of P-256 that was checked to be on the curve and not infinity (SEC 1 v2.0, 3.2.2.1).</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>04 || x || y.</summary>
    public const int Size = 65;

    /// <summary>02 or 03 || x.</summary>
    public const int CompressedSize = 33;

    private readonly byte[] _bytes;

    private PublicKey(byte[] uncompressed) => _bytes = uncompressed;

    /// <summary>The 65 bytes 04 || x || y.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    public ReadOnlySpan<byte> X => _bytes.AsSpan(1, 32);

    public ReadOnlySpan<byte> Y => _bytes.AsSpan(33, 32);

    /// <summary>The key's id: left 4 bytes of SHA-256 of its 65 bytes.</summary>
    public KeyId Id => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(_bytes)));

    /// <summary>33 bytes, SEC 1 v2.0, 2.3.3.</summary>
    public byte[] Compress()
    {
        var compressed = new byte[CompressedSize];
        compressed[0] = (byte)(2 | (_bytes[64] & 1));
        X.CopyTo(compressed.AsSpan(1));
        return compressed;
    }

    /// <summary>Decodes 65 or 33 bytes (SEC 1 v2.0, 2.3.4); null if they are no point of the curve.</summary>
    public static PublicKey? TryDecode(ReadOnlySpan<byte> bytes)
    {
        bool form = (bytes.Length == Size && bytes[0] == 4) || (bytes.Length == CompressedSize && bytes[0] is 2 or 3);
        if (!form)
        {
            return null;
        }

        try
        {
            var point = Curve.DecodePoint(bytes.ToArray());
            return point.IsInfinity || !point.IsValid() ? null : new PublicKey(point.GetEncoded(false));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return null;
        }
    }

    internal static Org.BouncyCastle.Math.EC.ECCurve Curve { get; } = CustomNamedCurves.GetByName("P-256").Curve;

    /// <summary>A key to which nobody has the secret: its x is a hash. It stands where no key could be read.</summary>
    internal static PublicKey Nobody => TryDecode([2, .. SHA256.HashData("nobody"u8)])!;

    internal static PublicKey FromValidPoint(byte[] uncompressed) => new(uncompressed);

    public bool Equals(PublicKey? other) => other is not null && Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    public override int GetHashCode() => BitConverter.ToInt32(_bytes, 1);

    public override string ToString() => Convert.ToHexStringLower(Compress());
}
