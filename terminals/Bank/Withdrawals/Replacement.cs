namespace HierCash.Bank;

/// <summary>
/// Another card for an account whose card is gone. An account is its card's key: so the new card has an account of its own, which takes
/// over the name and all money, and what comes back later of the old card's coins goes on to it. The old card stays reported, and its coins
/// and what it signed stay its own.
/// </summary>
internal static class Replacement
{
    /// <summary>The account that has now what is paid into this one; itself where its card was not replaced.</summary>
    public static AccountId Present(IReadSnapshot db, AccountId user)
    {
        // As often as cards were replaced, and no more: whatever the table says, nobody's booking waits for it for ever.
        var last = user;
        for (long left = ReplacedTable.Count(db); left > 0 && ReplacedTable.SuccessorOf(db, last) is { } next; left--)
        {
            last = next;
        }

        return last;
    }

    /// <summary>After each booking on a user's account: what came for a replaced card goes on to the present one.</summary>
    public static void Forward(IWriteTransaction db, Timestamp now, AccountId user)
    {
        var next = Present(db, user);
        if (next == user)
        {
            return;
        }

        long balance = Ledger.Balance(db, LedgerAccount.User(user));
        if (balance > 0)
        {
            var named = LedgerTransaction.Replacement(user, Ledger.Last(db));
            Ledger.Move(db, now, named, LedgerAccount.User(user), LedgerAccount.User(next), Amount.FromLedger(balance));
        }
    }

    /// <summary>The name of a replaced card's account: with the day and, because a name is one account's, the beginning of U.</summary>
    public static string FormerName(AccountEntry old, Timestamp now)
    {
        string tail = $" until {now.ToString()[..10]} {old.User.ToString()[..8]}";
        string name = old.Name;
        while (System.Text.Encoding.UTF8.GetByteCount(name + tail) > Evidence.MaxNameSize)
        {
            name = name[..^(name.Length > 1 && char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        }

        return name.TrimEnd() + tail;
    }
}
