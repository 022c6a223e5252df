using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// Who bears an excess (hole 13): the shop gets its money after disputeTerm, from the claims of the overspender's bank, within
/// limits that keep a broken card and a friendly shop from printing money.
/// </summary>
internal sealed class Guarantee(SchemeParameters terms)
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(30);

    /// <summary>What the shop is promised of an excess, and when: all of it, or nothing where a limit is passed. The floor limit tests y, the cap the excess (rule R1).</summary>
    public (Amount Guaranteed, Timestamp Due) Offer(IWriteTransaction db, ShopEntry shop, CoinRow coin, CashPayment h, Amount excess, Timestamp now)
    {
        var account = shop.Account.ToArray();
        bool isOwn = !coin.IsKeyed;
        Switches.On("R7 guarantee", ref isOwn);

        // A guarantee is paid from the claims of the coin's bank: a coin of no bank has none (rule R27).
        bool hasBank = coin.Bank != HonouredCoins.NoBank;
        Switches.On("R27 guarantees", ref hasBank);

        // Under another S_I than the coin's it would be no evidence for that bank.
        bool isIts = h.Coin.Id == coin.Id;
        Switches.On("R27 guaranteed S_I", ref isIts);
        var (floor, cap) = (h.Paid, excess);
        Switches.Replace("R1 floor", ref floor, excess);
        Switches.Replace("R1 cap", ref cap, h.Paid);
        bool soon = now <= h.Time.Plus(terms.GuaranteeWindow);
        Switches.On("R1 window", ref soon);
        bool within = isOwn && hasBank && isIts && terms.Excess == ExcessPolicy.Guarantee
            && floor <= terms.FloorLimit
            && soon
            && IsFirst(db, coin, account)
            && IsWithinCap(db, account, cap, now)
            && IsProven(db, coin, h, excess);
        if (!within)
        {
            return (Amount.Zero, default);
        }

        var due = now.Plus(terms.DisputeTerm);
        db.Execute(
            "INSERT INTO guarantee(payment_id, coin, shop, account, y, opened, due) VALUES($1, $2, $3, $4, $5, $6, $7)",
            h.Id.Value.ToArray(), coin.Number, (long)shop.Id.Value, account, excess.ToLedger(), now.ToLedger(), due.ToLedger());
        return (excess, due);
    }

    /// <summary>True if the bank's claims have paid for this excess: then only a claim can be repaid, not the shop once more.</summary>
    public static bool IsPaid(IReadSnapshot db, PaymentId payment) =>
        db.Number("SELECT paid FROM guarantee WHERE payment_id = $1", payment.Value.ToArray()) == 2;

    private static bool IsFirst(IReadSnapshot db, CoinRow coin, byte[] account)
    {
        bool first = db.Number("SELECT count(*) FROM guarantee WHERE coin = $1 AND account = $2", coin.Number, account) == 0;
        Switches.On("hole 13 once", ref first);
        return first;
    }

    /// <summary>
    /// A dossier holds payments with one S_I of the coin. So where others have taken some of X, these alone have to prove what is promised: what they do not prove is not paid, and not said (rule R27).
    /// </summary>
    private static bool IsProven(IReadSnapshot db, CoinRow coin, CashPayment h, Amount excess)
    {
        if (RestorationTable.Newest(db) is null)
        {
            return true;
        }

        var (its, hasOthers) = HistoryDatabase.SignedWith(db, coin.Number, h.Coin.Id);
        var promised = Amount.FromLedger(db.Number("SELECT coalesce(sum(y), 0) FROM guarantee WHERE coin = $1", coin.Number));
        bool isProven = !hasOthers || coin.FaceValue + promised + excess <= its + h.Paid;
        Switches.On("R27 proven promise", ref isProven);
        return isProven;
    }

    private bool IsWithinCap(IReadSnapshot db, byte[] account, Amount excess, Timestamp now)
    {
        bool within = Recent(db, account, now) + excess <= terms.GuaranteeCap;
        Switches.On("hole 13 cap", ref within);
        return within;
    }

    /// <summary>So much of the promise is not needed any more.</summary>
    public static void Lower(IWriteTransaction db, PaymentId payment, Amount by)
    {
        db.Execute("UPDATE guarantee SET y = y - $2 WHERE payment_id = $1", payment.Value.ToArray(), by.ToLedger());
        db.Execute("DELETE FROM guarantee WHERE payment_id = $1 AND y = 0", payment.Value.ToArray());
    }

    /// <summary>The payment was taken back: no promise is left.</summary>
    /// <returns>What the guarantee had paid to the shop.</returns>
    public static Amount Cancel(IWriteTransaction db, HistoryRow row, Timestamp now)
    {
        bool paid = IsPaid(db, row.Payment);
        db.Execute("DELETE FROM guarantee WHERE payment_id = $1", row.Payment.Value.ToArray());
        if (!paid)
        {
            Claims.Withdraw(db, row.Payment, row.Share.Guaranteed, now);
        }

        return paid ? row.Share.Guaranteed : Amount.Zero;
    }

    private static Amount Recent(IReadSnapshot db, byte[] account, Timestamp now)
    {
        ulong window = (ulong)Window.TotalMicroseconds;
        long since = now.Microseconds > window ? checked((long)(now.Microseconds - window)) : 0;
        return Amount.FromLedger(db.Number("SELECT coalesce(sum(y), 0) FROM guarantee WHERE account = $1 AND opened > $2", account, since));
    }
}
