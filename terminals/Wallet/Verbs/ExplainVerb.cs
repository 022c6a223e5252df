namespace HierCash.Wallet;

internal static class ExplainVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<ExplanationJson>(ConsoleJson.Default.ExplanationJson);
        return new Verb("explain", "Explains each coin and each payment on the card: its state, who signed what, and what happens "
            + "next.",
            "hiercash-wallet explain --reader emulator:alice.card")
        {
            CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, json,
        }.Does(async (given, cancel) =>
        {
            using var open = await WalletSession.Open(given, cancel);
            var sentences = Enumerable.Range(0, open.Status.Slots).Select(i => Explain(open.Card.GetCoin((byte)i), i, open))
                .OfType<string>()
                .Concat(WalletTerminal.ReadPayments(open.Channel, open.HolderPin).OrderBy(e => e.Entry.Time)
                    .Select(e => Explain(e.State, e.Entry, open))).ToList();
            json.Print(given, new ExplanationJson(sentences),
                sentences.Count == 0 ? "The card holds nothing." : string.Join(Environment.NewLine, sentences));
        });
    }

    private static string? Explain(CoinReply coin, int slot, WalletSession open) => coin.State switch
    {
        SlotState.Pending => $"Slot {slot}: a withdrawal of {open.Show(coin.Pending!.FaceValue)} that is not answered. "
            + $"'hiercash-wallet resume' goes on with it; nothing is lost.",
        SlotState.Active => $"Slot {slot}: {open.Show(coin.Cash!.Balance)} of {open.Show(coin.Cash.Coin.Terms.FaceValue)}, "
            + $"signed by issuer {coin.Cash.Coin.Terms.Issuer} (S_I); {coin.Seq} payments signed. "
            + $"{BalanceVerb.Expiry(coin.Cash.Coin.Terms.Expiry)}{BalanceVerb.Keyed(coin.Cash.Coin)}",
        SlotState.Closed => $"Slot {slot}: a coin of {open.Show(coin.Cash!.Coin.Terms.FaceValue)} that is spent. Its place is taken "
            + $"again once its payments are acknowledged.{BalanceVerb.Keyed(coin.Cash.Coin)}",
        SlotState.Ended => $"Slot {slot}: a coin of {open.Show(coin.Cash!.Coin.Terms.FaceValue)} that is redeemed or closed; "
            + "what is taken back of it comes to the account. Its place is taken again once its payments are acknowledged.",
        _ => null,
    };

    private static string Explain(LogState state, LoggedPayment entry, WalletSession open)
    {
        string what = $"{entry.Time}: {open.Show(entry.Paid)} to till {entry.Till}, payment {entry.Seq} of the coin in slot {entry.Slot}: ";
        return what + (state, entry.Proof) switch
        {
            (LogState.Restored, { TillKey: not null }) =>
                "taken back by the shop, with its signature (S_W), which the card keeps as evidence.",
            (LogState.Restored, _) => "pronounced dead by the issuer, whose statement the card keeps as evidence.",
            _ when entry.Till == WalletTerminal.RedemptionTill(open.Status) =>
                entry.Confirmed ? "redeemed, or it comes back by itself; the bank books it on the account."
                    : "a redemption that the issuer has not answered: 'hiercash-wallet redeem' goes on with it.",
            _ => $"signed by the card (S_U){(entry.Confirmed ? ", and the shop said OK" : "")}. If the shop never settles it, "
                + $"'hiercash-wallet recover' gets it back after its term.",
        };
    }
}
