namespace HierCash.Bank;

/// <summary>
/// The numbers of each account's orders (R27). A bank that was restored from a copy knows fewer than the card has given: what is missing in
/// between has to be shown, or renounced, before the account withdraws more. So nobody keeps silent about what she withdrew.
/// </summary>
internal static class OrderBook
{
    /// <summary>The number is this request's from now on, whatever becomes of it.</summary>
    public static void Bind(IWriteTransaction db, WithdrawalOrder order, Timestamp now)
    {
        OrderedTable.Add(db, order, now);
        GoOn(db, order.User, _ => false);
    }

    /// <summary>Goes on from the last known number over those that have an order, and those renounced ones that are closed.</summary>
    /// <param name="isClosed">Whether a number is closed that was renounced then.</param>
    private static uint GoOn(IWriteTransaction db, AccountId user, Func<Timestamp, bool> isClosed)
    {
        uint before = AccountTable.KnownOrders(db, user);
        uint known = before;
        while (known < uint.MaxValue && (OrderedTable.RequestOf(db, user, known + 1) is not null
            || (RenouncedTable.Since(db, user, known + 1) is { } since && isClosed(since))))
        {
            known++;
        }

        if (known > before)
        {
            AccountTable.SetKnownOrders(db, user, known);
        }

        return known;
    }

    /// <summary>A number that is known, and of which the bank has forgotten whose it was.</summary>
    public static bool IsForgotten(IReadSnapshot db, WithdrawalOrder order, uint known) =>
        order.Number <= known && OrderedTable.RequestOf(db, order.User, order.Number) is null
            && RenouncedTable.Since(db, order.User, order.Number) is null;

    /// <summary>
    /// The order came to nothing, and its card has heard so: it is never carried out, also where the account could pay it later.
    /// </summary>
    public static bool IsDeclined(IReadSnapshot db, WithdrawalOrder order) => OrderedTable.IsDeclined(db, order);

    /// <summary>
    /// Forgets which request had a number once its withdrawal is forgotten, or was declined long ago. That its orders are known stays with
    /// the account.
    /// </summary>
    /// <param name="before">Until when the withdrawal, or what declined it, is that old.</param>
    public static int Forget(IWriteTransaction db, Timestamp before)
    {
        var over = OrderedTable.Over(db, before, Forgotten.Piece);
        foreach (var (user, number) in over)
        {
            ForgottenTable.AddOrder(db);
            OrderedTable.Forget(db, user, number);
            RenouncedTable.Forget(db, user, number);
        }

        return over.Count;
    }

    /// <summary>True if the bank has seen this order before.</summary>
    public static bool IsBound(IReadSnapshot db, WithdrawalOrder order) =>
        OrderedTable.RequestOf(db, order.User, order.Number) == order.Request;

    /// <summary>Goes on over what is known by now: orders, and renunciations that are final or whose term is over.</summary>
    /// <returns>The number up to which all are known.</returns>
    public static uint Advance(IWriteTransaction db, AccountId user, SchemeParameters terms, Timestamp now)
    {
        bool isAwaiting = Recovery.IsAwaiting(db);
        return GoOn(db, user, since => !isAwaiting || since.Plus(terms.DisputeTerm) <= now);
    }

    /// <summary>Why this order waits for others: one is missing, or was renounced and may turn up. Null where it does not.</summary>
    public static Refusal? Beyond(IReadSnapshot db, WithdrawalOrder order, uint known, SchemeParameters terms)
    {
        bool isBeyond = order.Number > known + 1UL;
        if (!isBeyond)
        {
            return null;
        }

        uint open = FirstOpen(db, order.User, known);
        if (open < order.Number)
        {
            return Missing(open);
        }

        if (RenouncedTable.Newest(db, order.User, known, order.Number) is not { } newest)
        {
            return null;
        }

        var until = newest.Plus(terms.DisputeTerm);
        return new Refusal(
            RefusalReason.OrderRenounced, $"An earlier order of this account was renounced. The bank waits until {until} whether it turns "
                + $"up. Withdraw again after that.", Until: until);
    }

    /// <summary>The refusal that names the order to be shown, or renounced.</summary>
    public static Refusal Missing(uint number) =>
        new Refusal(RefusalReason.OrderMissing, $"The bank does not know order {number} of this account. Show it, or have the card "
            + $"renounce it; 'hiercash-wallet resume' does that.", Order: number);

    /// <summary>The first number that is neither known nor renounced.</summary>
    public static uint FirstOpen(IReadSnapshot db, AccountId user, uint known)
    {
        uint open = known;
        do
        {
            open = checked(open + 1);
        }
        while (OrderedTable.RequestOf(db, user, open) is not null || RenouncedTable.Since(db, user, open) is not null);
        return open;
    }

    /// <summary>
    /// A number has one request. What the bank awaits is taken all the same: whoever signed for it bears it; but somebody has to look.
    /// </summary>
    /// <returns>Why the order is not taken; null where it may be.</returns>
    public static Refusal? Used(IWriteTransaction db, WithdrawalOrder order, uint known, bool isAwaited, Timestamp now)
    {
        var had = OrderedTable.RequestOf(db, order.User, order.Number);
        bool isRenounced = had is null && RenouncedTable.Since(db, order.User, order.Number) is not null;

        // Numbers begin with 1. Of a known one of which nothing is kept any more nobody knows whose it was.
        bool isAnother = had is { } request ? request != order.Request : order.Number == 0;
        if (isAnother || (isRenounced && isAwaited))
        {
            AlarmTable.RaiseOrder(db, now, isAnother ? BankAlarms.NumberTwice : BankAlarms.RenouncedShown, order);
        }

        return isAwaited ? null
            : isAnother ? new Refusal(RefusalReason.OrderNumberUsed,
                $"Number {order.Number} of this account's orders was another order's. Nothing was debited. Ask the bank.")
            : isRenounced && order.Number <= known
            ? new Refusal(RefusalReason.OrderNumberUsed,
                $"Order {order.Number} of this account was renounced, and nothing waits for it. Nothing was debited.")
            : null;
    }

    /// <summary>What was shown and not covered is booked first, once the account covers it; also orders of its former cards.</summary>
    /// <returns>Why the account withdraws nothing else; null where it may.</returns>
    public static Refusal? Owed(IWriteTransaction db, AccountId user, Timestamp now)
    {
        foreach (var order in OwedTable.Of(db, user))
        {
            if (!Recovery.Awaits(db, order))
            {
                // Another account's order was booked meanwhile.
                Rival(db, order, now);
            }
            else if (Recovery.Assign(db, order, now) is { } uncovered)
            {
                return uncovered;
            }

            OwedTable.Remove(db, order.Request);
        }

        return null;
    }

    /// <summary>
    /// Two accounts have signed for one withdrawal that the bank had forgotten. The first to show its order bears it: E_K serves nobody but
    /// the card that asked. Both are named; a person has to ask which card it is.
    /// </summary>
    public static void Rival(IWriteTransaction db, WithdrawalOrder order, Timestamp now)
    {
        var owner = Recovery.WasAssigned(db, order.Request) ? WithdrawalTable.Find(db, order.Request)?.Order.User : null;
        if (owner is { } its && its != order.User)
        {
            AlarmTable.RaiseRival(db, now, its, order);
        }

        // It was shown: a holder who is in the right is not kept from withdrawing more. Numbers that are to come bind nothing yet.
        if (order.Number <= AccountTable.KnownOrders(db, order.User) + 1UL)
        {
            Bind(db, order, now);
        }
    }
}
