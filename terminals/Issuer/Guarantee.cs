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

    /// <summary>Turns promises that are due, and whose case the bank found proven, into transfers (claims to the shop).</summary>
    /// <returns>Promises kept.</returns>
    public int PayDue(Database db, Timestamp now)
    {
        var due = db.Query(
            """
            SELECT g.payment_id, g.y, g.account, s.bank, c.bank, c.coin_id FROM guarantee g
            JOIN shop s ON s.id = g.shop JOIN trace_case c ON c.coin = g.coin
            WHERE g.paid = 0 AND g.due <= ?1 AND c.proof = ?2 AND c.judged + ?3 <= ?1
            """,
            r => (Id: r.Bytes(0), Y: Amount.FromLedger(r.GetInt64(1)), Account: Digest.Read(r.Bytes(2)), ShopBank: r.GetInt64(3), UserBank: r.GetInt64(4), Coin: Digest.Read(r.Bytes(5))),
            now.ToLedger(), (long)Proof.Excess, (long)terms.DisputeTerm.TotalMicroseconds);
        foreach (var promise in due)
        {
            TransferDesk.Add(db, new PartyId(checked((uint)promise.UserBank)), TransferKind.ClaimDebit, promise.Coin, promise.Y);
            TransferDesk.Add(db, new PartyId(checked((uint)promise.ShopBank)), TransferKind.ShopCredit, promise.Account, promise.Y);
            db.Execute("UPDATE guarantee SET paid = 1 WHERE payment_id = ?1", promise.Id);
        }

        return due.Count;
    }
}
