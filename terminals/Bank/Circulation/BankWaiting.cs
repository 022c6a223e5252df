namespace HierCash.Bank;

/// <summary>What waits at a bank (docs/waiting.md).</summary>
internal static class BankWaiting
{
    private const string Visits = "It goes on by itself while 'hiercash-bank serve' runs and the issuer answers this bank";

    /// <summary>What a bank's <see cref="Faults"/> call a clock that differs from the issuer's (rule R26).</summary>
    public const string ClockFault = "clock";

    /// <summary>What stands still because of the clocks, as far as the process that serves has met it: it is written nowhere.</summary>
    public static IEnumerable<Waiting> Of(IReadOnlyList<Fault> serving) => serving.Where(f => f.What == ClockFault).Select(f => new Waiting(
        WaitingKind.DifferingClock, "everything that needs the issuer", f.Since, $"{f.Reason}.",
        "'hiercash-bank serve' compares the clocks at each visit, and goes on by itself when the wrong one is right."));

    /// <summary>What waits because the last visit of the process that serves failed, for a reason that nothing else here says.</summary>
    public static IEnumerable<Waiting> OfVisit(IReadSnapshot db, IReadOnlyList<Fault> serving)
    {
        bool isSaid = serving.Any(f => f.What == ClockFault) || Agreement.BehindSince(db) is not null
            || Agreement.Disbelieved(db) is not null || UnansweredTable.Find(db) is not null;
        return serving.Where(f => f.What == ServeLoop.Work && !isSaid).Select(f => new Waiting(
            WaitingKind.FailedVisit, "what a visit to the issuer does", f.Since, $"The last visit failed: {f.Reason.TrimEnd('.', '?')}.",
            f.EndsWhen.Length > 0 ? $"It ends when {f.EndsWhen}; 'hiercash-bank serve' tries at each visit."
                : "'hiercash-bank serve' tries again at each visit."));
    }

    /// <summary>All else; sums where there may be many.</summary>
    public static IReadOnlyList<Waiting> All(
        IReadSnapshot db, Currency currency, IReadOnlyList<ParkedInstruction> parked, long suspense, Timestamp now)
    {
        var all = new List<Waiting>();
        string visits = Visits + (UnansweredTable.Find(db) is null ? "." : "; below is what it said last.");
        Add(all, WithdrawalTable.TallyUnconcluded(db), n => new Waiting(
            WaitingKind.DebitedWithdrawal, $"{n.Sum.Show(currency)} in {n.Count} debited", n.Since, "The issuer has not answered for it.",
            visits + " What stays unanswered goes back to the account on the issuer's word."));
        all.AddRange(parked.Select(p => new Waiting(
            WaitingKind.ParkedInstruction,
            $"instruction {p.Number}, {p.Kind} of {p.Amount.Show(currency)}{(p.Whose.Length > 0 ? $" for {p.Whose}" : "")}", p.Since,
            $"It is not booked: {p.Why}.", $"It ends when {p.EndsWhen}.")));
        if (suspense > 0)
        {
            all.Add(new Waiting(
                WaitingKind.Suspense, $"{new Amount((ulong)suspense).Show(currency)} in suspense", null,
                "The term of its instruction is over, and nobody is known to own it.",
                "'hiercash-bank parked' says of each what ends it."));
        }

        if (Agreement.BehindSince(db) is { } behind)
        {
            all.Add(new Waiting(
                WaitingKind.RestoredBank, "everything", behind, "This bank's database is an older copy: the issuer has a later word with "
                    + "its signature.", "'hiercash-bank recover' ends it."));
        }

        if (Agreement.Disbelieved(db) is { } disbelieved)
        {
            all.Add(new Waiting(
                WaitingKind.SaidToBeBehind, "everything that needs the issuer", disbelieved,
                "The issuer says that this bank's database is an older copy, and shows no word of this bank that says so. It is not "
                    + "believed.",
                $"It ends at the visit at which the two agree. {Agreement.NameLostKey}"));
        }

        Add(all, RecoveredTable.TallyUnordered(db), n => new Waiting(
            WaitingKind.UnorderedWithdrawal, $"{n.Sum.Show(currency)} in {n.Count} withdrawals", n.Since,
            "They were issued before this bank was restored from a copy, and whose they are is not known.",
            "The holder's 'hiercash-wallet resume' shows the order and ends it."));
        Add(all, RecoveredTable.TallyUncovered(db), n => new Waiting(
            WaitingKind.UncoveredWithdrawal, $"{n.Sum.Show(currency)} in {n.Count} withdrawals", n.Since,
            "They were issued before this bank was restored from a copy, their orders were shown, and their accounts do not cover them. "
                + "These withdraw nothing else.",
            "A deposit ends it, with the holder's next withdrawal or 'hiercash-wallet resume'."));
        Add(all, RenouncedTable.Open(db), n => new Waiting(
            WaitingKind.RenouncedOrder, $"{n.Count} orders that were renounced", n.Since,
            "A withdrawal from before this bank was restored has no order yet, and it may be one of these.",
            "It ends when that order is shown, and disputeTerm after it was renounced: with the holder's next withdrawal."));
        all.AddRange(NoticeTable.InTerm(db, now).Select(n => new Waiting(
            WaitingKind.ClaimInTerm, $"a claim of up to {n.Allowed.Show(currency)} on the holder of coin {n.Coin.ToString()[..16]}",
            n.Since,
            "Its holder may still rebut the evidence.", $"It is booked after {n.Until} if the case stands.")));
        Add(all, VoidTable.TallyUnanswered(db), n => new Waiting(
            WaitingKind.UnansweredRebuttal, $"{n.Count} shown by accused holders", n.Since,
            "The issuer has to answer what a till had signed.", visits));
        Add(all, CancellationTable.TallyOpen(db), n => new Waiting(
            WaitingKind.UncancelledCoin, $"{n.Count} coins of lost cards", n.Since, "The issuer has not cancelled them yet.", visits));
        if (UnansweredTable.Find(db) is { } unanswered)
        {
            all.Add(new Waiting(
                WaitingKind.UnansweredByIssuer, "everything that needs the issuer", unanswered.Since, unanswered.Said,
                "What the issuer says there ends it."));
        }

        return all;
    }

    private static void Add(List<Waiting> all, Tally tally, Func<Tally, Waiting> make)
    {
        if (tally.Count > 0)
        {
            all.Add(make(tally));
        }
    }
}
