using System.CommandLine;
using System.Globalization;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>A till as the issuer knows it.</summary>
/// <param name="By">The till whose signature enrolled it; null: its bank's did.</param>
/// <param name="Revoked">Since when its key is revoked; null while it is good.</param>
public sealed record TillRow(TillId W, PartyId Shop, string Name, Timestamp Registered, TillId? By, Timestamp? Revoked);

/// <summary>hiercash-issuer tills.</summary>
internal static class TillCommands
{
    public static Command Tills(Option<string> folder, Option<bool> json, Func<string, (
        IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var command = new Command("tills", "Lists the tills of all shops, the newest first: since when each is registered, which till "
            + "enrolled it, and whether its key is revoked.") { folder, json };
        command.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var tills = party.Registry.Tills;
                Older.Print(
                    result.GetValue(json),
                    tills.Select(t => new
                    {
                        W = t.W.ToString(), Shop = t.Shop.Value, t.Name, Registered = t.Registered.ToString(),
                            EnrolledBy = t.By?.ToString(), Revoked = t.Revoked?.ToString(),
                    }),
                    tills.Count == 0 ? "No tills." : string.Join(Environment.NewLine, tills.Select(Say)));
            }
        });
        return command;
    }

    private static string Say(TillRow till) => string.Create(
        CultureInfo.InvariantCulture,
        $"{till.W}  shop {till.Shop}, {till.Name}, since "
            + $"{till.Registered}{(till.By is { } by ? $", enrolled by {by}" : "")}{(till.Revoked is { } revoked ? $", REVOKED on {revoked}" : "")}");
}
