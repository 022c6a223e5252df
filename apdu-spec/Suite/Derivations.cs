using System.Security.Cryptography;

namespace HierCash.Protocol.Suite;

/// <summary>The patent's one-way function f and identity function g.</summary>
public static class Derivations
{
    /// <summary>e = f(TIME, W): left 16 bytes of SHA-256 of the tagged pair (EP 0810563, claim 5).</summary>
    public static Challenge F(Timestamp time, TillId w) => new(Id16.Read(SHA256.HashData(SignedMessage.Challenge(time, w))));

    /// <summary>n = g(N_U) as the fixed 33-byte field that S_I signs: N_U itself (claim 7), or 00 || SHA-256(N_U).</summary>
    /// <param name="nu">N_U, compressed, 33 bytes.</param>
    public static byte[] G(GFunction g, ReadOnlySpan<byte> nu) => g switch
    {
        GFunction.Identity => nu.ToArray(),
        GFunction.Sha256 => [0, .. SHA256.HashData(nu)],
        _ => throw new ArgumentOutOfRangeException(nameof(g), g, "g is identity (0) or SHA-256 (1)."),
    };

    /// <summary>W: left 16 bytes of SHA-256 of the till key N_W, 65 bytes (hole 2).</summary>
    public static TillId W(PublicKey till) => new(Id16.Read(SHA256.HashData(till.Bytes)));

    /// <summary>U: left 16 bytes of SHA-256 of the account key, 65 bytes, so that no bank can put another key behind an account.</summary>
    public static AccountId U(PublicKey account) => U(account.Bytes);

    /// <summary>The same from the 65 bytes of a key that is known to be sound.</summary>
    public static AccountId U(ReadOnlySpan<byte> account) => new(Id16.Read(SHA256.HashData(account)));
}
