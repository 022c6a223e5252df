using HierCash.Iso7816;

namespace HierCash.Card.Readers;

/// <summary>
/// Ends what a reader leaves open: 61XX is followed by GET RESPONSE (ISO 7816-4, 11.7.1), 6CXX by the same command with that Le
/// (ISO 7816-3, 12.2.3). So a card in a T=0 reader looks like any other.
/// </summary>
internal sealed class GetResponseChannel(ICardChannel inner) : ICardChannel
{
    private const byte MoreSW1 = 0x61;
    private const byte WrongLeSW1 = 0x6C;
    private const int StatusSize = 2;

    public ReadOnlyMemory<byte> Atr => inner.Atr;

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        int length = inner.Transmit(command, response);
        if (length == StatusSize && response[0] == WrongLeSW1
            && CommandApdu.Parse(command, out var parsed).IsSuccess && parsed.Data.IsEmpty)
        {
            length = inner.Transmit([.. command[..4], response[1]], response);
        }

        Span<byte> part = stackalloc byte[ICardChannel.ResponseRoom];
        while (length >= StatusSize && response[length - StatusSize] == MoreSW1)
        {
            int received = inner.Transmit([0x00, 0xC0, 0x00, 0x00, response[length - 1]], part);
            int kept = length - StatusSize;
            if (received < StatusSize || kept + received > response.Length)
            {
                throw new CardChannelException("The card's answer has no end. Is it a HierCash card?");
            }

            part[..received].CopyTo(response[kept..]);
            length = kept + received;
            if (received == StatusSize && part[0] == MoreSW1)
            {
                throw new CardChannelException("The card's answer has no end. Is it a HierCash card?");
            }
        }

        return length;
    }

    public void Reset() => inner.Reset();

    public void Dispose() => inner.Dispose();
}
