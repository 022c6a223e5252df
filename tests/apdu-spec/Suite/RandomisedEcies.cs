using System.Security.Cryptography;

namespace HierCash.Tests.Suite;

/// <summary>ECIES whose ephemeral key does not follow from the plaintext: what a foreign implementation might do wrong.</summary>
internal static class RandomisedEcies
{
    public static byte[] Encrypt(ICashSuite suite, PublicKey recipient, byte[] plain, byte[] ephemeralOf)
    {
        using var ephemeral = suite.ImportKey(SHA256.HashData(SignedMessage.EphemeralSeed(0, ephemeralOf)));
        var r = ephemeral.PublicKey.Compress();
        r[0] = 2;
        var z = ephemeral.Agree(recipient);
        var info = SignedMessage.EciesInfo(recipient.Id, r);
        byte[] keys = [.. SHA256.HashData([.. z, 0, 0, 0, 1, .. info]), .. SHA256.HashData([.. z, 0, 0, 0, 2, .. info])];
        using var aes = Aes.Create();
        aes.SetKey(keys.AsSpan(0, 16));
        var body = aes.EncryptCbc(plain, new byte[16]);
        return [.. r, .. body, .. HMACSHA256.HashData(keys.AsSpan(16, 32), body)];
    }
}
