namespace HierCash.Shop;

/// <summary>What a till keeps of its batches and of the issuer's answers, in one transaction of the caller's.</summary>
internal static class Submissions
{
    /// <summary>So far within the tolerance a date has to be, for an issuer whose clock is a little behind this till's.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>
    /// The date of a batch, stored before it leaves: later than the last one also after a clock that was a little ahead, or a batch of then
    /// would hide that the till was restored since. What lies further ahead the issuer did not take.
    /// </summary>
    public static Timestamp Date(IWriteTransaction db, Timestamp now, TimeSpan tolerance)
    {
        var last = TillTable.Submitted(db);
        var date = last >= now && last.Plus(Margin) <= now.Plus(tolerance) ? new Timestamp(last.Microseconds + 1) : now;
        TillTable.RaiseSubmitted(db, date);
        return date;
    }

    /// <summary>TIME of the oldest payment that is queued, and not among these, or under way; 0 if there is none.</summary>
    public static Timestamp OldestBut(IReadSnapshot db, List<CoinPayment> batch)
    {
        var sent = batch.Select(p => p.H.Id).ToHashSet();
        var oldest = CoinPaymentTable.QueuedIds(db, batch.Count + 1).Find(p => !sent.Contains(p.Id)).Sale;
        var open = SaleTable.Open(db).Find(s => !batch.Exists(p => p.H.Time == s.Time))?.Time ?? default;
        return open == default || (oldest != default && oldest < open) ? oldest : open;
    }

    /// <summary>Keeps each revision; the newest says what became of the payment. What was taken back meanwhile stays so.</summary>
    public static void Record(IWriteTransaction db, PaymentId payment, CoinPaymentState state, Receipt receipt)
    {
        ReceiptTable.Keep(db, payment, receipt);

        // By when it came, because clocks go wrong. A repeated one is the newest, if it is dated later.
        if (receipt.Counts && (!receipt.Repeated || TillTable.NewestReceipt(db) is not { } last || receipt.Date > last.Date))
        {
            TillTable.KeepNewestReceipt(db, receipt with { Repeated = false });
        }

        // What counted once falls only with a reversal: no refusal of an issuer that has forgotten it takes its earlier word from the shop
        // (rule R27).
        bool keepsWord = !receipt.Counts && receipt.Verdict != Verdict.Dead && CoinPaymentTable.ReceiptOf(db, payment) is { Counts: true };
        if (!keepsWord)
        {
            CoinPaymentTable.Record(db, payment, state, receipt);
        }
    }

    /// <summary>The issuer's newest receipt of a payment that counts; null if there is none, or while something still goes again.</summary>
    public static Receipt? Newest(IReadSnapshot db) => CoinPaymentTable.HasAgain(db) ? null : TillTable.NewestReceipt(db);

    /// <summary>
    /// The issuer says that it was restored: what it had answered since goes to it again, once for each restoration. It has forgotten the
    /// numbers of its hot lists, too, and may have given them to others: the till asks for all of the list, and takes it under any number
    /// (hole 11).
    /// </summary>
    /// <param name="margin">So much before its last sign of life, too: clocks differ.</param>
    /// <returns>True if that is new.</returns>
    public static bool BringAgain(IWriteTransaction db, Restoration restored, TimeSpan margin)
    {
        // Any other than the last one: the clock that dated that may have been ahead.
        if (PolicyTable.HasHeardOf(db, restored))
        {
            return false;
        }

        var since = restored.Since.Minus(margin);
        var answered = CoinPaymentTable.Answered(db);
        foreach (var kept in answered.Where(a => !a.IsVoided && a.Receipt is { } receipt && GoesAgain(receipt) && receipt.Date >= since))
        {
            CoinPaymentTable.GoesAgain(db, kept.Id);
        }

        foreach (var taken in answered.Where(a => a.Reversal is { } reversal && reversal.Date >= since))
        {
            CoinPaymentTable.ForwardAgain(db, taken.Id);
        }

        PolicyTable.HearOf(db, restored);
        HotStateTable.ForgetVersion(db);

        return true;
    }

    /// <summary>What counted, and what was refused because the issuer did not know the coin: it may have forgotten that.</summary>
    private static bool GoesAgain(Receipt receipt) => receipt.Counts || receipt.Verdict == Verdict.UnknownCoin;
}
