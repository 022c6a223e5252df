using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HierCash.Tests.Consoles;

/// <summary>
/// terminals/wrong-calls.md is the table of a newcomer's wrong calls: how each ends and what it says, by the real programs as processes.
/// After a change: HIERCASH_WRITE_FIXTURES=1 dotnet test tests --filter FullyQualifiedName~TheTableOfWrongCalls, read what changed, and
/// commit it.
/// </summary>
public sealed partial class WrongInvocationTests
{
    private const string Break = "<br>";
    private static readonly string Page = Repository.PathOf("terminals", "wrong-calls.md");

    /// <summary>What stands for a PIN, a PUK and an activation code in the table; also one with a slip.</summary>
    private static readonly string[] Secrets = ["4711", "47o11", "12345678", "12345678901234567890", "1234-5678-9012-3456-7890"];

    [Test]
    public void TheTableOfWrongCallsIsWhatTheProgramsSay()
    {
        var calls = File.ReadAllLines(Page).Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1]).ToList();
        Assert.That(calls, Has.Count.GreaterThanOrEqualTo(50).And.Unique);
        Assert.That(calls.Select(c => c.Split(' ')[0]).Distinct().ToList(), Has.Count.EqualTo(7), "all consoles");
        var said = new ConcurrentDictionary<string, ConsoleResult>();

        // Consoles side by side, the calls of each one after another: a till's folder is open to one process.
        Parallel.ForEach(calls.GroupBy(c => c.Split(' ')[0]), console =>
        {
            foreach (string call in console)
            {
                said[call] = Run(call);
            }
        });
        Assert.Multiple(() =>
        {
            foreach (var (call, result) in said)
            {
                Assert.That(result.Code, Is.InRange(1, 3), call);
                if (result.Output.Length > 0)
                {
                    var error = JsonDocument.Parse(result.Output).RootElement.GetProperty("error");
                    Assert.That(error.GetProperty("sentence").GetString() + "\n", Is.EqualTo(result.Error), $"the same in JSON: {call}");
                }

                Assert.That(result.Error, Does.Not.Contain("   at ").And.Not.Contain("Exception").And.Not.Empty, call);
                Assert.That(Secrets.Where(s => call.Contains(s, StringComparison.Ordinal)
                    && result.Error.Contains(s, StringComparison.Ordinal)), Is.Empty, $"echoed: {call}");
            }

            Assert.That(Secrets.Where(s => !calls.Exists(c => c.Contains(s, StringComparison.Ordinal))), Is.Empty, "each secret is tried");
        });
        string made = Make(calls, said);
        if (Environment.GetEnvironmentVariable("HIERCASH_WRITE_FIXTURES") is not null)
        {
            File.WriteAllText(Page, made);
        }

        Assert.That(File.ReadAllText(Page), Is.EqualTo(made));
    }

    private static ConsoleResult Run(string call)
    {
        string line = call.Replace("NORTH", _town.North.Address, StringComparison.Ordinal)
            .Replace("ISSUER", _town.Issuer.Address, StringComparison.Ordinal);
        string[] words = [.. line.Split(' ').Select(w => w == "\"\"" ? "" : w)];
        return ConsoleProcess.RunAlone(_town.Folder, words[0], null, words[1..]);
    }

    private static string Make(List<string> calls, ConcurrentDictionary<string, ConsoleResult> said)
    {
        var page = new StringBuilder();
        page.Append("# Wrong calls\n\nWhat a newcomer gets wrong, what the programs say on stderr, and their exit code: 1 refused, 2 not "
            + "understood, 3 a peer or a card cannot be reached.\n");
        page.Append("`ISSUER` and `NORTH` are the addresses of servers that run. Of a line that is not understood, what could be a PIN, a "
            + "PUK or an activation code is ");
        page.Append("never said again; what stands where an amount, a name or a file belongs is. This table is what the\n");
        page.Append("programs say, run as processes; a test keeps it so, and that none of them ends otherwise.\n\n| call | exit code | "
            + "what it says |\n|---|---|---|\n");
        foreach (string call in calls)
        {
            string sentence = said[call].Error.Trim().ReplaceLineEndings(Break)
                .Replace(_town.North.Address, "NORTH", StringComparison.Ordinal)
                .Replace(_town.Issuer.Address, "ISSUER", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
            page.Append(CultureInfo.InvariantCulture, $"| `{call}` | {said[call].Code} | {sentence} |\n");
        }

        return page.ToString();
    }
}
