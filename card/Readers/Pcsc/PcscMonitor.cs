namespace HierCash.Card.Readers.Pcsc;

/// <summary>A thread that waits in SCardGetStatusChange. A stopped service and unplugged readers are waited out.</summary>
internal sealed class PcscMonitor : IReaderMonitor
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly string? _part;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _stop = new();
    private volatile ReaderStatus _now = new(CardPresence.NoReader, "Looking for a card reader.", 0);
    private (string Reader, int Count)? _seen;

    public PcscMonitor(string? part)
    {
        _part = part;
        _thread = new Thread(Run) { IsBackground = true, Name = "card watch" };
        _thread.Start();
    }

    public ReaderStatus Now => _now;

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var context = new SCardContext();
                using var cancel = _stop.Token.Register(context.Cancel);
                Follow(context);
            }
            catch (SCardException e)
            {
                See(CardPresence.NoReader, e.Message, null);
                _stop.Token.WaitHandle.WaitOne(Pause);
            }
        }
    }

    private void Follow(SCardContext context)
    {
        while (!_stop.IsCancellationRequested)
        {
            var names = PcscReaders.Matching(context, _part);
            var states = PcscReaders.States(context, names);
            if (states.Find(s => s.HasCard) is { } card)
            {
                See(CardPresence.Present, card.ReaderName, (card.ReaderName, card.EventCount));
            }
            else if (names.Count > 0)
            {
                See(CardPresence.Empty, string.Join(" or ", names), null);
            }
            else
            {
                See(CardPresence.NoReader, PcscReaders.Missing(context, _part, names, states), null);
            }

            PcscReaders.WaitForChange(context, states);
        }
    }

    private void See(CardPresence presence, string text, (string, int)? card)
    {
        long insertion = card is not null && card != _seen ? _now.Insertion + 1 : _now.Insertion;
        _seen = card;
        _now = new ReaderStatus(presence, text, insertion);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }
}
