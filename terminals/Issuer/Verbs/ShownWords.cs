using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// What tills show an issuer that was put back together with all banks (R27): its own receipts, of payments that count. One that it does not know, and cannot have forgotten by its terms, it has
/// signed after the copy.
/// </summary>
internal sealed class ShownWords(ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms)
{
    /// <summary>What a till showed stands where else the bank's number does: no party has this one.</summary>
    public const long NoBank = 0;

    /// <summary>True if one of them says that this issuer was restored from an older copy: then it is noted, and nothing may be judged.</summary>
    public bool IsBehind(IWriteTransaction db, IEnumerable<Receipt> words, TillId till, Timestamp now)
    {
        var ended = Restorations.Newest(db)?.Ended;
        var unknown = words.Where(w => IsUnknown(db, w, ended, now)).MaxBy(w => w.Date);
        bool shown = unknown is not null && IsOwn(unknown);
        Switches.Off("R27 own receipt", ref shown);
        if (shown)
        {
            db.Execute(
                "INSERT INTO behind(bank, since, proof) VALUES($1, $2, $3) ON CONFLICT(bank) DO UPDATE SET proof = excluded.proof", NoBank, now.ToLedger(), unknown!.Encode());
            Alarms.Raise(db, Alarms.Restored, till.Value.ToArray(), now);
        }

        return shown;
    }

    private bool IsUnknown(IReadSnapshot db, Receipt said, Timestamp? ended, Timestamp now)
    {
        // What it had said before it recovered it recovered from, as far as tills bring it again: nobody keeps some of it back, to stop it once more.
        bool isAfter = ended is null || said.Date > ended;
        Switches.On("R27 recovered word", ref isAfter);
        bool isOfLate = said.Date <= now && now <= said.Date.Plus(terms.BackupMaxAge);
        bool isKept = isOfLate && Forgetting.ForgetsNothing(terms, said.Date, now);
        Switches.Replace("R27 forgotten since", ref isKept, isOfLate);

        // A copy of after a clock was set right has all that was said before, but what was forgotten by that clock.
        bool isAhead = said.Date <= ClockWatch.Forgot(db);
        Switches.Off("R27 forgotten ahead", ref isAhead);
        return isAfter && isKept && !isAhead && said.Counts && said.Issuer == issuer && said.Currency == terms.Currency && HistoryTable.Find(db, new PaymentId(said.Subject)) is null;
    }

    private bool IsOwn(Receipt said)
    {
        bool own = keys.IsStatement(k => said.Verify(suite, k));
        Switches.On("R27 receipt signed", ref own);
        return own;
    }

    /// <summary>Where the copy ends, if nobody has settled since: with the last thing in it that is older than what it does not know.</summary>
    public static long CopyEnds(IReadSnapshot db, Timestamp unknown) => db.Number(
        "SELECT coalesce(max(date), 0) FROM (SELECT date FROM history WHERE date < $1 UNION ALL SELECT date FROM issuance WHERE date < $1)", unknown.ToLedger());
}
