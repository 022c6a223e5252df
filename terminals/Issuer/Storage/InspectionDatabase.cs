using System.Data.Common;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

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
    long Number, CoinId Id, PartyId Bank, WithdrawalId Request, byte[] Opening, Amount FaceValue, Amount Spent, Quarter Expiry, Timestamp? Cancelled, Timestamp? Lost,
    Amount Returned, bool IsOpen, Timestamp? Closed, bool IsKeyed)
{
    /// <summary>What payments may still take.</summary>
    public Amount Rest => FaceValue - Spent - Returned;

    /// <summary>The later of a case's and a report's date: none was paid after it who knew.</summary>
    public Timestamp? Ended
    {
        get
        {
            var (first, last) = Lost > Cancelled ? (Cancelled, Lost) : (Lost, Cancelled);
            Switches.Replace("R6 later end", ref last, first);
            return Lost is null || Cancelled is null ? Lost ?? Cancelled : last;
        }
    }
}

/// <summary>
/// The inspection database (EP 0810563, 105): coins that are not used up, with Y. At Y = X the row moves to the history
/// database with all that a trace needs, and stays there until its terms end (claim 6, step 9d; hole 6).
/// </summary>
internal static class InspectionDatabase
{
    private const string Columns = "coin, coin_id, bank, request, opening, x, y, expiry, cancelled, returned, lost, keyed, closed";

    /// <summary>True if (n, TM) was issued before, n belongs to another bank's user (hole 15), or this issuer made the key of n (hole 14).</summary>
    public static bool IsTaken(IReadSnapshot db, byte[] n, ushort tm, PartyId bank)
    {
        bool isMade = db.Number("SELECT count(*) FROM (SELECT keyed FROM inspection WHERE n = $1 UNION ALL SELECT keyed FROM closed_coin WHERE n = $1) WHERE keyed = 1", n) > 0;
        Switches.Off("R7 further", ref isMade);
        return isMade || db.Number(
            """
            SELECT count(*) FROM (SELECT tm, bank FROM inspection WHERE n = $1 UNION ALL SELECT tm, bank FROM closed_coin WHERE n = $1)
            WHERE tm = $2 OR bank NOT IN (0, $3)
            """,
            n, (long)tm, (long)bank.Value) > 0;
    }

    public static void Register(IWriteTransaction db, Coin coin, PartyId bank, WithdrawalId request, byte[] opening) => db.Execute(
        "INSERT INTO inspection(coin_id, n, tm, bank, request, opening, x, expiry, keyed) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        coin.Id.Value.ToArray(), coin.N, (long)coin.Terms.TM, (long)bank.Value, request.Value.ToArray(), opening,
        coin.Terms.FaceValue.ToLedger(), (long)coin.Terms.Expiry.Index, coin.Terms.IssuerKeyed ? 1L : 0L);

    /// <summary>A coin of no bank by its key, TM and X (R27).</summary>
    public static CoinRow? Unclaimed(IReadSnapshot db, byte[] n, ushort tm, Amount x) => ByKey(db, n, tm, x, " AND bank = 0");

    /// <summary>A coin by its key, TM and X, whatever S_I and bank it has (R27).</summary>
    public static CoinRow? OfKey(IReadSnapshot db, byte[] n, ushort tm, Amount x) => ByKey(db, n, tm, x, "");

    /// <summary>The coin that somebody shows; also where it is known by another S_I of the same withdrawal (R27).</summary>
    public static CoinRow? Of(IWriteTransaction db, Coin coin)
    {
        var known = Find(db, coin.Id);
        var its = known ?? OfKey(db, coin.N, coin.Terms.TM, coin.Terms.FaceValue);
        Switches.Replace("R27 other S_I", ref its, known);
        return its;
    }

    /// <summary>A coin that no payment has shown yet is the one with this S_I (R27).</summary>
    public static CoinRow Become(IWriteTransaction db, CoinRow coin, Coin shown)
    {
        db.Execute($"UPDATE {(coin.IsOpen ? "inspection" : "closed_coin")} SET coin_id = $2 WHERE coin = $1", coin.Number, shown.Id.Value.ToArray());
        string[] known = ["dead_payment", "early"];
        Switches.Replace("R27 moved marks", ref known, []);
        foreach (string table in known)
        {
            db.Execute($"UPDATE {table} SET coin_id = $2 WHERE coin_id = $1", coin.Id.Value.ToArray(), shown.Id.Value.ToArray());
        }

        return KeepUntil(db, Find(db, shown.Id)!, shown.Terms.Expiry);
    }

    /// <summary>Of two S_I of a withdrawal one may expire later (R27): the coin is kept for as long as either could be paid with, or the later one would look like one that was never spent.</summary>
    public static CoinRow KeepUntil(IWriteTransaction db, CoinRow coin, Quarter expiry)
    {
        var until = coin.Expiry.Index >= expiry.Index ? coin.Expiry : expiry;
        Switches.Replace("R27 later expiry", ref until, expiry);
        db.Execute($"UPDATE {(coin.IsOpen ? "inspection" : "closed_coin")} SET expiry = $2 WHERE coin = $1", coin.Number, (long)until.Index);
        return coin with { Expiry = until };
    }

    private static CoinRow? ByKey(IReadSnapshot db, byte[] n, ushort tm, Amount x, string further) =>
        db.First($"SELECT {Columns} FROM inspection WHERE n = $1 AND tm = $2 AND x = $3{further}", r => Read(r, open: true), n, (long)tm, x.ToLedger())
        ?? db.First($"SELECT {Columns} FROM closed_coin WHERE n = $1 AND tm = $2 AND x = $3{further}", r => Read(r, open: false), n, (long)tm, x.ToLedger());

    /// <summary>A coin of no bank gets the one whose withdrawal it is.</summary>
    public static void Adopt(IWriteTransaction db, CoinRow coin, PartyId bank, WithdrawalId request, byte[] opening) => db.Execute(
        $"UPDATE {(coin.IsOpen ? "inspection" : "closed_coin")} SET bank = $2, request = $3, opening = $4 WHERE coin = $1",
        coin.Number, (long)bank.Value, request.Value.ToArray(), opening);

    /// <summary>The coin, open or used up (claim 6, step 9a).</summary>
    public static CoinRow? Find(IReadSnapshot db, CoinId id) =>
        db.First($"SELECT {Columns} FROM inspection WHERE coin_id = $1", r => Read(r, open: true), id.Value.ToArray())
        ?? FindClosed(db, id);

    private static CoinRow? FindClosed(IReadSnapshot db, CoinId id)
    {
        var coin = db.First($"SELECT {Columns} FROM closed_coin WHERE coin_id = $1", r => Read(r, open: false), id.Value.ToArray());
        Switches.Replace("hole 6", ref coin, null);
        return coin;
    }

    /// <summary>Y + y; at Y = X the coin leaves the inspection database (claim 6, steps 9b and 9d).</summary>
    public static void Spend(IWriteTransaction db, CoinRow coin, Amount y)
    {
        var sum = coin.Spent + y;
        Switches.Replace("claim 6 9b", ref sum, coin.Spent);
        db.Execute("UPDATE inspection SET y = $2 WHERE coin = $1", coin.Number, sum.ToLedger());
        bool usedUp = coin.Rest == y;
        Switches.Off("claim 6 9d", ref usedUp);
        if (usedUp)
        {
            Move(db, coin.Number, "inspection", "closed_coin");
        }
    }

    /// <summary>Y - y for a payment that was taken back; a used-up coin is registered again (hole 3).</summary>
    public static void Restore(IWriteTransaction db, CoinRow coin, Amount y)
    {
        if (!coin.IsOpen)
        {
            Move(db, coin.Number, "closed_coin", "inspection");
        }

        db.Execute("UPDATE inspection SET y = $2 WHERE coin = $1", coin.Number, (coin.Spent - y).ToLedger());
    }

    /// <summary>What is left goes back to its holder, and the coin is done with (hole 9).</summary>
    public static void Return(IWriteTransaction db, CoinRow coin) => Return(db, coin, coin.Rest);

    /// <summary>The same for a part; with all of it the coin is done with.</summary>
    public static void Return(IWriteTransaction db, CoinRow coin, Amount part)
    {
        db.Execute("UPDATE inspection SET returned = $2 WHERE coin = $1", coin.Number, (coin.Returned + part).ToLedger());
        if (part == coin.Rest)
        {
            Move(db, coin.Number, "inspection", "closed_coin");
        }
    }

    /// <summary>
    /// Open coins that expired before a quarter, or were cancelled before a moment, and of which nobody waits for what exceeds them (rule R2). What is left of a coin of no bank goes nowhere.
    /// </summary>
    public static List<CoinRow> Returnable(IReadSnapshot db, Quarter expiredBy)
    {
        string ofBank = "bank <> 0";
        Switches.Replace("R27 returns", ref ofBank, "bank = bank");
        return db.Query(
            $"""
            SELECT {Columns} FROM inspection i
            WHERE {ofBank} AND (expiry <= $1 OR coalesce(cancelled, lost, closed) IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM history h INDEXED BY history_exceeding WHERE h.coin = i.coin AND h.reversed IS NULL AND h.shop <> 0 AND h.guaranteed + h.waiting > 0)
            ORDER BY coin
            """,
            r => Read(r, open: true), (long)expiredBy.Index);
    }

    /// <summary>The coin of a withdrawal.</summary>
    public static CoinRow? OfRequest(IReadSnapshot db, WithdrawalId request) =>
        db.First($"SELECT {Columns} FROM inspection WHERE request = $1", r => Read(r, open: true), request.Value.ToArray())
        ?? db.First($"SELECT {Columns} FROM closed_coin WHERE request = $1", r => Read(r, open: false), request.Value.ToArray());

    /// <summary>A case is open about the coin.</summary>
    public static void Cancel(IWriteTransaction db, CoinRow coin, Timestamp date) => Date(db, coin, "cancelled", date);

    /// <summary>Its card is lost.</summary>
    public static void Lose(IWriteTransaction db, CoinRow coin, Timestamp date) => Date(db, coin, "lost", date);

    /// <summary>Its holder closed it.</summary>
    public static void Close(IWriteTransaction db, CoinRow coin, Timestamp date) => Date(db, Find(db, coin.Id)!, "closed", date);

    private static void Date(IWriteTransaction db, CoinRow coin, string column, Timestamp date)
    {
        string table = coin.IsOpen ? "inspection" : "closed_coin";
        string first = $"AND {column} IS NULL";
        Switches.Replace("hole 10 first date", ref first, "");
        db.Execute($"UPDATE {table} SET {column} = $2 WHERE coin = $1 {first}", coin.Number, date.ToLedger());
    }

    private static void Move(IWriteTransaction db, long number, string from, string to)
    {
        const string All = "coin, coin_id, n, tm, bank, request, opening, x, y, expiry, cancelled, returned, lost, keyed, closed";
        db.Execute($"INSERT INTO {to}({All}) SELECT {All} FROM {from} WHERE coin = $1", number);
        db.Execute($"DELETE FROM {from} WHERE coin = $1", number);
    }

    /// <summary>Forgets used-up coins, their payments and their requests once nothing can come of them any more; a piece of them at a time.</summary>
    /// <returns>Coins forgotten.</returns>
    /// <param name="casesUntil">Coins of later expiries are kept while there is a case about them: what is promised for them is paid, and what is heard is taken back (rule R8).</param>
    public static int Purge(IWriteTransaction db, Quarter expiredBy, Quarter casesUntil)
    {
        bool keeps = true;
        Switches.Off("R8 promised", ref keeps);
        string disputed = keeps ? $"AND (expiry <= {casesUntil.Index} OR NOT EXISTS (SELECT 1 FROM trace_case t WHERE t.coin = c.coin))" : "";
        db.Execute("DELETE FROM dead_payment WHERE expiry <= $1", (long)expiredBy.Index);
        db.Execute("DELETE FROM early WHERE expiry <= $1", (long)expiredBy.Index);
        db.Execute("DELETE FROM hot WHERE expiry <= $1", (long)expiredBy.Index);
        return Forget(db, "closed_coin", disputed, expiredBy) + Forget(db, "inspection", "AND bank = 0", expiredBy);
    }

    private static int Forget(IWriteTransaction db, string table, string only, Quarter expiredBy)
    {
        string which = $"FROM {table} c WHERE expiry <= $1 {only} ORDER BY coin LIMIT {Forgotten.Piece}";
        string old = $"SELECT coin {which}";
        HonouredCoins.CarryForward(db, table, old, expiredBy);
        db.Execute(
            $"""
            INSERT INTO forgotten(what, bank, kind, times) SELECT 'history', 0, 0, count(*) FROM history WHERE coin IN ({old})
            ON CONFLICT(what, bank, kind) DO UPDATE SET times = times + excluded.times
            """,
            (long)expiredBy.Index);
        db.Execute($"DELETE FROM history WHERE coin IN ({old})", (long)expiredBy.Index);
        db.Execute($"DELETE FROM guarantee WHERE coin IN ({old})", (long)expiredBy.Index);
        db.Execute($"DELETE FROM dossier_page WHERE coin IN ({old})", (long)expiredBy.Index);
        db.Execute($"DELETE FROM case_reversal WHERE coin_id IN (SELECT coin_id FROM trace_case WHERE coin IN ({old}))", (long)expiredBy.Index);
        db.Execute($"DELETE FROM trace_case WHERE coin IN ({old})", (long)expiredBy.Index);
        db.Execute($"DELETE FROM issuance WHERE request IN (SELECT request {which})", (long)expiredBy.Index);
        return db.Execute($"DELETE FROM {table} WHERE coin IN ({old})", (long)expiredBy.Index);
    }

    private static CoinRow Read(DbDataReader r, bool open) => new(
        r.GetInt64(0), new CoinId(Digest.Read(r.Bytes(1))), new PartyId(checked((uint)r.GetInt64(2))), new WithdrawalId(Digest.Read(r.Bytes(3))),
        r.Bytes(4), Amount.FromLedger(r.GetInt64(5)), Amount.FromLedger(r.GetInt64(6)), new Quarter(checked((ushort)r.GetInt64(7))),
        Date(r, 8), Date(r, 10), Amount.FromLedger(r.GetInt64(9)), open, Date(r, 12), r.GetInt64(11) == 1);

    private static Timestamp? Date(DbDataReader r, int column) => r.IsDBNull(column) ? null : Timestamp.FromLedger(r.GetInt64(column));
}
