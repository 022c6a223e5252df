namespace HierCash.Card.Emulator;

internal static class ApduSendVerb
{
    private const int LargestResponse = 65536 + 2;
    private const string ResetWord = "reset";

    public static Verb Make()
    {
        var apdus = new Argument<string[]>("HEX")
        {
            Description = "Command APDUs in hexadecimal, one an argument, or 'reset'.",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = new JsonOption<ExchangesJson>(CardJson.Default.ExchangesJson);
        return new Verb(
            "send", "Sends command APDUs to a card, and explains them and the answers.",
            "hiercash-card apdu send 00A404000AF0484945524341534801 8010000000 --reader \"Virtual PCD\"",
            "hiercash-card apdu send 00A404000AF0484945524341534801 --reader emulator:alice.card --json")
        {
            apdus, CardOptions.Reader, CardOptions.Wait, json,
        }.Does(async (result, cancel) =>
        {
            var commands = result.GetValue(apdus)!.Select(ParseLine).ToList();
            using var card = await CardOptions.OpenRaw(result, Program.Suite, cancel);
            var said = new List<ApduExchange>();
            foreach (var bytes in commands)
            {
                said.Add(Exchange(card, bytes, null));
                if (!json.IsOn(result))
                {
                    var (shown, what, response, meaning) = said[^1];
                    Console.WriteLine(
                        $"> {shown}{Environment.NewLine}  {what}{Environment.NewLine}< {response}{Environment.NewLine}  {meaning}");
                }
            }

            if (json.IsOn(result))
            {
                json.Print(result, new ExchangesJson(said), "");
            }
        });
    }

    /// <summary>The bytes of a command; empty for a reset. What was typed is not repeated: it may hold a PIN.</summary>
    internal static byte[] ParseLine(string text) =>
        text.Trim().Equals(ResetWord, StringComparison.OrdinalIgnoreCase) ? []
        : Hex.Parse(text)
            ?? throw new UsageException("One of these is no command: an even number of hexadecimal digits is wanted, or 'reset'.");

    internal static ApduExchange Exchange(ICardChannel card, byte[] command, TraceWriter? writer)
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

/// <summary>A command and its answer, in bytes and in words.</summary>
internal sealed record ApduExchange(string Command, string Name, string Response, string Meaning);

internal sealed record ExchangesJson(IReadOnlyList<ApduExchange> Exchanges);
