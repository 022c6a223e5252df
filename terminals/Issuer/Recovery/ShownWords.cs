namespace HierCash.Issuer;

/// <summary>
/// What tills show an issuer that was put back together with all banks (R27): its own receipts. One that it does not know, and cannot have
/// forgotten by its terms, it signed after the copy.
/// </summary>
internal sealed class ShownWords(Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms)
{
    /// <summary>True, and noted, if one of them shows that this issuer is an older copy: then nothing may be judged.</summary>
    public bool IsBehind(IEnumerable<Receipt> words, TillId till, Timestamp now)
    {
        var unknown = store.Read(db =>
        {
            var ended = RestorationTable.Newest(db)?.Ended;
            return words.Where(w => IsUnknown(db, w, ended, now)).MaxBy(w => w.Date);
        });
        bool shown = unknown is not null && IsOwn(unknown);
        if (shown)
        {
            store.Write(db => BehindTable.Note(db, unknown!, now) > 0 && Alarms.Raise(db, Alarms.Restored, till.Value.ToArray(), now));
        }

        return shown;
    }

    private bool IsUnknown(IReadSnapshot db, Receipt said, Timestamp? ended, Timestamp now)
    {
        // What it had said before it recovered it recovered from, as far as tills bring it again: nobody keeps some of it back, to stop it
        // once more.
        bool isAfter = ended is null || said.Date > ended;
        bool isOfLate = said.Date <= now && now <= said.Date.Plus(terms.BackupMaxAge);
        bool isKept = isOfLate && Forgetting.ForgetsNothing(terms, said.Date, now);

        // A copy of after a clock was set right has all that was said before, but what was forgotten by that clock.
        bool isAhead = said.Date <= ClockTable.Forgot(db);
        return isAfter && isKept && !isAhead && said.Counts && said.Issuer == issuer && said.Currency == terms.Currency
            && HistoryTable.Find(db, new PaymentId(said.Subject)) is null;
    }

    private bool IsOwn(Receipt said) => keys.IsStatement(k => said.Verify(suite, k));
}
