namespace HierCash.Bank;

/// <summary>Up to where the issuer's own reversals are filed with the cases (rule R3).</summary>
internal static class FiledTable
{
    /// <summary>0 before the first.</summary>
    public static ulong Last(IReadSnapshot db) => (ulong)db.Number("SELECT number FROM filed");

    public static bool SetLast(IWriteTransaction db, ulong number) => db.Execute(
        "INSERT INTO filed(singleton, number) VALUES(1, $1) ON CONFLICT(singleton) DO UPDATE SET number = excluded.number",
        number) > 0;
}
