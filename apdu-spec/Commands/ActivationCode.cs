using System.Security.Cryptography;
using System.Text;

namespace HierCash.Protocol.Commands;

/// <summary>
/// What a bank's letter holds: 20 random digits, with which its holder activates the card (rule R12). Too many to guess, so no try counter
/// lets anybody block a card. The card and the bank's signature know only its hash.
/// </summary>
public sealed class ActivationCode
{
    public const int Digits = 20;
    private const int Group = 4;
    private readonly byte[] _ascii;

    private ActivationCode(byte[] ascii) => _ascii = ascii;

    public ReadOnlySpan<byte> Ascii => _ascii;

    /// <summary>All that anybody but the holder keeps.</summary>
    public Digest Hash => Digest.Of(SignedMessage.ActivationCode(_ascii));

    public static ActivationCode Random(IRandomSource random) => new(RandomDigits.Make(random, Digits));

    /// <summary>As a person types it: spaces and hyphens do not count. Null for anything but 20 digits.</summary>
    public static ActivationCode? Parse(string text)
    {
        string digits = string.Concat(text.Where(c => c is not (' ' or '-' or '\t')));
        return digits.Length == Digits && digits.All(char.IsAsciiDigit) ? new ActivationCode(Encoding.ASCII.GetBytes(digits)) : null;
    }

    internal static ActivationCode? Decode(ReadOnlySpan<byte> ascii) =>
        ascii.Length == Digits && !ascii.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? new ActivationCode(ascii.ToArray()) : null;

    /// <summary>In groups of four, for the letter and nothing else.</summary>
    public string ForLetter() => string.Join(' ', Encoding.ASCII.GetString(_ascii).Chunk(Group).Select(c => new string(c)));

    public bool Is(ActivationCode other) => CryptographicOperations.FixedTimeEquals(_ascii, other._ascii);

    /// <summary>Never the digits.</summary>
    public override string ToString() => "activation code";
}
