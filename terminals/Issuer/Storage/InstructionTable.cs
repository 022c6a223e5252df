namespace HierCash.Issuer;

/// <summary>What a bank has not fetched.</summary>
internal sealed record Unfetched(string Bank, long Count, Amount Sum);

/// <summary>What each bank's books come to by what was and will be instructed, in minor units.</summary>
internal sealed record SettledSum(PartyId Bank, long Settled, long Debited);

/// <summary>The instructions of banks, and sums of the forgotten ones. What may be below zero is in signed minor units.</summary>
internal static class InstructionTable
{
    /// <summary>All that was ever instructed, and what will be.</summary>
    private const string WithOwed =
        "(SELECT bank, kind, amount FROM every_instruction UNION ALL SELECT bank, kind, amount FROM transfer_delta)";

    private const string FromUnfetched = "FROM instruction i JOIN bank b ON b.id = i.bank WHERE i.number > b.acknowledged";

    /// <summary>Enters the next instruction of a bank.</summary>
    public static int Add(IWriteTransaction db, ClearingInstruction t)
    {
        db.Execute(
            "INSERT INTO instruction(bank, number, kind, reference, amount, transfer) VALUES($1, $2, $3, $4, $5, $6)",
            t.Bank, t.Number, t.Kind, t.Reference, t.Total, t.Encode());
        return BankTable.Instructed(db, t.Bank);
    }

    /// <summary>The same instruction was signed again.</summary>
    public static int SignedAgain(IWriteTransaction db, ClearingInstruction t) =>
        db.Execute("UPDATE instruction SET transfer = $3 WHERE bank = $1 AND number = $2", t.Bank, t.Number, t.Encode());

    /// <summary>The bank's instructions after a number, as they were signed.</summary>
    public static List<byte[]> After(IReadSnapshot db, PartyId bank, ulong number, int most) => db.Query(
        "SELECT transfer FROM instruction WHERE bank = $1 AND number > $2 ORDER BY number LIMIT $3",
        r => r.Bytes(0), bank, number, most);

    /// <summary>What no bank has acknowledged, by bank and number.</summary>
    public static List<ClearingInstruction> AllUnfetched(IReadSnapshot db) =>
        db.Query($"SELECT i.transfer {FromUnfetched} ORDER BY i.bank, i.number", Read);

    /// <summary>Of those the ones that were not noted as missed.</summary>
    public static List<ClearingInstruction> NewlyUnfetched(IReadSnapshot db) =>
        db.Query($"SELECT i.transfer {FromUnfetched} AND i.number > b.missed ORDER BY i.bank, i.number", Read);

    public static long CountUnfetched(IReadSnapshot db) => db.Number($"SELECT count(*) {FromUnfetched}");

    public static List<Unfetched> UnfetchedByBank(IReadSnapshot db) => db.Query(
        $"SELECT b.name, count(*), CAST(coalesce(sum(i.amount), 0) AS BIGINT) {FromUnfetched} GROUP BY b.id, b.name ORDER BY b.id",
        r => new Unfetched(r.GetString(0), r.GetInt64(1), r.Money(2)));

    /// <summary>All that was instructed to be claimed for the coin, with what is waiting and without what was given back.</summary>
    public static Amount Claimed(IReadSnapshot db, PartyId bank, CoinId coin) => Amount.FromLedger(Math.Max(0, db.Number(
        """
        SELECT CAST(coalesce(sum(CASE kind WHEN 3 THEN amount ELSE -amount END), 0) AS BIGINT) FROM instruction
        WHERE bank = $1 AND reference = $2 AND kind IN (3, 8)
        """,
        bank, coin)));

    /// <summary>What left floats and claims, of all that was ever instructed.</summary>
    public static Amount Debits(IReadSnapshot db) =>
        db.Sum("SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM every_instruction WHERE kind IN (1, 3)");

    /// <summary>What reached shops, of all that was ever instructed.</summary>
    public static Amount Credits(IReadSnapshot db) =>
        db.Sum("SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM every_instruction WHERE kind = 2");

    /// <summary>What a bank paid into clearing by all instructions up to that number, less what it got.</summary>
    public static long ClearingOf(IReadSnapshot db, PartyId bank, ulong upTo) => db.Number(
        """
        SELECT CAST(coalesce(sum(CASE WHEN kind IN (1, 3, 7) THEN amount ELSE -amount END), 0) AS BIGINT) FROM every_instruction
        WHERE bank = $1 AND number <= $2 AND kind IN (1, 2, 3, 6, 7, 8)
        """,
        bank, upTo);

    /// <summary>What goes into clearing by all that was and will be instructed. What the issuer bears stands among it, as bank 0.</summary>
    public static long IntoClearing(IReadSnapshot db) =>
        db.Number($"SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM {WithOwed} AS a WHERE kind IN (1, 3, 7)");

    /// <summary>What comes out of it.</summary>
    public static long OutOfClearing(IReadSnapshot db) =>
        db.Number($"SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM {WithOwed} AS a WHERE kind IN (2, 6, 8)");

    /// <summary>Of each bank what was settled, and what was or will be instructed to leave its float, less what comes back to it.</summary>
    public static List<SettledSum> Settled(IReadSnapshot db) => db.Query(
        $"""
        SELECT id, settled, CAST((SELECT coalesce(sum(CASE kind WHEN 1 THEN amount ELSE -amount END), 0)
            FROM {WithOwed} AS a WHERE a.bank = b.id AND a.kind IN (1, 6)) AS BIGINT) FROM bank b
        """,
        r => new SettledSum(r.Party(0), r.GetInt64(1), r.GetInt64(2)));

    /// <summary>
    /// Forgets a piece of a bank's instructions up to that number, and carries their sums forward: all but what the bank parked, what a
    /// shop is still to be credited for, and claims of a case that is still open.
    /// </summary>
    public static int Forget(IWriteTransaction db, PartyId bank, ulong upTo)
    {
        var old = db.Query(
            """
            SELECT number, kind, amount FROM instruction i WHERE bank = $1 AND number <= $2
                AND NOT EXISTS (SELECT 1 FROM parked k WHERE k.bank = i.bank AND k.number = i.number AND k.outcome <> 0)
                AND NOT EXISTS (SELECT 1 FROM claim_payment p WHERE p.bank = i.bank AND p.number = i.number AND p.paid IS NULL)
                AND NOT (kind IN (3, 8) AND EXISTS (SELECT 1 FROM trace_case c WHERE c.coin_id = i.reference))
            ORDER BY number LIMIT $3
            """,
            r => (Number: r.GetInt64(0), Kind: r.GetInt64(1), Amount: r.GetInt64(2)), bank, upTo, Forgotten.Piece);
        foreach (var row in old)
        {
            Forgotten.Add(db, "instruction", bank.Value, row.Kind, row.Number, row.Amount);
            db.Execute("DELETE FROM instruction WHERE bank = $1 AND number = $2", bank, row.Number);
            ParkedTable.Remove(db, bank, (ulong)row.Number);
        }

        return old.Count;
    }

    private static ClearingInstruction Read(DbDataReader r) => r.Kept(0, ClearingInstruction.Decode);

    /// <summary>All that was claimed for a coin from its bank, and will be with this cycle, less what was given back.</summary>
    public static Amount ClaimedWithCycle(IReadSnapshot db, PartyId bank, CoinId coin) => Amount.FromLedger(Math.Max(0, db.Number(
        """
        SELECT CAST(coalesce(sum(CASE kind WHEN $3 THEN amount ELSE -amount END), 0) AS BIGINT) FROM (
            SELECT bank, kind, reference, amount FROM instruction
            UNION ALL SELECT bank, kind, reference, amount FROM transfer_delta) AS told
        WHERE bank = $1 AND reference = $2 AND kind IN ($3, $4)
        """,
        bank, coin, TransferKind.ClaimDebit, TransferKind.ClaimRestore)));
}
