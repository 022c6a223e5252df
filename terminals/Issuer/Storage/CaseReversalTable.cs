namespace HierCash.Issuer;

/// <summary>Reversals of payments in cases, numbered in the order in which their banks are told of them (rule R3).</summary>
internal static class CaseReversalTable
{
    /// <summary>
    /// $1 the bank. Goes from the bank's cases to their reversals, in that order, and never through all payments of the scheme.
    /// </summary>
    internal const string FileAll =
        """
        INSERT INTO case_reversal(bank, coin_id, payment_id, reversal)
        SELECT c.bank, c.coin_id, h.payment_id, h.reversed FROM trace_case c CROSS JOIN history h
        WHERE h.coin = c.coin AND c.bank = $1 AND c.revision > 0 AND h.reversed IS NOT NULL ORDER BY h.id
        ON CONFLICT DO NOTHING
        """;

    /// <summary>$1 the coin.</summary>
    internal const string ForgetOfCoin = "DELETE FROM case_reversal WHERE coin_id IN (SELECT coin_id FROM trace_case WHERE coin = $1)";

    /// <summary>What was taken back of the bank's cases, and is not filed yet, gets its numbers.</summary>
    public static void File(IWriteTransaction db, PartyId bank) => db.Execute(FileAll, bank);

    /// <summary>Reversals of the bank's cases after a number, in order.</summary>
    public static List<CaseReversal> After(IReadSnapshot db, PartyId bank, ulong after, long most) => db.Query(
        "SELECT number, coin_id, reversal FROM case_reversal WHERE bank = $1 AND number > $2 ORDER BY number LIMIT $3",
        r => new CaseReversal((ulong)r.GetInt64(0), r.Coin(1), r.Kept(2, Reversal.Decode)),
        bank, Math.Min(after, (ulong)long.MaxValue), most);

    /// <summary>Forgets those of a coin's case, before the case is forgotten.</summary>
    public static void Forget(IWriteTransaction db, long coin) => db.Execute(ForgetOfCoin, coin);

    /// <summary>The reversal of a payment of a case was signed again.</summary>
    public static int SignedAgain(IWriteTransaction db, Reversal reversal) => db.Execute(
        "UPDATE case_reversal SET reversal = $2 WHERE payment_id = $1", reversal.Payment, reversal.Encode());
}
