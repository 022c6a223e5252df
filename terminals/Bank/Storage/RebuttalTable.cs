namespace HierCash.Bank;

/// <summary>What an accused holder showed (rules R3, R5).</summary>
internal static class RebuttalTable
{
    public static List<(Rebuttal Rebuttal, bool InTime)> Of(IReadSnapshot db, CoinId coin) => db.Query(
        "SELECT rebuttal, in_time FROM rebuttal WHERE coin_id = $1 ORDER BY digest",
        r => (r.Kept(0, Rebuttal.Decode), r.Flag(1)), coin);

    /// <summary>
    /// A short mark of each rebuttal that was heard, which changes as soon as anything of it changes here: a digest, whether it was in
    /// time, a size in bytes.
    /// </summary>
    public static List<(Digest Digest, bool InTime, long Size)> Marks(IReadSnapshot db, CoinId coin) => db.Query(
        "SELECT digest, in_time, length(rebuttal) FROM rebuttal WHERE coin_id = $1 ORDER BY digest",
        r => (r.Digest(0), r.Flag(1), r.GetInt64(2)), coin);

    /// <summary>
    /// In the place of the same statements as they came before, with what came with these (<see cref="Rebuttal.Joined"/>).
    /// </summary>
    /// <param name="isIts">Each S_W in it is of a payment of the case, and goes to the issuer.</param>
    public static void Keep(IWriteTransaction db, CoinId coin, Rebuttal rebuttal, bool inTime, bool isIts) => db.Execute(
        """
        INSERT INTO rebuttal(coin_id, digest, rebuttal, in_time, its) VALUES($1, $2, $3, $4, $5)
        ON CONFLICT(coin_id, digest) DO UPDATE SET rebuttal = excluded.rebuttal,
            in_time = CASE WHEN excluded.in_time = 1 THEN 1 ELSE rebuttal.in_time END,
            its = CASE WHEN excluded.its = 1 THEN 1 ELSE rebuttal.its END
        """,
        coin, rebuttal.Digest, rebuttal.Encode(), inTime, isIts);

    /// <summary>True if this very rebuttal is kept, and each S_W in it went to the issuer.</summary>
    public static bool IsHeard(IReadSnapshot db, CoinId coin, Digest rebuttal) =>
        db.Number(
            "SELECT count(*) FROM rebuttal WHERE coin_id = $1 AND digest = $2 AND its = 1",
            coin, rebuttal) > 0;

    public static void Forget(IWriteTransaction db, CoinId coin) => db.Execute("DELETE FROM rebuttal WHERE coin_id = $1", coin);
}
