namespace HierCash.Bank;

/// <summary>hiercash-bank open-account. The bank has the card in its reader; it sees no PIN or PUK, and prints no code (R12).</summary>
internal static class OpenAccountVerb
{
    /// <summary>The same for all that a bank does with a card.</summary>
    public static Option<string> Letter { get; } = new("--letter")
    {
        Description = "The letter to the holder, with the activation code. It is written new, or it is the one that the same call wrote "
            + "before and got no answer of the card to. Give it to the holder and to nobody else.",
        HelpName = "FILE",
        Required = true,
    };

    public static Verb Make()
    {
        var json = new JsonOption<OpenedAccountJson>(BankJson.Default.OpenedAccountJson);
        var name = new Argument<string>("NAME") { Description = "The holder's name." };
        return new Verb("open-account",
            "Opens an account, personalises a new card for it, and writes the letter with which its holder activates it.",
            "hiercash-bank open-account Alice --letter alice.letter --reader emulator:alice.card --dir north")
        {
            name, Letter, CardOptions.Reader, CardOptions.Wait, BankSession.Folder, json,
        }.Does(async (given, cancel) =>
        {
            using var open = BankSession.Open(given);
            using var card = await CardOptions.Open(given, BankSession.Suite, cancel);
            var (holder, letter) = (given.GetValue(name)!, given.GetValue(Letter)!);
            var account = open.Party.WithLetter(
                letter, holder, null, code => open.Party.OpenAccount(holder, new WalletCard(card), code)).OrRefuse();
            string fingerprint = open.Scheme.Fingerprint.ToString();
            json.PrintDone(given, new OpenedAccountJson(account.Name, account.User.ToString(), fingerprint, letter),
                $"{account.Name} has account {account.User}. Give the card and, by another way, the letter '{letter}' to its holder, who "
                    + $"activates it with 'hiercash-wallet activate' and should compare the scheme's fingerprint {fingerprint}.");
        });
    }
}

internal sealed record OpenedAccountJson(string Name, string Account, string Fingerprint, string Letter);
