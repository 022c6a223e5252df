using System.Text.RegularExpressions;
using HierCash.Card.Wallet;
using HierCash.Traces;

namespace HierCash.Tests.Traces;

/// <summary>
/// What apdu-spec/traces cover, counted against the pages of apdu-spec: a row of a table that no trace shows is an error here.
/// </summary>
[Parallelizable]
public sealed partial class TraceCoverageTests
{
    private static readonly string Spec = Repository.PathOf("apdu-spec");
    private static readonly string Folder = Path.Combine(Spec, "traces");

    /// <summary>An internal error is a fault of the card: no conversation may lead to it.</summary>
    private static readonly string[] NoConversation = ["6F00"];

    private readonly List<(string Trace, byte[] Command, byte[] Response)> _seen = [];

    [OneTimeSetUp]
    public void PlayAll()
    {
        foreach (string file in Directory.EnumerateFiles(Folder, "*.apdu"))
        {
            var trace = TraceReader.Read(Path.GetFileName(file), File.ReadAllText(file));
            using var card = FixtureCard.Make(trace.Card ?? FixtureCard.Blank, Path.Combine(Folder, "fixtures"));
            var result = TraceRunner.Run(trace, new Listener(card, (c, r) => _seen.Add((trace.Name, c, r))), WalletVocabulary.Instance,
                null);
            Assert.That(result.Outcome, Is.EqualTo(TraceOutcome.Passed), $"{result.Name}, line {result.Line}: {result.Message}");
            Assert.That(trace.Steps.OfType<SendStep>().Where(s => s.Expected is null && !IsTorn(trace, s)), Is.Empty,
                $"{trace.Name}: each answer is compared");
        }
    }

    /// <summary>Each row of each page's table of status words, as often as the page lists it for other reasons.</summary>
    [Test]
    public void EveryStatusWordOfEveryCommandIsShown()
    {
        int rows = 0;
        var missing = new List<string>();
        foreach (var (name, ins, cla, page) in Commands())
        {
            var shown = Shown(cla, ins).ToList();
            string[] always = cla == 0 ? ["6A86", "9000"] : ["6999", "6A86", "9000"];
            foreach (var status in Table(page).Concat(always.Except(Table(page))).GroupBy(s => s))
            {
                rows += status.Count();
                if (shown.Count(s => status.Key.EndsWith('X') ? s[..2] == status.Key[..2] : s == status.Key) < status.Count())
                {
                    missing.Add($"{name} {status.Key}");
                }
            }
        }

        TestContext.Out.WriteLine($"{Commands().Count()} commands, {rows} rows of status words, {_seen.Count} commands in "
            + $"{_seen.Select(s => s.Trace).Distinct().Count()} traces");
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void EveryStatusWordOfTheTableIsShown()
    {
        var all = Row().Matches(File.ReadAllText(Path.Combine(Spec, "status-words.md"))).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.That(all, Has.Count.EqualTo(34));
        var shown = _seen.Select(s => Convert.ToHexString(s.Response.AsSpan(s.Response.Length - 2))).ToHashSet();
        Assert.That(all.Where(s => !shown.Any(w => s.EndsWith('X') ? w[..2] == s[..2] : w == s)), Is.EquivalentTo(NoConversation));
    }

    [Test]
    public void EveryStateIsShown()
    {
        IEnumerable<T> Replies<T>(byte ins, Func<byte[], T?> read)
            where T : class => _seen.Where(s => s.Command is [0x80, _, ..] && s.Command[1] == ins && s.Response is [.., 0x90, 0x00])
                .Select(s => read(s.Response[..^2])).OfType<T>();
        Assert.That(Replies(GetStatusCommand.Ins, b => GetStatusCommand.ParseReply(b)).Select(r => r.State).Distinct(),
            Is.EquivalentTo(Enum.GetValues<WalletState>()));
        Assert.That(Replies(GetCoinCommand.Ins, b => GetCoinCommand.ParseReply(b)).Select(r => r.State).Distinct(),
            Is.EquivalentTo(Enum.GetValues<SlotState>()));
        var log = Replies(ReadLogCommand.Ins, b => ReadLogCommand.ParseReply(b)).ToList();
        Assert.That(log.Select(r => r.State).Distinct(), Is.EquivalentTo(Enum.GetValues<LogState>()));
        Assert.That(log.Where(r => r.Payment is not null).Select(r => (r.Payment!.Confirmed, r.Payment.Acknowledged)).Distinct().Count(),
            Is.EqualTo(4), "flags");
        Assert.That(log.Where(r => r.Payment?.Proof is not null).Select(r => r.Payment!.Proof!.TillKey is null).Distinct().Count(),
            Is.EqualTo(2), "restored on either word");
    }

    [Test]
    public void EveryLengthCaseIsShown()
    {
        var cases = _seen.Where(s => CommandApdu.Parse(s.Command, out _).IsSuccess).Select(s => CaseOf(s.Command)).Distinct();
        Assert.That(cases, Is.EquivalentTo(Enum.GetValues<ApduCase>()));
        Assert.That(_seen.Any(s => s.Command.Length < 4));
    }

    private static ApduCase CaseOf(byte[] command)
    {
        CommandApdu.Parse(command, out var apdu);
        return apdu.Case;
    }

    private IEnumerable<string> Shown(byte cla, byte ins) =>
        _seen.Where(s => s.Command.Length >= 4 && s.Command[0] == cla && s.Command[1] == ins)
        .Select(s => Convert.ToHexString(s.Response.AsSpan(s.Response.Length - 2)));

    /// <summary>The table of apdu-spec/README.md.</summary>
    private static IEnumerable<(string Name, byte Ins, byte Cla, string Page)> Commands()
    {
        bool iso = true;
        foreach (Match row in CommandRow().Matches(File.ReadAllText(Path.Combine(Spec, "README.md"))))
        {
            string name = row.Groups[2].Value;
            iso &= name != "GET STATUS";
            yield return (name, Convert.ToByte(row.Groups[1].Value, 16), (byte)(iso ? 0x00 : 0x80), row.Groups[3].Value);
        }
    }

    private static List<string> Table(string page)
    {
        string text = File.ReadAllText(Path.Combine(Spec, page));
        int at = text.IndexOf("## Status words", StringComparison.Ordinal);
        return at < 0 ? ["6A86", "6985", "61XX", "9000"] : [.. Row().Matches(text[at..]).Select(m => m.Groups[1].Value)];
    }

    private static bool IsTorn(Trace trace, SendStep step)
    {
        int at = trace.Steps.ToList().IndexOf(step);
        return at > 0 && trace.Steps[at - 1] is TearStep;
    }

    [GeneratedRegex(@"^\| ([0-9A-F]{3}[0-9A-FX]|61XX) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| ([0-9A-F]{2}) \| ([A-Z ]+) \| \[([a-z-]+\.md)\]", RegexOptions.Multiline)]
    private static partial Regex CommandRow();

    private sealed class Listener(ITearableCard card, Action<byte[], byte[]> hear) : ITearableCard
    {
        public ReadOnlyMemory<byte> Atr => card.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            int length = card.Transmit(command, response);
            hear(command.ToArray(), response[..length].ToArray());
            return length;
        }

        public void Reset() => card.Reset();

        public void Tear(int write, TornWrite torn) => card.Tear(write, torn);

        public void PowerOn() => card.PowerOn();

        public void Dispose()
        {
        }
    }
}
