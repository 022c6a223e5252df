using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>
/// The numbers of each account's orders (R27). A bank that was restored from a copy knows fewer than the card has given: what is missing in between has to be shown, or renounced, before
/// the account withdraws more. So nobody keeps silent about what she withdrew.
/// </summary>
internal static class OrderBook
{
    /// <summary>Up to this number each order of the account is known, or renounced for good.</summary>
    public static uint Known(IReadSnapshot db, AccountId user) => (uint)db.Number("SELECT coalesce((SELECT known FROM account WHERE u = $1), 0)", user.Value.ToArray());

    /// <summary>The request that had this order's number; null where none had it.</summary>
    private static WithdrawalId? RequestOf(IReadSnapshot db, WithdrawalOrder order) => db.First(
        "SELECT request FROM ordered WHERE u = $1 AND number = $2", r => new { Id = new WithdrawalId(Digest.Read(r.Bytes(0))) }, order.User.Value.ToArray(), (long)order.Number)?.Id;

    /// <summary>The number is this request's from now on, whatever becomes of it.</summary>
    public static void Bind(IWriteTransaction db, WithdrawalOrder order, Timestamp now)
    {
        db.Execute(
            "INSERT OR IGNORE INTO ordered(u, number, request, date) VALUES($1, $2, $3, $4)",
            order.User.Value.ToArray(), (long)order.Number, order.Request.Value.ToArray(), now.ToLedger());
        GoOn(db, order.User, _ => false);
    }

    /// <summary>Goes on from the last known number over those that have an order, and those renounced ones that are closed.</summary>
    /// <param name="isClosed">Whether a number is closed that was renounced then.</param>
    private static uint GoOn(IWriteTransaction db, AccountId user, Func<Timestamp, bool> isClosed)
    {
        byte[] u = user.Value.ToArray();
        uint before = Known(db, user);
        uint known = before;
        while (known < uint.MaxValue && (db.Number("SELECT count(*) FROM ordered WHERE u = $1 AND number = $2", u, known + 1L) > 0
            || (Since(db, user, known + 1) is { } since && isClosed(since))))
        {
            known++;
        }

        if (known > before)
        {
            db.Execute("UPDATE account SET known = $2 WHERE u = $1", u, (long)known);
        }

        return known;
    }

    /// <summary>A number that is known, and of which the bank has forgotten whose it was.</summary>
    public static bool IsForgotten(IReadSnapshot db, WithdrawalOrder order, uint known)
    {
        bool isForgotten = order.Number <= known && RequestOf(db, order) is null && Since(db, order.User, order.Number) is null;
        Switches.Off("R27 forgotten number", ref isForgotten);
        return isForgotten;
    }

    /// <summary>The order came to nothing, and its card has heard so: it is never carried out, also where the account could pay it later.</summary>
    public static int Decline(IWriteTransaction db, WithdrawalOrder order) => db.Execute(
        "UPDATE ordered SET declined = 1 WHERE u = $1 AND number = $2 AND request = $3", order.User.Value.ToArray(), (long)order.Number, order.Request.Value.ToArray());

    public static bool IsDeclined(IReadSnapshot db, WithdrawalOrder order)
    {
        bool isDeclined = db.Number(
            "SELECT declined FROM ordered WHERE u = $1 AND number = $2 AND request = $3", order.User.Value.ToArray(), (long)order.Number, order.Request.Value.ToArray()) == 1;
        Switches.Off("R27 declined", ref isDeclined);
        return isDeclined;
    }

    /// <summary>Forgets which request had a number once its withdrawal is forgotten, or was declined long ago. That its orders are known stays with the account.</summary>
    /// <param name="before">Until when the withdrawal, or what declined it, is that old.</param>
    /// <returns>Rows forgotten.</returns>
    public static int Forget(IWriteTransaction db, long before)
    {
        var old = db.Query(
            """
            SELECT o.u, o.number FROM ordered o JOIN account a ON a.u = o.u
            WHERE o.date < $1 AND o.number <= a.known AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.request = o.request) AND NOT EXISTS (SELECT 1 FROM owed w WHERE w.request = o.request)
            UNION SELECT r.u, r.number FROM renounced r JOIN account a ON a.u = r.u
            WHERE r.since < $1 AND r.number <= a.known AND NOT EXISTS (SELECT 1 FROM ordered o WHERE o.u = r.u AND o.number = r.number) LIMIT $2
            """,
            r => (U: r.Bytes(0), Number: r.GetInt64(1)), before, (long)Forgotten.Piece);
        foreach (var (u, number) in old)
        {
            Forgotten.Add(db, BankPurge.Order, 0, 0, 0, 0);
            db.Execute("DELETE FROM ordered WHERE u = $1 AND number = $2", u, number);
            db.Execute("DELETE FROM renounced WHERE u = $1 AND number = $2", u, number);
        }

        return old.Count;
    }

    /// <summary>True if the bank has seen this order before.</summary>
    public static bool IsBound(IReadSnapshot db, WithdrawalOrder order) => RequestOf(db, order) == order.Request;

    /// <summary>Goes on over what is known by now: orders, renunciations of which nothing can turn up any more, and those whose term is over.</summary>
    /// <returns>The number up to which all are known.</returns>
    public static uint Advance(IWriteTransaction db, AccountId user, SchemeParameters terms, Timestamp now)
    {
        bool isAwaiting = Recovery.IsAwaiting(db);
        Switches.Off("R27 renounced waits", ref isAwaiting);
        return GoOn(db, user, since => !isAwaiting || since.Plus(terms.DisputeTerm) <= now);
    }

    /// <summary>Why this order cannot be taken before others: one is missing, or was renounced and may turn up. Null where it can.</summary>
    public static Refusal? Beyond(IReadSnapshot db, WithdrawalOrder order, uint known, SchemeParameters terms)
    {
        bool isBeyond = order.Number > known + 1UL;
        Switches.Off("R27 order gap", ref isBeyond);
        if (!isBeyond)
        {
            return null;
        }

        uint open = FirstOpen(db, order.User, known);
        if (open < order.Number)
        {
            return Missing(open);
        }

        long newest = db.Number(
            "SELECT coalesce(max(since), -1) FROM renounced WHERE u = $1 AND number > $2 AND number < $3", order.User.Value.ToArray(), (long)known, (long)order.Number);
        if (newest < 0)
        {
            return null;
        }

        var until = Timestamp.FromLedger(newest).Plus(terms.DisputeTerm);
        return new Refusal(
            RefusalReason.OrderRenounced, $"An earlier order of this account was renounced. The bank waits until {until} whether it turns up. Withdraw again after that.", Until: until);
    }

    /// <summary>The refusal that names the order to be shown, or renounced.</summary>
    public static Refusal Missing(uint number) =>
        new Refusal(RefusalReason.OrderMissing, $"The bank does not know order {number} of this account. Show it, or have the card renounce it; 'hiercash-wallet resume' does that.", Order: number);

    /// <summary>The first number that is neither known nor renounced.</summary>
    public static uint FirstOpen(IReadSnapshot db, AccountId user, uint known)
    {
        byte[] u = user.Value.ToArray();
        uint open = known;
        do
        {
            open = checked(open + 1);
        }
        while (db.Number("SELECT (SELECT count(*) FROM ordered WHERE u = $1 AND number = $2) + (SELECT count(*) FROM renounced WHERE u = $1 AND number = $2)", u, (long)open) > 0);
        return open;
    }

    /// <summary>Since when the bank has the account's word that it cannot show that order; null where it has none.</summary>
    public static Timestamp? Since(IReadSnapshot db, AccountId user, uint number) => db.Query(
        "SELECT since FROM renounced WHERE u = $1 AND number = $2", r => (Timestamp?)Timestamp.FromLedger(r.GetInt64(0)), user.Value.ToArray(), (long)number).FirstOrDefault();

    /// <param name="word">What the account signed: a renunciation, or the order of a coin that nobody knows.</param>
    /// <param name="isShown">It is the latter.</param>
    public static void Renounce(IWriteTransaction db, AccountId user, uint number, byte[] word, bool isShown, Timestamp now) => db.Execute(
        "INSERT OR IGNORE INTO renounced(u, number, word, shown, since) VALUES($1, $2, $3, $4, $5)",
        user.Value.ToArray(), (long)number, word, isShown ? 1L : 0L, now.ToLedger());

    /// <summary>A number has one request. What the bank awaits is taken all the same: whoever signed for it bears it; but somebody has to look.</summary>
    /// <returns>Why the order is not taken; null where it may be.</returns>
    public static Refusal? Used(IWriteTransaction db, WithdrawalOrder order, uint known, bool isAwaited, Timestamp now)
    {
        var had = RequestOf(db, order);
        bool isRenounced = had is null && Since(db, order.User, order.Number) is not null;

        // Numbers begin with 1. Of a known one of which nothing is kept any more nobody knows whose it was.
        bool isAnother = had is { } request ? request != order.Request : order.Number == 0;
        Switches.Off("R27 number once", ref isAnother);
        if (isAnother || (isRenounced && isAwaited))
        {
            BankAlarms.RaiseOrder(db, now, isAnother ? BankAlarms.NumberTwice : BankAlarms.RenouncedShown, order);
        }

        return isAwaited ? null
            : isAnother ? new Refusal(RefusalReason.OrderNumberUsed, $"Number {order.Number} of this account's orders was another order's. Nothing was debited. Ask the bank.")
            : isRenounced && order.Number <= known ? new Refusal(RefusalReason.OrderNumberUsed, $"Order {order.Number} of this account was renounced, and nothing waits for it. Nothing was debited.")
            : null;
    }

    /// <summary>What was shown and not covered is booked first, as soon as the account covers it; also what its former cards had ordered.</summary>
    /// <returns>Why the account withdraws nothing else; null where it may.</returns>
    public static Refusal? Owed(IWriteTransaction db, AccountId user, Timestamp now)
    {
        var owed = db.Query(
            """
            SELECT user_order FROM owed WHERE u IN (
                WITH RECURSIVE card(u) AS (SELECT $1 UNION SELECT r.u FROM replaced r JOIN card c ON r.successor = c.u) SELECT u FROM card)
            """,
            r => r.Bytes(0), user.Value.ToArray());
        Switches.Replace("R27 owed", ref owed, []);
        foreach (byte[] bytes in owed)
        {
            var reader = new BerTlvReader(bytes);
            var order = WithdrawalOrder.Read(ref reader);
            if (!Recovery.Awaits(db, order))
            {
                // Another account's order was booked meanwhile.
                Rival(db, order, now);
            }
            else if (Recovery.Assign(db, order, now) is { } uncovered)
            {
                return uncovered;
            }

            db.Execute("DELETE FROM owed WHERE request = $1", order.Request.Value.ToArray());
        }

        return null;
    }

    /// <summary>
    /// Two accounts have signed for one withdrawal that the bank had forgotten. The first to show its order bears it: E_K serves nobody but the card that asked. Both are named; a person
    /// has to ask which card it is.
    /// </summary>
    public static void Rival(IWriteTransaction db, WithdrawalOrder order, Timestamp now)
    {
        bool isRival = Recovery.WasAssigned(db, order.Request) && UserDatabase.Find(db, order.Request)?.Order.User is { } owner && owner != order.User;
        Switches.Off("R27 rival", ref isRival);
        if (isRival)
        {
            BankAlarms.RaiseRival(db, now, UserDatabase.Find(db, order.Request)!.Order.User, order);
        }

        // It was shown: a holder who is in the right is not kept from withdrawing more. Numbers that are to come bind nothing yet.
        if (order.Number <= Known(db, order.User) + 1UL)
        {
            Bind(db, order, now);
        }
    }
}
