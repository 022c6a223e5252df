namespace HierCash.Iso7816;

/// <summary>Commands and answers in hexadecimal, for tests and for trying things out.</summary>
public static class HexChannel
{
    /// <summary>Sends one command APDU and gives its response APDU, SW1-SW2 last.</summary>
    /// <param name="card">The way to the card.</param>
    /// <param name="hex">Hexadecimal digits, with spaces or without.</param>
    /// <returns>Hexadecimal digits, upper case, without spaces.</returns>
    /// <exception cref="FormatException">No hexadecimal digits, or an odd number of them. What was given is not repeated: it may hold a
    /// PIN.</exception>
    /// <exception cref="CardChannelException">The card is gone, lost its power, or the reader failed.</exception>
    public static string Transmit(this ICardChannel card, string hex)
    {
        byte[] command = Hex.Parse(hex) ?? throw new FormatException("A command is an even number of hexadecimal digits.");
        var response = new byte[ICardChannel.ResponseRoom];
        return Convert.ToHexString(response.AsSpan(0, card.Transmit(command, response)));
    }
}
