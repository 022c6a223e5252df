using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>A coin's sums as they stand, in minor units, for an audit.</summary>
/// <param name="Credited">What its payments credited.</param>
internal sealed record CoinBalance(long Number, long FaceValue, long Spent, bool IsOpen, long Returned, long Credited);

/// <content>What coins add up to, for an audit and for a person.</content>
internal static partial class CoinTable
{
    /// <summary>Coins that are not used up, and coins that are.</summary>
    public static (long Open, long Closed) Counts(IReadSnapshot db) =>
        (db.Number("SELECT count(*) FROM inspection"), db.Number("SELECT count(*) FROM closed_coin"));

    public static List<CoinBalance> Balances(IReadSnapshot db) => db.Query(
        """
        SELECT c.coin, c.x, c.y, c.is_open, c.returned,
            CAST(coalesce((SELECT sum(credited) FROM history h WHERE h.coin = c.coin), 0) AS BIGINT)
        FROM (SELECT coin, x, y, returned, 1 AS is_open FROM inspection UNION ALL SELECT coin, x, y, returned, 0 FROM closed_coin) AS c
        """,
        r => new CoinBalance(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3) == 1, r.GetInt64(4), r.GetInt64(5)));

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
