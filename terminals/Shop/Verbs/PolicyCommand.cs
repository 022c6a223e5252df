using System.CommandLine;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop policy: what this till takes. Kept in its store.</summary>
internal static class PolicyCommand
{
    private const string Accept = "accept";
    private const string Refuse = "refuse";

    public static Command Make(Option<string> folder, Option<bool> json, Func<string, TillSession> open)
    {
        var keyed = new Option<string?>("--issuer-keyed") { Description =
            "accept or refuse: cash whose key the issuer made is never guaranteed, and nobody is named if it was overspent.",
            HelpName = "accept|refuse" };
        keyed.AcceptOnlyFromAmong(Accept, Refuse);
        var command = new Command("policy", "Says which cash this till takes, or changes it.") { keyed, folder, json };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!);
            if (result.GetValue(keyed) is { } choice)
            {
                opened.Till.RefusesIssuerKeyed = choice == Refuse;
            }

            string now = opened.Till.RefusesIssuerKeyed ? Refuse : Accept;
            Older.PrintDone(
                result.GetValue(json), new { IssuerKeyed = now }, now == Refuse
                    ? "Issuer-keyed cash is refused; the card gets it back at once."
                    : "Issuer-keyed cash is accepted, and shown as such before OK.");
        });
        return command;
    }
}
