namespace HierCash.Bank;

/// <summary>Parked instructions (R8): what the bank signed of them, what the issuer has heard, and where their money waits.</summary>
internal sealed class ParkedPostings(PartyId bank, ISigningKey key, SchemeParameters terms)
{
    /// <summary>The bank's word that it parks an instruction, or booked it after all: signed before the transaction.</summary>
    public BookingStatement Sign(ulong number, BookingOutcome outcome, Timestamp date) =>
        BookingStatement.Sign(key, bank, number, outcome, date);

    /// <summary>Later than the word before it, also by a clock that was set back: the newer one is believed.</summary>
    public static Timestamp Later(IReadSnapshot db, ulong number, Timestamp now) => ParkedTable.Word(db, number).Date is var before
        && now > before ? now : new Timestamp(before.Microseconds + 1);

    /// <summary>True while there is no newer word of the instruction.</summary>
    public static bool IsLater(IReadSnapshot db, BookingStatement word) => word.Date > ParkedTable.Word(db, word.Number).Date;

    /// <summary>Another reason, or booked after all. The term goes on from when it was first parked.</summary>
    public static void Change(IWriteTransaction db, BookingStatement word)
    {
        InstructionTable.SetOutcome(db, word.Number, word.Outcome);
        ParkedTable.SetWord(db, word);
    }

    /// <summary>True once disputeTerm is over and something is to be done about it.</summary>
    public bool IsDue(ClearingInstruction transfer, Parking parked, Timestamp now) =>
        IsOver(parked, now) && (!parked.IsAlarmed || (!parked.InSuspense && Source(transfer, parked) is not null));

    /// <summary>
    /// What owes somebody leaves clearing or the float and waits in suspense; what would take from this bank stays where it is. Both raise
    /// an alarm. A sum beyond the float cannot be taken from it: it stays parked, and stops the bank's issuing at the issuer.
    /// </summary>
    public static void Suspend(IWriteTransaction db, ClearingInstruction transfer, Parking parked, Timestamp now)
    {
        if (Source(transfer, parked) is { } source && !parked.InSuspense)
        {
            Ledger.Move(db, now, LedgerTransaction.Suspense(transfer.Number), source, LedgerAccount.Suspense, transfer.Total);
            ParkedTable.MarkInSuspense(db, transfer.Number);
        }

        ParkedTable.MarkAlarmed(db, transfer.Number);
        AlarmTable.Raise(db, now, BankAlarms.Parked, transfer.Number);
    }

    /// <summary>Where the money of what owes somebody is; null for the rest.</summary>
    private static LedgerAccount? Source(ClearingInstruction transfer, Parking parked) =>
        parked.Outcome == BookingOutcome.BeyondFloat ? null : transfer.Kind switch
        {
            TransferKind.ShopCredit or TransferKind.ClaimRestore => LedgerAccount.Clearing,
            TransferKind.RedeemCredit or TransferKind.ReturnCredit => LedgerAccount.Float,
            _ => null,
        };

    public List<ParkedInstruction> All(IReadSnapshot db, Timestamp now) => ParkedTable.All(db).ConvertAll(p => new ParkedInstruction(
        bank, p.ClearingInstruction.Number, p.ClearingInstruction.Kind, p.ClearingInstruction.Reference, p.ClearingInstruction.Total,
        p.Parked.Outcome, p.Parked.Since, IsOver(p.Parked, now), p.Parked.InSuspense, false) { Whose = Whose(db, p.ClearingInstruction) });

    /// <summary>A shop of this bank, or a holder; where it knows none, the reference by which it was instructed.</summary>
    private static string Whose(IReadSnapshot db, ClearingInstruction transfer) => transfer.Kind switch
    {
        TransferKind.ShopCredit or TransferKind.ShopDebit =>
            ShopAccountTable.Name(db, transfer.Reference) is { } shop
                ? $"shop {shop}"
                : ParkedInstruction.Short("shop account", transfer.Reference),
        TransferKind.ClaimDebit or TransferKind.ClaimRestore =>
            (EvidenceTable.HolderOf(db, new CoinId(transfer.Reference)) is { } holder ? $"{holder}, " : "")
                + ParkedInstruction.Short("coin", transfer.Reference),
        TransferKind.RedeemCredit or TransferKind.ReturnCredit =>
            WithdrawalTable.HolderOf(db, new WithdrawalId(transfer.Reference)) ?? ParkedInstruction.Short("withdrawal", transfer.Reference),
        _ => "",
    };

    /// <summary>
    /// What to say to the issuer: statements in order of number, and up to which number everything is said with them. More: say the rest
    /// before anything new is fetched, so that no parked instruction ever counts as booked at the issuer.
    /// </summary>
    public static (ulong Seen, List<BookingStatement> Statements, bool More) Unheard(IReadSnapshot db, ulong last)
    {
        var statements = ParkedTable.Unheard(db, InstructionsMessage.MaxStatements + 1);
        return statements.Count <= InstructionsMessage.MaxStatements
            ? (last, statements, false)
            : (statements[^1].Number - 1, statements[..^1], true);
    }

    /// <summary>The issuer has answered a request with these statements.</summary>
    public static bool Heard(IWriteTransaction db, List<BookingStatement> statements)
    {
        statements.ForEach(s => ParkedTable.MarkHeard(db, s));
        return true;
    }

    private bool IsOver(Parking parked, Timestamp now) => parked.Since.Plus(terms.DisputeTerm) <= now;
}
