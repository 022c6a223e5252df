namespace HierCash.Issuer;

/// <summary>A coin's sums as they stand, in minor units, for an audit.</summary>
internal sealed record CoinBalance(long Number, long FaceValue, long Spent, bool IsOpen, long Returned, long Credited);

/// <summary>A coin as the issuer keeps it.</summary>
/// <param name="Number">The store's own number.</param>
/// <param name="Opening">m, sealed under the evidence key.</param>
/// <param name="Spent">Y.</param>
/// <param name="Cancelled">Since when a case is open: it signed twice under one seq, or more than X.</param>
/// <param name="Lost">Since when its card is reported as lost (hole 10).</param>
/// <param name="Returned">What went back to its holder after all terms (hole 9).</param>
/// <param name="IsOpen">In the inspection database; else used up and in the history database.</param>
/// <param name="Closed">When what closes it came: its holder redeemed it, or took its place for another (rule R24).</param>
/// <param name="IsKeyed">This issuer made its key, so it is never guaranteed and never evidence (hole 14).</param>
internal sealed record CoinRow(
    long Number, CoinId Id, PartyId Bank, WithdrawalId Request, byte[] Opening, Amount FaceValue, Amount Spent, Quarter Expiry,
    Timestamp? Cancelled, Timestamp? Lost, Amount Returned, bool IsOpen, Timestamp? Closed, bool IsKeyed)
{
    /// <summary>What payments may still take.</summary>
    public Amount Rest => FaceValue - Spent - Returned;

    /// <summary>The later of a case's and a report's date: none was paid after it who knew.</summary>
    public Timestamp? Ended
    {
        get
        {
            var (first, last) = Lost > Cancelled ? (Cancelled, Lost) : (Lost, Cancelled);
            return Lost is null || Cancelled is null ? Lost ?? Cancelled : last;
        }
    }
}

/// <summary>
/// The inspection database (EP 0810563, 105): coins that are not used up, with Y. At Y = X the row moves to the history database with all
/// that a trace needs, and stays there until its terms end (claim 6, step 9d; hole 6).
/// </summary>
internal static class CoinTable
{
    private const string Open = "inspection";
    private const string UsedUp = "closed_coin";
    private const string Columns = "coin, coin_id, bank, request, opening, x, y, expiry, cancelled, returned, lost, keyed, closed";

    /// <summary>True if (n, TM) was issued before, n is another bank's user's (hole 15), or this issuer made its key (hole 14).</summary>
    public static bool IsTaken(IReadSnapshot db, byte[] n, ushort tm, PartyId bank)
    {
        bool isMade = db.Number(
            """
            SELECT count(*) FROM (SELECT keyed FROM inspection WHERE n = $1 UNION ALL SELECT keyed FROM closed_coin WHERE n = $1) AS its
            WHERE keyed = 1
            """,
            n) > 0;
        return isMade || db.Number(
            """
            SELECT count(*) FROM (
                SELECT tm, bank FROM inspection WHERE n = $1 UNION ALL SELECT tm, bank FROM closed_coin WHERE n = $1) AS its
            WHERE tm = $2 OR bank NOT IN (0, $3)
            """,
            n, tm, bank) > 0;
    }

    /// <summary>A coin that is issued enters.</summary>
    /// <param name="opening">m, sealed under the evidence key.</param>
    public static CoinRow Register(IWriteTransaction db, Coin coin, PartyId bank, WithdrawalId request, byte[] opening)
    {
        long number = db.Number(
            """
            INSERT INTO inspection(coin_id, n, tm, bank, request, opening, x, expiry, keyed) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)
            RETURNING coin
            """,
            coin.Id, coin.N, coin.Terms.TM, bank, request, opening, coin.Terms.FaceValue, coin.Terms.Expiry, coin.Terms.IssuerKeyed);
        return new CoinRow(
            number, coin.Id, bank, request, opening, coin.Terms.FaceValue, Amount.Zero, coin.Terms.Expiry, null, null, Amount.Zero,
            true, null, coin.Terms.IssuerKeyed);
    }

    /// <summary>The coin, open or used up (claim 6, step 9a).</summary>
    public static CoinRow? Find(IReadSnapshot db, CoinId id) => In(db, Open, "coin_id = $1", id) ?? FindUsedUp(db, id);

    private static CoinRow? FindUsedUp(IReadSnapshot db, CoinId id) => In(db, UsedUp, "coin_id = $1", id);

    /// <summary>The coin of a withdrawal.</summary>
    public static CoinRow? OfRequest(IReadSnapshot db, WithdrawalId request) => First(db, "request = $1", request);

    /// <summary>A coin of no bank by its key, TM and X (R27).</summary>
    public static CoinRow? Unclaimed(IReadSnapshot db, byte[] n, ushort tm, Amount x) =>
        First(db, "n = $1 AND tm = $2 AND x = $3 AND bank = 0", n, tm, x);

    /// <summary>A coin by its key, TM and X, whatever S_I and bank it has (R27).</summary>
    public static CoinRow? OfKey(IReadSnapshot db, byte[] n, ushort tm, Amount x) => First(db, "n = $1 AND tm = $2 AND x = $3", n, tm, x);

    /// <summary>The coin that somebody shows; also where it is known by another S_I of the same withdrawal (R27).</summary>
    public static CoinRow? Of(IReadSnapshot db, Coin coin)
    {
        var known = Find(db, coin.Id);
        return known ?? OfKey(db, coin.N, coin.Terms.TM, coin.Terms.FaceValue);
    }

    /// <summary>Coins whose ids lie between two, both included, in the order in which they were issued.</summary>
    public static List<CoinRow> Between(IReadSnapshot db, CoinId first, CoinId last)
    {
        const string Which = "coin_id BETWEEN $1 AND $2";
        var open = All(db, Open, Which, first, last);
        return [.. open.Concat(All(db, UsedUp, Which, first, last)).OrderBy(c => c.Number)];
    }

    /// <summary>
    /// Open coins that expired before a quarter, or were cancelled before a moment, and of which nobody waits for what exceeds them (rule
    /// R2). What is left of a coin of no bank goes nowhere.
    /// </summary>
    public static List<CoinRow> Returnable(IReadSnapshot db, Quarter expiredBy)
    {
        // That the id is positive goes without saying, but makes SQLite look into history_exceeding, which holds few payments of a coin.
        return All(
            db, Open,
            """
            bank <> 0 AND (expiry <= $1 OR coalesce(cancelled, lost, closed) IS NOT NULL) AND NOT EXISTS (
                SELECT 1 FROM history h
                WHERE h.coin = inspection.coin AND h.id > 0 AND h.reversed IS NULL AND h.shop <> 0 AND h.guaranteed + h.waiting > 0)
            ORDER BY coin
            """,
            expiredBy);
    }

    /// <summary>$1 the quarter.</summary>
    internal const string Awaited =
        """
        SELECT coin FROM closed_coin c WHERE expiry <= $1 AND EXISTS (
            SELECT 1 FROM history h WHERE h.coin = c.coin AND h.id > 0 AND h.reversed IS NULL AND h.guaranteed + h.waiting > 0
                AND h.shop = 0 AND h.waiting > 0 AND h.due = 0)
        ORDER BY coin
        """;

    /// <summary>Used-up coins that expired before a quarter, and of which a redemption still waits for what shops refund.</summary>
    public static List<long> AwaitedByRedemptions(IReadSnapshot db, Quarter expiredBy) => db.Query(Awaited, r => r.GetInt64(0), expiredBy);

    /// <summary>A piece of the used-up coins that expired before a quarter; those with a case, before an earlier one.</summary>
    public static List<CoinRow> Forgettable(IReadSnapshot db, Quarter expiredBy, Quarter casesUntil) => All(
        db, UsedUp,
        """
        expiry <= $1 AND (expiry <= $2 OR NOT EXISTS (SELECT 1 FROM trace_case t WHERE t.coin = closed_coin.coin)) ORDER BY coin LIMIT $3
        """,
        expiredBy, casesUntil, Forgotten.Piece);

    /// <summary>A piece of the coins of no bank that expired before a quarter and are not used up (R27).</summary>
    public static List<CoinRow> ForgettableUnclaimed(IReadSnapshot db, Quarter expiredBy) =>
        All(db, Open, "expiry <= $1 AND bank = 0 ORDER BY coin LIMIT $2", expiredBy, Forgotten.Piece);

    /// <summary>Y of all coins of no bank (R27), in minor units.</summary>
    public static long PaidUnclaimed(IReadSnapshot db) => db.Number(
        """
        SELECT CAST(coalesce(sum(y), 0) AS BIGINT)
        FROM (SELECT y FROM inspection WHERE bank = 0 UNION ALL SELECT y FROM closed_coin WHERE bank = 0) AS its
        """);

    /// <summary>The coin has another S_I from now on (R27).</summary>
    public static int Rename(IWriteTransaction db, CoinRow coin, CoinId id) =>
        db.Execute($"UPDATE {TableOf(coin)} SET coin_id = $2 WHERE coin = $1", coin.Number, id);

    /// <summary>Of two S_I one may expire later (R27): the coin is kept that long, or that one would look as if never spent.</summary>
    public static CoinRow KeepUntil(IWriteTransaction db, CoinRow coin, Quarter expiry)
    {
        var until = coin.Expiry.Index >= expiry.Index ? coin.Expiry : expiry;
        db.Execute($"UPDATE {TableOf(coin)} SET expiry = $2 WHERE coin = $1", coin.Number, until);
        return coin with { Expiry = until };
    }

    /// <summary>A coin of no bank gets the one whose withdrawal it is.</summary>
    public static void Adopt(IWriteTransaction db, CoinRow coin, PartyId bank, WithdrawalId request, byte[] opening) => db.Execute(
        $"UPDATE {TableOf(coin)} SET bank = $2, request = $3, opening = $4 WHERE coin = $1",
        coin.Number, bank, request, opening);

    /// <summary>Y + y; at Y = X the coin leaves the inspection database (claim 6, steps 9b and 9d).</summary>
    public static void Spend(IWriteTransaction db, CoinRow coin, Amount y)
    {
        db.Execute("UPDATE inspection SET y = $2 WHERE coin = $1", coin.Number, coin.Spent + y);
        if (coin.Rest == y)
        {
            Move(db, coin.Number, Open, UsedUp);
        }
    }

    /// <summary>Y - y for a payment that was taken back; a used-up coin is registered again (hole 3).</summary>
    public static void Restore(IWriteTransaction db, CoinRow coin, Amount y)
    {
        if (!coin.IsOpen)
        {
            Move(db, coin.Number, UsedUp, Open);
        }

        db.Execute("UPDATE inspection SET y = $2 WHERE coin = $1", coin.Number, coin.Spent - y);
    }

    /// <summary>So much of what is left goes back to its holder; with all of it the coin is done with (hole 9).</summary>
    public static void Return(IWriteTransaction db, CoinRow coin, Amount part)
    {
        db.Execute("UPDATE inspection SET returned = $2 WHERE coin = $1", coin.Number, coin.Returned + part);
        if (part == coin.Rest)
        {
            Move(db, coin.Number, Open, UsedUp);
        }
    }

    /// <summary>A case is open about the coin.</summary>
    public static void Cancel(IWriteTransaction db, CoinRow coin, Timestamp date) => Date(db, coin, "cancelled", date);

    /// <summary>Its card is lost.</summary>
    public static void Lose(IWriteTransaction db, CoinRow coin, Timestamp date) => Date(db, coin, "lost", date);

    /// <summary>Its holder closed it.</summary>
    public static void Close(IWriteTransaction db, CoinRow coin, Timestamp date) => Date(db, Find(db, coin.Id)!, "closed", date);

    /// <summary>Forgets the row; what refers to it went before.</summary>
    public static int Forget(IWriteTransaction db, CoinRow coin) => db.Execute($"DELETE FROM {TableOf(coin)} WHERE coin = $1", coin.Number);

    private static string TableOf(CoinRow coin) => coin.IsOpen ? Open : UsedUp;

    private static void Date(IWriteTransaction db, CoinRow coin, string column, Timestamp date)
    {
        db.Execute($"UPDATE {TableOf(coin)} SET {column} = $2 WHERE coin = $1 AND {column} IS NULL", coin.Number, date);
    }

    private static void Move(IWriteTransaction db, long number, string from, string to)
    {
        const string Whole = "coin, coin_id, n, tm, bank, request, opening, x, y, expiry, cancelled, returned, lost, keyed, closed";
        db.Execute($"INSERT INTO {to}({Whole}) SELECT {Whole} FROM {from} WHERE coin = $1", number);
        db.Execute($"DELETE FROM {from} WHERE coin = $1", number);
    }

    private static CoinRow? First(IReadSnapshot db, string where, params ReadOnlySpan<object?> values) =>
        In(db, Open, where, values) ?? In(db, UsedUp, where, values);

    private static CoinRow? In(IReadSnapshot db, string table, string where, params ReadOnlySpan<object?> values) =>
        db.First($"SELECT {Columns} FROM {table} WHERE {where}", r => Read(r, table == Open), values);

    private static List<CoinRow> All(IReadSnapshot db, string table, string where, params ReadOnlySpan<object?> values) =>
        db.Query($"SELECT {Columns} FROM {table} WHERE {where}", r => Read(r, table == Open), values);

    private static CoinRow Read(DbDataReader r, bool open) => new(
        r.GetInt64(0), r.Coin(1), r.Party(2), r.Request(3), r.Bytes(4), r.Money(5), r.Money(6), new Quarter(checked((ushort)r.GetInt64(7))),
        r.DateOrNull(8), r.DateOrNull(10), r.Money(9), open, r.DateOrNull(12), r.Flag(11));

    /// <summary>Coins that are not used up, and coins that are.</summary>
    public static (long Open, long Closed) Counts(IReadSnapshot db) =>
        (db.Number("SELECT count(*) FROM inspection"), db.Number("SELECT count(*) FROM closed_coin"));

    public static List<CoinBalance> Balances(IReadSnapshot db) => db.Query(
        """
        SELECT c.coin, c.x, c.y, c.is_open, c.returned,
            CAST(coalesce((SELECT sum(credited) FROM history h WHERE h.coin = c.coin), 0) AS BIGINT)
        FROM (SELECT coin, x, y, returned, 1 AS is_open FROM inspection UNION ALL SELECT coin, x, y, returned, 0 FROM closed_coin) AS c
        """,
        r => new CoinBalance(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.Flag(3), r.GetInt64(4), r.GetInt64(5)));

    /// <summary>Coins of no bank (R27), and what they have paid.</summary>
    public static WaitingSum? OfNoBank(IReadSnapshot db) => db.First(
        """
        SELECT count(*), CAST(coalesce(sum(y), 0) AS BIGINT), NULL
        FROM (SELECT y FROM inspection WHERE bank = 0 UNION ALL SELECT y FROM closed_coin WHERE bank = 0) AS c HAVING count(*) > 0
        """,
        WaitingSum.Read);

    /// <summary>Cancelled coins of which something is left that goes back to their holders.</summary>
    public static WaitingSum? ReturnsToCome(IReadSnapshot db) => db.First(
        """
        SELECT count(*), CAST(coalesce(sum(x - y - returned), 0) AS BIGINT), min(cancelled) FROM inspection
        WHERE cancelled IS NOT NULL AND x > y + returned AND bank <> 0 HAVING count(*) > 0
        """,
        WaitingSum.Read);
}
