namespace HierCash.Bank;

/// <summary>
/// That the issuer says, by no word of this bank, that the bank is an older copy; until the two agree, or a word shows it (R27).
/// </summary>
internal static class DisbelievedTable
{
    /// <summary>Null where it has never said so, or the two have agreed since.</summary>
    public static Timestamp? Since(IReadSnapshot db) => db.Value("SELECT since FROM disbelieved", r => r.Date(0));

    /// <summary>Nothing happens where it is known.</summary>
    public static void Note(IWriteTransaction db, Timestamp now) =>
        db.Execute("INSERT INTO disbelieved(singleton, since) VALUES(1, $1) ON CONFLICT DO NOTHING", now);

    public static void End(IWriteTransaction db) => db.Execute("DELETE FROM disbelieved");
}
