using System.Text;

namespace HierCash.Protocol.Commands;

/// <summary>Which PIN a command is about: its reference number, P2 (ISO 7816-4, table 65: specific reference data; rule R11).</summary>
public enum PinRole : byte
{
    /// <summary>Lifts the limit without PIN of PAY, and nothing else. The only one that a till asks for.</summary>
    Payment = 0x81,

    /// <summary>
    /// Withdrawals, balance, log, acknowledgement, lost card, change of either PIN. Given to the holder's own terminal only.
    /// </summary>
    Holder = 0x82,
}

/// <summary>PINs and PUK as they travel: 4 to 8 ASCII digits, filled up with FF to 8 bytes (pin.md).</summary>
public static class Pin
{
    public const int BlockSize = 8;
    public const int MinDigits = 4;

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

    /// <summary>The digits of a block, for a person.</summary>
    /// <exception cref="ArgumentException">No block of digits. The message does not repeat it.</exception>
    public static string FromBlock(ReadOnlySpan<byte> block) =>
        IsBlock(block) ? Encoding.ASCII.GetString(block.TrimEnd((byte)0xFF))
            : throw new ArgumentException("This is no block of 4 to 8 digits.", nameof(block));

    /// <summary>True if the 8 bytes are digits and then FF only.</summary>
    public static bool IsBlock(ReadOnlySpan<byte> block)
    {
        int digits = block.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? block.Length : digits;
        return block.Length == BlockSize && digits >= MinDigits && !block[digits..].ContainsAnyExcept((byte)0xFF);
    }
}
