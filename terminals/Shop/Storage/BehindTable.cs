namespace HierCash.Shop;

/// <summary>That the till's store is an older copy (R27): a row while it is, and nothing else.</summary>
internal static class BehindTable
{
    /// <summary>Since when the till knows that its store is an older copy; null if it is none, or has recovered.</summary>
    public static Timestamp? Since(IReadSnapshot db) => db.Query("SELECT since FROM behind", r => r.Date(0)) is [var since] ? since : null;

    /// <summary>The latest date of a batch that this till signed and does not know of; null if there is none.</summary>
    public static Timestamp? Date(IReadSnapshot db) => db.Query("SELECT date FROM behind", r => r.Date(0)) is [var date] ? date : null;

    /// <param name="date">Of the batch that this till signed and does not know of.</param>
    public static int Note(IWriteTransaction db, Timestamp now, Timestamp date) => db.Execute(
        """
        INSERT INTO behind(singleton, since, date) VALUES(1, $1, $2)
        ON CONFLICT(singleton) DO UPDATE SET date = excluded.date WHERE behind.date < excluded.date
        """,
        now.ToLedger(), date.ToLedger());

    public static int Clear(IWriteTransaction db) => db.Execute("DELETE FROM behind");
}
