using System.Buffers.Binary;
using System.Security.Cryptography;
using HierCash.Protocol.Link;

namespace HierCash.Protocol.Cash;

/// <summary>
/// A wallet's message to the issuer that its bank relays and cannot read (hole 23): ECIES to PE_I, always of one size. The answer is
/// enciphered with a key that only the message holds, of one size too.
/// </summary>
/// <param name="Ciphertext">ECIES of: seed 32, message type 2, length 2, body, zeros.</param>
public sealed record SealedMessage(KeyId Key, byte[] Ciphertext) : IDataObject<SealedMessage>
{
    /// <summary>Bytes of the largest body.</summary>
    public const int MaxBody = 600;

    private const int PlaintextSize = CashCipher.SeedSize + 4 + MaxBody;
    private const int SaltSize = 16;
    private const int AnswerSize = 4 + MaxBody;
    public static Tag? Tag => WalletTag.SealedMessage;

    public static int MaxEncodedSize => 900;

    /// <summary>Seals a message; the seed opens the answer and must not leave the wallet.</summary>
    public static (SealedMessage Message, byte[] Seed) Seal(ICashSuite suite, PublicKey issuer, LinkMessage message)
    {
        var plain = new byte[PlaintextSize];
        suite.Random.Fill(plain.AsSpan(0, CashCipher.SeedSize));
        Put(plain.AsSpan(CashCipher.SeedSize), message);
        var seed = plain[..CashCipher.SeedSize];
        var ciphertext = Ecies.Encrypt(suite, issuer, plain);
        CryptographicOperations.ZeroMemory(plain);
        return (new SealedMessage(issuer.Id, ciphertext), seed);
    }

    /// <summary>The message and the key of the answer; null for whatever does not open: one answer for every error (hole 21).</summary>
    public (LinkMessage Message, byte[] Seed)? Open(ICashSuite suite, ISigningKey secret)
    {
        var opened = Ecies.TryDecrypt(suite, secret, Ciphertext);
        return opened is { } plain && HasItsSize(plain) && Take(plain.AsSpan(CashCipher.SeedSize)) is { } message
            ? (message, plain[..CashCipher.SeedSize]) : null;
    }

    private static bool HasItsSize(byte[] plain) => plain.Length == PlaintextSize;

    /// <summary>The answer, for the relay. A salt, so that one seed never enciphers two answers under one key.</summary>
    public static byte[] SealAnswer(ICashSuite suite, ReadOnlySpan<byte> seed, LinkMessage answer)
    {
        var salt = new byte[SaltSize];
        suite.Random.Fill(salt);
        var plain = new byte[AnswerSize];
        Put(plain, answer);
        return [.. salt, .. CashCipher.Encrypt(AnswerKey(seed, salt), plain)];
    }

    public static LinkMessage? OpenAnswer(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> answer) =>
        answer.Length > SaltSize && CashCipher.TryDecrypt(
            AnswerKey(seed, answer[..SaltSize]), answer[SaltSize..]) is { Length: AnswerSize } plain ? Take(plain) : null;

    private static byte[] AnswerKey(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> salt) =>
        Digest.Of(SignedMessage.AnswerKey(seed, salt)).ToArray();

    private static void Put(Span<byte> to, LinkMessage message)
    {
        if (message.Body.Length > MaxBody)
        {
            throw new ArgumentException($"A sealed message holds {MaxBody} bytes, not {message.Body.Length}.", nameof(message));
        }

        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)message.Type);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)message.Body.Length);
        message.Body.CopyTo(to[4..]);
    }

    private static LinkMessage? Take(ReadOnlySpan<byte> from)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(from[2..]);
        return length <= MaxBody && !from[(4 + length)..].ContainsAnyExcept((byte)0)
            ? new LinkMessage((MessageType)BinaryPrimitives.ReadUInt16BigEndian(from), from.Slice(4, length).ToArray()) : null;
    }

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.KeyId, Key);
        writer.Write(WalletTag.Ciphertext, Ciphertext);
    }

    public static SealedMessage ReadFields(ref BerTlvReader r) => new(r.ReadKeyId(WalletTag.KeyId), r.Read(WalletTag.Ciphertext).ToArray());
}
