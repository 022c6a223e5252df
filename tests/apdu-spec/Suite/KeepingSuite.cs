using System.Collections.Concurrent;

namespace HierCash.Tests.Suite;

/// <summary>
/// Keeps every key that is made: an issuer that does not forget its users' keys, or cards that were opened in a laboratory.
/// </summary>
internal sealed class KeepingSuite(ICashSuite inner) : ICashSuite
{
    private readonly ConcurrentDictionary<string, byte[]> _made = new();

    public IRandomSource Random => inner.Random;

    public ISigningKey GenerateKey()
    {
        var key = inner.GenerateKey();
        _made[Convert.ToHexString(key.PublicKey.Compress())] = key.ExportScalar();
        return key;
    }

    public ISigningKey ImportKey(ReadOnlySpan<byte> scalar) => inner.ImportKey(scalar);

    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => inner.Verify(key, message, signature);

    /// <summary>The secret key of that N_U, 33 bytes.</summary>
    public ISigningKey SecretOf(byte[] nu) => inner.ImportKey(_made[Convert.ToHexString(nu)]);
}
