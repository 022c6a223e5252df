namespace HierCash.Bank;

/// <summary>
/// The bank's double-entry ledger: its transactions, their entries, and the accounts with their balances. What the bank owes is positive. A
/// second transaction of the same name is not booked: that makes every booking idempotent.
/// </summary>
internal static class Ledger
{
    /// <summary>What instructions took from account a. Only they may take a shop below zero: its bank bears that.</summary>
    private const string ShopDebits =
        """
        (SELECT CAST(coalesce(sum(-e.amount), 0) AS BIGINT) FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx
            WHERE e.account = a.id AND e.amount < 0 AND t.kind = 'instruction')
        """;

    /// <summary>Moves an amount. False, and nothing changed, where this was booked before.</summary>
    public static bool Move(
        IWriteTransaction db, Timestamp now, LedgerTransaction named, LedgerAccount from, LedgerAccount to, Amount amount)
    {
        long tx = db.Number(
            "INSERT INTO ledger_tx(date, kind, reference) VALUES($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id",
            now, named.Kind, named.Reference);
        if (tx == 0)
        {
            return false;
        }

        Enter(db, tx, from, -amount.ToLedger());
        Enter(db, tx, to, amount.ToLedger());
        return true;
    }

    /// <summary>True if this was booked.</summary>
    public static bool Has(IReadSnapshot db, LedgerTransaction named) =>
        db.Number("SELECT count(*) FROM ledger_tx WHERE kind = $1 AND reference = $2", named.Kind, named.Reference) > 0;

    /// <summary>In minor units; 0 where nothing was booked on it yet.</summary>
    public static long Balance(IReadSnapshot db, LedgerAccount account) =>
        db.Number("SELECT balance FROM ledger_account WHERE kind = $1 AND owner = $2", account.Kind, account.Owner);

    /// <summary>How many transactions of that kind there are.</summary>
    public static long Count(IReadSnapshot db, string kind) => db.Number("SELECT count(*) FROM ledger_tx WHERE kind = $1", kind);

    /// <summary>The id of the last transaction; 0 before the first.</summary>
    public static ulong Last(IReadSnapshot db) => (ulong)db.Number("SELECT coalesce(max(id), 0) FROM ledger_tx");

    /// <summary>The account's bookings, oldest first: when, what, and by how many minor units it changed.</summary>
    public static List<(Timestamp Date, string Kind, long Change)> Statement(IReadSnapshot db, LedgerAccount account) => db.Query(
        """
        SELECT t.date, t.kind, e.amount FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx JOIN ledger_account a ON a.id = e.account
        WHERE a.kind = $1 AND a.owner = $2 ORDER BY t.id
        """,
        r => (r.Date(0), r.GetString(1), r.GetInt64(2)), account.Kind, account.Owner);

    /// <summary>What all entries come to, in minor units: 0 where the books balance.</summary>
    public static long Total(IReadSnapshot db) => db.Number("SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM ledger_entry");

    /// <summary>What transactions of one kind have changed accounts of another kind by, in minor units.</summary>
    public static long Total(IReadSnapshot db, string ofTransactions, LedgerAccount account) => db.Number(
        """
        SELECT CAST(coalesce(sum(e.amount), 0) AS BIGINT) FROM ledger_entry e
        JOIN ledger_tx t ON t.id = e.tx JOIN ledger_account a ON a.id = e.account
        WHERE t.kind = $1 AND a.kind = $2
        """,
        ofTransactions, account.Kind);

    /// <summary>Transactions whose entries do not come to 0, and what they come to in minor units.</summary>
    public static List<(long Id, long Sum)> Unbalanced(IReadSnapshot db) => db.Query(
        "SELECT tx, CAST(sum(amount) AS BIGINT) FROM ledger_entry GROUP BY tx HAVING sum(amount) <> 0 ORDER BY tx",
        r => (r.GetInt64(0), r.GetInt64(1)));

    /// <summary>Accounts whose balance is not what their entries come to: both in minor units.</summary>
    public static List<(string Kind, long Balance, long Sum)> Misstated(IReadSnapshot db) => db.Query(
        """
        SELECT a.kind, a.balance, CAST(coalesce(sum(e.amount), 0) AS BIGINT)
        FROM ledger_account a LEFT JOIN ledger_entry e ON e.account = a.id
        GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0) ORDER BY a.id
        """,
        r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2)));

    /// <summary>Accounts that are below what they may be at least: their balances in minor units.</summary>
    public static List<(string Kind, long Balance)> Overdrawn(IReadSnapshot db) => db.Query(
        $"""
        SELECT kind, balance FROM ledger_account a
        WHERE kind IN ('user', 'shop', 'float') AND balance < CASE kind WHEN 'shop' THEN -{ShopDebits} ELSE 0 END ORDER BY id
        """,
        r => (r.GetString(0), r.GetInt64(1)));

    /// <summary>Shops whose account is below zero because payments were taken back, and what each owes.</summary>
    public static List<(string Shop, Amount Owed)> ShopDebts(IReadSnapshot db) => db.Query(
        $"""
        SELECT s.name, -a.balance FROM ledger_account a JOIN shop_account s ON s.reference = a.owner
        WHERE a.kind = 'shop' AND a.balance < 0 AND a.balance >= -{ShopDebits} ORDER BY s.name
        """,
        r => (r.GetString(0), r.Money(1)));

    private static void Enter(IWriteTransaction db, long tx, LedgerAccount account, long amount)
    {
        long id = db.Number(
            """
            INSERT INTO ledger_account(kind, owner, balance) VALUES($1, $2, $3)
            ON CONFLICT(kind, owner) DO UPDATE SET balance = ledger_account.balance + excluded.balance RETURNING id
            """,
            account.Kind, account.Owner, amount);
        db.Execute("INSERT INTO ledger_entry(tx, account, amount) VALUES($1, $2, $3)", tx, id, amount);
    }
}
