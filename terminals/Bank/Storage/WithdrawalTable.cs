namespace HierCash.Bank;

/// <summary>Steps of a withdrawal at the bank; each is durable before the next begins (hole 7).</summary>
public enum WithdrawalState
{
    /// <summary>The account is debited, nothing was asked yet.</summary>
    Debited,

    /// <summary>The issuer may have been asked.</summary>
    Requested,

    /// <summary>E_K is here.</summary>
    Issued,

    /// <summary>The issuer said "never", and the money is back.</summary>
    Reversed,
}

/// <summary>One line of the user database.</summary>
/// <param name="EK">E_K once issued.</param>
public sealed record WithdrawalRow(
    WithdrawalOrder Order, WithdrawalState State, Timestamp Debited, byte[]? EK, NonIssuanceStatement? Never);

/// <summary>The user database (EP 0810563, 201): U and E_I in correspondence. Never N_U, K or S_I.</summary>
internal static class WithdrawalTable
{
    private const string Row = "user_order, state, debited, ek, never_issued";

    public static WithdrawalRow? Find(IReadSnapshot db, WithdrawalId request) =>
        db.First($"SELECT {Row} FROM withdrawal WHERE request = $1", Read, request);

    /// <summary>Oldest first.</summary>
    public static List<WithdrawalRow> Of(IReadSnapshot db, AccountId user) =>
        db.Query($"SELECT {Row} FROM withdrawal WHERE u = $1 ORDER BY debited, request", Read, user);

    /// <summary>Those that have not ended, oldest first.</summary>
    public static List<WithdrawalRow> Unconcluded(IReadSnapshot db) =>
        db.Query($"SELECT {Row} FROM withdrawal WHERE state IN ('Debited', 'Requested') ORDER BY debited, request", Read);

    /// <summary>The same: how many, and what was debited for them.</summary>
    public static Tally TallyUnconcluded(IReadSnapshot db) => Tally.Read(
        db, "SELECT count(*), CAST(coalesce(sum(x), 0) AS BIGINT), min(debited) FROM withdrawal WHERE state IN ('Debited', 'Requested')");

    /// <summary>The name of who withdrew this; null where there is no such withdrawal.</summary>
    public static string? HolderOf(IReadSnapshot db, WithdrawalId request) => db.First(
        "SELECT a.name FROM withdrawal w JOIN account a ON a.u = w.u WHERE w.request = $1", r => r.GetString(0), request);

    /// <summary>What ended in cash at that moment or later, in the order in which it ended, each with E_K.</summary>
    public static List<(WithdrawalOrder Order, byte[] EK)> IssuedSince(IReadSnapshot db, Timestamp from) => db.Query(
        "SELECT user_order, ek FROM withdrawal WHERE state = 'Issued' AND ended >= $1 ORDER BY ended, request",
        r => (r.Kept(0, WithdrawalOrder.Read), r.Bytes(1)), from);

    /// <summary>How many ended in cash.</summary>
    public static long CountIssued(IReadSnapshot db) => db.Number("SELECT count(*) FROM withdrawal WHERE state = 'Issued'");

    /// <summary>What all come to whose money did not come back, in minor units.</summary>
    public static long Outstanding(IReadSnapshot db) =>
        db.Number("SELECT CAST(coalesce(sum(x), 0) AS BIGINT) FROM withdrawal WHERE state <> 'Reversed'");

    public static void Add(IWriteTransaction db, WithdrawalOrder order, Timestamp now) => db.Execute(
        "INSERT INTO withdrawal(request, u, x, user_order, state, debited) VALUES($1, $2, $3, $4, 'Debited', $5)",
        order.Request, order.User, order.FaceValue, BerTlv.Encode(WithdrawalOrder.MaxEncodedSize, order.Write), now);

    public static void MarkRequested(IWriteTransaction db, WithdrawalId request) =>
        db.Execute("UPDATE withdrawal SET state = 'Requested' WHERE request = $1 AND state = 'Debited'", request);

    /// <summary>Ends the withdrawal in cash or in "never"; false where it had ended.</summary>
    public static bool Conclude(
        IWriteTransaction db, WithdrawalId request, byte[]? ek, NonIssuanceStatement? never, Timestamp now) => db.Execute(
        "UPDATE withdrawal SET state = $2, ek = $3, never_issued = $4, ended = $5 WHERE request = $1 AND state IN ('Debited', 'Requested')",
        request, (ek is null ? WithdrawalState.Reversed : WithdrawalState.Issued).ToString(), ek, never?.Encode(), now) == 1;

    /// <summary>Those that ended in that state before that moment.</summary>
    public static List<(WithdrawalId Request, Amount FaceValue)> Over(
        IReadSnapshot db, WithdrawalState state, Timestamp before, int most) => db.Query(
        "SELECT request, x FROM withdrawal WHERE state = $1 AND ended < $2 ORDER BY ended, request LIMIT $3",
        r => (r.Request(0), r.Money(1)), state.ToString(), before, most);

    public static void Forget(IWriteTransaction db, WithdrawalId request) =>
        db.Execute("DELETE FROM withdrawal WHERE request = $1", request);

    private static WithdrawalRow Read(DbDataReader r) => new(
        r.Kept(0, WithdrawalOrder.Read), Enum.Parse<WithdrawalState>(r.GetString(1)), r.Date(2), r.BytesOrNull(3),
        r.KeptOrNull(4, NonIssuanceStatement.Decode));
}
