using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>
/// Pays what the guarantee promised, from the claims of the overspender's bank (hole 13). The shop's credit is signed only after that bank acknowledged the
/// ClaimDebit as booked, so that clearing never pays out what no bank paid in (R8).
/// </summary>
internal sealed class Claims(SchemeTerms terms, ExcessQueue queue)
{
    /// <summary>Claims promises that are due, and whose case the bank found proven.</summary>
    /// <returns>Promises claimed.</returns>
    public int PayDue(Database db, Timestamp now)
    {
        var due = db.Query(
            """
            SELECT g.payment_id, g.y, g.account, s.bank, c.bank, c.coin_id FROM guarantee g
            JOIN shop s ON s.id = g.shop JOIN trace_case c ON c.coin = g.coin
            WHERE g.paid = 0 AND g.due <= ?1 AND c.proof = ?2 AND c.judged + ?3 <= ?1
                AND NOT EXISTS (SELECT 1 FROM claim_payment p WHERE p.payment_id = g.payment_id)
            """,
            r => (Id: r.Bytes(0), Y: r.GetInt64(1), Account: r.Bytes(2), ShopBank: r.GetInt64(3), UserBank: r.GetInt64(4), Coin: Digest.Read(r.Bytes(5))),
            now.ToLedger(), (long)Proof.Excess, (long)terms.DisputeTerm.TotalMicroseconds);
        foreach (var promise in due)
        {
            TransferDesk.Add(db, new PartyId(checked((uint)promise.UserBank)), TransferKind.ClaimDebit, promise.Coin, Amount.FromLedger(promise.Y));
            db.Execute(
                "INSERT INTO claim_payment(payment_id, bank, coin_id, shop_bank, account, amount) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                promise.Id, promise.UserBank, promise.Coin.ToArray(), promise.ShopBank, promise.Account, promise.Y);
            bool waits = true;
            Switches.Off("R8", ref waits);
            if (!waits)
            {
                Pay(db, "payment_id = ?1", now, promise.Id);
            }
        }

        return due.Count;
    }

    /// <summary>The promises of that coin that were claimed in this cycle are in the instruction of that number.</summary>
    public static int Signed(Database db, PartyId bank, Digest coin, long number) => db.Execute(
        "UPDATE claim_payment SET number = ?3 WHERE bank = ?1 AND coin_id = ?2 AND number IS NULL", (long)bank.Value, coin.ToArray(), number);

    /// <summary>The bank has said up to where it booked: what it booked of claims reaches the shops with the next cycle.</summary>
    public void Acknowledged(Database db, PartyId bank, Timestamp now) => Pay(
        db,
        """
        bank = ?1 AND number <= (SELECT acknowledged FROM bank WHERE id = ?1)
            AND NOT EXISTS (SELECT 1 FROM parked k WHERE k.bank = ?1 AND k.number = claim_payment.number AND k.outcome <> 0)
        """,
        now, (long)bank.Value);

    /// <summary>True if the promise is claimed, whether or not the bank has booked it.</summary>
    public static bool IsClaimed(Database db, PaymentId payment) =>
        db.Number("SELECT count(*) FROM claim_payment WHERE payment_id = ?1", payment.Value.ToArray()) == 1;

    /// <summary>
    /// A claimed promise that is not paid yet is due no more, or only in part: its payment was taken back, or something else came free for it. What the
    /// bank books of it goes back to claims instead of to the shop.
    /// </summary>
    /// <returns>True if it was claimed and not paid; else nothing was changed.</returns>
    public static bool Withdraw(Database db, PaymentId payment, Amount amount) => db.Execute(
        "UPDATE claim_payment SET amount = amount - ?2, restore = restore + ?2 WHERE payment_id = ?1 AND paid IS NULL AND amount >= ?2",
        payment.Value.ToArray(), amount.ToLedger()) == 1;

    /// <summary>Claimed and not paid: goes into clearing, or will, and does not come out of it yet. Minor units.</summary>
    public static long UnderWay(Database db) => db.Number("SELECT coalesce(sum(amount + restore), 0) FROM claim_payment WHERE paid IS NULL");

    private void Pay(Database db, string which, Timestamp now, object value)
    {
        var booked = db.Query(
            $"SELECT payment_id, bank, coin_id, shop_bank, account, amount, restore FROM claim_payment WHERE paid IS NULL AND {which}",
            r => (Id: r.Bytes(0), Bank: r.GetInt64(1), Coin: Digest.Read(r.Bytes(2)), ShopBank: r.GetInt64(3), Account: Digest.Read(r.Bytes(4)), Amount: r.GetInt64(5), Restore: r.GetInt64(6)),
            value);
        foreach (var p in booked)
        {
            if (p.Amount > 0)
            {
                TransferDesk.Add(db, new PartyId(checked((uint)p.ShopBank)), TransferKind.ShopCredit, p.Account, Amount.FromLedger(p.Amount));
            }

            if (p.Restore > 0)
            {
                TransferDesk.Add(db, new PartyId(checked((uint)p.Bank)), TransferKind.ClaimRestore, p.Coin, Amount.FromLedger(p.Restore));
            }

            db.Execute("UPDATE claim_payment SET paid = ?2 WHERE payment_id = ?1", p.Id, now.ToLedger());
            db.Execute("UPDATE guarantee SET paid = 1 WHERE payment_id = ?1", p.Id);
            if (p.Amount > 0 && HistoryDatabase.Find(db, new PaymentId(Digest.Read(p.Id))) is { Reversal: null } row)
            {
                queue.Revise(db, row, row.Share with { Due = now }, now);
            }
        }
    }
}
