using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>hiercash-issuer recover.</summary>
internal static class RecoverCommand
{
    public static Command Make(string role,
        Option<string> folder, Option<bool> json, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var without = new Option<uint?>("--without")
        {
            Description = "The number of a bank that will not visit any more: what was signed for it since the copy is not given back. "
                + "Revoke its key, too: shops are paid for such coins then, at the issuer's cost. If it comes after all, it gives back; if "
                + "it had shown nothing before, it stops the issuer once more.",
            HelpName = "NUMBER",
            CustomParser = r => CommonOptions.ReadId(r, "bank's number"),
        };
        var command = new Command("recover", "After a restore from an older copy: has each bank give back what this issuer had signed for "
            + "it. Stop 'serve' first, and start it again after.") { folder, without, json };
        command.SetAction(result =>
        {
            using var held = PartyFolder<IssuerSettings>.Open(result.GetValue(folder)!, role, wasUsed: true).Lock();
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                PartyId? lost = result.GetValue(without) is { } n ? new PartyId(n) : null;
                var awaited = party.Recover(lost);
                Older.PrintDone(
                    result.GetValue(json), new { Awaited = awaited.Select(b => b.Value), LeftOut = party.LeftOut.Select(b => b.Value),
                        LostKeys = party.LostKeys.Select(k => k.Key.Id.ToString()) },
                    Explain(awaited) + SayLeftOut(party.LeftOut) + Explain(party.LostKeys));
            }
        });
        return command;
    }

    /// <summary>What became of the keys that the copy lacked.</summary>
    public static string Explain(IReadOnlyList<KeyCertificate> lost) => lost.Count == 0 ? ""
        : $" This issuer had certified keys that its copy lacks: {string.Join(", ", lost.Select(k => k.Key.Id))}. What they signed stays "
            + $"good, and newer ones are made: banks and shops fetch them by themselves.";

    private static string SayLeftOut(IReadOnlyList<PartyId> banks) =>
        banks.Count == 0 ? ""
            : $" It does not wait for these banks, which were left out: {string.Join(", ", banks)}. They give back at their next visit.";

    public static string Explain(IReadOnlyList<PartyId> awaited) => awaited.Count == 0
        ? "The issuer goes on. Banks, shops, tills and keys that were made since the copy have to be made again, and revocations, too. "
            + "After a bank was enrolled again, run this once more if 'status' says so."
        : $"The issuer goes on when these banks have visited: {string.Join(", ", awaited)}. Let 'serve' run. For a bank that will not "
            + $"come: stop 'serve', 'hiercash-issuer recover --without NUMBER', serve again.";
}
