namespace HierCash.Wallet;

internal static class RenewVerb
{
    public static Verb Make() => RedeemVerb.Make(
        new Verb("renew",
            $"Redeems the coins that expire within {WalletTerminal.RenewWithin.Days} days. Withdraw again once the bank has booked them.",
            "hiercash-wallet renew --reader emulator:alice.card"),
        (terminal, open, cancel) => terminal.Redeem(
            open.Channel, open.HolderPin,
            c => c.Coin.Terms.Expiry.End <= Timestamp.Now(TimeProvider.System).Plus(WalletTerminal.RenewWithin), cancel),
        "No coin expires soon.");
}
