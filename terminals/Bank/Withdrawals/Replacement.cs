using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>
/// Another card for an account whose card is gone. An account is its card's key: so the new card has an account of its own, which takes over the name and all money, and
/// what comes back later of the old card's coins goes on to it. The old card stays reported, and its coins and what it signed stay its own.
/// </summary>
internal static class Replacement
{
    /// <summary>A ledger transaction of this kind: from the account of the old card to that of the new one.</summary>
    public const string Kind = "card replaced";

    /// <summary>The account that has what was this one's; null where its card was not replaced.</summary>
    public static AccountId? SuccessorOf(IReadSnapshot db, AccountId user) => db.Query(
        "SELECT successor FROM replaced WHERE u = $1", r => (AccountId?)new AccountId(Id16.Read(r.Bytes(0))), user.Value.ToArray()).FirstOrDefault();

    /// <summary>The account that has now what is paid into this one; itself where its card was not replaced.</summary>
    public static AccountId Present(IReadSnapshot db, AccountId user)
    {
        // As often as cards were replaced, and no more: whatever the table says, nobody's booking waits for it for ever.
        var last = user;
        for (long left = db.Number("SELECT count(*) FROM replaced"); left > 0 && SuccessorOf(db, last) is { } next; left--)
        {
            last = next;
        }

        return last;
    }

    /// <summary>The account of the new card, which has an empty one already, takes the place of the old one's; in the caller's transaction.</summary>
    public static void Replace(IWriteTransaction db, Timestamp now, AccountEntry old, AccountId successor)
    {
        db.Execute("INSERT INTO replaced(u, successor, date) VALUES($1, $2, $3)", old.User.Value.ToArray(), successor.Value.ToArray(), now.ToLedger());
        Forward(db, now, old.User);
    }

    /// <summary>After each booking on a user's account: what came for a card that was replaced goes on to the card that the account has now.</summary>
    public static void Forward(IWriteTransaction db, Timestamp now, AccountId user)
    {
        var next = Present(db, user);
        if (next == user)
        {
            return;
        }

        long balance = Ledger.Balance(db, LedgerAccount.User(user));
        bool goesOn = balance > 0;
        Switches.Off("hole 10 goes on", ref goesOn);
        if (goesOn)
        {
            byte[] reference = [.. user.Value.ToArray(), .. ClearingPosting.NumberBytes((ulong)db.Number("SELECT max(id) FROM ledger_tx"))];
            Ledger.Move(db, now, Kind, reference, LedgerAccount.User(user), LedgerAccount.User(next), Amount.FromLedger(balance));
        }
    }

    /// <summary>The name under which the account of a card that was replaced is kept: the day and, because a name is one account's, the beginning of U.</summary>
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
