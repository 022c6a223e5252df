using System.Security.Cryptography;

namespace HierCash.Protocol.Suite;

/// <summary>
/// E_K: AES-128-CBC, then HMAC-SHA-256 over the ciphertext. K is two keys, hashes of the seed in E_I under two labels. A seed
/// encrypts one answer and no more, so the IV is zero.
/// </summary>
public static class CashCipher
{
    public const int SeedSize = 32;

    /// <summary>Bytes of the answer to <paramref name="plaintext"/> bytes.</summary>
    public static int CiphertextSize(int plaintext) => (((plaintext / 16) + 1) * 16) + 32;

    public static byte[] Encrypt(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> plaintext)
    {
        using var aes = Aes.Create();
        aes.SetKey(SHA256.HashData(SignedMessage.CashKey(seed, mac: false)).AsSpan(0, 16));
        var body = aes.EncryptCbc(plaintext, new byte[16]);
        return [.. body, .. Mac(seed, body)];
    }

    /// <summary>The plaintext, or null where the MAC, checked first, or the padding is wrong.</summary>
    public static byte[]? TryDecrypt(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length < CiphertextSize(0) || ciphertext.Length % 16 != 0)
        {
            return null;
        }

        if (!CryptographicOperations.FixedTimeEquals(Mac(seed, ciphertext[..^32]), ciphertext[^32..]))
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.SetKey(SHA256.HashData(SignedMessage.CashKey(seed, mac: false)).AsSpan(0, 16));
        try
        {
            return aes.DecryptCbc(ciphertext[..^32], new byte[16]);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Mac(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> body) =>
        HMACSHA256.HashData(SHA256.HashData(SignedMessage.CashKey(seed, mac: true)), body);
}
