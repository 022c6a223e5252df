using System.CommandLine;
using HierCash.Card.Client;
using HierCash.Card.Readers;
using HierCash.Iso7816;
using HierCash.Protocol.Commands;
using HierCash.Terminals.Consoles;

namespace HierCash.Wallet;

/// <summary>hiercash-wallet pin change and pin unblock (rule R11).</summary>
internal static class PinVerb
{
    public static Verb Make() => new("pin", "Changes a PIN, or sets a new holder PIN with the PUK.",
        "hiercash-wallet pin change --reader emulator:alice.card", "hiercash-wallet pin unblock --reader emulator:alice.card")
    {
        Change(), Unblock(),
    };

    private static Verb Change()
    {
        var payment = new Option<bool>("--payment") { Description =
            "The payment PIN, by right of the holder PIN. Without it the holder PIN." };
        var verb = new Verb("change", "Changes the holder PIN, or the payment PIN.",
            "hiercash-wallet pin change --reader emulator:alice.card",
            "hiercash-wallet pin change --payment --reader emulator:alice.card")
        {
            payment, CardOptions.Reader, CardOptions.Wait, WalletSession.Pin,
        };
        verb.SetAction(async (given, cancel) =>
        {
            using var channel = await CardOptions.Open(given, WalletSession.Suite, cancel);
            string current = CommonOptions.ReadPin(given.GetValue(WalletSession.Pin));
            string which = given.GetValue(payment) ? "payment PIN" : "holder PIN";
            string next = CommonOptions.AskNewPin(which);
            var card = new WalletCard(channel);
            card.Select();
            var status = given.GetValue(payment) ? card.Verify(current) : card.ChangeHolderPin(current, next);
            if (status.IsSuccess && given.GetValue(payment))
            {
                status = card.ChangePaymentPin(next);
            }

            Say(status, which, s => PinWords.Explain(s, PinRole.Holder));
        });
        return verb;
    }

    private static Verb Unblock()
    {
        var verb = new Verb("unblock", "Sets a new holder PIN with the PUK.", "hiercash-wallet pin unblock --reader emulator:alice.card")
        {
            CardOptions.Reader, CardOptions.Wait,
        };
        verb.SetAction(async (given, cancel) =>
        {
            using var channel = await CardOptions.Open(given, WalletSession.Suite, cancel);
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
        return verb;
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
