using HierCash.Terminals.Store;

namespace HierCash.Simulation;

/// <summary>What tests see and do in the stores of a town behind their parties' backs.</summary>
internal static class TownStore
{
    /// <summary>A bank's secret keys, 32 bytes each, in any order.</summary>
    public static List<byte[]> BankSecrets(IReadSnapshot db) =>
        db.Query("SELECT secret FROM secret_key WHERE name LIKE 'bank%'", r => r.Bytes(0));

    /// <summary>The issuer's secret key of that name, 32 bytes.</summary>
    public static byte[] IssuerSecret(IReadSnapshot db, string name) =>
        db.First("SELECT secret FROM secret_key WHERE name = $1", r => r.Bytes(0), name)!;

    /// <summary>
    /// A till's secret key, 32 bytes. What a test signs with it is no sign from then on that the till was restored from an older copy (rule
    /// R27).
    /// </summary>
    public static byte[] TillSecret(IWriteTransaction db)
    {
        db.Execute("UPDATE till SET submitted = $1", long.MaxValue);
        return db.First("SELECT secret FROM till", r => r.Bytes(0))!;
    }

    /// <summary>How many rows each table has.</summary>
    public static Dictionary<string, long> Rows(IReadSnapshot db) => db
        .Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", r => r.GetString(0))
        .ToDictionary(table => table, table => db.Number($"SELECT count(*) FROM {table}"));

    /// <summary>Each write of this connection fails, until it is made writable again.</summary>
    public static long MakeReadOnly(IReadSnapshot db, bool isReadOnly) => db.Number($"PRAGMA query_only = {(isReadOnly ? 1 : 0)}");
}
