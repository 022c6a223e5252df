namespace HierCash.Issuer;

/// <summary>What a bank will be told with the next cycle.</summary>
internal sealed record Owed(PartyId Bank, TransferKind Kind, Digest Reference, Amount Amount);

/// <summary>
/// What is owed between banks since the last cycle (hole 18), in minor units; below zero where an issuer that was restored has instructed
/// it before (R27). Bank 0: what the issuer bears, which is never instructed.
/// </summary>
internal static class TransferDeltaTable
{
    /// <summary>A bank will be told of so much more.</summary>
    public static int Add(IWriteTransaction db, PartyId bank, TransferKind kind, Digest reference, Amount amount) =>
        Change(db, bank, kind, reference, amount.ToLedger());

    /// <summary>So much was instructed before: it is owed no more, or not any more once it is.</summary>
    public static int Subtract(IWriteTransaction db, PartyId bank, TransferKind kind, Digest reference, Amount amount) =>
        Change(db, bank, kind, reference, -amount.ToLedger());

    private static int Change(IWriteTransaction db, PartyId bank, TransferKind kind, Digest reference, long amount) => db.Execute(
        """
        INSERT INTO transfer_delta(bank, kind, reference, amount) VALUES($1, $2, $3, $4)
        ON CONFLICT(bank, kind, reference) DO UPDATE SET amount = transfer_delta.amount + excluded.amount
        """,
        bank, kind, reference, amount);

    /// <summary>Takes from what is not instructed yet; nothing where there is none of it.</summary>
    public static int Lower(IWriteTransaction db, PartyId bank, TransferKind kind, Digest reference, Amount by) => db.Execute(
        "UPDATE transfer_delta SET amount = amount - $4 WHERE bank = $1 AND kind = $2 AND reference = $3",
        bank, kind, reference, by);

    /// <summary>It is instructed now.</summary>
    public static int Remove(IWriteTransaction db, Owed owed) => db.Execute(
        "DELETE FROM transfer_delta WHERE bank = $1 AND kind = $2 AND reference = $3",
        owed.Bank, owed.Kind, owed.Reference);

    public static int RemoveEmpty(IWriteTransaction db) => db.Execute("DELETE FROM transfer_delta WHERE amount = 0");

    /// <summary>All that is to be instructed, by bank: what comes back to a float or to claims before what leaves it.</summary>
    public static List<Owed> Due(IReadSnapshot db) => db.Query(
        """
        SELECT bank, kind, reference, amount FROM transfer_delta WHERE amount > 0 AND bank <> 0
        ORDER BY bank, CASE WHEN kind IN (6, 8) THEN 0 ELSE kind END, kind, reference
        """,
        r => new Owed(r.Party(0), (TransferKind)r.GetInt64(1), r.Digest(2), r.Money(3)));

    /// <summary>Where a payment and its taking back were both instructed before, they come to nothing (R27).</summary>
    public static int Meet(IWriteTransaction db, TransferKind paid, TransferKind back) => db.Execute(
        """
        UPDATE transfer_delta SET amount = amount + m.met FROM (
            SELECT a.bank, a.reference, CASE WHEN a.amount > b.amount THEN -a.amount ELSE -b.amount END AS met
            FROM transfer_delta a JOIN transfer_delta b ON b.bank = a.bank AND b.reference = a.reference
            WHERE a.kind = $1 AND b.kind = $2 AND a.amount < 0 AND b.amount < 0) AS m
        WHERE kind IN ($1, $2) AND transfer_delta.bank = m.bank AND transfer_delta.reference = m.reference
        """,
        paid, back);

    /// <summary>Claims that were instructed before (R27), with the last instruction that holds each; 0: none does.</summary>
    public static List<(PartyId Bank, Digest Coin, long Number)> ClaimedBefore(IReadSnapshot db) => db.Query(
        """
        SELECT d.bank, d.reference,
            (SELECT max(number) FROM instruction i WHERE i.bank = d.bank AND i.kind = d.kind AND i.reference = d.reference)
        FROM transfer_delta d WHERE d.kind = $1 AND d.amount <= 0
        """,
        r => (r.Party(0), r.Digest(1), r.IsDBNull(2) ? 0 : r.GetInt64(2)), TransferKind.ClaimDebit);

    /// <summary>Rows of all banks.</summary>
    public static long Count(IReadSnapshot db) => db.Number("SELECT count(*) FROM transfer_delta WHERE bank <> 0");

    public static WaitingSum? Waiting(IReadSnapshot db) => db.First(
        """
        SELECT count(*), CAST(coalesce(sum(amount), 0) AS BIGINT), NULL FROM transfer_delta
        WHERE amount > 0 AND bank <> 0 HAVING count(*) > 0
        """,
        WaitingSum.Read);

    /// <summary>Credits of shops that were instructed before, and whose payments have not come again (R27).</summary>
    public static WaitingSum? RecoveredCredits(IReadSnapshot db) => db.First(
        """
        SELECT count(*), CAST(coalesce(sum(-amount), 0) AS BIGINT), NULL FROM transfer_delta
        WHERE amount < 0 AND kind = $1 HAVING count(*) > 0
        """,
        WaitingSum.Read, TransferKind.ShopCredit);

    /// <summary>What such coins paid, less what shops gave back, in minor units.</summary>
    public static long Borne(IReadSnapshot db) => db.Number(
        "SELECT CAST(coalesce(sum(CASE kind WHEN $2 THEN amount ELSE -amount END), 0) AS BIGINT) FROM transfer_delta WHERE bank = $1",
        HonouredCoins.NoBank, TransferKind.FloatDebit);
}
