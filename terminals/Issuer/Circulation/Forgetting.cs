namespace HierCash.Issuer;

/// <summary>
/// What the issuer forgets once its terms are over (hole 6, rule R10; settlement.md): so its store is bounded by the cash in circulation
/// and by time, not by what anybody asks for. Nothing goes before the maximum age of a backup: a party that was restored still finds what
/// it has to be told again.
/// </summary>
internal sealed class Forgetting(Database store, SchemeParameters terms)
{
    private static readonly TimeSpan MarkEvery = TimeSpan.FromDays(1);

    /// <returns>Coins forgotten.</returns>
    public int Run(Timestamp now)
    {
        int coins = Coins(now);
        // "Never issued": a bank that repeats a request later than that asks for it to be withheld, and gets the same answer anew (hole 7).
        Forgotten.InPieces(store, db => IssuanceTable.ForgetRefused(db, Before(now, terms.RequestTerm + terms.DisputeTerm)));
        Forgotten.InPieces(store, db => AlarmTable.Forget(db, Before(now, terms.DisputeTerm)));
        HotVersions(now);
        store.Write(db => OutageTable.Forget(db, Before(now, terms.SettlePeriod)));
        Forgotten.InPieces(store, ClaimPaymentTable.ForgetPaid);

        // Once a day what each bank says it has. A bank that was restored asks again for what it had got since its backup, however old that
        // was when it came: so not the date of an instruction counts, but since when the bank is known to have it.
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

    /// <summary>
    /// Used-up coins whose last term has ended: expiry + settleTerm + disputeTerm; with a case CaseTerm. What was promised in a coin's last
    /// days is claimed and paid later, and a rebuttal may be shown later.
    /// </summary>
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
