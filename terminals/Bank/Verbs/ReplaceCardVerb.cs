namespace HierCash.Bank;

internal static class ReplaceCardVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<ReplacedCardJson>(BankJson.Default.ReplacedCardJson);
        var name = new Argument<string>("NAME") { Description = "The holder's name. See that it is the holder who asks." };
        var without = new Option<bool>("--without-report")
        {
            Description = "The holder has no report that the card signed. The old card withdraws nothing any more; its coins stay good in "
                + "whose hands it is, and nothing of them comes back by itself before their terms.",
        };
        return new Verb("replace-card",
            "Gives an account whose card was reported as lost a new card, with the name, the balance, and what comes back later of the old "
                + "card's coins. The old card stays reported.",
            "hiercash-bank replace-card Alice --letter new.letter --reader emulator:new.card --dir north")
        {
            name, without, OpenAccountVerb.Letter, CardOptions.Reader, CardOptions.Wait, BankSession.Folder, json,
        }.Does(async (given, cancel) =>
        {
            using var open = BankSession.Open(given);
            var (holder, letter) = (given.GetValue(name)!, given.GetValue(OpenAccountVerb.Letter)!);
            open.Account(holder);
            using var card = await CardOptions.Open(given, BankSession.Suite, cancel);
            var account = open.Party.WithLetter(letter, holder, null, code =>
                open.Party.ReplaceCard(holder, new WalletCard(card), code, given.GetValue(without))).OrRefuse();
            var balance = open.Party.BalanceOf(account.User);
            json.PrintDone(given, new ReplacedCardJson(account.Name, account.User.ToString(), Money.Of(balance, open.Currency), letter),
                $"{account.Name} has {balance.Show(open.Currency)} with the new card, account {account.User}; what comes back of the old "
                    + $"card's coins is added by itself. Give the card and, by another way, the letter '{letter}' to its holder, who "
                    + $"activates it with 'hiercash-wallet activate'.");
        });
    }
}

internal sealed record ReplacedCardJson(string Name, string Account, Money Balance, string Letter);
