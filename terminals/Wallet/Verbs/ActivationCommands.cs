using System.CommandLine;
using HierCash.Card.Client;
using HierCash.Card.Readers;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;

namespace HierCash.Wallet;

/// <summary>
/// hiercash-wallet activate and pin: the card's PUK and its two PINs (rules R11 and R12). All of them are typed, none stands on a command
/// line.
/// </summary>
internal sealed class ActivationCommands(ICashSuite suite, Option<string?> pin)
{
    public IEnumerable<Command> All => [
        Activate(), new Command("pin", "Changes a PIN, or sets a new holder PIN with the PUK.") { Change(), Unblock() }];

    private Command Activate()
    {
        var letter = new Option<string?>("--letter") { Description = "The bank's letter, with the activation code. Default: a prompt.",
            HelpName = "FILE" };
        var pukTo = new Option<string?>("--puk-to")
        {
            Description = "For scripts: writes the PUK into this new file, readable by you only, and does not ask for it back. The PINs "
                + "come as lines on standard input: payment PIN, holder PIN.",
            HelpName = "FILE",
        };
        var command = new Command("activate", "Activates a new card, or one that the bank set back: shows its PUK, once, and sets its "
            + "two PINs.") { letter, pukTo, CardOptions.Reader, CardOptions.Wait };
        command.SetAction(async (result, cancel) =>
        {
            var code = result.GetValue(letter) is { } file ? ActivationLetter.Read(file)
                : ActivationCode.Parse(CommonOptions.AskSecret("Activation code"))
                ?? throw new UsageException(
                    $"An activation code has {ActivationCode.Digits} digits. Type it as it stands in the bank's letter.");
            if (result.GetValue(pukTo) is null && Console.IsInputRedirected)
            {
                throw new UsageException(
                    "The PUK is shown once, and asked back: run it at a terminal, or name a file for the PUK with --puk-to.");
            }

            string? pukFile = result.GetValue(pukTo);
            if (File.Exists(pukFile))
            {
                throw new RefusedException(Outcome.AlreadyExists,
                    $"'{pukFile}' is there already, and may hold the PUK of another card. Choose another name for the PUK.");
            }

            using var channel = await CardOptions.Open(result, suite, cancel);
            var card = new WalletCard(channel);
            card.Select();
            string puk = Begin(card, code);
            if (pukFile is null)
            {
                Show(puk);
            }

            string payment = CommonOptions.AskNewPin("payment PIN");
            string holder = CommonOptions.AskNewPin("holder PIN");
            if (payment == holder)
            {
                throw new UsageException("The two PINs have to differ: a till gets to know the payment PIN. Nothing was changed.");
            }

            Activation.Finish(card, puk, payment, holder, pukFile);
            ConsoleEntry.SayDone("The card is activated. Tills ask for the payment PIN; type the holder PIN only here.");
        });
        return command;
    }

    private static string Begin(WalletCard card, ActivationCode code)
    {
        try
        {
            return card.BeginActivation(code);
        }
        catch (CardRefusedException e) when (e.Status == StatusWord.ConditionsNotSatisfied)
        {
            throw new RefusedException(Outcome.RuleBroken, "This card belongs to no bank yet. Open an account with it first.");
        }
        catch (CardRefusedException e) when (e.Status == WalletStatus.AlreadyDone)
        {
            throw new RefusedException(Outcome.PinRefused,
                "This card is activated already. If your own last run got no answer, that run's PUK is the card's. If it was not you, "
                    + "somebody else has had the bank's letter: bring the card back to the bank.");
        }
    }

    /// <summary>Shows the PUK and asks it back, before anything else is asked.</summary>
    /// <exception cref="RefusedException">It was not written down right.</exception>
    private static void Show(string puk)
    {
        Console.Error.WriteLine($"The card's PUK is {puk}. Write it down now: it is shown this once, and unblocks a blocked holder PIN.");
        if (CommonOptions.AskSecret("The PUK, from what you wrote") != puk)
        {
            throw new RefusedException(Outcome.PinRefused,
                "This is not the PUK that the card showed. Nothing was changed. Run it again: the card shows another PUK.");
        }
    }

    private Command Change()
    {
        var payment = new Option<bool>("--payment") { Description =
            "The payment PIN, by right of the holder PIN. Without it the holder PIN." };
        var command = new Command("change", "Changes the holder PIN, or the payment PIN.") { payment, CardOptions.Reader, CardOptions.Wait,
            pin };
        command.SetAction(async (result, cancel) =>
        {
            using var channel = await CardOptions.Open(result, suite, cancel);
            string current = CommonOptions.ReadPin(result.GetValue(pin));
            string which = result.GetValue(payment) ? "payment PIN" : "holder PIN";
            string next = CommonOptions.AskNewPin(which);
            var card = new WalletCard(channel);
            card.Select();
            var status = result.GetValue(payment) ? card.Verify(current) : card.ChangeHolderPin(current, next);
            if (status.IsSuccess && result.GetValue(payment))
            {
                status = card.ChangePaymentPin(next);
            }

            Say(status, which, s => PinWords.Explain(s, PinRole.Holder));
        });
        return command;
    }

    private Command Unblock()
    {
        var command = new Command("unblock", "Sets a new holder PIN with the PUK.") { CardOptions.Reader, CardOptions.Wait };
        command.SetAction(async (result, cancel) =>
        {
            using var channel = await CardOptions.Open(result, suite, cancel);
            string puk = CommonOptions.AskSecret("PUK");
            if (!Pin.IsValid(puk) || puk.Length != Pin.BlockSize)
            {
                throw new UsageException("A PUK has 8 digits. No try was used up.");
            }

            string next = CommonOptions.AskNewPin("holder PIN");
            var card = new WalletCard(channel);
            card.Select();
            Say(card.UnblockPin(puk, next), "holder PIN", PinWords.ExplainPuk);
        });
        return command;
    }

    private static void Say(StatusWord status, string which, Func<StatusWord, string> explain)
    {
        if (!status.IsSuccess)
        {
            throw new RefusedException(Outcome.PinRefused, status == StatusWord.WrongData
                ? "The two PINs of a card have to differ: a till gets to know the payment PIN." : explain(status));
        }

        ConsoleEntry.SayDone($"The card has a new {which}.");
    }
}
