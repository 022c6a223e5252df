namespace HierCash.Wallet;

internal static class BalanceVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<BalanceJson>(WalletJson.Default.BalanceJson);
        return new Verb("balance", "Shows the coins on the card.", "hiercash-wallet balance --reader emulator:alice.card")
        {
            CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, json,
        }.Does(async (given, cancel) =>
        {
            using var open = await WalletSession.Open(given, cancel);
            var coins = Enumerable.Range(0, open.Status.Slots).Select(i => (Slot: i, Reply: open.Card.GetCoin((byte)i))).ToList();
            var total = open.Card.GetBalance().Total;
            int pending = coins.Count(c => c.Reply.State == SlotState.Pending);
            var active = coins.Where(c => c.Reply.State == SlotState.Active)
                .Select(c => (c.Slot, Cash: c.Reply.Cash!, c.Reply.Cash!.Coin.Terms)).ToList();
            json.Print(
                given,
                new BalanceJson(open.Money(total), open.Status.Scheme.ToString(), pending, [.. active.Select(c => new BalanceJson.CoinJson(
                    c.Slot, open.Money(c.Terms.FaceValue), open.Money(c.Cash.Balance), c.Terms.Expiry.End, c.Terms.TM,
                    IssuerKeyed.IsSaidOf(c.Cash.Coin)))]),
                string.Join(Environment.NewLine, active
                    .Select(c => $"{open.Show(c.Cash.Balance)} of {open.Show(c.Terms.FaceValue)}, {Expiry(c.Terms.Expiry)} (slot {c.Slot})"
                        + Keyed(c.Cash.Coin))
                    .Append($"Balance {open.Show(total)}")
                    .Append(pending > 0 ? $"Unfinished withdrawals: {pending}. Run 'hiercash-wallet resume'."
                    : $"Scheme {open.Status.Scheme}")));
        });
    }

    public static string Keyed(Coin coin) => IssuerKeyed.IsSaidOf(coin) ? $" {IssuerKeyed.ForHolder}" : "";

    /// <summary>No balance dies silently: said from a month before the end on.</summary>
    public static string Expiry(Quarter expiry) => Timestamp.Now(TimeProvider.System) switch
    {
        var now when now >= expiry.End => "It has expired: redeem it now, or it comes back to the account by itself after its term.",
        var now when expiry.End <= now.Plus(WalletTerminal.RenewWithin) =>
            $"It expires on {expiry.End.ToDate():yyyy-MM-dd}: renew it with 'hiercash-wallet renew'.",
        _ => $"Good before {expiry.End.ToDate():yyyy-MM-dd}.",
    };
}

/// <summary>What <c>balance --json</c> prints.</summary>
/// <param name="Pending">How many withdrawals are unfinished.</param>
internal sealed record BalanceJson(Money Balance, string Scheme, int Pending, IReadOnlyList<BalanceJson.CoinJson> Coins)
{
    /// <param name="Counter">TM, the number of the coin under its key.</param>
    public sealed record CoinJson(int Slot, Money FaceValue, Money Balance, JsonTime Expires, int Counter, bool IssuerKeyed);
}
