namespace HierCash.Bank;

/// <summary>A withdrawal that was issued to this bank before it was restored, and of which it has no order.</summary>
internal sealed record RecoveredWithdrawal(Amount FaceValue, KeyId Key, byte[] EI, byte[] EK);

/// <summary>What was issued to this bank before it was restored: no account is known yet, its money is in suspense (R27).</summary>
internal static class RecoveredTable
{
    public static void Add(IWriteTransaction db, WithdrawalId request, RecoveredWithdrawal one, Timestamp now) => db.Execute(
        "INSERT INTO recovered(request, x, key_id, ei, ek, date) VALUES($1, $2, $3, $4, $5, $6)",
        request, one.FaceValue, one.Key, one.EI, one.EK, now);

    public static RecoveredWithdrawal? Find(IReadSnapshot db, WithdrawalId request) => db.First(
        "SELECT x, key_id, ei, ek FROM recovered WHERE request = $1",
        r => new RecoveredWithdrawal(r.Money(0), new KeyId(checked((uint)r.GetInt64(1))), r.Bytes(2), r.Bytes(3)), request);

    /// <summary>In the order in which the issuer told of them.</summary>
    public static List<RecoveredWithdrawal> All(IReadSnapshot db) => db.Query(
        "SELECT x, key_id, ei, ek FROM recovered ORDER BY date, request",
        r => new RecoveredWithdrawal(r.Money(0), new KeyId(checked((uint)r.GetInt64(1))), r.Bytes(2), r.Bytes(3)));

    /// <summary>All of them.</summary>
    public static Tally TallyAll(IReadSnapshot db) =>
        Tally.Read(db, "SELECT count(*), CAST(coalesce(sum(x), 0) AS BIGINT), min(date) FROM recovered");

    /// <summary>Those of which nobody has shown the order.</summary>
    public static Tally TallyUnordered(IReadSnapshot db) => Tally.Read(
        db,
        "SELECT count(*), CAST(coalesce(sum(x), 0) AS BIGINT), min(date) FROM recovered WHERE request NOT IN (SELECT request FROM owed)");

    /// <summary>Those whose order was shown, and whose account does not cover them.</summary>
    public static Tally TallyUncovered(IReadSnapshot db) => Tally.Read(
        db, "SELECT count(*), CAST(coalesce(sum(x), 0) AS BIGINT), min(date) FROM recovered WHERE request IN (SELECT request FROM owed)");

    public static void Remove(IWriteTransaction db, WithdrawalId request) =>
        db.Execute("DELETE FROM recovered WHERE request = $1", request);
}
