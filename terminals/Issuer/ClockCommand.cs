using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;

namespace HierCash.Issuer;

/// <summary>hiercash-issuer clock (rule R26).</summary>
internal static class ClockCommand
{
    public static Command Make(Option<string> folder, Option<bool> json, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var command = new Command("clock", "Says what the clock says, what was signed last, and whether the issuer signs.") { folder, json, Accept(folder, json, open) };
        command.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var clock = party.Clock;
                ConsoleEntry.Print(
                    result.GetValue(json),
                    new { Clock = clock.Now.ToString(), Signed = clock.Signed == default ? null : clock.Signed.ToString(), Doubted = clock.Doubted?.ToString(), clock.IsBehind },
                    $"""
                    The clock says {clock.Now}.
                    {(clock.Signed == default ? "Nothing was signed under a date yet." : $"The latest date that was signed is {clock.Signed}.")}
                    {Say(clock)}
                    """);
            }
        });
        return command;
    }

    /// <summary>Stands alone: 'status' says neither date.</summary>
    internal static string Say(ClockState clock) => clock switch
    {
        { IsBehind: true } => "The clock is behind what was signed: nothing is signed until it is right. If it is right now, and was wrong then, run 'hiercash-issuer clock accept'.",
        { Doubted: { } since } => $"The issuer's clock has said {since}, long after the issuer's last sign of life: the issuer was away, or its clock was set. It answers. "
            + "Returns, instructions and statements wait until two banks have called whose clocks agree (or the only bank), or until 'hiercash-issuer clock accept'.",
        _ => "The clock goes with what was signed. Nothing waits for it.",
    };

    private static Command Accept(Option<string> folder, Option<bool> json, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var command = new Command(
            "accept", "Confirms that the clock is right now. What was signed under a date that is still to come is listed, and signed again under today's. A 'serve' that runs goes on by itself.") { folder, json };
        command.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var ahead = party.AcceptClock();
                ConsoleEntry.PrintDone(
                    result.GetValue(json),
                    new { Clock = party.Clock.Now.ToString(), Ahead = ahead },
                    string.Join(Environment.NewLine, ahead.Select(a => $"Signed ahead: {a.What}: {a.Count}, {a.Became}.")
                        .Prepend($"The clock is confirmed: {party.Clock.Now}.").Append(ahead.Count == 0 ? "Nothing was signed under a later date." : "All else goes on by its numbers.")));
            }
        });
        return command;
    }
}
