using HierCash.Card.Readers;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;
using HierCash.Protocol.Traces;

namespace HierCash.Tests.PcscSharp;

/// <summary>
/// What a terminal does with a card in a reader, over the other binding. 'send READER SECONDS HEX...' prints each answer and lets go of the card twice; 'watch READER'
/// prints what the reader shows whenever that changes, until stdin ends. Exit codes are those of the consoles.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            return arguments switch
            {
                ["send", var reader, var seconds, .. var commands] => Send(reader, TimeSpan.FromSeconds(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)), commands),
                ["watch", var reader] => Watch(reader),
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
        var card = ReaderChoice.Open(reader, new BclSuite(), wait, Console.Error.WriteLine, CancellationToken.None);
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

    private static int Watch(string reader)
    {
        using var watch = ReaderChoice.Watch(reader);
        var end = Task.Run(Console.In.ReadToEnd);
        ReaderSight? seen = null;
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
