namespace HierCash.Iso7816;

/// <summary>A terminal's only way to a card, emulated or in a reader.</summary>
public interface ICardChannel : IDisposable
{
    /// <summary>
    /// Bytes that every caller has room for: 512 of response data, the most that a HierCash card answers whatever Le is (transport.md), and
    /// SW1-SW2. One number for all, so that no answer is lost to a short buffer after the card has done the command.
    /// </summary>
    const int ResponseRoom = 512 + 2;

    /// <summary>Answer to reset (ISO 7816-3, 8.2), at most 33 bytes.</summary>
    ReadOnlyMemory<byte> Atr { get; }

    /// <summary>Sends one command APDU and receives its response APDU, SW1-SW2 included.</summary>
    /// <param name="command">4 to <see cref="CommandApdu.MaxLength"/> bytes.</param>
    /// <param name="response">At least <see cref="ResponseRoom"/> bytes.</param>
    /// <returns>Bytes of the response, 2 at least.</returns>
    /// <exception cref="CardChannelException">The card is gone, lost its power, or the reader failed. Whether the card did
    /// the command is then unknown: repeat it, every HierCash command may be repeated.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Less room than that: a mistake of the caller, found before anything is
    /// sent.</exception>
    int Transmit(ReadOnlySpan<byte> command, Span<byte> response);

    /// <summary>Resets the card: RAM is lost, no applet is selected (ISO 7816-3, 6.2).</summary>
    /// <exception cref="CardChannelException">The card is gone.</exception>
    void Reset();
}

/// <summary>The way to the card broke. The message says how and what to do.</summary>
public sealed class CardChannelException(string message, Exception? inner = null) : Exception(message, inner);
