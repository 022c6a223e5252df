using System.CommandLine;
using HierCash.Card.Client;
using HierCash.Card.Readers;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;

namespace HierCash.Bank;

/// <summary>
/// What a bank does with a card in its own reader. It never sees a PIN or a PUK, and prints no activation code (rule R12).
/// </summary>
internal static class CardCommands
{
    private static readonly Option<string> Letter = new("--letter")
    {
        Description = "The letter to the holder, with the activation code: written new, or the one that the same call wrote before and got "
            + "no answer of the card to. Give it to the holder and to nobody else.",
        HelpName = "FILE",
        Required = true,
    };

    public static Command OpenAccount(Option<string> folder, Option<bool> json, ICashSuite suite, Func<string, BankSession> open)
    {
        var name = new Argument<string>("NAME") { Description = "The holder's name." };
        var command = new Command("open-account",
            "Opens an account, personalises a new card for it, and writes the letter with which its holder activates it.")
        {
            name, Letter, CardOptions.Reader, CardOptions.Wait, folder, json,
        };
        command.SetAction(async (result, cancel) =>
        {
            using var bank = open(result.GetValue(folder)!);
            using var card = await CardOptions.Open(result, suite, cancel);
            string holder = result.GetValue(name)!;
            var account = bank.Party.WithLetter(
                result.GetValue(Letter)!, holder, null, code => bank.Party.OpenAccount(holder, new WalletCard(card), code));
            string fingerprint = bank.Scheme.Fingerprint.ToString();
            Older.PrintDone(
                result.GetValue(json),
                new { account.Name, User = account.User.ToString(), Fingerprint = fingerprint, Letter = result.GetValue(Letter) },
                $"{account.Name} has account {account.User}. Give the card and, by another way, the letter '{result.GetValue(Letter)}' to "
                    + $"its holder, who activates it with 'hiercash-wallet activate' "
                + $"and should compare the scheme's fingerprint {fingerprint}.");
        });
        return command;
    }

    public static Command ReplaceCard(Option<string> folder, Option<bool> json, ICashSuite suite, Func<string, BankSession> open)
    {
        var name = new Argument<string>("NAME") { Description = "The holder's name. See that it is the holder who asks." };
        var without = new Option<bool>("--without-report")
        {
            Description = "The holder has no report that the card signed. The old card withdraws nothing any more; its coins stay good in "
                + "whose hands it is, and nothing of them comes back by itself before their terms.",
        };
        var command = new Command(
            "replace-card",
            "Gives an account whose card was reported as lost a new card, with the name, the balance, and what comes back later of the old "
                + "card's coins. The old card stays reported.")
        {
            name, without, Letter, CardOptions.Reader, CardOptions.Wait, folder, json,
        };
        command.SetAction(async (result, cancel) =>
        {
            using var bank = open(result.GetValue(folder)!);
            string holder = result.GetValue(name)!;
            bank.Account(holder);
            using var card = await CardOptions.Open(result, suite, cancel);
            var account = bank.Party.WithLetter(
                result.GetValue(Letter)!, holder, null, code =>
                    bank.Party.ReplaceCard(holder, new WalletCard(card), code, result.GetValue(without)));
            var balance = bank.Party.BalanceOf(account.User);
            Older.PrintDone(
                result.GetValue(json),
                new { account.Name, User = account.User.ToString(), Balance = balance.Minor, Letter = result.GetValue(Letter) },
                $"{account.Name} has {balance.Show(bank.Scheme.Terms.Currency)} with the new card, account {account.User}; what comes back "
                    + $"of the old card's coins is added by itself. "
                + $"Give the card and, by another way, the letter '{result.GetValue(Letter)}' to its holder, who activates it with "
                + $"'hiercash-wallet activate'.");
        });
        return command;
    }

    public static Command SetBack(Option<string> folder, ICashSuite suite, Func<string, BankSession> open)
    {
        var name = new Argument<string>("NAME") { Description = "The holder's name. See that it is the holder who brings the card." };
        var command = new Command("set-back",
            "Sets a card back whose PUK is blocked, to the activation code of a new letter. Its coins stay on it.")
        {
            name, Letter, CardOptions.Reader, CardOptions.Wait, folder,
        };
        command.SetAction(async (result, cancel) =>
        {
            using var bank = open(result.GetValue(folder)!);
            string holder = result.GetValue(name)!;
            var account = bank.Account(holder);
            using var card = await CardOptions.Open(result, suite, cancel);
            bank.Party.WithLetter(result.GetValue(Letter)!, holder, account.User, code =>
            {
                bank.Party.SetBack(account.User, new WalletCard(card), code);
                return account;
            });
            ConsoleEntry.SayDone(
                $"The card of {account.Name} waits for the activation code in '{result.GetValue(Letter)}'. Its coins are still on it.");
        });
        return command;
    }
}
