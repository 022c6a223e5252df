using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace HierCash.Protocol.Suite;

/// <summary>
/// Verifies each signature once, and remembers whether it was good (rule R10): whoever is shown the same certificate a thousand times does
/// the work of one. Remembers no more when it is full, and forgets nothing: of a thing too large for it the beginning is verified once.
/// Safe to use from several threads.
/// </summary>
/// <param name="most">Signatures that are remembered.</param>
public sealed class OnceSuite(ICashSuite inner, int most = OnceSuite.MaxKept) : ICashSuite
{
    /// <summary>About 2 MB.</summary>
    public const int MaxKept = 16_384;

    private readonly ConcurrentDictionary<Digest, bool> _seen = new();

    public IRandomSource Random => inner.Random;

    /// <summary>Over a suite that does not remember yet.</summary>
    public static ICashSuite Over(ICashSuite suite) => suite as OnceSuite ?? new OnceSuite(suite);

    /// <summary>True where it remembers no more than it does.</summary>
    public bool IsFull => _seen.Count >= most;

    public ISigningKey GenerateKey() => inner.GenerateKey();

    public ISigningKey ImportKey(ReadOnlySpan<byte> scalar) => inner.ImportKey(scalar);

    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var text = new byte[PublicKey.Size + sizeof(int) + signature.Length + message.Length];
        key.Bytes.CopyTo(text);
        BinaryPrimitives.WriteInt32BigEndian(text.AsSpan(PublicKey.Size), signature.Length);
        signature.CopyTo(text.AsSpan(PublicKey.Size + sizeof(int)));
        message.CopyTo(text.AsSpan(PublicKey.Size + sizeof(int) + signature.Length));
        var id = Digest.Read(SHA256.HashData(text));
        if (_seen.TryGetValue(id, out bool good))
        {
            return good;
        }

        good = inner.Verify(key, message, signature);
        if (!IsFull)
        {
            _seen[id] = good;
        }

        return good;
    }
}
