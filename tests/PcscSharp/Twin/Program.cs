using HierCash.Card.Readers;
using HierCash.Card.Runtime;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;
using HierCash.Tests.Runtime;

namespace HierCash.Tests.PcscSharp;

/// <summary>
/// What a terminal does with a card in a reader, over the other binding. 'send READER SECONDS HEX...' prints each answer and lets go of the
/// card twice; 'watch READER' prints what the reader shows whenever that changes, until stdin ends; 'insert' puts a card with
/// <see cref="TestApplet"/> into vpcd's first slot until then. Exit codes are those of the consoles.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            return arguments switch
            {
                ["send", var reader, var seconds, .. var commands] =>
                    Send(reader, TimeSpan.FromSeconds(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)), commands),
                ["watch", var reader] => Watch(reader),
                ["insert"] => Insert(),
                _ => 2,
            };
        }
        catch (CardChannelException e)
        {
            Console.Error.WriteLine(e.Message);
            return 3;
        }
        finally
        {
            // What was left to the finalisers throws now or never.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static int Send(string reader, TimeSpan wait, string[] commands)
    {
        var card = CardChannels.Open(reader, new BclSuite(), wait, Console.Error.WriteLine, CancellationToken.None);
        try
        {
            Console.WriteLine(Hex.Spaced(card.Atr.Span));
            var response = new byte[ICardChannel.ResponseRoom];
            foreach (string command in commands)
            {
                if (command == "reset")
                {
                    card.Reset();
                }
                else if (command == "pause")
                {
                    Console.WriteLine("paused");
                    Console.In.ReadLine();
                }
                else
                {
                    Console.WriteLine(Hex.Spaced(response.AsSpan(0, card.Transmit(Hex.Parse(command)!, response))));
                }
            }
        }
        finally
        {
            card.Dispose();
            card.Dispose();
        }

        return 0;
    }

    private static int Insert()
    {
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        using var stop = new CancellationTokenSource();
        var reader = new VpcdReader("127.0.0.1", VpcdReader.Port, TimeProvider.System, what => Console.WriteLine(what));
        var serving = reader.Serve(card, stop.Token);
        Console.In.ReadToEnd();
        stop.Cancel();
        serving.Wait();
        return 0;
    }

    private static int Watch(string reader)
    {
        using var watch = CardChannels.Watch(reader);
        var end = Task.Run(Console.In.ReadToEnd);
        ReaderStatus? seen = null;
        while (!end.Wait(TimeSpan.FromMilliseconds(20)))
        {
            if (watch.Now != seen)
            {
                seen = watch.Now;
                Console.WriteLine($"{seen.Presence} {seen.Insertion}: {seen.Text}");
            }
        }

        return 0;
    }
}
