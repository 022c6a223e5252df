namespace HierCash.Card.Emulator;

internal static class ApduRecordVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "The trace to write." };
        return new Verb(
            "record",
            """
            Sends the commands that come on stdin, one a line in hexadecimal or 'reset', and writes them with their answers as a trace.
            PINs and PUKs are not written. To record what another program does with a card: hiercash-card insert --record.
            """,
            "hiercash-card apdu record new.apdu --reader emulator:alice.card < commands.txt") { file, CardOptions.Reader,
                CardOptions.Wait }.Does(async (result, cancel) =>
        {
            using var card = await CardOptions.OpenRaw(result, Program.Suite, cancel);
            await using var output = CreateTrace(result.GetValue(file)!);
            var writer = new TraceWriter(output, WalletVocabulary.Instance);
            writer.Reset(card.Atr.Span, first: true);
            int count = 0;
            while (await Console.In.ReadLineAsync(cancel) is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line) && !line.StartsWith('#'))
                {
                    ApduSendVerb.Exchange(card, ApduSendVerb.ParseLine(line), writer);
                    count++;
                }
            }

            Console.WriteLine($"{count} commands are in '{result.GetValue(file)}'.");
        });
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
            throw new RefusedException(Outcome.StorageFailed, $"The trace '{file}' cannot be written. {FileFault.Say(e)}");
        }
    }
}
