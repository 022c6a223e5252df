using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>Recomputes the bank's invariants (protocol: Money) from its own rows.</summary>
public sealed class BankAudit
{
    /// <summary>What instructions took from account a. Only they may take a shop below zero: its bank bears that.</summary>
    private const string ShopDebits =
        "(SELECT coalesce(sum(-e.amount), 0) FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx WHERE e.account = a.id AND e.amount < 0 AND t.kind = 'instruction')";

    private readonly Database _store;

    internal BankAudit(Database store) => _store = store;

    /// <summary>One sentence per broken invariant; empty when all hold.</summary>
    public IReadOnlyList<string> Run() => _store.Read(db =>
    {
        var findings = new List<string>();
        long sum = db.Number("SELECT coalesce(sum(amount), 0) FROM ledger_entry");
        if (sum != 0)
        {
            findings.Add($"ledger: all entries sum to {sum}, not 0");
        }

        findings.AddRange(db.Query(
            "SELECT tx, sum(amount) FROM ledger_entry GROUP BY tx HAVING sum(amount) <> 0",
            r => $"ledger: the entries of transaction {r.GetInt64(0)} sum to {r.GetInt64(1)}, not 0"));
        findings.AddRange(db.Query(
            """
            SELECT a.kind, a.balance, coalesce(sum(e.amount), 0) FROM ledger_account a LEFT JOIN ledger_entry e ON e.account = a.id
            GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)
            """,
            r => $"ledger: a {r.GetString(0)} account shows {r.GetInt64(1)}, but its entries sum to {r.GetInt64(2)}"));
        findings.AddRange(db.Query(
            $"SELECT kind, balance FROM ledger_account a WHERE kind IN ('user', 'shop', 'float') AND balance < CASE kind WHEN 'shop' THEN -{ShopDebits} ELSE 0 END",
            r => $"ledger: a {r.GetString(0)} account is at {r.GetInt64(1)}"));

        long outstanding = db.Number("SELECT coalesce(sum(x), 0) FROM withdrawal WHERE state <> 'Reversed'")
            + db.Number("SELECT amount FROM forgotten WHERE what = 'withdrawal' AND kind = 0") + Recovery.Unordered(db).Sum;
        long left = -Entries(db, "instruction", "float") - Entries(db, "suspense", "float");
        long expected = outstanding - left;
        if (Ledger.Balance(db, LedgerAccount.Float) != expected)
        {
            findings.Add($"float: it holds {Ledger.Balance(db, LedgerAccount.Float)}, but withdrawals less instructions leave {expected}");
        }

        findings.AddRange(Instructions(db));
        return (IReadOnlyList<string>)findings;
    });

    /// <summary>Every number up to the last is booked once, or parked with its money in suspense or nowhere.</summary>
    private static IEnumerable<string> Instructions(IReadSnapshot db)
    {
        long last = db.Number("SELECT number FROM booked");
        long forgotten = db.Number("SELECT coalesce(sum(times), 0) FROM forgotten WHERE what = 'transfer'");
        long kept = db.Number("SELECT count(*) FROM booked_transfer") + forgotten;
        if (last != kept)
        {
            yield return $"instructions: {last} were taken, but {kept} are kept";
        }

        long booked = db.Number("SELECT count(*) FROM booked_transfer WHERE state = 0") + forgotten;
        long transactions = db.Number("SELECT count(*) FROM ledger_tx WHERE kind = 'instruction'");
        if (booked != transactions)
        {
            yield return $"instructions: {booked} are booked, but the ledger has {transactions}";
        }

        long suspended = db.Number("SELECT count(*) FROM parked WHERE suspense = 1") + db.Number("SELECT times FROM forgotten WHERE what = 'suspense'");
        long moved = db.Number("SELECT count(*) FROM ledger_tx WHERE kind = 'suspense'");
        if (suspended != moved)
        {
            yield return $"instructions: {suspended} went to suspense, but the ledger has {moved}";
        }

        long silent = db.Number("SELECT count(*) FROM booked_transfer t WHERE state <> 0 AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.number = t.number)");
        if (silent != 0)
        {
            yield return $"instructions: {silent} are parked without a signed reason";
        }

        long waiting = ParkedPostings.Numbers(db).Select(n => ParkedPostings.Find(db, n)).Where(p => p.Parked.InSuspense).Sum(p => p.ClearingInstruction.Total.ToLedger());
        waiting -= Recovery.Unordered(db).Sum;
        if (Ledger.Balance(db, LedgerAccount.Suspense) != waiting)
        {
            yield return $"suspense: it holds {Ledger.Balance(db, LedgerAccount.Suspense)}, but parked instructions, less withdrawals without an order, make {waiting}";
        }
    }

    /// <summary>The last instruction that the bank has, booked or parked.</summary>
    public ulong LastInstruction => _store.Read(db => (ulong)db.Number("SELECT number FROM booked"));

    /// <summary>What is parked, and not in suspense, is missing in the clearing position and in the float by this much, in minor units.</summary>
    public (long Clearing, long Float) Unbooked => _store.Read(db => ParkedPostings.Numbers(db).Select(n => ParkedPostings.Find(db, n)).Where(p => !p.Parked.InSuspense).Aggregate(
        (Clearing: 0L, Float: 0L),
        (sum, p) => p.ClearingInstruction.Kind switch
        {
            TransferKind.FloatDebit => (sum.Clearing + p.ClearingInstruction.Total.ToLedger(), sum.Float - p.ClearingInstruction.Total.ToLedger()),
            TransferKind.ClaimDebit or TransferKind.ShopDebit => (sum.Clearing + p.ClearingInstruction.Total.ToLedger(), sum.Float),
            TransferKind.ShopCredit or TransferKind.ClaimRestore => (sum.Clearing - p.ClearingInstruction.Total.ToLedger(), sum.Float),
            TransferKind.RedeemCredit or TransferKind.ReturnCredit => (sum.Clearing, sum.Float - p.ClearingInstruction.Total.ToLedger()),
            _ => sum,
        }));

    /// <summary>What is owed to somebody whom the bank cannot name yet, in minor units.</summary>
    public long Suspense => _store.Read(db => Ledger.Balance(db, LedgerAccount.Suspense) + Recovery.Unordered(db).Sum);

    /// <summary>Withdrawals that were issued before this bank was restored from a copy, and of which it has no order: how many, and what they come to in minor units (R27).</summary>
    public (long Times, long Sum) Unordered => _store.Read(Recovery.Unordered);

    /// <summary>Shops whose account is below zero because payments were taken back, and what each owes this bank in minor units. No finding.</summary>
    public IReadOnlyList<(string Shop, Amount Owed)> ShopDebts => _store.Read(db => db.Query(
        $"SELECT s.name, -a.balance FROM ledger_account a JOIN shop_account s ON s.reference = a.owner WHERE a.kind = 'shop' AND a.balance < 0 AND a.balance >= -{ShopDebits} ORDER BY s.name",
        r => (r.GetString(0), Amount.FromLedger(r.GetInt64(1)))));

    /// <summary>The e-cash float in minor units.</summary>
    public Amount Float => Amount.FromLedger(_store.Read(db => Ledger.Balance(db, LedgerAccount.Float)));

    /// <summary>What this bank owes to (positive) or has from other banks, in minor units.</summary>
    public long Clearing => _store.Read(db => Ledger.Balance(db, LedgerAccount.Clearing));

    /// <summary>What the bank paid for overspenders; negative, because they owe it.</summary>
    public long Claims => _store.Read(db => Ledger.Balance(db, LedgerAccount.Claims));

    /// <summary>Withdrawals that have not ended.</summary>
    public long OpenWithdrawals => _store.Read(db => db.Number("SELECT count(*) FROM withdrawal WHERE state IN ('Debited', 'Requested')"));

    private static long Entries(IReadSnapshot db, string txKind, string accountKind) => db.Number(
        """
        SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e
        JOIN ledger_tx t ON t.id = e.tx JOIN ledger_account a ON a.id = e.account
        WHERE t.kind = $1 AND a.kind = $2
        """,
        txKind, accountKind);
}
