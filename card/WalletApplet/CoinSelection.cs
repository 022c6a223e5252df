namespace HierCash.Card.Wallet;

/// <summary>Which coin pays, and whether it may without the payment PIN (rules R13, R14). For GET CASH and PAY alike.</summary>
internal static class CoinSelection
{
    /// <summary>Payments without the payment PIN since the last correct one, those that were taken back included (rule R13).</summary>
    public const byte MostWithoutPin = 16;

    /// <summary>
    /// The coin that pays: the smallest that can pay y alone, else the largest, if all together can. Coins that expire before
    /// TIME do not count, and where it is for that alone, the card says so. The limit without PIN comes before the balance, so that nobody
    /// learns from it what is beyond the limit (rule R14).
    /// </summary>
    public static StatusWord Choose(WalletApplet wallet, Amount y, Currency currency, Timestamp time, out CoinSlot chosen)
    {
        chosen = default;
        var activated = wallet.RequireActivated();
        if (!activated.IsSuccess)
        {
            return activated;
        }

        if (wallet.CardHolder.IsFrozen)
        {
            return WalletStatus.Frozen;
        }

        if (y.IsZero)
        {
            return WalletStatus.AmountZero;
        }

        if (currency != wallet.CardHolder.Currency)
        {
            return WalletStatus.OtherCurrency;
        }

        if (IsBeyondLimit(wallet, y, payments: 1))
        {
            return StatusWord.SecurityStatusNotSatisfied;
        }

        var (total, gone) = (Amount.Zero, Amount.Zero);
        var usable = new List<CoinSlot>();
        bool exhausted = false;
        foreach (var slot in wallet.Slots)
        {
            if (slot.State != SlotState.Active || slot.Expiry.End <= time)
            {
                gone += slot.State == SlotState.Active ? slot.Balance : Amount.Zero;
                continue;
            }

            // Hole 24: the last seq is kept for CLOSE, so that no balance is stuck on the card.
            if (slot.Seq == CashPayment.CloseSeq - 1)
            {
                exhausted = true;
                continue;
            }

            total += slot.Balance;
            usable.Add(slot);
        }

        if (total < y)
        {
            // A clock that is far ahead is another fault than a card that is empty (rule R26).
            bool hasExpired = !exhausted && total + gone >= y;
            return exhausted ? WalletStatus.CounterExhausted : hasExpired ? WalletStatus.Expired : WalletStatus.BalanceTooSmall;
        }

        chosen = usable.Aggregate((best, slot) => IsBetter(slot.Balance, best.Balance, y) ? slot : best);
        return IsBeyondLimit(wallet, y, CoinsFor(y, usable)) ? StatusWord.SecurityStatusNotSatisfied : StatusWord.Success;
    }

    /// <summary>
    /// True if it takes the payment PIN: for more than the limit, and for more than 16 payments (rule R13). All of what is asked for
    /// counts, not only this coin's part: a payment by several coins must not stop in its middle.
    /// </summary>
    private static bool IsBeyondLimit(WalletApplet wallet, Amount y, int payments)
    {
        var holder = wallet.CardHolder;
        bool beyond = holder.NoPinSpent + y > holder.NoPinLimit;
        return !wallet.PaymentPin.IsValidated && (beyond || holder.NoPinCount + payments > MostWithoutPin);
    }

    /// <summary>How many coins pay y together: the largest first, the last one what is left.</summary>
    private static int CoinsFor(Amount y, List<CoinSlot> usable)
    {
        int coins = 0;
        var rest = y;
        foreach (var x in usable.Select(s => s.Balance).OrderByDescending(x => x))
        {
            coins++;
            if (x >= rest)
            {
                break;
            }

            rest -= x;
        }

        return coins;
    }

    private static bool IsBetter(Amount candidate, Amount chosen, Amount y) =>
        candidate >= y ? chosen < y || candidate < chosen : chosen < y && candidate > chosen;
}
