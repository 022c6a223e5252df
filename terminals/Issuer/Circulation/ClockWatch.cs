namespace HierCash.Issuer;

/// <summary>
/// The issuer's own clock (rule R26). It has no peer that it trusts more, so it compares its clock with what it has signed itself. Behind
/// that, it stops: what is signed under a day that was before cannot be told from what was. Far ahead of its last sign of life it was away,
/// or its clock was set: it answers, but ends no term until two banks whose clocks agree have come, for what has been returned and
/// forgotten is not had back. One bank may lie; a shop's word counts for nothing, as anybody may become one.
/// </summary>
internal sealed class ClockWatch
{
    /// <summary>The date that was signed last is written at most this often: far within the tolerance.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly Lock _turn = new();
    private readonly Database _store;
    private readonly SchemeParameters _terms;
    private readonly TimeProvider _clock;
    private Timestamp _written;
    private (Timestamp Wall, long At) _seen;
    private bool _doubted;

    /// <summary>A doubt of this process that is not in the books: who only looks writes nothing there.</summary>
    private Timestamp? _found;
    private long? _alarmed;

    /// <summary>Banks that have agreed since the clock was doubted. A process that starts anew asks for it again.</summary>
    private readonly HashSet<PartyId> _agreed = [];

    public ClockWatch(Database store, SchemeParameters terms, TimeProvider clock)
    {
        (_store, _terms, _clock) = (store, terms, clock);
        var now = Timestamp.Now(clock);
        _seen = (now, clock.GetTimestamp());
        var (signed, doubted, alive) = store.Read(db => (ClockTable.Signed(db), ClockTable.DoubtedSince(db), AliveTable.Last(db)));
        _written = signed;
        _doubted = doubted is not null;
        if (alive != default && now > alive.Plus(terms.ClockTolerance))
        {
            _found = now;
        }
    }

    /// <summary>What a person sees of it; nothing is written.</summary>
    public ClockState Show()
    {
        var now = Timestamp.Now(_clock);
        lock (_turn)
        {
            var (signed, doubted) = _store.Read(db => (ClockTable.Signed(db), ClockTable.DoubtedSince(db)));
            return new ClockState(now, signed, doubted ?? _found, IsBehind(signed, now, _terms));
        }
    }

    /// <summary>True while the clock is behind what was signed, by more than the tolerance.</summary>
    public static bool IsBehind(Timestamp signed, Timestamp now, SchemeParameters terms) => signed > now.Plus(terms.ClockTolerance);

    /// <summary>Why the issuer signs nothing now: both times, and what to do. Null where it does. Raises the alarm.</summary>
    public string? WhyStopped(Timestamp now)
    {
        lock (_turn)
        {
            bool behind = IsBehind(_written, now, _terms);
            if (behind)
            {
                // Another process of this issuer may have heard a person confirm the clock.
                _written = _store.Read(ClockTable.Signed);
                behind = IsBehind(_written, now, _terms);
            }

            if (!behind)
            {
                return null;
            }

            if (_alarmed is not { } at || _clock.GetElapsedTime(at) > Every)
            {
                // Strangers may ask as often as they like.
                _store.Write(db => Alarms.Raise(db, Alarms.ClockBehind, [], now));
                _alarmed = _clock.GetTimestamp();
            }

            return $"The issuer's clock says {now}, behind {_written}, the latest time that it went by. It signs nothing until its clock "
                + $"is right, or 'hiercash-issuer clock accept'.";
        }
    }

    /// <summary>True while what ends terms waits. A clock that was set is noticed by the time that nobody sets.</summary>
    public bool IsDoubted(Timestamp now)
    {
        lock (_turn)
        {
            Look(now);
            if (_doubted)
            {
                _doubted = _store.Read(ClockTable.DoubtedSince) is not null;
            }

            return _doubted;
        }
    }

    /// <summary>Something dated was signed, or is about to be answered with.</summary>
    /// <param name="agrees">The bank that asked for it, if it has dated what it asked with the time that is now here, too.</param>
    public void Answered(Timestamp now, PartyId? agrees = null)
    {
        lock (_turn)
        {
            Look(now);
            bool ends = _doubted && agrees is { } bank && IsConfirmed(bank);
            if (!ends && now <= _written.Plus(Every))
            {
                return;
            }

            _store.Write(db => ClockTable.Advance(db, now, ends));
            _written = now > _written ? now : _written;
            _doubted &= !ends;
        }
    }

    /// <summary>True once two banks agree, or the only one that there is.</summary>
    private bool IsConfirmed(PartyId bank)
    {
        _agreed.Add(bank);
        var banks = _store.Read(BankTable.Valid);
        return banks.Count(_agreed.Contains) >= Math.Min(2, banks.Count);
    }

    /// <summary>
    /// A person says that the clock is right. Where it was ahead by so much that coins may have been forgotten by it, that is noted.
    /// </summary>
    public static void Accept(IWriteTransaction db, SchemeParameters terms, Timestamp now)
    {
        var signed = ClockTable.Signed(db);
        bool forgot = signed > now && !Forgetting.ForgetsNothing(terms, now, signed);
        ClockTable.Accept(db, now, forgot);
    }

    /// <summary>That is in the books now: what this process had found and written before counts no more.</summary>
    public void Accepted()
    {
        lock (_turn)
        {
            (_found, _written) = (null, _store.Read(ClockTable.Signed));
        }
    }

    /// <summary>For who serves or signs: a doubt goes into the books.</summary>
    private void Look(Timestamp now)
    {
        var expected = _seen.Wall.Plus(_clock.GetElapsedTime(_seen.At));
        _seen = (now, _clock.GetTimestamp());
        if (now > expected.Plus(_terms.ClockTolerance))
        {
            _found ??= now;
        }

        if (_found is { } since)
        {
            _store.Write(db => ClockTable.Doubt(db, since));
            (_doubted, _found) = (true, null);
            _agreed.Clear();
        }
    }
}
