namespace HierCash.Bank;

/// <summary>Which orders are taken, in one transaction with the debit.</summary>
internal sealed partial class Withdrawals
{
    /// <summary>What follows from a refusal.</summary>
    private enum Next
    {
        /// <summary>Nothing.</summary>
        None,

        /// <summary>The issuer's "never issued" frees the card's slot.</summary>
        Decline,

        /// <summary>The same, for an order that is too old, and whose number is closed by it: nobody knows whether it was issued.</summary>
        Withhold,
    }

    private static (Refusal Refusal, Next Next) Ended =>
        (new Refusal(RefusalReason.OutOfDate, "This withdrawal ended long ago, and whatever it left is on the account. Withdraw anew."),
            Next.Decline);

    /// <summary>Debits the account, once per E_I, in order of its numbers (R27). Null to go on, else why not, and what follows.</summary>
    private (Refusal Refusal, Next Next)? Begin(IWriteTransaction db, WithdrawalOrder order, Timestamp now)
    {
        if (WithdrawalTable.Find(db, order.Request) is { } earlier)
        {
            return Again(db, earlier.Order, order, now) is { } another ? (another, Next.None) : null;
        }

        uint known = OrderBook.Advance(db, order.User, scheme.Terms, now);
        bool isAwaited = Recovery.Awaits(db, order);
        if (OrderBook.Used(db, order, known, isAwaited, now) is { } used)
        {
            return (used, Next.None);
        }

        // However old, and before those that are still missing: what was issued before the bank was restored waits for its order.
        if (isAwaited)
        {
            return Recovery.Assign(db, order, now) is { } uncovered ? (uncovered, Next.None) : null;
        }

        if (OrderBook.Owed(db, order.User, now) is { } owed)
        {
            return (owed, Next.None);
        }

        known = OrderBook.Advance(db, order.User, scheme.Terms, now);
        if (OrderBook.Beyond(db, order, known, scheme.Terms) is { } beyond)
        {
            return (beyond, Next.None);
        }

        if (OrderBook.IsForgotten(db, order, known))
        {
            return Ended;
        }

        if (OrderBook.IsDeclined(db, order))
        {
            return (new Refusal(RefusalReason.NotAllowed,
                $"Order {order.Number} of this account was declined, and is not carried out any more. Withdraw anew."), Next.Decline);
        }

        bool isSeen = OrderBook.IsBound(db, order);
        if (Unfit(db, order, isSeen, now) is { } unfit)
        {
            return unfit;
        }

        OrderBook.Bind(db, order, now);
        if (Closed(db, order.User) is { } closed)
        {
            RefusalCount.Add(db, order.User, scheme.Terms, now);
            return (closed, Next.Decline);
        }

        var user = LedgerAccount.User(order.User);
        if (Ledger.Balance(db, user) < order.FaceValue.ToLedger())
        {
            RefusalCount.Add(db, order.User, scheme.Terms, now);
            return (new Refusal(RefusalReason.InsufficientFunds, "The account's balance is too small for this withdrawal. Withdraw less."),
                Next.Decline);
        }

        WithdrawalTable.Add(db, order, now);
        Ledger.Move(db, now, LedgerTransaction.Withdrawal(order.Request), user, LedgerAccount.Float, order.FaceValue);
        return null;
    }

    /// <summary>Why an order of a request that is in the books is none of theirs; null where it is the same one.</summary>
    private static Refusal? Again(IWriteTransaction db, WithdrawalOrder earlier, WithdrawalOrder order, Timestamp now)
    {
        bool same = earlier.User == order.User && earlier.FaceValue == order.FaceValue;
        if (!same)
        {
            OrderBook.Rival(db, order, now);
            return new Refusal(RefusalReason.RequestOfAnother, "This E_I was ordered before with another account or amount.");
        }

        // The gap of one number is not closed with an order that had another.
        if (earlier.Number != order.Number)
        {
            AlarmTable.RaiseOrder(db, now, BankAlarms.NumberTwice, order);
            return new Refusal(RefusalReason.OrderNumberUsed, $"This E_I was ordered before, as order {earlier.Number}. Ask the bank.");
        }

        return null;
    }

    /// <summary>Why an order is not taken, whatever the account holds.</summary>
    /// <param name="isSeen">The bank has seen it before: its number needs no closing.</param>
    private (Refusal Refusal, Next Next)? Unfit(IWriteTransaction db, WithdrawalOrder order, bool isSeen, Timestamp now)
    {
        if (scheme.Find(KeyUsage.IssuerEncryption, order.Key) is null)
        {
            if (!isSeen && RefusalCount.FullUntil(db, order.User, scheme.Terms, now) is { } full)
            {
                return (TooMany(full), Next.None);
            }

            // It is never carried out, and was shown: the next one need not wait for it.
            OrderBook.Bind(db, order, now);
            RefusalCount.Add(db, order.User, scheme.Terms, now);
            return (new Refusal(RefusalReason.KeyUnknown, $"The issuer has no encryption key {order.Key}. Load its certificates again."),
                Next.None);
        }

        bool late = order.Date.Plus(scheme.Terms.RequestTerm) < now;
        bool inTime = !late && order.Date <= now.Plus(scheme.Terms.ClockTolerance);
        var outOfDate = new Refusal(RefusalReason.OutOfDate,
            $"The order says {order.Date}, and the bank's clock {now}. Set the wrong clock right, and order again.");
        if (!inTime && (isSeen || !late))
        {
            return (outOfDate, Next.None);
        }

        // A card that missed the answer and comes back after all terms: the row is forgotten, the ledger is not. Its number is known;
        // another number is not closed with it.
        if (Ledger.Has(db, LedgerTransaction.Withdrawal(order.Request)))
        {
            return Ended;
        }

        if (RefusalCount.FullUntil(db, order.User, scheme.Terms, now) is { } until)
        {
            return (TooMany(until), Next.None);
        }

        return inTime ? null : (outOfDate, Next.Withhold);
    }

    public static Refusal TooMany(Timestamp until) =>
        new(RefusalReason.NotAllowed, $"Too many withdrawals of this account came to nothing lately. Withdraw again after {until}.");

    /// <summary>Why nothing is withdrawn with this card any more; null where it may.</summary>
    private static Refusal? Closed(IReadSnapshot db, AccountId user) =>
        ReplacedTable.SuccessorOf(db, user) is not null
            ? new Refusal(RefusalReason.NotAllowed, "This card was replaced by another one. Withdraw with the account's new card.")
            : LostCards.IsLost(db, user)
                ? new Refusal(
                    RefusalReason.NotAllowed, "This card was reported as lost. Ask the bank's counter for a new card: 'hiercash-bank "
                        + "replace-card NAME' gives it to the same account.")
                : null;
}
