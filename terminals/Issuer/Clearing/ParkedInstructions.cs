namespace HierCash.Issuer;

/// <summary>What banks did not book (R8): their signed words, whose term is over, and which of it stops a bank's issuing.</summary>
internal sealed class ParkedInstructions(SchemeParameters terms)
{
    /// <summary>A bank visits at least once a day.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>Keeps what a bank says. False, and nothing is kept, where it parks what it has said to be booked.</summary>
    public static bool Hear(IWriteTransaction db, PartyId bank, IReadOnlyList<BookingStatement> statements, Timestamp now)
    {
        ulong acknowledged = BankTable.Acknowledged(db, bank);
        foreach (var s in statements)
        {
            var known = ParkedTable.Find(db, bank, s.Number);
            if (known is not null && s.Date.ToLedger() <= known.Date.ToLedger())
            {
                // Said before, or overtaken by what is known.
                continue;
            }

            bool isBooked = known is null ? s.Number <= acknowledged : known.Outcome == BookingOutcome.Booked;
            if (isBooked && s.Outcome != BookingOutcome.Booked)
            {
                return false;
            }

            // Parked and booked between two requests: what counts is that it is booked.
            if (known is null && s.Outcome == BookingOutcome.Booked)
            {
                continue;
            }

            ParkedTable.Hear(db, s, now);
        }

        return true;
    }

    /// <summary>
    /// A bank was restored from a copy, and knows no more what it said of the numbers after that one: it may say anything of them anew.
    /// Since when one waits it does not change by that, or who only says so would never be in arrears.
    /// </summary>
    public static void Forgotten(IWriteTransaction db, PartyId bank, ulong after) => ParkedTable.Unsay(db, bank, after);

    /// <summary>What is booked is no arrears any more; nor is what a restored bank took this time without a word.</summary>
    public static int Acknowledged(IWriteTransaction db, PartyId bank) =>
        ParkedTable.RemoveUnsaid(db, bank) + ArrearsTable.RemoveBooked(db, bank);

    /// <summary>
    /// At the end of a cycle, for what has waited longer than disputeTerm: what the float has to hold, claims that are proven, and reasons
    /// that fit no such instruction stop the bank's issuing; all that is parked raises an alarm.
    /// </summary>
    public void RunDue(IWriteTransaction db, Timestamp now)
    {
        NoteUnfetched(db, now);
        foreach (var row in All(db).Where(r => IsOver(r, now)))
        {
            if (row.Outcome != BookingOutcome.Booked)
            {
                Alarms.Raise(db, Alarms.Parked, row.Bank, row.Number, now);
            }

            bool stops = row.Outcome switch
            {
                BookingOutcome.Booked => row.Kind == TransferKind.FloatDebit || IsProvenClaim(db, row),
                BookingOutcome.ClaimNotVerified when row.Kind == TransferKind.ClaimDebit =>
                    IsProvenClaim(db, row) && HadItsVisit(db, row, now) && !CameTooLate(db, row),
                var reason => reason == BookingOutcome.BeyondFloat || !Fits(row.Kind, reason) || IsProvenClaim(db, row),
            };

            // What was proven once, and whose coin is forgotten with the proof, stays a debt.
            bool isForgotten = row.Kind == TransferKind.ClaimDebit && CoinTable.Find(db, new CoinId(row.Reference)) is null;
            if (!stops && isForgotten)
            {
                continue;
            }

            if (stops)
            {
                ArrearsTable.Add(db, row.Bank, row.Number);
            }
            else
            {
                ArrearsTable.Remove(db, row.Bank, row.Number);
            }
        }
    }

    /// <summary>For consoles.</summary>
    public List<ParkedInstruction> Show(IReadSnapshot db, Timestamp now) =>
        [.. All(db).Where(r => r.Outcome != BookingOutcome.Booked || IsOver(r, now)).Select(r => new ParkedInstruction(
            r.Bank, r.Number, r.Kind, r.Reference, r.Amount, r.Outcome, r.Since, IsOver(r, now), false,
            ArrearsTable.Has(db, r.Bank, r.Number))
        {
            Whose = Whose(db, r),
        })];

    /// <summary>A shop by its name; of a holder the issuer knows no more than the coin, or the request that was enciphered to it.</summary>
    private static string Whose(IReadSnapshot db, UnbookedInstruction row) => row.Kind switch
    {
        TransferKind.ShopCredit or TransferKind.ShopDebit => ShopTable.OfAccount(db, row.Bank, row.Reference) is { } shop
                ? $"shop {shop.Name}" : ParkedInstruction.Short("shop account", row.Reference),
        TransferKind.ClaimDebit or TransferKind.ClaimRestore => ParkedInstruction.Short("coin", row.Reference),
        TransferKind.RedeemCredit or TransferKind.ReturnCredit => ParkedInstruction.Short("withdrawal", row.Reference),
        _ => "",
    };

    /// <summary>True if an instruction of that kind can wait for that reason: a bank that gives another one can book it.</summary>
    private static bool Fits(TransferKind kind, BookingOutcome reason) => reason switch
    {
        BookingOutcome.NoAccount => kind is TransferKind.ShopCredit or TransferKind.ShopDebit,
        BookingOutcome.NoWithdrawal => kind is TransferKind.RedeemCredit or TransferKind.ReturnCredit,
        BookingOutcome.ClaimNotVerified => kind is TransferKind.ClaimDebit or TransferKind.ClaimRestore,
        _ => kind is TransferKind.FloatDebit or TransferKind.RedeemCredit or TransferKind.ReturnCredit,
    };

    private static bool IsProvenClaim(IReadSnapshot db, UnbookedInstruction row) =>
        row.Kind == TransferKind.ClaimDebit && TraceCaseTable.Proven(db, new CoinId(row.Reference)) is { } most
        && InstructionTable.Claimed(db, row.Bank, new CoinId(row.Reference)) <= most;

    /// <summary>Coins whose claims were not booked within disputeTerm: whether they are proven decides.</summary>
    public IEnumerable<CoinId> Doubted(IReadSnapshot db, Timestamp now) =>
        All(db).Where(r => r.Kind == TransferKind.ClaimDebit && IsOver(r, now)).Select(r => new CoinId(r.Reference));

    /// <summary>
    /// The bank can book a claim disputeTerm after its own notice, and does so at the visit after that: a bank that was away until it got
    /// dossier and claim on one day is not stopped before. A finding counts from its first word on that revision, and no later than a day
    /// after the bank had the claim: no bank puts its debts off by finding late.
    /// </summary>
    private bool HadItsVisit(IReadSnapshot db, UnbookedInstruction row, Timestamp now)
    {
        var found = TraceCaseTable.FoundAt(db, new CoinId(row.Reference));
        var latest = row.Since.Plus(Grace);
        var start = found > latest ? latest : found;
        return found == default || start.Plus(terms.DisputeTerm + Grace) <= now;
    }

    /// <summary>
    /// A bank that first spoke of the case so late that its notice could not be answered in time books no claim on it (rule R5). It was
    /// stopped for as long as it was away; what it obeys now stops it no more.
    /// </summary>
    private bool CameTooLate(IReadSnapshot db, UnbookedInstruction row)
    {
        var judged = TraceCaseTable.FirstJudgedAt(db, new CoinId(row.Reference));
        return judged != default && CoinTable.Find(db, new CoinId(row.Reference)) is { } coin
            && judged.Plus(terms.DisputeTerm) > coin.Expiry.End.Plus(terms.HeardTerm);
    }

    /// <summary>An alarm, once, for each instruction that its bank has left unfetched for disputeTerm, whatever it is.</summary>
    private void NoteUnfetched(IWriteTransaction db, Timestamp now)
    {
        foreach (var row in InstructionTable.NewlyUnfetched(db).Select(Unfetched).Where(r => IsOver(r, now)))
        {
            Alarms.Raise(db, Alarms.NotFetched, row.Bank, row.Number, now);
            BankTable.Missed(db, row.Bank, row.Number);
        }
    }

    private bool IsOver(UnbookedInstruction row, Timestamp now) => row.Since.Plus(terms.DisputeTerm) <= now;

    /// <summary>Parked ones; and those that a bank never fetched: silence is no way around its debts.</summary>
    private static IEnumerable<UnbookedInstruction> All(IReadSnapshot db) =>
        ParkedTable.All(db).Concat(InstructionTable.AllUnfetched(db).Select(Unfetched));

    private static UnbookedInstruction Unfetched(ClearingInstruction t) =>
        new(t.Bank, t.Number, t.Kind, t.Reference, t.Total, BookingOutcome.Booked, t.Date);
}
