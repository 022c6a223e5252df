using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>hiercash-issuer clock (rule R26).</summary>
internal static class ClockCommand
{
    /// <summary>First of all a person looks: what is confirmed by mistake ends terms too early.</summary>
    internal const string Look = "Compare this time with another clock. If it is wrong, set it right, and run 'hiercash-issuer clock' "
        + "again. Only if it is right: 'hiercash-issuer clock accept'.";

    public static Command Make(Option<string> folder, Option<bool> json, Func<string, (
        IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var command = new Command("clock",
            "Says what the clock says, the latest time that the issuer went by, and whether it signs.") { folder, json,
            Accept(folder, json, open) };
        command.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var clock = party.Clock;
                Older.Print(
                    result.GetValue(json),
                    new { Clock = clock.Now.ToString(), Signed = clock.Signed == default ? null
                        : clock.Signed.ToString(), Doubted = clock.Doubted?.ToString(), clock.IsBehind },
                    $"""
                    The clock says {clock.Now}.
                    {(clock.Signed == default ? "Nothing was signed under a date yet." : $"The latest time that this issuer went by is {clock.Signed}.")}
                    {Say(clock)}
                    """);
            }
        });
        return command;
    }

    /// <summary>Stands alone: 'status' says neither date.</summary>
    internal static string Say(ClockState clock) => clock switch
    {
        { IsBehind: true } => $"The issuer's clock says {clock.Now}, behind {clock.Signed}, the latest time that it went by: nothing is "
            + $"signed until it is right. {Look}",
        { Doubted: { } since } => $"The issuer's clock has said {since}, long after the issuer's last sign of life: the issuer was away, "
            + $"or its clock was set. It answers. "
            + $"Returns, instructions and statements wait until two banks have called whose clocks agree (or the only bank). It is "
            + $"{clock.Now} by it now. {Look}",
        _ => "The clock is not behind a time that it went by. Nothing waits for it.",
    };

    private static Command Accept(Option<string> folder, Option<bool> json, Func<string, (
        IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var command = new Command(
            "accept", "Confirms that the clock is right now. What was signed under a date that is still to come is listed, and signed "
                + "again under today's. A 'serve' that runs goes on by itself.") { folder, json };
        command.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var before = party.Clock.Signed;
                var ahead = party.AcceptClock();
                string wentBy = before > party.Clock.Now ? $"It had gone by {before} before. " : "";
                Older.PrintDone(
                    result.GetValue(json),
                    new { Clock = party.Clock.Now.ToString(), Ahead = ahead },
                    string.Join(Environment.NewLine, ahead.Select(a => $"Signed ahead: {a.What}: {a.Count}, {a.Became}.")
                        .Prepend($"The clock is confirmed: {party.Clock.Now}.").Append(ahead.Count == 0 ? $"{wentBy}Nothing that it signed "
                            + $"bears a date that is still to come." : "All else goes on by its numbers.")));
            }
        });
        return command;
    }
}
