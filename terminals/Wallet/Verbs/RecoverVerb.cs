namespace HierCash.Wallet;

internal static class RecoverVerb
{
    public static Verb Make() => RedeemVerb.Make(
        new Verb("recover",
            "Asks the issuer for the money of payments that no shop ever settled, and restores it on the card. If DIR/wallet.db was "
                + "lost, it is made again from what the card still holds.",
            "hiercash-wallet recover --reader emulator:alice.card"),
        (terminal, open, cancel) => terminal.Recover(open.Channel, open.HolderPin, null, cancel),
        "The card has signed nothing that could come back.", isRecovery: true);
}
