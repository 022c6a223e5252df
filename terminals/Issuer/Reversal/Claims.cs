using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// Pays what the guarantee promised, from the claims of the overspender's bank (hole 13). The shop's credit is signed only after that bank acknowledged the
/// ClaimDebit as booked, so that clearing never pays out what no bank paid in (R8).
/// </summary>
/// <param name="desk">What a dossier would claim.</param>
internal sealed class Claims(SchemeParameters terms, ExcessQueue queue, OverspendingCases desk)
{
    private sealed record Promise(byte[] Id, Amount Y, byte[] Account, PartyId ShopBank, PartyId UserBank, CoinId Coin, bool IsFound, Amount Ahead, Amount? Shown);

    internal const string Due =
        """
        SELECT g.payment_id, g.y, g.account, s.bank, c.bank, c.coin_id, coalesce(c.proof = $2 AND c.judged + $3 <= $1, 0), g.ahead, CASE WHEN c.changed = 0 THEN c.claimed END
        FROM (SELECT payment_id, coin, shop, account, y, due, sum(y) OVER (PARTITION BY coin ORDER BY y DESC, due, payment_id) AS ahead FROM guarantee WHERE paid = 0) g
        JOIN shop s ON s.id = g.shop JOIN trace_case c ON c.coin = g.coin
        WHERE g.due <= $1 AND ((c.proof = $2 AND c.judged + $3 <= $1) OR (c.is_excess = 1 AND g.due + $3 <= $1))
        """;

    /// <summary>
    /// Claims promises that are due, and whose case the bank found proven. A bank that says otherwise, or nothing, for another disputeTerm is claimed from all the
    /// same if the dossier proves it: no bank keeps its claims by its own word. Of a coin with more payments than a dossier holds no more is claimed than those
    /// prove, the largest promises first: else the bank could book nothing, and no shop would be paid.
    /// </summary>
    /// <returns>Promises claimed.</returns>
    public int PayDue(IWriteTransaction db, Timestamp now)
    {
        int claimed = 0;
        foreach (var coin in DueBy(db, now).GroupBy(p => p.Coin))
        {
            var first = coin.First();
            var most = Most(db, first);
            var asked = Asked(db, first.UserBank, coin.Key);
            foreach (var promise in coin.Where(p => most is { } m && IsWithin(asked + p.Ahead, m)))
            {
                claimed++;
                Claim(db, promise, now);
            }
        }

        return claimed;
    }

    /// <summary>Coins with promises that are due, and of which their bank says otherwise, or nothing.</summary>
    public IEnumerable<CoinId> Doubted(IReadSnapshot db, Timestamp now) => DueBy(db, now).Where(p => !p.IsFound).Select(p => p.Coin);

    private List<Promise> DueBy(IReadSnapshot db, Timestamp now) => db.Query(
        Due,
        r => new Promise(
            r.Bytes(0), Amount.FromLedger(r.GetInt64(1)), r.Bytes(2), new PartyId(checked((uint)r.GetInt64(3))), new PartyId(checked((uint)r.GetInt64(4))),
            new CoinId(Digest.Read(r.Bytes(5))), r.GetInt64(6) == 1, Amount.FromLedger(r.GetInt64(7)), r.IsDBNull(8) ? null : Amount.FromLedger(r.GetInt64(8))),
        now.ToLedger(), (long)Proof.Excess, (long)terms.DisputeTerm.TotalMicroseconds);

    private static bool IsWithin(Amount sum, Amount most)
    {
        bool within = sum <= most;
        Switches.On("R9 claimed", ref within);
        return within;
    }

    private void Claim(IWriteTransaction db, Promise promise, Timestamp now)
    {
        ClearingCycle.Add(db, promise.UserBank, TransferKind.ClaimDebit, promise.Coin.Value, promise.Y);
        db.Execute("UPDATE guarantee SET paid = 1 WHERE payment_id = $1", promise.Id);
        db.Execute(
            "INSERT INTO claim_payment(payment_id, bank, coin_id, shop_bank, account, amount) VALUES($1, $2, $3, $4, $5, $6)",
            promise.Id, (long)promise.UserBank.Value, promise.Coin.Value.ToArray(), (long)promise.ShopBank.Value, promise.Account, promise.Y.ToLedger());
        bool waits = true;
        Switches.Off("R8 waits", ref waits);
        if (!waits)
        {
            Pay(db, "payment_id = $1", now, promise.Id);
        }
    }

    /// <summary>Most that may be claimed for the coin: what the newest dossier shows, or one that would be made now. Null: nothing proves anything.</summary>
    private Amount? Most(IReadSnapshot db, Promise of)
    {
        if (of.IsFound)
        {
            return of.Shown ?? desk.Shows(db, of.Coin);
        }

        var most = SettlementProofs.Proven(db, of.Coin);
        bool proven = most is not null;
        Switches.On("R8 proven", ref proven);
        return proven ? most ?? Amount.FromLedger(long.MaxValue) : null;
    }

    /// <summary>All that was claimed for the coin, and will be with this cycle, less what was given back.</summary>
    private static Amount Asked(IWriteTransaction db, PartyId bank, CoinId coin) => Amount.FromLedger(db.Number(
        """
        SELECT max(0, coalesce(sum(CASE kind WHEN 3 THEN amount ELSE -amount END), 0)) FROM (
            SELECT bank, kind, reference, amount FROM instruction UNION ALL SELECT bank, kind, reference, amount FROM transfer_delta)
        WHERE bank = $1 AND reference = $2 AND kind IN (3, 8)
        """,
        (long)bank.Value, coin.Value.ToArray()));

    /// <summary>The promises of that coin that were claimed in this cycle are in the instruction of that number.</summary>
    public static int Signed(IWriteTransaction db, PartyId bank, Digest coin, long number) => db.Execute(
        "UPDATE claim_payment SET number = $3 WHERE bank = $1 AND coin_id = $2 AND number IS NULL", (long)bank.Value, coin.ToArray(), number);

    /// <summary>The bank has said up to where it booked: what it booked of claims reaches the shops with the next cycle.</summary>
    public void Acknowledged(IWriteTransaction db, PartyId bank, Timestamp now) => Pay(
        db,
        """
        bank = $1 AND number <= (SELECT acknowledged FROM bank WHERE id = $1)
            AND NOT EXISTS (SELECT 1 FROM parked k WHERE k.bank = $1 AND k.number = claim_payment.number AND k.outcome <> 0)
        """,
        now, (long)bank.Value);

    /// <summary>
    /// A promise is due no more, or only in part: its payment was taken back, or the coin pays for it after all. What was claimed for it and is not paid yet
    /// goes back to claims: the bank sets it off against the claim, if that is still parked. Where it is less than came free, all of it goes back, with an alarm.
    /// </summary>
    public static void Withdraw(IWriteTransaction db, PaymentId payment, Amount amount, Timestamp now)
    {
        var claim = db.First(
            "SELECT bank, coin_id, amount FROM claim_payment WHERE payment_id = $1 AND paid IS NULL",
            r => new { Bank = new PartyId(checked((uint)r.GetInt64(0))), Coin = Digest.Read(r.Bytes(1)), Amount = Amount.FromLedger(r.GetInt64(2)) },
            payment.Value.ToArray());
        if (claim is null || amount.IsZero)
        {
            return;
        }

        if (amount > claim.Amount)
        {
            Alarms.Raise(db, Alarms.ClaimTooSmall, claim.Coin.ToArray(), now);
        }

        var back = Amount.Min(amount, claim.Amount);
        db.Execute("UPDATE claim_payment SET amount = amount - $2, restored = restored + $2 WHERE payment_id = $1", payment.Value.ToArray(), back.ToLedger());
        if (!back.IsZero)
        {
            ClearingCycle.Add(db, claim.Bank, TransferKind.ClaimRestore, claim.Coin, back);
        }
    }

    /// <summary>Claimed and not paid: goes into clearing, or will, and does not come out of it yet. Minor units.</summary>
    public static long UnderWay(IReadSnapshot db) => db.Number("SELECT coalesce(sum(amount), 0) FROM claim_payment WHERE paid IS NULL");

    private void Pay(IWriteTransaction db, string which, Timestamp now, object value)
    {
        var booked = db.Query(
            $"SELECT payment_id, shop_bank, account, amount FROM claim_payment WHERE paid IS NULL AND {which}",
            r => (Id: new PaymentId(Digest.Read(r.Bytes(0))), ShopBank: r.GetInt64(1), Account: Digest.Read(r.Bytes(2)), Amount: Amount.FromLedger(r.GetInt64(3))),
            value);
        foreach (var p in booked)
        {
            db.Execute("UPDATE claim_payment SET paid = $2 WHERE payment_id = $1", p.Id.Value.ToArray(), now.ToLedger());
            db.Execute("UPDATE guarantee SET paid = 2 WHERE payment_id = $1", p.Id.Value.ToArray());
            if (!p.Amount.IsZero)
            {
                ClearingCycle.Add(db, new PartyId(checked((uint)p.ShopBank)), TransferKind.ShopCredit, p.Account, p.Amount);

                // The shop is paid whether or not its payment is still remembered; only its receipt needs the row.
                if (HistoryDatabase.Find(db, p.Id) is { } row)
                {
                    queue.Revise(db, row, row.Share with { Due = now }, now);
                }
            }
        }
    }
}
