namespace HierCash.Bank;

internal static class SetBackVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<SetBackJson>(BankJson.Default.SetBackJson);
        var name = new Argument<string>("NAME") { Description = "The holder's name. See that it is the holder who brings the card." };
        return new Verb("set-back",
            "Sets a card whose PUK is blocked back to the activation code of a new letter. Its coins stay on it.",
            "hiercash-bank set-back Alice --letter again.letter --reader emulator:alice.card --dir north")
        {
            name, OpenAccountVerb.Letter, CardOptions.Reader, CardOptions.Wait, BankSession.Folder, json,
        }.Does(async (given, cancel) =>
        {
            using var open = BankSession.Open(given);
            var (account, letter) = (open.Account(given.GetValue(name)!), given.GetValue(OpenAccountVerb.Letter)!);
            using var card = await CardOptions.Open(given, BankSession.Suite, cancel);
            open.Party.WithLetter(letter, account.Name, account.User, code =>
                open.Party.SetBack(account.User, new WalletCard(card), code)).OrRefuse();
            json.PrintDone(given, new SetBackJson(account.Name, account.User.ToString(), letter),
                $"The card of {account.Name} waits for the activation code in '{letter}'. Its coins are still on it.");
        });
    }
}

internal sealed record SetBackJson(string Name, string Account, string Letter);
