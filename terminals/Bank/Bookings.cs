using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Bank;

/// <summary>Whether an instruction can be booked now, and its booking in the ledger.</summary>
internal static class Bookings
{
    /// <summary>What would become of the instruction now. Changes nothing.</summary>
    /// <param name="suspended">Its money waits in suspense, where the float no longer matters.</param>
    public static BookingOutcome Judge(Database db, Transfer transfer, bool suspended, Timestamp now)
    {
        // What the float does not hold comes before everything else: such a sum cannot go to suspense either.
        bool fromFloat = transfer.Kind is TransferKind.FloatDebit or TransferKind.RedeemCredit or TransferKind.ReturnCredit;
        if (fromFloat && !suspended && Ledger.Balance(db, LedgerAccount.Float) < transfer.Total.ToLedger())
        {
            return BookingOutcome.BeyondFloat;
        }

        return transfer.Kind switch
        {
            TransferKind.ShopCredit or TransferKind.ShopDebit => HasShop(db, transfer) ? BookingOutcome.Booked : BookingOutcome.NoAccount,
            TransferKind.RedeemCredit or TransferKind.ReturnCredit =>
                UserDatabase.Find(db, new RequestId(transfer.Reference)) is null ? BookingOutcome.NoWithdrawal : BookingOutcome.Booked,
            TransferKind.ClaimDebit => IsVerified(db, transfer, now) ? BookingOutcome.Booked : BookingOutcome.ClaimNotVerified,
            TransferKind.ClaimRestore => WasClaimed(db, transfer) ? BookingOutcome.Booked : BookingOutcome.ClaimNotVerified,
            _ => BookingOutcome.Booked,
        };
    }

    /// <summary>Books it; only after <see cref="Judge"/> said so in the same transaction.</summary>
    public static void Book(Database db, Transfer transfer, bool suspended, Timestamp now)
    {
        long claimed = transfer.Kind switch
        {
            TransferKind.ClaimDebit => transfer.Total.ToLedger(),
            TransferKind.ClaimRestore => -transfer.Total.ToLedger(),
            _ => 0,
        };
        if (claimed != 0)
        {
            db.Execute("UPDATE evidence SET claimed = claimed + ?2 WHERE coin_id = ?1", transfer.Reference.ToArray(), claimed);
        }

        var (from, to) = Accounts(db, transfer);
        Ledger.Move(db, now, "instruction", InstructionDesk.NumberBytes(transfer.Number), suspended ? LedgerAccount.Suspense : from, to, transfer.Total);
    }

    private static (LedgerAccount From, LedgerAccount To) Accounts(Database db, Transfer transfer) => transfer.Kind switch
    {
        TransferKind.FloatDebit => (LedgerAccount.Float, LedgerAccount.Clearing),
        TransferKind.ShopCredit => (LedgerAccount.Clearing, LedgerAccount.Shop(transfer.Reference)),
        TransferKind.ClaimDebit => (LedgerAccount.Claims, LedgerAccount.Clearing),
        TransferKind.ClaimRestore => (LedgerAccount.Clearing, LedgerAccount.Claims),
        TransferKind.RedeemCredit or TransferKind.ReturnCredit =>
            (LedgerAccount.Float, LedgerAccount.User(UserDatabase.Find(db, new RequestId(transfer.Reference))!.Order.User)),
        TransferKind.FloatRestore => (LedgerAccount.Clearing, LedgerAccount.Float),
        _ => (LedgerAccount.Shop(transfer.Reference), LedgerAccount.Clearing),
    };

    private static bool HasShop(Database db, Transfer transfer) =>
        db.Number("SELECT count(*) FROM shop_account WHERE reference = ?1", transfer.Reference.ToArray()) == 1;

    /// <summary>
    /// A claim is booked only on evidence that this bank verified itself, disputeTerm after its notice to the holder, and never beyond what was signed too much
    /// nor beyond what the receipts in the dossier promise (hole 13, rules R5 and R9).
    /// </summary>
    private static bool IsVerified(Database db, Transfer transfer, Timestamp now)
    {
        long claim = transfer.Total.ToLedger() - SetOff(db, transfer);
        bool covered = claim <= 0
            ? db.Number("SELECT count(*) FROM evidence WHERE coin_id = ?1", transfer.Reference.ToArray()) == 1
            : EvidenceStore.Claimable(db, new CoinId(transfer.Reference), now).ToLedger() >= claim;
        Switches.On("hole 13 claim", ref covered);
        return covered;
    }

    /// <summary>What waits to be given back of claims on that coin, because it cannot be given back before: it is set off against the claim.</summary>
    private static long SetOff(Database db, Transfer transfer) => ParkingDesk.Numbers(db).Select(n => ParkingDesk.Find(db, n).Transfer)
        .Where(t => t.Kind == TransferKind.ClaimRestore && t.Reference == transfer.Reference).Sum(t => t.Total.ToLedger());

    private static bool WasClaimed(Database db, Transfer transfer) =>
        db.Number("SELECT count(*) FROM evidence WHERE coin_id = ?1 AND claimed >= ?2", transfer.Reference.ToArray(), transfer.Total.ToLedger()) == 1;
}
