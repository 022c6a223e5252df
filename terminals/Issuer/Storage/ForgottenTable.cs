using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>What coins and payments added up to before they were forgotten.</summary>
internal static class ForgottenTable
{
    private const string Honoured = "honoured";

    /// <summary>Carries forward what coins of no bank have paid (R27).</summary>
    public static void AddHonoured(IWriteTransaction db, Amount paid) =>
        Forgotten.Add(db, Honoured, HonouredCoins.NoBank.Value, 0, 0, paid.ToLedger());

    /// <summary>What such coins had paid, in minor units.</summary>
    public static long PaidHonoured(IReadSnapshot db) =>
        db.Number("SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM forgotten WHERE what = $1", Honoured);

    /// <summary>So many more payments are forgotten.</summary>
    public static void AddPayments(IWriteTransaction db, long count) => db.Execute(
        """
        INSERT INTO forgotten(what, bank, kind, times) VALUES('history', 0, 0, $1)
        ON CONFLICT(what, bank, kind) DO UPDATE SET times = forgotten.times + excluded.times
        """,
        count);
}
