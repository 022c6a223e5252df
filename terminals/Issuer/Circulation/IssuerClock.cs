namespace HierCash.Issuer;

/// <summary>The issuer's clock, as a person sees it.</summary>
/// <param name="Signed">The latest date that it has signed; 0 if there is none.</param>
/// <param name="Doubted">Since when it was not confirmed by anybody; null if it is.</param>
/// <param name="IsBehind">It signs nothing.</param>
public sealed record ClockState(Timestamp Now, Timestamp Signed, Timestamp? Doubted, bool IsBehind)
{
    /// <summary>First of all a person looks: what is confirmed by mistake ends terms too early.</summary>
    internal const string Look = "Compare this time with another clock. If it is wrong, set it right, and run 'hiercash-issuer clock' "
        + "again. Only if it is right: 'hiercash-issuer clock accept'.";
}

/// <summary>One kind of things that were signed under a date that is still to come, and what became of them.</summary>
public sealed record SignedAhead(string What, long Count, string Became);

/// <summary>
/// What was signed while the clock was ahead is signed again under the right date, once a person has confirmed the clock (rule R26).
/// Numbers and versions go on, and none is used twice: what a bank may have already is followed by the next, not replaced.
/// </summary>
internal sealed class IssuerClock(Database store, IssuerKeys keys, PartyId issuer, SchemeParameters terms, ExcessQueue queue,
    TimeProvider clock)
{
    /// <summary>A person has looked at the clock, and it is right.</summary>
    /// <returns>What was signed ahead, and what became of it; empty where nothing was.</returns>
    public IReadOnlyList<SignedAhead> Accept()
    {
        var now = Timestamp.Now(clock);
        var certificates = keys.CertifyAgain(store, now);
        var found = store.Write(db =>
        {
            long lists = HotVersionTable.MadeAfter(db, now);
            int tills = TillTable.RegisteredBy(db, now);
            int statements = BankTable.All(db).Count(bank => StatementTable.Newest(db, bank.Id)?.Date > now);
            var all = new List<SignedAhead>
            {
                new("certificates of this issuer's keys", certificates, "made again; 'serve' hands them out when it is asked next"),
                new("grants of tills", tills,
                    "they count from today. Enrol them again ('enrol shop') if their certificates begin too late to be used"),
                new("versions of the hot list", lists, "the numbers stay; the list is signed under the day on which it is asked for"),
                new("statements of circulation", statements, "the next one of each bank follows them, under the right date"),
                new("instructions that no bank has acknowledged", Transfers(db, now), "signed again"),
                new("receipts", Receipts(db, now), "a further revision of each is signed; promises are due a dispute term from today"),
                new("reversals", Reversals(db, now), "signed again"),
                new("dead statements", Dead(db, now), "signed again"),
                new("dossiers", TraceCaseTable.LookAgain(db, now), "each is signed at the day on which its bank fetches it"),
            };
            DatesAhead.SetBack(db, now);
            ClockWatch.Accept(db, terms, now);
            return all;
        });
        return [.. found.Where(f => f.Count > 0)];
    }

    /// <summary>Of those that a bank may have booked already the number counts, and nobody books one twice.</summary>
    private int Transfers(IWriteTransaction db, Timestamp now) => Each(InstructionTable.AllUnfetched(db).FindAll(t => t.Date > now), t =>
        InstructionTable.SignedAgain(
            db, ClearingInstruction.Sign(keys.Statement, issuer, t.Number, t.Bank, t.Kind, t.Reference, t.Total, t.Currency, now)));

    /// <summary>A promise that was made ahead is due a dispute term from today, as it would have been.</summary>
    private int Receipts(IWriteTransaction db, Timestamp now)
    {
        var latest = now.Plus(terms.DisputeTerm);
        var ahead = HistoryTable.AnsweredAfter(db, now, latest).ConvertAll(p => HistoryTable.Find(db, p)!);
        GuaranteeTable.DueAtLatest(db, latest);
        int signed = Each(ahead, row => queue.Revise(
            db, row, row.Share with { Due = Timestamp.Min(row.Share.Due, row.Share.Guaranteed.IsZero ? now : latest) }, now));
        HistoryTable.AnsweredBy(db, now);
        return signed;
    }

    private int Reversals(IWriteTransaction db, Timestamp now) => Each(HistoryTable.Reversals(db).FindAll(r => r.Date > now), reversal =>
    {
        var again = Reversal.Sign(keys.Statement, issuer, reversal.Payment, reversal.Y, reversal.Moved, now);
        HistoryTable.SignedAgain(db, again);
        CaseReversalTable.SignedAgain(db, again);
    });

    private int Dead(IWriteTransaction db, Timestamp now) => Each(DeadPaymentTable.SignedAfter(db, now), dead =>
    {
        var message = SignedMessage.Dead(issuer, dead.Payment, dead.Coin, dead.Seq, dead.Y, dead.Basis, now);
        DeadPaymentTable.SignedAgain(db, dead with { Date = now, Signature = keys.Statement.Sign(message) });
    });

    private static int Each<T>(List<T> ahead, Action<T> sign)
    {
        ahead.ForEach(sign);
        return ahead.Count;
    }
}
