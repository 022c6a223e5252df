using System.Text;

namespace HierCash.Protocol.Commands;

/// <summary>PIN and PUK as they travel: 4 to 8 ASCII digits, filled up with FF to 8 bytes (pin.md).</summary>
public static class Pin
{
    public const int BlockSize = 8;
    public const int MinDigits = 4;

    /// <summary>The card's reference numbers (ISO 7816-4, table 65): application-specific number 1.</summary>
    public const byte Reference = 0x81;

    /// <summary>PIN of a card that no bank has personalised yet. Public.</summary>
    public const string Transport = "0000";

    /// <summary>PUK of such a card. Public; the bank hands out a new one.</summary>
    public const string TransportPuk = "00000000";

    /// <summary>True for 4 to 8 digits.</summary>
    public static bool IsValid(string digits) => digits.Length is >= MinDigits and <= BlockSize && digits.All(char.IsAsciiDigit);

    /// <exception cref="ArgumentException">Not 4 to 8 digits. The message does not repeat them.</exception>
    public static byte[] ToBlock(string digits)
    {
        if (!IsValid(digits))
        {
            throw new ArgumentException("A PIN has 4 to 8 digits.", nameof(digits));
        }

        var block = new byte[BlockSize];
        block.AsSpan().Fill(0xFF);
        Encoding.ASCII.GetBytes(digits, block);
        return block;
    }

    /// <summary>True if the 8 bytes are digits and then FF only.</summary>
    public static bool IsBlock(ReadOnlySpan<byte> block)
    {
        int digits = block.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? block.Length : digits;
        return block.Length == BlockSize && digits >= MinDigits && !block[digits..].ContainsAnyExcept((byte)0xFF);
    }
}
