using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace HierCash.Protocol.Suite;

/// <summary>
/// E_I: ECIES (SEC 1 v2.0, 5.1) over P-256 with the X9.63 KDF on SHA-256, AES-128-CBC and HMAC-SHA-256, made deterministic: the
/// ephemeral scalar is a hash of the plaintext, so that the opening m proves to anyone what a ciphertext holds.
/// R travels as 02 || x(R) whatever its parity, because plain ECDH gives a card only x.
/// </summary>
public static class Ecies
{
    /// <summary>R 33 bytes and MAC 32 bytes.</summary>
    public const int Overhead = PublicKey.CompressedSize + 32;

    /// <summary>Bytes of the ciphertext of <paramref name="plaintext"/> bytes (CBC with PKCS #7 padding).</summary>
    public static int CiphertextSize(int plaintext) => Overhead + (((plaintext / 16) + 1) * 16);

    public static byte[] Encrypt(ICashSuite suite, PublicKey recipient, ReadOnlySpan<byte> plaintext)
    {
        using var ephemeral = EphemeralKey(suite, plaintext);
        var r = ephemeral.PublicKey.Compress();
        r[0] = 2;
        var z = ephemeral.Agree(recipient);
        var keys = DeriveKeys(z, recipient.Id, r);
        CryptographicOperations.ZeroMemory(z);
        using var aes = Aes.Create();
        aes.SetKey(keys.AsSpan(0, 16));
        var body = aes.EncryptCbc(plaintext, new byte[16]);
        var mac = HMACSHA256.HashData(keys.AsSpan(16, 32), body);
        CryptographicOperations.ZeroMemory(keys);
        return [.. r, .. body, .. mac];
    }

    /// <summary>
    /// The plaintext, or null for anything that <see cref="Encrypt"/> would not have made of it byte by byte: one answer for
    /// every kind of error, so that the decryptor is no oracle (hole 21). The MAC is checked before the padding.
    /// </summary>
    public static byte[]? TryDecrypt(ICashSuite suite, ISigningKey secret, ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length < CiphertextSize(0) || (ciphertext.Length - Overhead) % 16 != 0
            || ciphertext[0] != 2 || PublicKey.TryDecode(ciphertext[..33]) is not { } r)
        {
            return null;
        }

        var z = secret.Agree(r);
        var keys = DeriveKeys(z, secret.PublicKey.Id, ciphertext[..33]);
        CryptographicOperations.ZeroMemory(z);
        var body = ciphertext[33..^32];
        byte[] plaintext;
        using (var aes = Aes.Create())
        {
            aes.SetKey(keys.AsSpan(0, 16));
            bool authentic = CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(keys.AsSpan(16, 32), body), ciphertext[^32..]);
            CryptographicOperations.ZeroMemory(keys);
            if (!authentic)
            {
                return null;
            }

            try
            {
                plaintext = aes.DecryptCbc(body, new byte[16]);
            }
            catch (CryptographicException)
            {
                return null;
            }
        }

        return Encrypt(suite, secret.PublicKey, plaintext).AsSpan().SequenceEqual(ciphertext) ? plaintext : null;
    }

    private static ISigningKey EphemeralKey(ICashSuite suite, ReadOnlySpan<byte> plaintext)
    {
        for (uint counter = 0; ; counter++)
        {
            var r = SHA256.HashData(SignedMessage.EphemeralSeed(counter, plaintext));
            if (P256.IsScalar(r))
            {
                return suite.ImportKey(r);
            }
        }
    }

    private static byte[] DeriveKeys(byte[] z, KeyId recipient, ReadOnlySpan<byte> r)
    {
        // ISO 18033-2's KDF2 counts from 1 and is the X9.63 KDF.
        var kdf = new Kdf2BytesGenerator(new Sha256Digest());
        kdf.Init(new KdfParameters(z, SignedMessage.EciesInfo(recipient, r)));
        var keys = new byte[48];
        kdf.GenerateBytes(keys, 0, keys.Length);
        return keys;
    }
}
