namespace HierCash.Protocol.Suite;

/// <summary>
/// The public-key half of cipher suite 1: ECDSA P-256 with SHA-256 (FIPS 186-5) and ECDH P-256 (SP 800-56A, 5.7.1.2). Two
/// implementations with the same results: <see cref="BclSuite"/> is fast, <see cref="BouncyCastleSuite"/> replays from a seed.
/// </summary>
public interface ICashSuite
{
    IRandomSource Random { get; }

    ISigningKey GenerateKey();

    /// <exception cref="ArgumentException">Not 32 bytes, or not from 1 to the group order - 1.</exception>
    ISigningKey ImportKey(ReadOnlySpan<byte> scalar);

    /// <summary>True if the 64 bytes r || s sign the message under the key.</summary>
    bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}

/// <summary>A secret key: SS_U, SS_I, SE_I, SS_B, or a till's.</summary>
public interface ISigningKey : IDisposable
{
    /// <summary>Bytes of r || s.</summary>
    const int SignatureSize = 64;

    /// <summary>Bytes of the secret scalar.</summary>
    const int ScalarSize = 32;

    PublicKey PublicKey { get; }

    /// <summary>ECDSA over SHA-256 of the message, 64 bytes r || s.</summary>
    byte[] Sign(ReadOnlySpan<byte> message);

    /// <summary>x coordinate of scalar times point, 32 bytes: what plain ECDH of a card gives.</summary>
    byte[] Agree(PublicKey point);

    /// <summary>The 32 secret bytes, for storage. Never for a log, a response or an exception.</summary>
    byte[] ExportScalar();
}
