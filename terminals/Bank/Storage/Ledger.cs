using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>An account of the ledger: what kind, and whose.</summary>
/// <param name="Kind">user, shop, float, clearing, claims, suspense or vault.</param>
internal readonly record struct LedgerAccount(string Kind, byte[] Owner)
{
    public static readonly LedgerAccount Float = new("float", []);
    public static readonly LedgerAccount Clearing = new("clearing", []);
    public static readonly LedgerAccount Claims = new("claims", []);
    public static readonly LedgerAccount Vault = new("vault", []);

    /// <summary>Owed to somebody whom the bank cannot name yet (R8).</summary>
    public static readonly LedgerAccount Suspense = new("suspense", []);

    public static LedgerAccount User(AccountId user) => new("user", user.Value.ToArray());

    public static LedgerAccount Shop(Digest reference) => new("shop", reference.ToArray());
}

/// <summary>
/// The bank's double-entry ledger. What the bank owes is positive. A transaction is named by kind and reference, and a second
/// one of the same name is not booked: that makes every booking idempotent.
/// </summary>
internal static class Ledger
{
    /// <summary>Moves an amount. False, and nothing changed, where this was booked before.</summary>
    public static bool Move(
        IWriteTransaction db, Timestamp now, string kind, byte[] reference, LedgerAccount from, LedgerAccount to, Amount amount)
    {
        int added = db.Execute(
            "INSERT OR IGNORE INTO ledger_tx(date, kind, reference) VALUES($1, $2, $3)", now.ToLedger(), kind, reference);
        if (added == 0)
        {
            return false;
        }

        long tx = db.Number("SELECT id FROM ledger_tx WHERE kind = $1 AND reference = $2", kind, reference);
        Enter(db, tx, from, -amount.ToLedger());
        Enter(db, tx, to, amount.ToLedger());
        return true;
    }

    /// <summary>True if this was booked.</summary>
    public static bool Has(IReadSnapshot db, string kind, byte[] reference) =>
        db.Number("SELECT count(*) FROM ledger_tx WHERE kind = $1 AND reference = $2", kind, reference) > 0;

    public static long Balance(IReadSnapshot db, LedgerAccount account) =>
        db.Number("SELECT balance FROM ledger_account WHERE kind = $1 AND owner = $2", account.Kind, account.Owner);

    private static void Enter(IWriteTransaction db, long tx, LedgerAccount account, long amount)
    {
        db.Execute("INSERT OR IGNORE INTO ledger_account(kind, owner) VALUES($1, $2)", account.Kind, account.Owner);
        long id = db.Number("SELECT id FROM ledger_account WHERE kind = $1 AND owner = $2", account.Kind, account.Owner);
        db.Execute("INSERT INTO ledger_entry(tx, account, amount) VALUES($1, $2, $3)", tx, id, amount);
        db.Execute("UPDATE ledger_account SET balance = balance + $2 WHERE id = $1", id, amount);
    }
}
