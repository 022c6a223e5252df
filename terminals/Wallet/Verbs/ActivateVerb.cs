namespace HierCash.Wallet;

/// <summary>
/// hiercash-wallet activate: the card's PUK and its two PINs (rules R11 and R12). All of them are typed, none stands on a command line.
/// </summary>
internal static class ActivateVerb
{
    public static Verb Make()
    {
        var letter = new Option<string?>("--letter") { Description = "The bank's letter, with the activation code. Default: a prompt.",
            HelpName = "FILE" };
        var pukTo = new Option<string?>("--puk-to")
        {
            Description = "For scripts: writes the PUK into this new file, readable by you only, and does not ask for it back. The PINs "
                + "come as lines on standard input: payment PIN, holder PIN.",
            HelpName = "FILE",
        };
        return new Verb("activate", "Activates a new card, or one that the bank set back: shows its PUK once, and sets its two PINs.",
            "hiercash-wallet activate --letter alice.letter --reader emulator:alice.card")
        {
            letter, pukTo, CardOptions.Reader, CardOptions.Wait,
        }.Does(async (given, cancel) =>
        {
            var code = given.GetValue(letter) is { } file ? ActivationLetter.Read(file)
                : ActivationCode.Parse(CommonOptions.AskSecret("Activation code"))
                ?? throw new UsageException(
                    $"An activation code has {ActivationCode.Digits} digits. Type it as it stands in the bank's letter.");
            string? pukFile = given.GetValue(pukTo);
            if (pukFile is null && Console.IsInputRedirected)
            {
                throw new UsageException(
                    "The PUK is shown once, and asked back: run it at a terminal, or name a file for the PUK with --puk-to.");
            }

            if (File.Exists(pukFile))
            {
                throw new RefusedException(Outcome.AlreadyExists,
                    $"'{pukFile}' is there already, and may hold the PUK of another card. Choose another name for the PUK.");
            }

            using var channel = await CardOptions.Open(given, WalletSession.Suite, cancel);
            var card = new WalletCard(channel);
            card.Select();
            string puk = Begin(card, code);
            if (pukFile is null)
            {
                Show(puk);
            }

            string payment = CommonOptions.AskNewPin("payment PIN");
            string holder = CommonOptions.AskNewPin("holder PIN", other: payment);
            Activation.Finish(card, puk, payment, holder, pukFile).ThrowIfAny();
            ConsoleEntry.SayDone("The card is activated. Tills ask for the payment PIN; type the holder PIN only here.");
        });
    }

    private static string Begin(WalletCard card, ActivationCode code)
    {
        try
        {
            return card.BeginActivation(code);
        }
        catch (CardRefusedException e) when (e.Status == StatusWord.ConditionsNotSatisfied)
        {
            throw new RefusedException(Outcome.CardRefused, WalletTerminal.NoBank);
        }
        catch (CardRefusedException e) when (e.Status == WalletStatus.AlreadyDone)
        {
            throw new RefusedException(Outcome.PinRefused,
                "This card is activated already. If your own last run got no answer, that run's PUK is the card's. If it was not you, "
                    + "somebody else has had the bank's letter: bring the card back to the bank.");
        }
    }

    /// <summary>Shows the PUK and asks it back, before anything else is asked, until it was written down right.</summary>
    private static void Show(string puk)
    {
        Console.Error.WriteLine($"The card's PUK is {puk}. Write it down now: it is shown this once, and unblocks a blocked holder PIN.");
        while (CommonOptions.AskSecret("The PUK, from what you wrote") != puk)
        {
            CommonOptions.AskAgain("This is not the PUK that the card showed. Mend what you wrote, and type it from there. Or press "
                + "Ctrl-C: nothing is changed then, and the next run shows another PUK.");
        }
    }
}
