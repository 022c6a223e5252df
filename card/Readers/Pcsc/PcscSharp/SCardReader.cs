using Sharp = PCSC;

namespace HierCash.Card.Readers.Pcsc;

/// <summary>A connection to a card, over PCSC-sharp. The twin of Native/SCardReader.cs.</summary>
internal sealed class SCardReader
{
    private readonly Sharp.ICardReader _card;
    private bool _letGo;

    internal SCardReader(Sharp.ICardReader card) => _card = card;

    public SCardProtocol Protocol => (SCardProtocol)(int)_card.Protocol;

    /// <summary>Answer to reset.</summary>
    public byte[] GetAtr() => SCardContext.Call(() => _card.GetStatus().GetAtr());

    /// <summary>
    /// Keeps other programs from the card; waits while one of them does. The package's object for the transaction is not kept: to dispose
    /// of it is EndTransaction, which fails on the handle that <see cref="Disconnect"/> has freed, and before that would let another
    /// program in ahead of the reset.
    /// </summary>
    public void BeginTransaction() => _ = SCardContext.Call(() => _card.Transaction(Sharp.SCardReaderDisposition.Leave));

    public void Reconnect(SCardReaderDisposition initialization) => SCardContext.Call(() =>
    {
        _card.Reconnect(Sharp.SCardShareMode.Shared, SCardContext.AnyProtocol, (Sharp.SCardReaderDisposition)(int)initialization);
        return true;
    });

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        byte[] sent = command.ToArray();
        var received = new byte[response.Length];
        int length = SCardContext.Call(() => _card.Transmit(sent, received));
        received.AsSpan(0, length).CopyTo(response);
        return length;
    }

    /// <summary>Lets go of the card, and of the transaction with it. A second time does nothing.</summary>
    public void Disconnect(SCardReaderDisposition disposition)
    {
        if (_letGo)
        {
            return;
        }

        _letGo = true;
        try
        {
            _card.CardHandle.Disconnect((Sharp.SCardReaderDisposition)(int)disposition);
        }
        catch (Sharp.Exceptions.PCSCException)
        {
            // The card or the service is gone: there is nothing to let go of.
        }

        _card.Dispose();
    }
}
