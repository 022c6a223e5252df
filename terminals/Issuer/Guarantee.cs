using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>
/// Who bears an excess (hole 13): the shop gets its money after disputeTerm, from the claims of the overspender's bank, within
/// limits that keep a broken card and a friendly shop from printing money.
/// </summary>
internal sealed class Guarantee(SchemeTerms terms)
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(30);

    /// <summary>What the shop is promised, and when; nothing where a limit is passed.</summary>
    public (Amount Guaranteed, Timestamp Due) Offer(Database db, ShopEntry shop, CoinRow coin, CashPayment h, Timestamp now)
    {
        var account = shop.Account.ToArray();
        bool within = terms.Excess == ExcessPolicy.Guarantee
            && h.Paid <= terms.FloorLimit
            && now <= h.Time.Plus(terms.GuaranteeWindow)
            && (coin.Cancelled is not { } cancelled || h.Time <= cancelled.Plus(terms.HotListMaxAge))
            && !WasHot(db, coin, h.Time)
            && db.Number("SELECT count(*) FROM guarantee WHERE coin = ?1 AND account = ?2", coin.Number, account) == 0
            && Recent(db, account, now) + h.Paid <= terms.GuaranteeCap;
        if (!within)
        {
            return (Amount.Zero, default);
        }

        var due = now.Plus(terms.DisputeTerm);
        db.Execute(
            "INSERT INTO guarantee(payment_id, coin, shop, account, y, opened, due) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            h.Id.Value.ToArray(), coin.Number, (long)shop.Id.Value, account, h.Paid.ToLedger(), now.ToLedger(), due.ToLedger());
        return (h.Paid, due);
    }

    /// <summary>True if a list that the till had to have by TIME held the coin: then nothing is guaranteed.</summary>
    private bool WasHot(Database db, CoinRow coin, Timestamp time) => db.Number(
        "SELECT count(*) FROM hot h JOIN hot_version v ON v.version = h.version WHERE h.coin_id = ?1 AND v.date + ?2 < ?3",
        coin.Id.Value.ToArray(), (long)terms.HotListMaxAge.TotalMicroseconds, time.ToLedger()) > 0;

    private static Amount Recent(Database db, byte[] account, Timestamp now)
    {
        ulong window = (ulong)Window.TotalMicroseconds;
        long since = now.Microseconds > window ? checked((long)(now.Microseconds - window)) : 0;
        return Amount.FromLedger(db.Number("SELECT coalesce(sum(y), 0) FROM guarantee WHERE account = ?1 AND opened > ?2", account, since));
    }
}
