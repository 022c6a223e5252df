using System.Globalization;
using System.Text;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;

namespace HierCash.Card.Emulator;

/// <param name="Bytes">Of command and response.</param>
/// <param name="Work">What the card did.</param>
internal sealed record ProfiledStep(string Command, int Bytes, IReadOnlyDictionary<string, long> Work);

/// <param name="Card">A <see cref="CardTiming"/>.</param>
/// <param name="Reader">A <see cref="ReaderTiming"/>.</param>
/// <param name="Milliseconds">Of the whole conversation.</param>
/// <param name="Steps">Milliseconds of each command.</param>
internal sealed record ProfiledTime(string Card, string Reader, double Milliseconds, IReadOnlyList<double> Steps);

/// <summary>A conversation, and how long it would take where.</summary>
internal sealed record ProfiledFlow(string Flow, IReadOnlyList<ProfiledStep> Steps, IReadOnlyList<ProfiledTime> Times);

internal sealed record ProfileJson(IReadOnlyList<ProfiledFlow> Flows);

internal static class ProfileVerb
{
    private const string Fixture = "withdrawn";

    public static Verb Make()
    {
        var traces = new Argument<string[]>("TRACE")
        {
            Description = "Traces to time instead, or folders of them.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var at = new Option<string>("--at")
        {
            Description = $"The reader whose steps are shown: {string.Join(", ", ReaderTiming.All.Select(r => r.Name))}.",
            HelpName = "READER",
            DefaultValueFactory = _ => "contactless-424",
        };
        var json = new JsonOption<ProfileJson>(CardJson.Default.ProfileJson);
        return new Verb(
            "profile",
            """
            Says how long each step of a withdrawal and of a payment would take on cards that are sold, at contact and contactless
            readers. The emulated card does the conversation; what it signed, verified, hashed and wrote is counted, and multiplied by
            published timings of commercial cards.
            """,
            "hiercash-card profile",
            "hiercash-card profile --at contact-96",
            "hiercash-card profile apdu-spec/traces/pay-claim.apdu --json") { traces, at, json }.Does(result =>
        {
            var reader = ReaderTiming.All.FirstOrDefault(r => r.Name.Equals(result.GetValue(at), StringComparison.OrdinalIgnoreCase))
                ?? throw new UsageException(
                    $"'{result.GetValue(at)}' is no reader; there are {string.Join(", ", ReaderTiming.All.Select(r => r.Name))}.");
            var files = result.GetValue(traces)!.SelectMany(ApduRunVerb.Expand).ToList();
            var flows = files.Count > 0 ? files.ConvertAll(Play) : BuiltIn();
            string shown = string.Join(Environment.NewLine, flows.Select(f => Show(f, reader)));
            json.Print(result, new ProfileJson(flows), shown);
        });
    }

    private static List<ProfiledFlow> BuiltIn()
    {
        using var personalised = FixtureCard.Make("personalised", Resource);
        var withdrawal = new StepMeter(personalised);
        var trace = Resource(Fixture);
        int last = trace.Steps.ToList().FindIndex(s => s is SendStep { Command: [0x80, FinishIns, ..] });
        trace = trace with { Steps = [.. trace.Steps.Take(last + 1)] };
        var pin = WalletVocabulary.Blocks(FixtureCard.HolderPin, null);
        Require(TraceRunner.Run(trace, withdrawal.Card, WalletVocabulary.Instance, pin));

        using var card = FixtureCard.Make(Fixture, Resource);
        var till = new TillId(Id16.Read(new byte[Id16.Size]));
        var fast = new StepMeter(card);
        var wallet = new WalletCard(fast.Card);
        wallet.Select();
        wallet.Pay(PayCommand.Fast(new Timestamp(1), till, new Amount(1250), Currency.Eur), out _);
        card.Reset();
        var claim = new StepMeter(card);
        wallet = new WalletCard(claim.Card);
        wallet.Select();
        wallet.GetCash(new Timestamp(2), new Amount(1250), Currency.Eur, out var cash);
        wallet.Pay(PayCommand.Claim(new Timestamp(2), till, new Amount(1250), Currency.Eur), out var paid);
        wallet.Confirm(cash!.Coin.Id, paid!.Seq);
        return [withdrawal.Flow("withdrawal"), fast.Flow("payment, fast profile"), claim.Flow("payment, claim profile")];
    }

    private const byte FinishIns = 0x24;

    private static ProfiledFlow Play(string file)
    {
        try
        {
            var trace = TraceReader.Read(file, GivenFile.ReadText(file));
            string fixtures = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "fixtures");
            using var card = FixtureCard.Make(trace.Card ?? FixtureCard.Blank, fixtures);
            var meter = new StepMeter(card);
            Require(TraceRunner.Run(trace, meter.Card, WalletVocabulary.Instance, null));
            return meter.Flow(file);
        }
        catch (TraceException e)
        {
            throw new RefusedException(Outcome.Damaged, e.Message);
        }
    }

    private static void Require(TraceResult result)
    {
        if (result.Outcome != TraceOutcome.Passed)
        {
            throw new RefusedException(Outcome.Damaged, $"{result.Name}, line {result.Line}: {result.Message}");
        }
    }

    private static Trace Resource(string name)
    {
        using var stream = typeof(ProfileVerb).Assembly.GetManifestResourceStream(name)
            ?? throw new TraceException($"There is no fixture '{name}'.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return TraceReader.Read(name, reader.ReadToEnd());
    }

    private static string Show(ProfiledFlow flow, ReaderTiming reader)
    {
        var text = new StringBuilder();
        var here = flow.Times.Where(t => t.Reader == reader.Name).ToList();
        string Row(string first, string size, IEnumerable<string> cells, string last) =>
            $"  {first,-22}{size,6}{string.Concat(cells.Select(c => $"{c,9}"))}  {last}".TrimEnd();
        static string Ms(double ms) => ms.ToString("F0", CultureInfo.InvariantCulture);
        text.AppendLine(CultureInfo.InvariantCulture, $"{flow.Flow}, ms at {reader.Name} ({reader.What}):");
        text.AppendLine(Row("", "bytes", here.Select(t => t.Card), ""));
        for (int i = 0; i < flow.Steps.Count; i++)
        {
            var step = flow.Steps[i];
            string work = string.Join(", ", step.Work.Select(w => $"{w.Value} {w.Key}"));
            text.AppendLine(Row(step.Command, step.Bytes.ToString(CultureInfo.InvariantCulture), here.Select(t => Ms(t.Steps[i])), work));
        }

        string bytes = flow.Steps.Sum(s => s.Bytes).ToString(CultureInfo.InvariantCulture);
        text.AppendLine(Row("all", bytes, here.Select(t => Ms(t.Milliseconds)), ""));
        foreach (var other in ReaderTiming.All.Where(r => r != reader))
        {
            var there = flow.Times.Where(t => t.Reader == other.Name);
            text.AppendLine(Row("all at " + other.Name, "", there.Select(t => Ms(t.Milliseconds)), ""));
        }

        return text.ToString();
    }

    /// <summary>Notes what each command cost the card.</summary>
    private sealed class StepMeter
    {
        private readonly List<(string Name, int Bytes, CardWork Work)> _steps = [];

        public StepMeter(EmulatedCard card) => Card = new MeasuredCard(
            card, (command, bytes, work) => _steps.Add((WalletVocabulary.Instance.Name(command), bytes, work)));

        /// <summary>The card as it is to be used.</summary>
        public MeasuredCard Card { get; }

        public ProfiledFlow Flow(string name) => new(
            name,
            [.. _steps.Select(s => new ProfiledStep(
                s.Name,
                s.Bytes,
                Enum.GetValues<CardOperation>().Where(o => s.Work[o] > 0).ToDictionary(o => JsonWord.Of(o), o => s.Work[o])))],
            [.. CardTimingModel.All.Select(p =>
            {
                var times = _steps.ConvertAll(s => p.Time(s.Work, s.Bytes).TotalMilliseconds);
                return new ProfiledTime(p.Card.Name, p.Reader.Name, times.Sum(), times);
            })]);
    }
}
