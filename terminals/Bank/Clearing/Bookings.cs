namespace HierCash.Bank;

/// <summary>Whether an instruction can be booked now, and its booking in the ledger.</summary>
internal static class Bookings
{
    /// <summary>What would become of the instruction now. Changes nothing.</summary>
    /// <param name="suspended">Its money waits in suspense, where the float no longer matters.</param>
    public static BookingOutcome Judge(IReadSnapshot db, ClearingInstruction transfer, bool suspended, Timestamp now)
    {
        // What the float does not hold comes before everything else: such a sum cannot go to suspense either.
        bool fromFloat = transfer.Kind is TransferKind.FloatDebit or TransferKind.RedeemCredit or TransferKind.ReturnCredit;
        if (fromFloat && !suspended && Ledger.Balance(db, LedgerAccount.Float) < transfer.Total.ToLedger())
        {
            return BookingOutcome.BeyondFloat;
        }

        return transfer.Kind switch
        {
            TransferKind.ShopCredit or TransferKind.ShopDebit =>
                ShopAccountTable.Name(db, transfer.Reference) is null ? BookingOutcome.NoAccount : BookingOutcome.Booked,
            TransferKind.RedeemCredit or TransferKind.ReturnCredit =>
                WithdrawalTable.Find(db, new WithdrawalId(transfer.Reference)) is null
                    ? BookingOutcome.NoWithdrawal : BookingOutcome.Booked,
            TransferKind.ClaimDebit => IsVerified(db, transfer, now) ? BookingOutcome.Booked : BookingOutcome.ClaimNotVerified,
            TransferKind.ClaimRestore => WasClaimed(db, transfer) ? BookingOutcome.Booked : BookingOutcome.ClaimNotVerified,
            _ => BookingOutcome.Booked,
        };
    }

    /// <summary>Books it; only after <see cref="Judge"/> said so in the same transaction.</summary>
    public static void Book(IWriteTransaction db, ClearingInstruction transfer, bool suspended, Timestamp now)
    {
        long claimed = transfer.Kind switch
        {
            TransferKind.ClaimDebit => transfer.Total.ToLedger(),
            TransferKind.ClaimRestore => -transfer.Total.ToLedger(),
            _ => 0,
        };
        if (claimed != 0)
        {
            EvidenceTable.AddClaimed(db, new CoinId(transfer.Reference), claimed);
        }

        var (from, to) = Accounts(db, transfer);
        Ledger.Move(db, now, LedgerTransaction.Instruction(transfer.Number), suspended ? LedgerAccount.Suspense : from, to, transfer.Total);
        if (transfer.Kind is TransferKind.RedeemCredit or TransferKind.ReturnCredit)
        {
            Replacement.Forward(db, now, WithdrawalTable.Find(db, new WithdrawalId(transfer.Reference))!.Order.User);
        }
    }

    private static (LedgerAccount From, LedgerAccount To) Accounts(IReadSnapshot db, ClearingInstruction transfer) => transfer.Kind switch
    {
        TransferKind.FloatDebit => (LedgerAccount.Float, LedgerAccount.Clearing),
        TransferKind.ShopCredit => (LedgerAccount.Clearing, LedgerAccount.Shop(transfer.Reference)),
        TransferKind.ClaimDebit => (LedgerAccount.Claims, LedgerAccount.Clearing),
        TransferKind.ClaimRestore => (LedgerAccount.Clearing, LedgerAccount.Claims),
        TransferKind.RedeemCredit or TransferKind.ReturnCredit =>
            (LedgerAccount.Float, LedgerAccount.User(WithdrawalTable.Find(db, new WithdrawalId(transfer.Reference))!.Order.User)),
        TransferKind.FloatRestore => (LedgerAccount.Clearing, LedgerAccount.Float),
        _ => (LedgerAccount.Shop(transfer.Reference), LedgerAccount.Clearing),
    };

    /// <summary>
    /// A claim is booked only on evidence that this bank verified itself, disputeTerm after its notice to the holder, and never beyond what
    /// was signed too much nor beyond what the receipts in the dossier promise (hole 13, rules R5 and R9).
    /// </summary>
    private static bool IsVerified(IReadSnapshot db, ClearingInstruction transfer, Timestamp now) =>
        CaseBook.Claimable(db, new CoinId(transfer.Reference), now).ToLedger() >= transfer.Total.ToLedger();

    private static bool WasClaimed(IReadSnapshot db, ClearingInstruction transfer) =>
        EvidenceTable.Claimed(db, new CoinId(transfer.Reference)) >= transfer.Total;

    /// <summary>
    /// Parked claims of one coin and what is to be given back of them, where neither can be booked alone: all that waits to be given back,
    /// and as few claims, the oldest first, as hold it. What they come to together has to be verified as any claim; if it is nothing, there
    /// is nothing to verify, and a bank that was away until the case had fallen never gets a dossier of it. Whoever books these books all
    /// of them in one transaction.
    /// </summary>
    /// <returns>Numbers of instructions; empty if no coin has any that can be booked so.</returns>
    public static List<ulong> SetOff(IReadSnapshot db, Timestamp now)
    {
        var parked = ParkedTable.All(db).Select(p => p.ClearingInstruction)
            .Where(t => t.Kind is TransferKind.ClaimDebit or TransferKind.ClaimRestore);
        foreach (var coin in parked.GroupBy(t => t.Reference))
        {
            var together = coin.Where(p => p.Kind == TransferKind.ClaimRestore).ToList();
            long back = together.Sum(p => p.Total.ToLedger()) - EvidenceTable.Claimed(db, new CoinId(coin.Key)).ToLedger();
            if (together.Count == 0)
            {
                continue;
            }

            foreach (var claim in coin.Where(p => p.Kind == TransferKind.ClaimDebit).TakeWhile(_ => back > 0))
            {
                together.Add(claim);
                back -= claim.Total.ToLedger();
            }

            // What was claimed already only makes room for what goes back: what is added to it is what has to be verified.
            long added = together.Sum(p => p.Kind == TransferKind.ClaimDebit ? p.Total.ToLedger() : -p.Total.ToLedger());
            if (back <= 0 && (added <= 0 || CaseBook.Claimable(db, new CoinId(coin.Key), now).ToLedger() >= added))
            {
                return [.. together.Select(p => p.Number).Order()];
            }
        }

        return [];
    }
}
