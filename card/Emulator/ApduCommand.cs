using System.CommandLine;
using HierCash.Card.Readers;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Traces;

namespace HierCash.Card.Emulator;

/// <summary>hiercash-card apdu send and record.</summary>
internal static class ApduCommand
{
    private const int LargestResponse = 65536 + 2;
    private const string ResetWord = "reset";

    public static Command Make(ICashSuite suite) => new(
        "apdu",
        """
        Talks to a card in APDUs, and plays traces to it.

        Examples:
          hiercash-card apdu send 00A404000AF0484945524341534801 8010000000 --reader "Virtual PCD"
          hiercash-card apdu record new.apdu --reader emulator:alice.card < commands.txt
          hiercash-card apdu run apdu-spec/traces
          hiercash-card apdu run select.apdu --reader "Virtual PCD"
          hiercash-card apdu convert theirs.scr --from Apdutool > ours.apdu
        """)
    {
        Send(suite), ApduRunCommand.Make(suite), Record(suite), ApduConvertCommand.Convert(), ApduConvertCommand.Lint(),
    };

    private static Command Send(ICashSuite suite)
    {
        var apdus = new Argument<string[]>("HEX")
        {
            Description = "Command APDUs in hexadecimal, one an argument, or 'reset'.",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON value on stdout and nothing else." };
        var command = new Command("send", "Sends commands to a card and says in words what they and their answers are.")
        {
            apdus, CardOptions.Reader, CardOptions.Wait, json,
        };
        command.SetAction(async (result, cancel) =>
        {
            var commands = result.GetValue(apdus)!.Select(ParseLine).ToList();
            using var card = await CardOptions.OpenRaw(result, suite, cancel);
            var said = new List<ApduExchange>();
            foreach (var bytes in commands)
            {
                said.Add(Exchange(card, bytes, null));
                if (!result.GetValue(json))
                {
                    var (shown, what, response, meaning) = said[^1];
                    Console.WriteLine(
                        $"> {shown}{Environment.NewLine}  {what}{Environment.NewLine}< {response}{Environment.NewLine}  {meaning}");
                }
            }

            if (result.GetValue(json))
            {
                Older.Print(true, said, CardJson.Default.ListApduExchange, "");
            }
        });
        return command;
    }

    private static Command Record(ICashSuite suite)
    {
        var file = new Argument<string>("FILE") { Description = "The trace to write." };
        var command = new Command(
            "record",
            """
            Sends the commands that come on stdin, one a line in hexadecimal or 'reset', and writes them with their answers as a trace.
            PINs and PUKs are not written. To record what another program does with a card: hiercash-card insert --record.
            """) { file, CardOptions.Reader, CardOptions.Wait };
        command.SetAction(async (result, cancel) =>
        {
            using var card = await CardOptions.OpenRaw(result, suite, cancel);
            await using var output = CreateTrace(result.GetValue(file)!);
            var writer = new TraceWriter(output, WalletVocabulary.Instance);
            writer.Reset(card.Atr.Span, first: true);
            int count = 0;
            while (await Console.In.ReadLineAsync(cancel) is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line) && !line.StartsWith('#'))
                {
                    Exchange(card, ParseLine(line), writer);
                    count++;
                }
            }

            Console.WriteLine($"{count} commands are in '{result.GetValue(file)}'.");
        });
        return command;
    }

    /// <exception cref="RefusedException">The file is there already, or cannot be made.</exception>
    public static StreamWriter CreateTrace(string file)
    {
        try
        {
            return new StreamWriter(new FileStream(file, FileMode.CreateNew, FileAccess.Write)) { NewLine = "\n" };
        }
        catch (IOException) when (File.Exists(file))
        {
            throw new RefusedException(Outcome.AlreadyExists, $"The file '{file}' is there already. Choose another name.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(Outcome.RuleBroken, $"The trace '{file}' cannot be written. {FileFault.Say(e)}");
        }
    }

    /// <summary>The bytes of a command; empty for a reset. What was typed is not repeated: it may hold a PIN.</summary>
    private static byte[] ParseLine(string text) =>
        text.Trim().Equals(ResetWord, StringComparison.OrdinalIgnoreCase) ? []
        : Hex.Parse(text)
            ?? throw new UsageException("One of these is no command: an even number of hexadecimal digits is wanted, or 'reset'.");

    private static ApduExchange Exchange(ICardChannel card, byte[] command, TraceWriter? writer)
    {
        if (command.Length == 0)
        {
            card.Reset();
            writer?.Reset(card.Atr.Span, first: false);
            return new ApduExchange(ResetWord, "RESET", Hex.Spaced(card.Atr.Span), "Answer to reset.");
        }

        var response = new byte[LargestResponse];
        var answer = response.AsSpan(0, card.Transmit(command, response));
        writer?.Exchange(command, answer);
        var words = WalletVocabulary.Instance;
        return new ApduExchange(words.Show(command), words.DescribeCommand(command), Hex.Spaced(answer), words.Describe(answer));
    }
}
