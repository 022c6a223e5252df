namespace HierCash.Issuer;

/// <summary>Promises to shops that are not paid: when the first was made, and when the first is due.</summary>
internal sealed record OpenPromises(long Count, Amount Sum, Timestamp Opened, Timestamp Due);

/// <summary>A promise of the guarantee that is due.</summary>
/// <param name="IsFound">The user's bank found the case proven, a dispute term ago at least.</param>
/// <param name="Ahead">Sum of the coin's promises up to this one, the largest first.</param>
/// <param name="Shown">What the newest dossier claims; null where it has to be made anew.</param>
internal sealed record DuePromise(
    PaymentId Payment, Amount Y, Digest Account, PartyId ShopBank, PartyId UserBank, CoinId Coin, bool IsFound, Amount Ahead,
    Amount? Shown);

/// <summary>What the guarantee owes to shops (hole 13): a promise for each payment, until it is paid or not needed any more.</summary>
internal static class GuaranteeTable
{
    /// <summary>$1 now, $2 the finding that counts, $3 the dispute term.</summary>
    internal const string Due =
        """
        SELECT g.payment_id, g.y, g.account, s.bank, c.bank, c.coin_id, CASE WHEN c.proof = $2 AND c.judged + $3 <= $1 THEN 1 ELSE 0 END,
            CAST(g.ahead AS BIGINT), CASE WHEN c.changed = 0 THEN c.claimed END
        FROM (
            SELECT payment_id, coin, shop, account, y, due, sum(y) OVER (PARTITION BY coin ORDER BY y DESC, due, payment_id) AS ahead
            FROM guarantee WHERE paid = 0) AS g
        JOIN shop s ON s.id = g.shop JOIN trace_case c ON c.coin = g.coin
        WHERE g.due <= $1 AND ((c.proof = $2 AND c.judged + $3 <= $1) OR (c.is_excess = 1 AND g.due + $3 <= $1))
        """;

    /// <summary>
    /// Promises that are due, and whose case the bank found proven a dispute term ago, or which have been due for a dispute term while
    /// their case is an excess.
    /// </summary>
    public static List<DuePromise> DueBy(IReadSnapshot db, Timestamp now, TimeSpan disputeTerm) => db.Query(
        Due,
        r => new DuePromise(
            r.Payment(0), r.Money(1), r.Digest(2), r.Party(3), r.Party(4),
            r.Coin(5), r.Flag(6), r.Money(7), r.IsDBNull(8) ? null : r.Money(8)),
        now, Proof.Excess, (long)disputeTerm.TotalMicroseconds);

    /// <summary>The shop is promised so much of a payment's excess.</summary>
    public static void Promise(
        IWriteTransaction db, PaymentId payment, long coin, ShopEntry shop, Amount y, Timestamp now, Timestamp due) => db.Execute(
        "INSERT INTO guarantee(payment_id, coin, shop, account, y, opened, due) VALUES($1, $2, $3, $4, $5, $6, $7)",
        payment, coin, shop.Id, shop.Account, y, now, due);

    /// <summary>True if the shop was credited from the bank's claims.</summary>
    public static bool IsPaid(IReadSnapshot db, PaymentId payment) =>
        db.Number("SELECT paid FROM guarantee WHERE payment_id = $1", payment) == 2;

    /// <summary>True if the account was promised something of this coin.</summary>
    public static bool HasOf(IReadSnapshot db, long coin, Digest account) =>
        db.Number("SELECT count(*) FROM guarantee WHERE coin = $1 AND account = $2", coin, account) > 0;

    /// <summary>All that is promised of a coin.</summary>
    public static Amount Promised(IReadSnapshot db, long coin) =>
        db.Sum("SELECT CAST(coalesce(sum(y), 0) AS BIGINT) FROM guarantee WHERE coin = $1", coin);

    /// <summary>All that an account was promised after a moment.</summary>
    public static Amount PromisedSince(IReadSnapshot db, Digest account, Timestamp since) => db.Sum(
        "SELECT CAST(coalesce(sum(y), 0) AS BIGINT) FROM guarantee WHERE account = $1 AND opened > $2",
        account, since);

    /// <summary>So much of the promise is not needed any more; with all of it the promise is gone.</summary>
    public static void Lower(IWriteTransaction db, PaymentId payment, Amount by)
    {
        db.Execute("UPDATE guarantee SET y = y - $2 WHERE payment_id = $1", payment, by);
        db.Execute("DELETE FROM guarantee WHERE payment_id = $1 AND y = 0", payment);
    }

    /// <summary>No promise is left.</summary>
    public static void Withdraw(IWriteTransaction db, PaymentId payment) =>
        db.Execute("DELETE FROM guarantee WHERE payment_id = $1", payment);

    /// <summary>What is promised is claimed from the user's bank.</summary>
    public static void MarkClaimed(IWriteTransaction db, PaymentId payment) =>
        db.Execute("UPDATE guarantee SET paid = 1 WHERE payment_id = $1", payment);

    /// <summary>The shop is credited.</summary>
    public static void MarkPaid(IWriteTransaction db, PaymentId payment) =>
        db.Execute("UPDATE guarantee SET paid = 2 WHERE payment_id = $1", payment);

    /// <summary>Forgets all promises of a coin.</summary>
    public static void Forget(IWriteTransaction db, long coin) => db.Execute("DELETE FROM guarantee WHERE coin = $1", coin);

    /// <summary>Null if there are none.</summary>
    public static OpenPromises? Open(IReadSnapshot db) => db.First(
        "SELECT count(*), CAST(coalesce(sum(y), 0) AS BIGINT), min(opened), min(due) FROM guarantee WHERE paid < 2 HAVING count(*) > 0",
        r => new OpenPromises(r.GetInt64(0), r.Money(1), r.Date(2), r.Date(3)));

    /// <summary>Promises that are not claimed yet are due then at the latest.</summary>
    public static int DueAtLatest(IWriteTransaction db, Timestamp latest) =>
        db.Execute("UPDATE guarantee SET due = $1 WHERE paid = 0 AND due > $1", latest);
}
