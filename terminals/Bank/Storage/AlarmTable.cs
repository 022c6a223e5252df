using System.Buffers.Binary;

namespace HierCash.Bank;

/// <summary>
/// One row for each kind of alarm and subject, however often it happens. The subject is a number, 8 bytes; or an account, 16 bytes, and the
/// moment or request; or two accounts and the request.
/// </summary>
internal static class AlarmTable
{
    /// <summary>About the issuer's instruction, statement or position of that number.</summary>
    public static int Raise(IWriteTransaction db, Timestamp now, string kind, ulong number) =>
        Add(db, now, kind, BankColumns.Bytes(number));

    /// <summary>About a set-back of that account's card, which is signed now (rule R12).</summary>
    public static int RaiseSetBack(IWriteTransaction db, Timestamp now, AccountId user) =>
        Add(db, now, BankAlarms.CardSetBack, SetBack(user, now));

    /// <summary>About an order of its account.</summary>
    public static int RaiseOrder(IWriteTransaction db, Timestamp now, string kind, WithdrawalOrder order) =>
        Add(db, now, kind, [.. order.User.Value.ToArray(), .. order.Request.Value.ToArray()]);

    /// <summary>About two accounts: that which bears the withdrawal, and that of the other order.</summary>
    public static int RaiseRival(IWriteTransaction db, Timestamp now, AccountId owner, WithdrawalOrder order) =>
        Add(db, now, BankAlarms.RivalOrder, [.. owner.Value.ToArray(), .. order.User.Value.ToArray(), .. order.Request.Value.ToArray()]);

    /// <summary>It was none.</summary>
    public static void Clear(IWriteTransaction db, string kind, ulong number) =>
        db.Execute("DELETE FROM alarm WHERE kind = $1 AND subject = $2", kind, BankColumns.Bytes(number));

    /// <summary>A set-back that was signed at that moment was said to be of another card.</summary>
    public static void SetBackOfAnother(IWriteTransaction db, AccountId user, Timestamp signed)
    {
        db.Execute(
            """
            DELETE FROM alarm WHERE kind = $2 AND subject = $3
                AND EXISTS (SELECT 1 FROM alarm l WHERE l.kind = $1 AND l.subject = $3)
            """,
            BankAlarms.CardSetBack, BankAlarms.SetBackOfAnother, SetBack(user, signed));
        db.Execute(
            "UPDATE alarm SET kind = $2 WHERE kind = $1 AND subject = $3",
            BankAlarms.CardSetBack, BankAlarms.SetBackOfAnother, SetBack(user, signed));
    }

    /// <summary>When a set-back of that account's card was signed, oldest first, and whether it was said to be of another card.</summary>
    public static List<(Timestamp Date, bool OfAnother)> SetBacks(IReadSnapshot db, AccountId user) => db.Query(
        "SELECT date, kind FROM alarm WHERE kind IN ($1, $3) AND substr(subject, 1, 16) = $2 ORDER BY date, subject",
        r => (r.Date(0), r.GetString(1) == BankAlarms.SetBackOfAnother),
        BankAlarms.CardSetBack, user, BankAlarms.SetBackOfAnother);

    /// <summary>The newest first, each with the names of the holders that it is about.</summary>
    public static List<BankAlarm> All(IReadSnapshot db) => db.Query(
        """
        SELECT l.date, l.kind, l.subject, a.name, b.name FROM alarm l LEFT JOIN account a ON a.u = substr(l.subject, 1, 16)
        LEFT JOIN account b ON l.kind = $1 AND b.u = substr(l.subject, 17, 16) ORDER BY l.date DESC, l.kind, l.subject
        """,
        r => new BankAlarm(
            r.Date(0), r.GetString(1), r.Bytes(2) is { Length: sizeof(ulong) } number ? BinaryPrimitives.ReadUInt64BigEndian(number) : 0,
            r.TextOrNull(4) is { } other ? $"{r.TextOrNull(3)} and {other}" : r.TextOrNull(3)),
        BankAlarms.RivalOrder);

    public static int Forget(IWriteTransaction db, Timestamp before, int most) => db.Execute(
        """
        DELETE FROM alarm WHERE (kind, subject) IN (
            SELECT kind, subject FROM alarm WHERE date < $1 ORDER BY date, kind, subject LIMIT $2)
        """,
        before, most);

    private static byte[] SetBack(AccountId user, Timestamp signed) => [.. user.Value.ToArray(), .. BankColumns.Bytes(signed.Microseconds)];

    private static int Add(IWriteTransaction db, Timestamp now, string kind, byte[] subject) => db.Execute(
        "INSERT INTO alarm(kind, subject, date) VALUES($1, $2, $3) ON CONFLICT DO NOTHING", kind, subject, now);
}
