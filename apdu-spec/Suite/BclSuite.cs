using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace HierCash.Protocol.Suite;

/// <summary>Suite 1 on the operating system's library through the BCL. Nonces and keys come from that library.</summary>
public sealed class BclSuite(IRandomSource random) : ICashSuite
{
    /// <summary>Of one public key the library's form is some 2 kB, and takes as long to make as a signature takes to verify.</summary>
    private const int MaxIdle = 256;

    /// <summary>
    /// Public keys as the library has them, while nobody uses them: who verifies takes one out, since the library does not say that two may
    /// use it at once.
    /// </summary>
    private readonly ConcurrentDictionary<PublicKey, ECDsa> _idle = new();
    private int _kept;

    public BclSuite()
        : this(SystemRandom.Instance)
    {
    }

    public IRandomSource Random { get; } = random;

    public ISigningKey GenerateKey()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new Key(key);
    }

    public ISigningKey ImportKey(ReadOnlySpan<byte> scalar)
    {
        P256.RequireScalar(scalar);
        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar.ToArray() };
        try
        {
            return new Key(ECDsa.Create(parameters));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != ISigningKey.SignatureSize)
        {
            return false;
        }

        if (_idle.TryRemove(key, out var ecdsa))
        {
            Interlocked.Decrement(ref _kept);
        }
        else
        {
            ecdsa = ECDsa.Create(Parameters(key));
        }

        bool good = ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256);
        Keep(key, ecdsa);
        return good;
    }

    private void Keep(PublicKey key, ECDsa ecdsa)
    {
        if (Volatile.Read(ref _kept) >= MaxIdle)
        {
            foreach (var other in _idle.Keys)
            {
                Drop(other);
            }
        }

        if (_idle.TryAdd(key, ecdsa))
        {
            Interlocked.Increment(ref _kept);
        }
        else
        {
            ecdsa.Dispose();
        }
    }

    private void Drop(PublicKey key)
    {
        if (_idle.TryRemove(key, out var ecdsa))
        {
            Interlocked.Decrement(ref _kept);
            ecdsa.Dispose();
        }
    }

    private static ECParameters Parameters(PublicKey key) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = key.X.ToArray(), Y = key.Y.ToArray() },
    };

    private sealed class Key : ISigningKey
    {
        private readonly ECDsa _ecdsa;

        public Key(ECDsa ecdsa)
        {
            _ecdsa = ecdsa;
            var q = ecdsa.ExportParameters(false).Q;
            PublicKey = PublicKey.FromValidPoint([4, .. q.X!, .. q.Y!]);
        }

        public PublicKey PublicKey { get; }

        public byte[] Sign(ReadOnlySpan<byte> message) => _ecdsa.SignData(message, HashAlgorithmName.SHA256);

        public byte[] Agree(PublicKey point)
        {
            var own = _ecdsa.ExportParameters(true);
            using var mine = ECDiffieHellman.Create(own);
            CryptographicOperations.ZeroMemory(own.D);
            using var theirs = ECDiffieHellman.Create(Parameters(point));
            return mine.DeriveRawSecretAgreement(theirs.PublicKey);
        }

        public byte[] ExportScalar() => _ecdsa.ExportParameters(true).D!;

        public void Dispose() => _ecdsa.Dispose();
    }
}
