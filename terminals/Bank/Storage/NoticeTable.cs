namespace HierCash.Bank;

/// <summary>What a holder was told, and what may be claimed once that term is over (rule R5).</summary>
internal static class NoticeTable
{
    /// <summary>Keeps the notice that goes with a file, in the place of another one of that revision.</summary>
    /// <param name="last">When the last answer counts for money.</param>
    public static void Keep(IWriteTransaction db, Evidence file, Amount allowed, Timestamp last) => db.Execute(
        """
        INSERT INTO notice(coin_id, revision, u, until, allowed, last, notice) VALUES($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT(coin_id, revision) DO UPDATE SET
            u = excluded.u, until = excluded.until, allowed = excluded.allowed, last = excluded.last, notice = excluded.notice, fallen = 0
        """,
        file.Dossier.Coin, file.Dossier.Header.Revision, file.Order.User, file.Notice.Until, allowed, last, file.Notice.Encode());

    /// <summary>The notices of a case know from then on that it has fallen, if it has.</summary>
    public static void MarkFallen(IWriteTransaction db, CoinId coin) => db.Execute(
        "UPDATE notice SET fallen = 1 WHERE coin_id = $1 AND EXISTS (SELECT 1 FROM evidence e WHERE e.coin_id = $1 AND e.fell IS NOT NULL)",
        coin);

    /// <summary>The newest notice of each case that stands against a user.</summary>
    public static List<Notice> Of(IReadSnapshot db, AccountId user) => db.Query(
        """
        SELECT n.notice FROM notice n JOIN evidence e ON e.coin_id = n.coin_id
        WHERE n.u = $1 AND e.proof = $2 AND n.revision = (SELECT max(revision) FROM notice m WHERE m.coin_id = n.coin_id)
        ORDER BY n.until, n.coin_id LIMIT $3
        """,
        r => r.Kept(0, Notice.Decode), user, Proof.Excess, NoticesReply.Max);

    /// <summary>The newest notice of each case on which more may be claimed after its term, and since when the case is.</summary>
    public static List<(CoinId Coin, Amount Allowed, Timestamp Until, Timestamp Since)> InTerm(IReadSnapshot db, Timestamp now) => db.Query(
        """
        SELECT n.coin_id, n.allowed, n.until, e.judged FROM notice n JOIN evidence e ON e.coin_id = n.coin_id
        WHERE n.until > $1 AND n.fallen = 0 AND n.allowed > e.claimed
            AND n.revision = (SELECT max(revision) FROM notice m WHERE m.coin_id = n.coin_id) ORDER BY n.until, n.coin_id
        """,
        r => (r.Coin(0), r.Money(1), r.Date(2), r.Date(3)), now);

    public static void Forget(IWriteTransaction db, CoinId coin) => db.Execute("DELETE FROM notice WHERE coin_id = $1", coin);
}
