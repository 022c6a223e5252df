namespace HierCash.Issuer;

/// <summary>What a bank has done while the issuer recovers.</summary>
internal enum RecoveryState
{
    /// <summary>It has to visit.</summary>
    Waits = 0,

    /// <summary>It has given back what it has.</summary>
    GaveBack = 1,

    /// <summary>A person left it out.</summary>
    LeftOut = 2,

    /// <summary>A person left it out after it had shown what it has: it gives back if it comes, and stops nobody again.</summary>
    Away = 3,
}

/// <summary>Banks that have to give back, or have, what a restored issuer had signed (R27); since when, and where its copy ends.</summary>
internal static class RecoveryTable
{
    /// <summary>Banks in that state whose key is good.</summary>
    public static List<PartyId> In(IReadSnapshot db, RecoveryState state) => db.Query(
        "SELECT bank FROM recovery WHERE done = $1 AND bank IN (SELECT id FROM bank WHERE revoked IS NULL) ORDER BY bank",
        r => r.Party(0), state);

    public static bool Is(IReadSnapshot db, PartyId bank, RecoveryState state) =>
        db.Number("SELECT count(*) FROM recovery WHERE bank = $1 AND done = $2", bank, state) > 0;

    /// <summary>Since when a bank that has not given back gives back what it has; null if it has.</summary>
    public static Timestamp? AwaitedSince(IReadSnapshot db, PartyId bank) => db.Value(
        "SELECT since FROM recovery WHERE bank = $1 AND done <> $2",
        r => r.Date(0), bank, RecoveryState.GaveBack);

    /// <summary>The issuer recovers: each bank whose key is good has to visit. Who stayed away goes on doing so.</summary>
    public static int Begin(IWriteTransaction db, Timestamp since, Timestamp copied)
    {
        db.Execute(
            """
            UPDATE recovery SET since = CASE WHEN since < $1 THEN since ELSE $1 END,
                copied = CASE WHEN copied < $2 THEN copied ELSE $2 END WHERE done = $3
            """,
            since, copied, RecoveryState.Away);
        return db.Execute(
            "INSERT INTO recovery(bank, since, copied) SELECT id, $1, $2 FROM bank WHERE revoked IS NULL ON CONFLICT DO NOTHING",
            since, copied);
    }

    /// <summary>Nobody waits for that bank any more.</summary>
    /// <returns>False if it is none that recovers.</returns>
    public static bool LeaveOut(IWriteTransaction db, PartyId bank) => db.Execute(
        "UPDATE recovery SET done = CASE WHEN done = $2 THEN $3 ELSE done END WHERE bank = $1",
        bank, RecoveryState.Waits, RecoveryState.LeftOut) > 0;

    public static int GaveBack(IWriteTransaction db, PartyId bank) =>
        db.Execute("UPDATE recovery SET done = $2 WHERE bank = $1", bank, RecoveryState.GaveBack);

    public static int Remove(IWriteTransaction db, PartyId bank) => db.Execute("DELETE FROM recovery WHERE bank = $1", bank);

    /// <summary>Withdrawals of the bank that nobody can open.</summary>
    public static ulong Unopened(IReadSnapshot db, PartyId bank) => (ulong)db.Number("SELECT unopened FROM recovery WHERE bank = $1", bank);

    public static int AddUnopened(IWriteTransaction db, PartyId bank, int count) =>
        db.Execute("UPDATE recovery SET unopened = unopened + $2 WHERE bank = $1", bank, count);

    /// <summary>Since when this recovery's banks give back, and where the copy ends; null where no bank has to visit.</summary>
    public static (Timestamp Since, Timestamp Copied)? Terms(IReadSnapshot db) => db.Value(
        "SELECT min(since), min(copied) FROM recovery WHERE done <> $1 HAVING count(*) > 0",
        r => (r.Date(0), r.Date(1)), RecoveryState.Away);

    /// <summary>The issuer has recovered: who was left out after it had shown a later word stays away until it comes.</summary>
    public static int End(IWriteTransaction db)
    {
        db.Execute(
            "UPDATE recovery SET done = $2 WHERE done = $1 AND bank IN (SELECT bank FROM behind)",
            RecoveryState.LeftOut, RecoveryState.Away);
        return db.Execute("DELETE FROM recovery WHERE done <> $1", RecoveryState.Away);
    }
}
