using HierCash.Iso7816;

namespace HierCash.Card.Readers.Pcsc;

/// <summary>
/// A card in a PC/SC reader, in one transaction from opening to disposal, so that no other program comes between two commands. Letting go
/// resets the card: a PIN that was shown to it is forgotten before anybody else gets it.
/// </summary>
internal sealed class PcscChannel : ICardChannel
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly SCardContext _context;
    private readonly SCardReader _card;
    private bool _lost;
    private bool _closed;

    private PcscChannel(SCardContext context, SCardReader card, string reader)
    {
        _context = context;
        _card = card;
        Reader = reader;
        Atr = card.GetAtr();
    }

    public string Reader { get; }

    public ReadOnlyMemory<byte> Atr { get; private set; }

    /// <param name="context">Disposed of with the channel, also where this fails.</param>
    /// <exception cref="SCardException">No card, or another program does not let go of it.</exception>
    public static PcscChannel Open(SCardContext context, string reader)
    {
        // PC/SC waits for ever, in either call, while another program holds the card; a person does not. On a thread of its own: a busy
        // pool would look like such a program.
        var opening = Task.Factory.StartNew(
            () => ConnectAndLock(context, reader), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (!((IAsyncResult)opening).AsyncWaitHandle.WaitOne(Patience))
        {
            // Whenever it gets the card, it lets go at once.
            opening.ContinueWith(late => LetGo(context, late.IsCompletedSuccessfully ? late.Result : null), TaskScheduler.Default);
            throw new SCardException(SCardError.SharingViolation);
        }

        SCardReader? card = null;
        try
        {
            card = opening.GetAwaiter().GetResult();
            return new PcscChannel(context, card, reader);
        }
        catch
        {
            LetGo(context, card);
            throw;
        }
    }

    private static void LetGo(SCardContext context, SCardReader? card)
    {
        card?.Disconnect(SCardReaderDisposition.Leave);
        context.Dispose();
    }

    private static SCardReader ConnectAndLock(SCardContext context, string reader)
    {
        var card = context.Connect(reader);
        try
        {
            card.BeginTransaction();
        }
        catch (SCardException e) when (e.Error == SCardError.ResetCard)
        {
            // Somebody reset the card between the two calls; nothing was sent yet.
            card.Reconnect(SCardReaderDisposition.Leave);
            card.BeginTransaction();
        }
        catch
        {
            card.Disconnect(SCardReaderDisposition.Leave);
            throw;
        }

        return card;
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(response.Length, ICardChannel.ResponseRoom);
        try
        {
            return _card.Transmit(command[..LengthFor(command)], response);
        }
        catch (SCardException e)
        {
            throw Lost(e);
        }
    }

    public void Reset()
    {
        try
        {
            _card.Reconnect(SCardReaderDisposition.Reset);
            Atr = _card.GetAtr();
        }
        catch (SCardException fault)
        {
            throw Lost(fault);
        }
    }

    private CardChannelException Lost(SCardException e)
    {
        _lost = true;
        return new CardChannelException(e.Message, e);
    }

    /// <summary>T=0 has no place for Le beside data (ISO 7816-3, 12.2.4): the card says 61XX instead.</summary>
    private int LengthFor(ReadOnlySpan<byte> command) =>
        _card.Protocol == SCardProtocol.T0
        && CommandApdu.Parse(command, out var parsed).IsSuccess && parsed.Case == ApduCase.Case4Short ? command.Length - 1 : command.Length;

    /// <summary>A second time does nothing.</summary>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;

        // pcscd takes a reset that fails for a removal that it need not look for any more, and then misses a card that is put in soon
        // after.
        _card.Disconnect(_lost ? SCardReaderDisposition.Leave : SCardReaderDisposition.Reset);
        _context.Dispose();
    }
}
