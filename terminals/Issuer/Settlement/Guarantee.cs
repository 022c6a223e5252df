namespace HierCash.Issuer;

/// <summary>
/// Who bears an excess (hole 13): the shop gets its money after disputeTerm, from the claims of the overspender's bank, within limits that
/// keep a broken card and a friendly shop from printing money.
/// </summary>
internal sealed class Guarantee(SchemeParameters terms)
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(30);

    /// <summary>
    /// What the shop is promised of an excess, and when: all of it, or nothing where a limit is passed. The floor limit tests y, the cap
    /// the excess (rule R1).
    /// </summary>
    public (Amount Guaranteed, Timestamp Due) Offer(
        IWriteTransaction db, ShopEntry shop, CoinRow coin, CashPayment h, Amount excess, Timestamp now)
    {
        bool isOwn = !coin.IsKeyed;

        // A guarantee is paid from the claims of the coin's bank: a coin of no bank has none (rule R27).
        bool hasBank = coin.Bank != HonouredCoins.NoBank;

        // Under another S_I than the coin's it would be no evidence for that bank.
        bool isIts = h.Coin.Id == coin.Id;
        bool soon = now <= h.Time.Plus(terms.GuaranteeWindow);
        bool within = isOwn && hasBank && isIts && terms.Excess == ExcessPolicy.Guarantee
            && h.Paid <= terms.FloorLimit
            && soon
            && IsFirst(db, coin, shop.Account)
            && IsWithinCap(db, shop.Account, excess, now)
            && IsProven(db, coin, h, excess);
        if (!within)
        {
            return (Amount.Zero, default);
        }

        var due = now.Plus(terms.DisputeTerm);
        GuaranteeTable.Promise(db, h.Id, coin.Number, shop, excess, now, due);
        return (excess, due);
    }

    private static bool IsFirst(IReadSnapshot db, CoinRow coin, Digest account) => !GuaranteeTable.HasOf(db, coin.Number, account);

    /// <summary>
    /// A dossier holds payments with one S_I of the coin. So where others have taken some of X, these alone have to prove what is promised:
    /// what they do not prove is not paid, and not said (rule R27).
    /// </summary>
    private static bool IsProven(IReadSnapshot db, CoinRow coin, CashPayment h, Amount excess)
    {
        if (RestorationTable.Newest(db) is null)
        {
            return true;
        }

        var (its, hasOthers) = HistoryTable.SignedWith(db, coin.Number, h.Coin.Id);
        return !hasOthers || coin.FaceValue + GuaranteeTable.Promised(db, coin.Number) + excess <= its + h.Paid;
    }

    private bool IsWithinCap(IReadSnapshot db, Digest account, Amount excess, Timestamp now) =>
        GuaranteeTable.PromisedSince(db, account, now.Minus(Window)) + excess <= terms.GuaranteeCap;

    /// <summary>The payment was taken back: no promise is left.</summary>
    /// <returns>What the guarantee had paid to the shop.</returns>
    public static Amount Cancel(IWriteTransaction db, HistoryRow row, Timestamp now)
    {
        bool paid = GuaranteeTable.IsPaid(db, row.Payment);
        GuaranteeTable.Withdraw(db, row.Payment);
        if (!paid)
        {
            Claims.Withdraw(db, row.Payment, row.Share.Guaranteed, now);
        }

        return paid ? row.Share.Guaranteed : Amount.Zero;
    }
}
