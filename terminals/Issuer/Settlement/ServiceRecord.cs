namespace HierCash.Issuer;

/// <summary>
/// When the issuer served, and when it answered each till (rule R6): a payment of a lost card must not fail because the issuer was away,
/// and must not pass because a till says that it was.
/// </summary>
internal sealed class ServiceRecord
{
    /// <summary>Signs of life are written at most this often.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>A shorter silence is no outage.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromHours(1);
    private readonly Lock _turn = new();
    private readonly Database _store;
    private Timestamp _last;

    /// <summary>The last sign of life that was written; 0 where no timer runs: nobody need ask anything for days.</summary>
    private Timestamp _ticked;

    /// <summary>What lies between the last sign of life and this start was an outage.</summary>
    public ServiceRecord(Database store, Timestamp now)
    {
        _store = store;
        _last = store.Read(AliveTable.Last);
        Silence(_last, now);
    }

    private void Silence(Timestamp last, Timestamp now)
    {
        if (last != default && now > last.Plus(Shortest))
        {
            _store.Write(db => OutageTable.Add(db, last, now));
        }
    }

    /// <summary>
    /// The issuer serves. Where the timer was silent, or nothing could be written, the process or its machine stood still until now, and is
    /// not told so: that is an outage too.
    /// </summary>
    public void Beat(TimeProvider clock)
    {
        lock (_turn)
        {
            // Who waited here for a disk that hung is asked for the time when it goes on.
            var now = Timestamp.Now(clock);
            Silence(_ticked, now);
            Note(now);
            _ticked = _ticked == default ? default : now;
        }
    }

    private void Note(Timestamp now)
    {
        // A clock that was ahead once, and is right again, leaves a sign of life of the future: the next one is of today.
        if (now >= _last && now < _last.Plus(Every))
        {
            return;
        }

        _store.Write(db =>
        {
            // So does an outage that ends then: the hours that are still to come are none of it, and count for nothing once their date has
            // come.
            OutageTable.CutShort(db, now.Plus(Shortest), now);
            AliveTable.Note(db, now);
        });
        _last = now;
    }

    /// <summary>Signs of life of a process that serves and hears nothing: quiet hours are no outage.</summary>
    /// <param name="failed">Told why one could not be written; the next is tried all the same.</param>
    public ITimer Start(TimeProvider clock, Action<string> failed)
    {
        _ticked = Timestamp.Now(clock);
        return clock.CreateTimer(_ => Tick(clock, failed), null, Every, Every);
    }

    private void Tick(TimeProvider clock, Action<string> failed)
    {
        try
        {
            Beat(clock);
        }
        // On a timer nobody else is there to take it: whatever it is would end the process (rule R28).
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failed(e.Message);
        }
    }

    /// <summary>
    /// How long the issuer did not serve between a moment and now, each hour once. What ended later was seen by a clock that was ahead.
    /// </summary>
    public static TimeSpan Outage(IReadSnapshot db, Timestamp from, Timestamp to)
    {
        long microseconds = 0, until = from.ToLedger();
        foreach (var (began, ended) in OutageTable.EndedBetween(db, from, to))
        {
            microseconds += Math.Max(0, ended.ToLedger() - Math.Max(began.ToLedger(), until));
            until = Math.Max(until, ended.ToLedger());
        }

        return TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>
    /// The issuer answers a batch or a hot list request of this till. The answer is dated by the till's clock if that is slow, for it gives
    /// the TIME of what the till takes next; and what the till still has to send it took before (rule R6). A contact that was noted stays.
    /// </summary>
    /// <param name="queued">TIME of the oldest payment that the till still has to send; 0: there is none.</param>
    public static void Answer(IWriteTransaction db, TillId till, Timestamp asked, Timestamp queued, Timestamp now)
    {
        var answered = Timestamp.Min(asked, now);
        answered = queued == default ? answered : Timestamp.Min(answered, queued);
        TillTable.Answered(db, till, answered);
    }
}
