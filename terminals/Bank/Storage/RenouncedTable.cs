namespace HierCash.Bank;

/// <summary>Numbers whose order cannot be shown any more, by the account's signed word (R27).</summary>
internal static class RenouncedTable
{
    /// <summary>Since when the bank has that word; null where it has none.</summary>
    public static Timestamp? Since(IReadSnapshot db, AccountId user, uint number) => db.Value(
        "SELECT since FROM renounced WHERE u = $1 AND number = $2",
        r => r.Date(0), user, number);

    /// <summary>When the newest word came about a number between these two; null where there is none.</summary>
    public static Timestamp? Newest(IReadSnapshot db, AccountId user, uint after, uint before) => db.Query(
        "SELECT max(since) FROM renounced WHERE u = $1 AND number > $2 AND number < $3",
        r => r.DateOrNull(0), user, after, before)[0];

    /// <summary>Nothing happens where the number was renounced before.</summary>
    /// <param name="word">What the account signed: a renunciation, or the order of a coin that nobody knows.</param>
    /// <param name="isShown">It is the latter.</param>
    public static void Add(IWriteTransaction db, AccountId user, uint number, byte[] word, bool isShown, Timestamp now) => db.Execute(
        "INSERT INTO renounced(u, number, word, shown, since) VALUES($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        user, number, word, isShown, now);

    /// <summary>Those that may turn up still.</summary>
    public static Tally Open(IReadSnapshot db) =>
        Tally.Read(db, "SELECT count(*), 0, min(r.since) FROM renounced r JOIN account a ON a.u = r.u WHERE r.number > a.known");

    public static void Forget(IWriteTransaction db, AccountId user, uint number) =>
        db.Execute("DELETE FROM renounced WHERE u = $1 AND number = $2", user, number);
}
