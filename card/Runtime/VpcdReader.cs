using System.Buffers.Binary;
using System.Net.Sockets;

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
/// <param name="report">Told what happens, on the serving thread.</param>
public sealed class VpcdReader(string host, int port, TimeProvider clock, Action<VpcdEvent> report)
{
    public const int Port = 35963;
    private const int LengthSize = 2;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AskedWithin = TimeSpan.FromSeconds(3);

    // Linux: IPPROTO_TCP, TCP_QUICKACK. The driver sends length and payload in two segments and leaves Nagle's algorithm on: unless the
    // first is acknowledged at once, the second waits for 40 ms. The kernel forgets the option, so it is set before each receive.
    private const int TcpLevel = 6;
    private const int QuickAckOption = 12;
    private static readonly byte[] On = [1, 0, 0, 0];
    private readonly byte[] _in = new byte[LengthSize + ushort.MaxValue];
    private readonly byte[] _out = new byte[LengthSize + ushort.MaxValue];
    private VpcdEvent? _reported;

    /// <summary>Serves the card until told to stop; resets, removals of the reader and restarts of pcscd are survived.</summary>
    /// <exception cref="IOException">The card's image cannot be written. What was answered before is kept.</exception>
    public async Task Serve(EmulatedCard card, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(host, port, cancel);
            }
            catch (SocketException)
            {
                Report(VpcdEvent.NoReader);
                await Pause(cancel);
                continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // A thread of its own: its receives block, which is faster than any asynchronous way.
            await Task.Factory.StartNew(() => Talk(socket, card, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            card.PowerOff();
            if (!cancel.IsCancellationRequested)
            {
                Report(VpcdEvent.ReaderGone);
                await Pause(cancel);
            }
        }
    }

    /// <summary>Until the reader closes the connection.</summary>
    private void Talk(Socket socket, EmulatedCard card, CancellationToken cancel)
    {
        using var stop = cancel.Register(() => Stop(socket));
        using var asked = clock.CreateTimer(_ => Report(VpcdEvent.NotAsked), null, AskedWithin, Timeout.InfiniteTimeSpan);
        try
        {
            while (Fill(socket, 0, LengthSize) && Fill(socket, LengthSize, BinaryPrimitives.ReadUInt16BigEndian(_in)))
            {
                int length = BinaryPrimitives.ReadUInt16BigEndian(_in);
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
                return -1;
            case 0x02:
                card.Reset();
                return -1;
            case 0x04:
                card.Atr.Span.CopyTo(_out.AsSpan(LengthSize));
                return card.Atr.Length;
            default:
                return -1;
        }
    }

    private int Command(EmulatedCard card, ReadOnlySpan<byte> command)
    {
        // Drivers power a card before they talk to it, but not all of them say so.
        card.PowerOn();
        return card.Transmit(command, _out.AsSpan(LengthSize));
    }

    private bool Fill(Socket socket, int from, int count)
    {
        int at = 0;
        while (at < count)
        {
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(TcpLevel, QuickAckOption, On);
            }

            int received = socket.Receive(_in.AsSpan(from + at, count - at));
            if (received == 0)
            {
                return false;
            }

            at += received;
        }

        return true;
    }

    private void Report(VpcdEvent what)
    {
        if (_reported != what)
        {
            _reported = what;
            report(what);
        }
    }

    private async Task Pause(CancellationToken cancel) =>
        await Task.Delay(Retry, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
