using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;

namespace HierCash.Protocol.Suite;

/// <summary>The group: NIST P-256 (SP 800-186, 3.2.1.3).</summary>
internal static class P256
{
    public static X9ECParameters Curve { get; } = CustomNamedCurves.GetByName("P-256");

    public static ECDomainParameters Domain { get; } = new(Curve);

    /// <summary>True for 32 bytes from 1 to the group order - 1.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != ISigningKey.ScalarSize)
        {
            return false;
        }

        var value = new BigInteger(1, bytes.ToArray());
        return value.SignValue > 0 && value.CompareTo(Curve.N) < 0;
    }

    public static void RequireScalar(ReadOnlySpan<byte> bytes)
    {
        if (!IsScalar(bytes))
        {
            throw new ArgumentException("A secret key has 32 bytes and lies between 1 and the group order - 1.", nameof(bytes));
        }
    }
}
