namespace HierCash.Wallet;

/// <summary>What waits on a card (docs/waiting.md).</summary>
public sealed partial class WalletTerminal
{
    /// <summary>All of it, as the card shows it; no network is needed. The holder PIN was given.</summary>
    public static IReadOnlyList<Waiting> Waits(ICardChannel channel, string pin, PrivateStatus status)
    {
        var card = new WalletCard(channel);
        var all = new List<Waiting>();
        if (card.GetStatus().State == WalletState.Frozen && card.GetBalance().Total is var frozen)
        {
            all.Add(frozen.IsZero
                ? new Waiting(WaitingKind.FrozenCard, "this card", null,
                    "This card image is a restored copy: it pays and withdraws no more.", "Ask the bank for another card.")
                : new Waiting(
                    WaitingKind.FrozenCard, $"{frozen.Show(status.Currency)} on this card", null,
                    "This card image is a restored copy, and its coins are frozen: it pays no more.",
                    "'hiercash-wallet lost-report' and 'hiercash-wallet report-lost' get on the account what was not spent."));
        }

        all.AddRange(Slots(card, status).Where(s => s.Coin.Pending is not null).Select(s => new Waiting(
            WaitingKind.UnfinishedWithdrawal, $"a withdrawal of {s.Coin.Pending!.FaceValue.Show(status.Currency)}", null,
            "The card has begun it, and has no answer yet. The account may be debited already.",
            "'hiercash-wallet resume' ends it, and so does the same 'withdraw' again.")));
        var till = RedemptionTill(status);
        all.AddRange(ReadLog(channel, pin).Where(e => e.Entry.Till == till && !e.Entry.Confirmed && e.State != LogState.Restored)
            .Select(e => new Waiting(
            WaitingKind.UnansweredRedemption, $"{e.Entry.Paid.Show(status.Currency)} on their way to the account", e.Entry.Time,
            "The card has signed the redemption, and the issuer has not answered.",
            "'hiercash-wallet redeem' sends it again.")));
        return all;
    }
}
