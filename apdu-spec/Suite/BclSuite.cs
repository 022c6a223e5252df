using System.Security.Cryptography;

namespace HierCash.Protocol.Suite;

/// <summary>Suite 1 on the operating system's library through the BCL. Nonces and keys come from that library.</summary>
public sealed class BclSuite(IRandomSource random) : ICashSuite
{
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

        using var ecdsa = ECDsa.Create(Parameters(key));
        return ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256);
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
