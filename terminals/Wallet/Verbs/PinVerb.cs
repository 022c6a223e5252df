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
        return new Verb("change", "Changes the holder PIN, or the payment PIN.",
            "hiercash-wallet pin change --reader emulator:alice.card",
            "hiercash-wallet pin change --payment --reader emulator:alice.card")
        {
            payment, CardOptions.Reader, CardOptions.Wait, WalletSession.Pin,
        }.Does(async (given, cancel) =>
        {
            using var open = await WalletSession.Open(given, cancel);
            string which = given.GetValue(payment) ? CommonOptions.PaymentPin : CommonOptions.HolderPin;
            string next = CommonOptions.AskNewPin(which);
            var status = given.GetValue(payment) ? open.Card.ChangePaymentPin(next) : open.Card.ChangeHolderPin(open.HolderPin, next);
            Say(status, which, s => PinWords.Explain(s, PinRole.Holder));
        });
    }

    private static Verb Unblock() =>
        new Verb("unblock", "Sets a new holder PIN with the PUK.", "hiercash-wallet pin unblock --reader emulator:alice.card")
        {
            CardOptions.Reader, CardOptions.Wait,
        }.Does(async (given, cancel) =>
        {
            using var channel = await CardOptions.Open(given, WalletSession.Suite, cancel);
            string puk = CommonOptions.AskSecret("PUK");
            if (!Pin.IsValid(puk) || puk.Length != Pin.BlockSize)
            {
                throw new UsageException("A PUK has 8 digits. No try was used up: run it again.");
            }

            string next = CommonOptions.AskNewPin(CommonOptions.HolderPin);
            var card = new WalletCard(channel);
            card.Select();
            Say(card.UnblockPin(puk, next), CommonOptions.HolderPin, PinWords.ExplainPuk);
        });

    private static void Say(StatusWord status, string which, Func<StatusWord, string> explain)
    {
        if (!status.IsSuccess)
        {
            throw new RefusedException(Outcome.PinRefused, status == StatusWord.WrongData
                ? "The two PINs of a card have to differ: a till gets to know the payment PIN. Run it again with another one."
                : explain(status));
        }

        ConsoleEntry.SayDone($"The card has a new {which}.");
    }
}
