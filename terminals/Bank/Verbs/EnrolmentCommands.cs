using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>hiercash-bank enrol-shop and new-key: what a bank signs for shops, and for its own next key.</summary>
internal static class EnrolmentCommands
{
    public static Command EnrolShop(Option<string> folder, Func<string, BankSession> open)
    {
        var file = new Argument<string>("FILE") { Description = "The shop's request; - reads standard input." };
        var account = new Option<string?>("--account")
        {
            Description = "The account of a shop that is known here, whose further till this is ('hiercash-bank accounts'). See that it is "
                + "that shop which asks.", HelpName = "ACCOUNT",
        };
        var command = new Command("enrol-shop", "Opens a new shop's account and signs its request; prints it for the issuer.") { file,
            account, folder };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!);
            var request = EnrolmentRequest.Decode(Armor.Read(Armor.Request, result.GetValue(file)!))
                ?? throw new RefusedException(Outcome.Damaged, $"The request in '{result.GetValue(file)}' is damaged, or asks under a name that cannot be "
                    + $"shown. Copy it again, whole; or have it made again.");
            Digest? known = result.GetValue(account) is { } named ? opened.ShopAccount(named).Account : null;
            var before = opened.Party.ShopAccounts.Select(s => s.Account).ToHashSet();
            var vouched = opened.Party.Vouch(request, known);
            string which = before.Contains(vouched.Account!.Reference) ? "The account" : "A new account";
            Console.Error.WriteLine(
                $"{which} {Short(vouched.Account.Reference)} for the shop '{request.Name}'. Carry the signed request to the issuer.");
            ConsoleEntry.PrintToCarry(Armor.Write(Armor.Request, vouched.Encode()), "The account is there, and the signed request",
                "The same call");
        });
        return command;
    }

    public static Command NewKey(string role, Option<string> folder, ICashSuite suite)
    {
        var fresh = new Option<bool>("--fresh") { Description = "Another one than the next key that was made before." };
        var command = new Command(
            "new-key",
            "Makes the bank's next key; prints the request for it, signed by the present one. The present key goes on until the first call "
                + "to the issuer after 'join'. Stop 'serve' for 'join', and start it again.")
        {
            fresh, folder,
        };
        command.SetAction(result =>
        {
            var party = PartyFolder<EnrolledSettings>.Open(result.GetValue(folder)!, role);
            using var store = Database.OpenFile(party.DatabasePath, BankParty.Schema);
            var identity = BankIdentity.Of(EnrolmentVerbs.Grant(party, role, suite));
            var request = BankParty.RequestNextKey(store, suite, identity, result.GetValue(fresh));
            Console.Error.WriteLine(
                $"The new key is {Convert.ToHexString(request.Key.Bytes)}: keep this line; it names the key if it is ever lost.");
            ConsoleEntry.PrintToCarry(
                Armor.Write(Armor.Request, request.Encode()),
                "The next key is made, and the request for it", "'hiercash-bank new-key' without --fresh");
        });
        return command;
    }

    /// <summary>As people name an account.</summary>
    public static string Short(Digest account) => account.ToString()[..16];
}
