namespace HierCash.Issuer;

/// <summary>What the issuer forgets once its terms are over (hole 6, rule R10), never before the maximum age of a backup.</summary>
internal sealed class Forgetting(Database store, SchemeParameters terms)
{
    private static readonly TimeSpan MarkEvery = TimeSpan.FromDays(1);

    public int Run(Timestamp now)
    {
        int coins = Coins(now);
        // "Never issued": a bank that repeats a request later gets the same answer anew (hole 7).
        Forgotten.InPieces(store, db => IssuanceTable.ForgetRefused(db, Before(now, terms.RequestTerm + terms.DisputeTerm)));
        Forgotten.InPieces(store, db => AlarmTable.Forget(db, Before(now, terms.DisputeTerm)));
        HotVersions(now);
        store.Write(db => OutageTable.Forget(db, Before(now, terms.SettlePeriod)));
        Forgotten.InPieces(store, ClaimPaymentTable.ForgetPaid);

        // What each bank says it has, once a day: how long it is known to have it counts, for a restored bank asks again.
        store.Write(db => MarkTable.Note(db, now, now.Minus(MarkEvery)));
        foreach (var bank in store.Read(BankTable.All))
        {
            Forgotten.InPieces(store, db => InstructionTable.Forget(db, bank.Id, Bound(db, bank.Id, Marked.Instruction, now)));
            Forgotten.InPieces(store, db => StatementTable.Forget(db, bank.Id, Bound(db, bank.Id, Marked.Statement, now)));
        }

        return coins;
    }

    private Timestamp Before(Timestamp now, TimeSpan term) => now.Minus(Longer(term, terms.BackupMaxAge));

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>Used-up coins whose last term has ended: what is promised or rebutted in a coin's last days comes later.</summary>
    private int Coins(Timestamp now)
    {
        var last = Ended(now, terms.SettlePeriod + terms.DisputeTerm);
        var cases = Ended(now, terms.CaseTerm);
        return last == default ? 0 : Forgotten.InPieces(store, db => ForgottenCoins.Purge(db, last, cases));
    }

    /// <summary>True if no coin's last term ended between these moments, whether there is a case about it or not.</summary>
    public static bool ForgetsNothing(SchemeParameters terms, Timestamp from, Timestamp to) =>
        new[] { terms.SettlePeriod + terms.DisputeTerm, terms.CaseTerm }.All(term => from <= to && Ended(from, term) == Ended(to, term));

    /// <summary>The last quarter whose end lies longer ago than that.</summary>
    public static Quarter Ended(Timestamp now, TimeSpan term) =>
        Enumerable.Range(0, 8).Select(back => Quarter.Of(now).Plus(-back)).FirstOrDefault(q => q.End.Plus(term) < now);

    private void HotVersions(Timestamp now)
    {
        var before = Before(now, default);
        Forgotten.InPieces(store, db => HotVersionTable.Forget(db, before));
    }

    /// <summary>What the bank has had for longer than a backup may be old.</summary>
    private ulong Bound(IWriteTransaction db, PartyId bank, Marked what, Timestamp now) =>
        MarkTable.Bound(db, bank, what, Before(now, default));
}
