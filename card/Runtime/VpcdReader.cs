using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using HierCash.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>What happens to a card in vpcd's reader.</summary>
public enum VpcdEvent
{
    /// <summary>Nothing listens: pcscd does not run, or has no vpcd. It is tried again.</summary>
    NoReader,

    /// <summary>Connected, and the reader does not ask: most likely another card is in this slot.</summary>
    NotAsked,

    /// <summary>The reader sees the card.</summary>
    Inserted,

    /// <summary>The reader is gone, with pcscd or by itself. It is waited for.</summary>
    ReaderGone,
}

/// <summary>
/// Puts a card in a slot of vpcd's reader (vsmartcard): the card connects to the driver over TCP, slot i on port 35963 + i. Each message is
/// a 16-bit big-endian length and that many bytes. One byte is control: 00 power off, 01 power on, 02 reset, 04 wants the ATR. Anything
/// else is a command APDU, which is answered with a response APDU.
/// </summary>
/// <param name="host">Where pcscd runs.</param>
/// <param name="port"><see cref="Port"/> plus the slot.</param>
/// <param name="clock">For waiting.</param>
/// <param name="report">Told what happens, on the serving thread.</param>
public sealed class VpcdReader(string host, int port, TimeProvider clock, Action<VpcdEvent> report)
{
    /// <summary>Where vpcd listens for the card of its first slot.</summary>
    public const int Port = 35963;
    private const int LengthSize = 2;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AskedWithin = TimeSpan.FromSeconds(3);

    private static readonly long SpinTicks = Stopwatch.Frequency / 5000;

    // Linux: IPPROTO_TCP, TCP_QUICKACK. The driver sends length and payload in two segments and leaves Nagle's algorithm on: unless the
    // first is acknowledged at once, the second waits for 40 ms. Setting the option while an acknowledgement is due sends it.
    private const int TcpLevel = 6;
    private const int QuickAckOption = 12;
    private static readonly byte[] On = [1, 0, 0, 0];
    private readonly byte[] _in = new byte[LengthSize + ushort.MaxValue];
    private readonly byte[] _out = new byte[LengthSize + ushort.MaxValue];
    private int _filled;
    private int _taken;
    private VpcdEvent? _reported;
    private bool _recorded;

    /// <summary>Writes down what passes; null: nothing does.</summary>
    public IApduRecorder? Recorder { get; init; }

    /// <summary>Lets the card take as long as a real one; null: it answers at once.</summary>
    public CardTimingModel? Latency { get; init; }

    /// <summary>Serves the card until told to stop; resets, removals of the reader and restarts of pcscd are survived.</summary>
    /// <exception cref="IOException">The card's image cannot be written. What was answered before is kept.</exception>
    public async Task Serve(EmulatedCard card, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            // A thread of its own, and not one asynchronous call on the socket: only so do its receives block in the kernel, which is the
            // fastest way.
            bool connected = await Task.Factory.StartNew(
                () => Talk(card, cancel), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            card.PowerOff();
            if (!cancel.IsCancellationRequested)
            {
                Report(connected ? VpcdEvent.ReaderGone : VpcdEvent.NoReader);
                await Task.Delay(Retry, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Until the reader closes the connection; false if there is none.</summary>
    private bool Talk(EmulatedCard card, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(host, port);
        }
        catch (SocketException)
        {
            return false;
        }

        (_filled, _taken) = (0, 0);
        using var stop = cancel.Register(() => Stop(socket));
        using var asked = clock.CreateTimer(_ => Report(VpcdEvent.NotAsked), null, AskedWithin, Timeout.InfiniteTimeSpan);
        try
        {
            for (int length = Receive(socket); length >= 0; length = Receive(socket))
            {
                int answer = length == 1 ? Control(card, _in[LengthSize]) : Command(card, _in.AsSpan(LengthSize, length));
                if (answer >= 0)
                {
                    asked.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    Report(VpcdEvent.Inserted);
                    BinaryPrimitives.WriteUInt16BigEndian(_out, (ushort)answer);
                    socket.Send(_out.AsSpan(0, LengthSize + answer));
                }
            }
        }
        catch (SocketException)
        {
            // The reader went away in the middle of something; the terminal will repeat it.
        }

        return true;
    }

    /// <summary>The answer under way still leaves; then there is nothing more to receive.</summary>
    private static void Stop(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (SocketException)
        {
            // The reader closed the connection at the same moment.
        }
    }

    private int Control(EmulatedCard card, byte code)
    {
        switch (code)
        {
            case 0x00:
                card.PowerOff();
                return -1;
            case 0x01:
                card.PowerOff();
                card.PowerOn();
                RecordReset(card);
                return -1;
            case 0x02:
                card.Reset();
                RecordReset(card);
                return -1;
            case 0x04:
                card.Atr.Span.CopyTo(_out.AsSpan(LengthSize));
                return card.Atr.Length;
            default:
                // No control: a terminal sent one byte, and gets the answer that one byte deserves.
                return Command(card, [code]);
        }
    }

    private int Command(EmulatedCard card, ReadOnlySpan<byte> command)
    {
        // Drivers power a card before they talk to it, but not all of them say so.
        card.PowerOn();
        int length = Latency is null ? card.Transmit(command, _out.AsSpan(LengthSize)) : Slowly(card, Latency, command);
        Recorder?.Exchange(command, _out.AsSpan(LengthSize, length));
        return length;
    }

    private int Slowly(EmulatedCard card, CardTimingModel latency, ReadOnlySpan<byte> command)
    {
        long started = clock.GetTimestamp();
        var slow = new SlowCard(card, latency, time =>
        {
            var left = time - clock.GetElapsedTime(started);
            if (left > TimeSpan.Zero)
            {
                Task.Delay(left, clock).Wait();
            }
        });
        return slow.Transmit(command, _out.AsSpan(LengthSize));
    }

    private void RecordReset(EmulatedCard card)
    {
        Recorder?.Reset(card.Atr.Span, first: !_recorded);
        _recorded = true;
    }

    /// <summary>Receives the next message to the beginning of the buffer; its length, or -1 at the end of the connection.</summary>
    private int Receive(Socket socket)
    {
        _in.AsSpan(_taken, _filled - _taken).CopyTo(_in);
        _filled -= _taken;
        _taken = 0;
        while (true)
        {
            int wanted = _filled < LengthSize ? LengthSize : LengthSize + BinaryPrimitives.ReadUInt16BigEndian(_in);
            if (_filled >= wanted && _filled >= LengthSize)
            {
                _taken = wanted;
                return wanted - LengthSize;
            }

            if (_filled > 0 && OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(TcpLevel, QuickAckOption, On);
            }

            Spin(socket);
            int received = socket.Receive(_in.AsSpan(_filled));
            if (received == 0)
            {
                return -1;
            }

            _filled += received;
        }
    }

    /// <summary>The next command of a busy terminal comes sooner than a sleeping thread wakes.</summary>
    private static void Spin(Socket socket)
    {
        if (Environment.ProcessorCount > 1)
        {
            long started = Stopwatch.GetTimestamp();
            while (socket.Available == 0 && Stopwatch.GetTimestamp() - started < SpinTicks)
            {
                Thread.SpinWait(10);
            }
        }
    }

    private void Report(VpcdEvent what)
    {
        if (_reported != what)
        {
            _reported = what;
            report(what);
        }
    }
}
