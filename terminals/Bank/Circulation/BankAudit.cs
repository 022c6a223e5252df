namespace HierCash.Bank;

/// <summary>Recomputes the bank's invariants (protocol: Money) from its own rows.</summary>
public sealed class BankAudit
{
    private readonly Database _store;

    internal BankAudit(Database store) => _store = store;

    /// <summary>One sentence per broken invariant; empty when all hold.</summary>
    public IReadOnlyList<string> Run() => _store.Read(db =>
    {
        var findings = new List<string>();
        long sum = Ledger.Total(db);
        if (sum != 0)
        {
            findings.Add($"ledger: all entries sum to {sum}, not 0");
        }

        findings.AddRange(Ledger.Unbalanced(db).Select(t => $"ledger: the entries of transaction {t.Id} sum to {t.Sum}, not 0"));
        findings.AddRange(
            Ledger.Misstated(db).Select(a => $"ledger: a {a.Kind} account shows {a.Balance}, but its entries sum to {a.Sum}"));
        findings.AddRange(Ledger.Overdrawn(db).Select(a => $"ledger: a {a.Kind} account is at {a.Balance}"));

        long outstanding = WithdrawalTable.Outstanding(db) + ForgottenTable.Issued(db) + RecoveredTable.TallyAll(db).Sum.ToLedger();
        long left = -Ledger.Total(db, LedgerTransaction.KindOfInstruction, LedgerAccount.Float)
            - Ledger.Total(db, LedgerTransaction.KindOfSuspense, LedgerAccount.Float);
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
        ulong last = InstructionTable.Last(db);
        long forgotten = ForgottenTable.CountInstructions(db);
        ulong kept = (ulong)(InstructionTable.Count(db) + forgotten);
        if (last != kept)
        {
            yield return $"instructions: {last} were taken, but {kept} are kept";
        }

        long booked = InstructionTable.CountBooked(db) + forgotten;
        long transactions = Ledger.Count(db, LedgerTransaction.KindOfInstruction);
        if (booked != transactions)
        {
            yield return $"instructions: {booked} are booked, but the ledger has {transactions}";
        }

        long suspended = ParkedTable.CountInSuspense(db) + ForgottenTable.CountSuspense(db);
        long moved = Ledger.Count(db, LedgerTransaction.KindOfSuspense);
        if (suspended != moved)
        {
            yield return $"instructions: {suspended} went to suspense, but the ledger has {moved}";
        }

        long silent = InstructionTable.CountSilent(db);
        if (silent != 0)
        {
            yield return $"instructions: {silent} are parked without a signed reason";
        }

        long waiting = ParkedTable.All(db).Where(p => p.Parked.InSuspense).Sum(p => p.ClearingInstruction.Total.ToLedger());
        waiting -= RecoveredTable.TallyAll(db).Sum.ToLedger();
        if (Ledger.Balance(db, LedgerAccount.Suspense) != waiting)
        {
            yield return $"suspense: it holds {Ledger.Balance(db, LedgerAccount.Suspense)}, but parked instructions, less withdrawals "
                + $"without an order, make {waiting}";
        }
    }

    /// <summary>The last instruction that the bank has, booked or parked.</summary>
    public ulong LastInstruction => _store.Read(InstructionTable.Last);

    /// <summary>What is parked outside of suspense is missing in clearing and in the float by this much, in minor units.</summary>
    public (long Clearing, long Float) Unbooked => _store.Read(ParkedTable.All).Where(p => !p.Parked.InSuspense).Aggregate(
        (Clearing: 0L, Float: 0L),
        (sum, p) => p.ClearingInstruction.Kind switch
        {
            TransferKind.FloatDebit => (sum.Clearing + p.ClearingInstruction.Total.ToLedger(),
                sum.Float - p.ClearingInstruction.Total.ToLedger()),
            TransferKind.ClaimDebit or TransferKind.ShopDebit => (sum.Clearing + p.ClearingInstruction.Total.ToLedger(), sum.Float),
            TransferKind.ShopCredit or TransferKind.ClaimRestore => (sum.Clearing - p.ClearingInstruction.Total.ToLedger(), sum.Float),
            TransferKind.RedeemCredit or TransferKind.ReturnCredit => (sum.Clearing, sum.Float - p.ClearingInstruction.Total.ToLedger()),
            _ => sum,
        });

    /// <summary>What is owed to somebody whom the bank cannot name yet, in minor units.</summary>
    public long Suspense => _store.Read(db => Ledger.Balance(db, LedgerAccount.Suspense) + RecoveredTable.TallyAll(db).Sum.ToLedger());

    /// <summary>Withdrawals from before this bank was restored without an order (R27): how many, and their sum in minor units.</summary>
    public (long Times, long Sum) Unordered => _store.Read(RecoveredTable.TallyAll) is var all ? (all.Count, all.Sum.ToLedger()) : default;

    /// <summary>Shops below zero because payments were taken back, and what each owes, in minor units. No finding.</summary>
    public IReadOnlyList<(string Shop, Amount Owed)> ShopDebts => _store.Read(Ledger.ShopDebts);

    /// <summary>The e-cash float in minor units.</summary>
    public Amount Float => Amount.FromLedger(_store.Read(db => Ledger.Balance(db, LedgerAccount.Float)));

    /// <summary>What this bank owes to (positive) or has from other banks, in minor units.</summary>
    public long Clearing => _store.Read(db => Ledger.Balance(db, LedgerAccount.Clearing));

    /// <summary>What the bank paid for overspenders; negative, because they owe it.</summary>
    public long Claims => _store.Read(db => Ledger.Balance(db, LedgerAccount.Claims));

    /// <summary>Withdrawals that have not ended.</summary>
    public long OpenWithdrawals => _store.Read(WithdrawalTable.TallyUnconcluded).Count;
}
