using HierCash.Card.Readers;

namespace HierCash.Simulation;

/// <summary>Slot 0 of vpcd's reader: what passes between terminal and card goes through pcscd, whoever made it.</summary>
public sealed class PcscTownReader : ITownReader
{
    private const string Host = "127.0.0.1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private readonly ICashSuite _suite;
    private readonly TimeProvider _clock;
    private readonly IReaderMonitor _watch;
    private readonly Action<string> _say;
    private bool _said;

    /// <param name="name">Part of the reader's name.</param>
    /// <param name="say">Told once that the reader is waited for.</param>
    /// <exception cref="CardChannelException">There is no PC/SC service, no such reader, or a card is in it already.</exception>
    public PcscTownReader(string name, ICashSuite suite, TimeProvider clock, Action<string> say)
    {
        CardChannels.RequireService();
        _say = say;
        Name = name;
        _suite = suite;
        _clock = clock;
        _watch = CardChannels.Watch(name);
        try
        {
            WaitUntilEmpty();
        }
        catch
        {
            _watch.Dispose();
            throw;
        }
    }

    public string Name { get; }

    public ICardChannel Insert(TownCard card)
    {
        WaitUntilEmpty();
        return new Inserted(this, card.Card);
    }

    public void Dispose() => _watch.Dispose();

    private void WaitUntilEmpty()
    {
        for (long started = Stopwatch.GetTimestamp(); _watch.Now.Presence != CardPresence.Empty; Task.Delay(10).Wait())
        {
            if (!_said && Stopwatch.GetElapsedTime(started) > Silence)
            {
                _said = true;
                _say($"Waiting for the card reader '{Name}' ...");
            }

            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new CardChannelException(_watch.Now.Presence == CardPresence.Present
                    ? $"Another card is in '{_watch.Now.Text}'. Take it out." : _watch.Now.Text);
            }
        }
    }

    /// <summary>A card in the slot, and the terminal's channel to it.</summary>
    private sealed class Inserted : ICardChannel
    {
        private readonly CancellationTokenSource _out = new();
        private readonly Task _serving;
        private readonly ICardChannel _channel;

        public Inserted(PcscTownReader reader, EmulatedCard card)
        {
            var vpcd = new VpcdReader(Host, VpcdReader.Port, reader._clock, _ => { });
            _serving = vpcd.Serve(card, _out.Token);
            try
            {
                _channel = CardChannels.Open(reader.Name, reader._suite, Patience, _ => { }, CancellationToken.None);
            }
            catch
            {
                TakeOut();
                throw;
            }
        }

        public ReadOnlyMemory<byte> Atr => _channel.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response) => _channel.Transmit(command, response);

        public void Reset() => _channel.Reset();

        public void Dispose()
        {
            _channel.Dispose();
            TakeOut();
        }

        private void TakeOut()
        {
            _out.Cancel();
            _serving.Wait();
            _out.Dispose();
        }
    }
}
