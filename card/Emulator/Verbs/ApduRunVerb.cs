namespace HierCash.Card.Emulator;

internal static class ApduRunVerb
{
    private const string FixtureFolder = "fixtures";

    public static Verb Make()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Traces, or folders of them (*.apdu; a folder's 'fixtures' are not run).",
            Arity = ArgumentArity.OneOrMore,
        };
        var image = new Option<string?>("--card")
        {
            Description = "A card image: each trace that names no fixture runs on its own copy of it, in memory.",
            HelpName = "FILE",
        };
        var pin = new Option<string?>("--pin")
        {
            Description = "The holder PIN, for recorded traces, which hold no PIN.",
            HelpName = "PIN",
        };
        var payment = new Option<string?>("--payment-pin") { Description = "The payment PIN, likewise.", HelpName = "PIN" };
        var junit = new Option<string?>("--junit")
        {
            Description = "Also write the results as JUnit XML. In the place of an earlier report, and of nothing else.",
            HelpName = "FILE",
        };
        var json = new JsonOption<TracesJson>(CardJson.Default.TracesJson);
        return new Verb(
            "run",
            """
            Plays traces and compares the answers with what they expect. Each begins on a card of its own: the fixture that it names with
            '#!card', a copy of --card, or else a new card. With --reader a trace plays on the card in the reader as it is; one that
            names a fixture is then reported as not run. Exit code 0: all that were run passed, and at least one was.
            """,
            "hiercash-card apdu run apdu-spec/traces",
            "hiercash-card apdu run select.apdu --reader \"Virtual PCD\" --junit report.xml") { files, image, CardOptions.Reader,
                CardOptions.Wait, pin, payment, junit, json }.Does(async (result, cancel) =>
        {
            string? reader = CardOptions.IsNamed(result) ? result.GetValue(CardOptions.Reader) : null;
            if (reader is not null && result.GetValue(image) is not null)
            {
                throw new UsageException("Give --card or --reader, not both.");
            }

            string? code = result.GetValue(pin);
            string? paymentCode = result.GetValue(payment);
            if (new[] { code, paymentCode }.Any(c => c is not null && !Protocol.Commands.Pin.IsValid(c)))
            {
                throw new UsageException("A PIN has 4 to 8 digits.");
            }

            using var report = result.GetValue(junit) is { } name ? JUnitReport.Open(name) : null;
            using var open = reader is null ? null : await CardOptions.OpenRaw(result, Program.Suite, cancel);
            var copied = result.GetValue(image) is { } file ? Read(file) : null;
            var results = new List<TraceResult>();
            foreach (string trace in result.GetValue(files)!.SelectMany(Expand))
            {
                results.Add(Play(trace, open, copied, (code, paymentCode)));
                if (!json.IsOn(result))
                {
                    Say(results[^1]);
                }
            }

            report?.Write(results);
            int Count(TraceOutcome outcome) => results.Count(r => r.Outcome == outcome);
            var (passed, failed, notRun) = (Count(TraceOutcome.Passed), Count(TraceOutcome.Failed), Count(TraceOutcome.NotRun));
            json.Print(
                result,
                new TracesJson(passed, failed, notRun,
                    [.. results.Select(r => new TraceJson(r.Name, JsonWord.Of(r.Outcome), r.Line, r.Message, r.Commands))]),
                $"{passed} passed, {failed} failed, {notRun} not run.");
            return failed == 0 && passed > 0 ? ExitCode.Done : ExitCode.Refused;
        });
    }

    internal static IEnumerable<string> Expand(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? [path] : throw new RefusedException(Outcome.NotFound, $"There is no trace and no folder '{path}'.");
        }

        var found = Directory.EnumerateFiles(path, "*.apdu", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(Path.GetDirectoryName(f)) != FixtureFolder)
            .Order(StringComparer.Ordinal).ToList();
        return found.Count > 0 ? found : throw new RefusedException(Outcome.NotFound, $"The folder '{path}' holds no traces (*.apdu).");
    }

    private static TraceResult Play(string file, ICardChannel? reader, MemoryImage? image, (string? Holder, string? Payment) pins)
    {
        try
        {
            var trace = TraceReader.Read(file, GivenFile.ReadText(file));
            var blocks = WalletVocabulary.Blocks(pins.Holder, pins.Payment);
            if (reader is not null)
            {
                return trace.Card is null
                    ? TraceRunner.Run(trace, reader, WalletVocabulary.Instance, blocks)
                    : new TraceResult(
                        file,
                        TraceOutcome.NotRun,
                        0,
                        $"It begins on the fixture '{trace.Card}', and what is in the reader is another card.",
                        0);
            }

            using var card = trace.Card is null && image is not null
                ? new EmulatedCard(image.Copy(), WalletApplet.Package(Program.Suite))
                : FixtureCard.Make(
                    trace.Card ?? FixtureCard.Blank, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, FixtureFolder));
            return TraceRunner.Run(trace, card, WalletVocabulary.Instance, blocks);
        }
        catch (Exception e) when (e is TraceException or IOException or UnauthorizedAccessException)
        {
            return new TraceResult(file, TraceOutcome.Failed, 0, FileFault.Say(e), 0);
        }
    }

    private static MemoryImage Read(string file)
    {
        using var card = InsertVerb.Open(file);
        return card.Image.Copy();
    }

    private static void Say(TraceResult result)
    {
        string word = result.Outcome switch { TraceOutcome.Passed => "passed ", TraceOutcome.Failed => "FAILED ", _ => "not run" };
        string where = result.Line > 0 ? $", line {result.Line}" : "";
        Console.WriteLine(result.Outcome == TraceOutcome.Passed
            ? $"{word} {result.Name} ({result.Commands} commands)"
            : $"{word} {result.Name}{where}: {result.Message}");
    }
}

internal sealed record TracesJson(int Passed, int Failed, int NotRun, IReadOnlyList<TraceJson> Traces);

/// <summary>What came of one trace; see <see cref="TraceResult"/>.</summary>
internal sealed record TraceJson(string Name, string Outcome, int Line, string Message, int Commands);
