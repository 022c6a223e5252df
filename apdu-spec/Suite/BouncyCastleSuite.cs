using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Utilities;

namespace HierCash.Protocol.Suite;

/// <summary>Suite 1 on BouncyCastle: deterministic signatures (RFC 6979) and keys from the given source, so that runs repeat.</summary>
public sealed class BouncyCastleSuite(IRandomSource random) : ICashSuite
{
    public IRandomSource Random { get; } = random;

    public ISigningKey GenerateKey()
    {
        var scalar = new byte[ISigningKey.ScalarSize];
        do
        {
            Random.Fill(scalar);
        }
        while (!P256.IsScalar(scalar));
        return new Key(scalar);
    }

    public ISigningKey ImportKey(ReadOnlySpan<byte> scalar)
    {
        P256.RequireScalar(scalar);
        return new Key(scalar.ToArray());
    }

    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != ISigningKey.SignatureSize)
        {
            return false;
        }

        var verifier = new ECDsaSigner();
        verifier.Init(false, new ECPublicKeyParameters(P256.Curve.Curve.DecodePoint(key.Bytes.ToArray()), P256.Domain));
        var r = new BigInteger(1, signature[..32].ToArray());
        var s = new BigInteger(1, signature[32..].ToArray());
        return verifier.VerifySignature(System.Security.Cryptography.SHA256.HashData(message), r, s);
    }

    private sealed class Key(byte[] scalar) : ISigningKey
    {
        private readonly ECPrivateKeyParameters _key = new(new BigInteger(1, scalar), P256.Domain);

        public PublicKey PublicKey { get; } =
            PublicKey.FromValidPoint(P256.Domain.G.Multiply(new BigInteger(1, scalar)).GetEncoded(false));

        public byte[] Sign(ReadOnlySpan<byte> message)
        {
            var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
            signer.Init(true, _key);
            var rs = signer.GenerateSignature(System.Security.Cryptography.SHA256.HashData(message));
            var signature = new byte[ISigningKey.SignatureSize];
            BigIntegers.AsUnsignedByteArray(32, rs[0]).CopyTo(signature, 0);
            BigIntegers.AsUnsignedByteArray(32, rs[1]).CopyTo(signature, 32);
            return signature;
        }

        public byte[] Agree(PublicKey point)
        {
            var product = P256.Curve.Curve.DecodePoint(point.Bytes.ToArray()).Multiply(_key.D).Normalize();
            return product.AffineXCoord.GetEncoded();
        }

        public byte[] ExportScalar() => (byte[])scalar.Clone();

        public void Dispose() => System.Security.Cryptography.CryptographicOperations.ZeroMemory(scalar);
    }
}
