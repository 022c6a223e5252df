using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>
/// Who bears an excess (hole 13): the shop gets its money after disputeTerm, from the claims of the overspender's bank, within
/// limits that keep a broken card and a friendly shop from printing money.
/// </summary>
internal sealed class Guarantee(SchemeTerms terms, ExcessQueue? queue = null)
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(30);

    /// <summary>What the shop is promised of an excess, and when: all of it, or nothing where a limit is passed. The floor limit tests y, the cap the excess (rule R1).</summary>
    public (Amount Guaranteed, Timestamp Due) Offer(Database db, ShopEntry shop, CoinRow coin, CashPayment h, Amount excess, Timestamp now)
    {
        var account = shop.Account.ToArray();
        bool within = terms.Excess == ExcessPolicy.Guarantee
            && h.Paid <= terms.FloorLimit
            && now <= h.Time.Plus(terms.GuaranteeWindow)
            && !WasHot(db, coin, h.Time)
            && db.Number("SELECT count(*) FROM guarantee WHERE coin = ?1 AND account = ?2", coin.Number, account) == 0
            && Recent(db, account, now) + excess <= terms.GuaranteeCap;
        if (!within)
        {
            return (Amount.Zero, default);
        }

        var due = now.Plus(terms.DisputeTerm);
        db.Execute(
            "INSERT INTO guarantee(payment_id, coin, shop, account, y, opened, due) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            h.Id.Value.ToArray(), coin.Number, (long)shop.Id.Value, account, excess.ToLedger(), now.ToLedger(), due.ToLedger());
        return (excess, due);
    }

    /// <summary>True if the bank's claims pay, or will pay, for this excess: then only a claim can be repaid, not the shop once more.</summary>
    public static bool IsClaimed(Database db, PaymentId payment) =>
        db.Number("SELECT paid FROM guarantee WHERE payment_id = ?1", payment.Value.ToArray()) > 0;

    /// <summary>So much of the promise is not needed any more.</summary>
    public static void Lower(Database db, PaymentId payment, Amount by)
    {
        db.Execute("UPDATE guarantee SET y = y - ?2 WHERE payment_id = ?1", payment.Value.ToArray(), by.ToLedger());
        db.Execute("DELETE FROM guarantee WHERE payment_id = ?1 AND y = 0", payment.Value.ToArray());
    }

    /// <summary>The payment was taken back: no promise is left.</summary>
    /// <returns>Whether the guarantee had paid.</returns>
    public static (bool IsPaid, Amount Y) Cancel(Database db, PaymentId payment)
    {
        bool paid = IsClaimed(db, payment);
        var y = Amount.FromLedger(db.Number("SELECT y FROM guarantee WHERE payment_id = ?1", payment.Value.ToArray()));
        db.Execute("DELETE FROM guarantee WHERE payment_id = ?1", payment.Value.ToArray());
        return (paid, y);
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
            var row = HistoryDatabase.Find(db, new PaymentId(Digest.Read(promise.Id)))!;
            queue?.Revise(db, row, row.Share with { Due = now }, now);
        }

        return due.Count;
    }
}
