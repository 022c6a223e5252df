using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace HierCash.Issuer;

/// <summary>The issuer (EP 0810563, apparatus 100, claim 12). It never gets to know U.</summary>
public sealed partial class IssuerParty : ILinkHandler
{
    private readonly Database _store;
    private readonly SchemeParameters _terms;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Issuance _issuance;
    private readonly Settlement _settlement;
    private readonly ClearingCycle _transfers;
    private readonly ParkedInstructions _parked;
    private readonly OverspendingCases _traces;
    private readonly Forgetting _purge;
    private readonly Enrolment _enrolment;
    private readonly Reversals _reversals;
    private readonly Redemption _redemption;
    private readonly CoinCancellation _cancellation;
    private readonly HotListPublisher _hotList;
    private readonly ExpiryReturns _returns;
    private readonly SealedRelay _relay;
    private readonly CirculationStatements _statements;
    private readonly AgreedBooks _agreement;
    private readonly IssuerRecovery _recovery;
    private readonly LostKeys _lost;
    private readonly TillRegistrations _tills;
    private readonly ServiceRecord _service;
    private readonly ClockWatch _watch;
    private readonly IssuerClock _clocks;
    private readonly Lock _linkGate = new();
    private ISigningKey? _linkKey;
    private X509Certificate2? _link;

    /// <param name="store">Made with <see cref="Schema"/>; the caller disposes of it.</param>
    public IssuerParty(PartyId id, Database store, ICashSuite suite, SchemeParameters terms, TimeProvider clock, ILogger log,
        ICrashPoints crash)
    {
        (Id, _store, _terms, _clock, _log) = (id, store, terms, clock, log);
        _watch = new ClockWatch(store, terms, clock);
        _tills = new TillRegistrations(store);
        _service = new ServiceRecord(store, Timestamp.Now(clock));
        Keys = IssuerKeys.Open(store, suite, id, Timestamp.Now(clock));
        Registry = new Registry(store);
        _issuance = new Issuance(store, suite, Keys, id, terms, clock, crash);
        _agreement = new AgreedBooks(store, suite, Keys, id, terms, clock);
        _settlement = new Settlement(store, suite, Keys, id, terms, _agreement, clock, crash);
        var queue = new ExcessQueue(Keys, id, terms);
        _traces = new OverspendingCases(store, suite, Keys, id, terms, queue, clock, crash);
        _parked = new ParkedInstructions(terms);
        _lost = new LostKeys(store, suite, Keys, id, clock);
        _recovery = new IssuerRecovery(store, suite, Keys, id, terms, clock);
        _transfers = new ClearingCycle(
            store, suite, Keys, id, terms, new Claims(terms, queue, _traces), _parked, new SettlementProofs(store, _traces), _agreement,
            clock, crash);
        _reversals = new Reversals(store, suite, Keys, id, terms, _agreement, clock, crash);
        _redemption = new Redemption(store, suite, Keys, id, terms, _agreement, clock, crash);
        _cancellation = new CoinCancellation(store, suite, clock, crash);
        _hotList = new HotListPublisher(store, suite, Keys, id, terms, clock);
        _returns = new ExpiryReturns(Keys, id, terms);
        _relay = new SealedRelay(suite, Keys, _reversals, _redemption, _traces);
        _statements = new CirculationStatements(store, Keys, id, terms, _agreement, clock);
        _purge = new Forgetting(store, terms);
        _clocks = new IssuerClock(store, Keys, id, terms, queue, clock);
        _enrolment = new Enrolment(id, Keys, Registry, terms, suite, clock);
        Audit = new IssuerAudit(store, suite, Keys);
    }

    public static Schema Schema { get; } = Schema.Of(typeof(IssuerParty).Assembly);

    public PartyId Id { get; }

    public IssuerKeys Keys { get; }

    public Registry Registry { get; }

    public IssuerAudit Audit { get; }

    /// <summary>Most pages of a dossier, at most <see cref="DossierHeader.MaxPages"/>.</summary>
    public int MostDossierPages
    {
        get => _traces.MostPages;
        set => _traces.MostPages = value is > 0 and <= DossierHeader.MaxPages
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"A dossier has 1 to {DossierHeader.MaxPages} pages.");
    }

    /// <summary>Most coins in one hot list, at most <see cref="HotList.MaxEntries"/>.</summary>
    public int MostHotCoins
    {
        get => _hotList.MostHot;
        set => _hotList.MostHot = value is > 0 and <= HotList.MaxEntries
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"A hot list has 1 to {HotList.MaxEntries} coins.");
    }

    /// <summary>What banks, shops and wallets may know of the scheme.</summary>
    public Scheme Scheme => _enrolment.Scheme;

    /// <summary>The issuer's certificate and key for its links, of the newest statement key; not the caller's to dispose of.</summary>
    public X509Certificate2 LinkCertificate()
    {
        lock (_linkGate)
        {
            // Made under a clock that was ahead, it is good for nobody until that day.
            bool isToCome = _link is not null && _link.NotBefore.ToUniversalTime() > _clock.GetUtcNow();
            if (_link is null || isToCome || !_linkKey!.PublicKey.Equals(Keys.Statement.PublicKey))
            {
                // The one before may still be in a handshake: it is left to the collector.
                (_linkKey, _link) = (Keys.Statement, _enrolment.LinkCertificate());
            }

            return _link;
        }
    }

    /// <summary>What the clock says, and whether the issuer signs (rule R26).</summary>
    public ClockState Clock => _watch.Show();

    /// <summary>A person says that the clock is right: what was signed under a later date is signed again under today's.</summary>
    /// <returns>What it was; empty where nothing was signed ahead.</returns>
    public IReadOnlyList<SignedAhead> AcceptClock()
    {
        var ahead = _clocks.Accept();
        _watch.Accepted();
        // By a clock that a person has confirmed: who starts next was not away since longer than that.
        _service.Beat(_clock);
        _statements.RunDue();
        return ahead;
    }

    /// <summary>For what signs: refused while the clock is behind what was signed before.</summary>
    private Result<T> Signing<T>(Func<Timestamp, Result<T>> act)
    {
        var now = Timestamp.Now(_clock);
        return _watch.WhyStopped(now) is { } why ? new Refused(Outcome.ClockDiffers, why) : act(now);
    }

    /// <summary>Takes a bank or shop into the scheme.</summary>
    /// <param name="cap">Most cash that a bank may have outstanding; of no meaning for a shop.</param>
    /// <param name="bank">The bank whose revoked key this request's replaces, by its number.</param>
    public Result<EnrolmentGrant> Enrol(EnrolmentRequest request, Amount cap, PartyId? bank = null) => Signing(now =>
    {
        Keys.Refresh(_store, now);
        return _enrolment.Enrol(request, cap, bank);
    });

    /// <summary>Makes a new key of that use; banks and shops fetch its certificate by themselves (hole 22).</summary>
    public Result<KeyCertificate> Rotate(KeyUsage usage) => Signing(now =>
    {
        // First: a process that serves hands the certificate out at once.
        _watch.Answered(now);
        return Keys.Rotate(_store, usage, now);
    });

    /// <summary>Revokes a till's key, and those of the tills that it enrolled since the theft, directly or not (rule R18).</summary>
    /// <param name="stolen">Since when somebody else may have had the key; null: now.</param>
    public Result<List<TillId>> Revoke(TillId till, Timestamp? stolen = null)
    {
        var now = Timestamp.Now(_clock);
        return stolen > now
            ? Refused.ByRule($"The key cannot have been stolen at {stolen}, which is yet to come. Give the moment of the theft with "
                + $"--since, or leave it out.")
            : Registry.RevokeTill(till, now, stolen);
    }

    /// <summary>Revokes a bank's key.</summary>
    public Refused? Revoke(PartyId bank) => Registry.RevokeBank(bank, Timestamp.Now(_clock));

    /// <summary>
    /// For a process that serves: until what is returned is disposed of, the store says each minute that the issuer serves, also while
    /// nobody asks anything. What lies between the last such sign and the next one counts as an outage (rule R6), also where the process
    /// stood still and was not started again.
    /// </summary>
    public ITimer StartService() => _service.Start(_clock, LogNoSign);

    /// <summary>Turns what banks owe each other into instructions; run it once per cycle.</summary>
    public int CloseCycle()
    {
        var now = Timestamp.Now(_clock);
        if (_watch.WhyStopped(now) is { } stopped)
        {
            LogStopped(stopped);
            return 0;
        }

        _service.Beat(_clock);
        if (Behind is not null)
        {
            LogStopped(AgreedBooks.RunRecover);
            return 0;
        }

        if (_watch.IsDoubted(now))
        {
            LogDoubted(now);
            return 0;
        }

        _watch.Answered(now);
        // All by the one moment that was judged: a clock that is set meanwhile ends no term, and lets nothing be forgotten (rule R26).
        _store.Write(db =>
        {
            _hotList.MakeVersions(db, now);
            return _returns.RunDue(db, now);
        });
        Keys.Refresh(_store, now);
        int made = _transfers.CloseCycle(now);
        _statements.RunDue();
        _purge.Run(now);
        LogCycle(made);
        return made;
    }

    /// <summary>Forgets what has no term left (hole 6, rule R10); each cycle ends with it.</summary>
    /// <returns>Coins forgotten.</returns>
    public int Purge() => _purge.Run(Timestamp.Now(_clock));

    /// <summary>What waits: transfers for the next cycle, instructions that banks did not fetch, cases without a finding, alarms.</summary>
    public (long Deltas, long Unfetched, long Cases, long Alarms) Queues => _store.Read(db => (
        TransferDeltaTable.Count(db), InstructionTable.CountUnfetched(db), TraceCaseTable.CountUnjudged(db), AlarmTable.Count(db)));

    /// <summary>Since when the issuer knows that it was restored from an older copy; null if it was not, or has recovered.</summary>
    public Timestamp? Behind => _store.Read(AgreedBooks.BehindSince);

    /// <summary>Recovers from an older copy (R27): at its next visit each bank gives back what this issuer had signed for it.</summary>
    /// <param name="without">A bank that will not come any more.</param>
    /// <returns>Banks that have to visit first; none: the issuer goes on.</returns>
    public Result<List<PartyId>> Recover(PartyId? without = null) => Behind is null ? _recovery.Begin(without) : Signing(now =>
    {
        Keys.Renew(_store, now);
        return _recovery.Begin(without);
    });

    /// <summary>Keys of this issuer's own whose secret its copy lacks; the newest last.</summary>
    public IReadOnlyList<KeyCertificate> LostKeys => _store.Read(LostKeyTable.All);

    /// <summary>Banks that were left out of a recovery after they had shown a later word, and may still come.</summary>
    public IReadOnlyList<PartyId> LeftOut => _store.Read(db => RecoveryTable.In(db, RecoveryState.Away));

    /// <summary>Banks that have to visit before an issuer that recovers goes on.</summary>
    public IReadOnlyList<PartyId> Awaited => _store.Read(db => RecoveryTable.In(db, RecoveryState.Waits));

    /// <summary>For the people of an issuer that is behind: what it means, and what ends it.</summary>
    public static string WhenBehind => AgreedBooks.RunRecover;

    /// <summary>Everything that waits: why, since when, what ends it (docs/waiting.md).</summary>
    public IReadOnlyList<Waiting> Waits => _store.Read<IReadOnlyList<Waiting>>(
            db => [.. IssuerWaiting.Of(Clock), .. IssuerWaiting.All(db, Scheme.Terms.Currency, _parked.Show(db, Timestamp.Now(_clock)))]);

    /// <summary>Whether it stands still, on whom it waits, and everything that waits, as one read: 'serve' changes it meanwhile.</summary>
    public (Timestamp? Behind,
        IReadOnlyList<PartyId> Awaited, IReadOnlyList<KeyCertificate> LostKeys, IReadOnlyList<Waiting> Waits) Standing =>
        _store.Read(_ => (Behind, Awaited, LostKeys, Waits));

    /// <summary>What banks did not book, by bank and number.</summary>
    public IReadOnlyList<ParkedInstruction> Parked => _store.Read(db => _parked.Show(db, Timestamp.Now(_clock)));

    /// <summary>What somebody should look at, the newest first: what, about which coin or other subject, how often, when last.</summary>
    public IReadOnlyList<(string Kind, string Subject, long Times, Timestamp Last)> Alarms => _store.Read(AlarmTable.All);

    /// <summary>Coins in the inspection database, and in the history database.</summary>
    public (long Open, long Closed) CoinCounts => _store.Read(CoinTable.Counts);

    public ValueTask<LinkMessage> Handle(LinkPeer peer, LinkMessage request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var now = Timestamp.Now(_clock);
        var answer = Stopped(peer, request.Type, now) ?? NotFor(peer.Role, request.Type) ?? Answer(peer, request, cancel);
        if (Refusal.Read(answer) is { } refusal)
        {
            LogRefused(peer, request.Type, refusal.Reason);
            return ValueTask.FromResult(answer);
        }

        if (request.Type != MessageType.Certificates)
        {
            // On disk before it leaves: it may be dated. A bank's own date is held against this clock here: who overrides the comparison
            // agrees to nothing by that.
            _watch.Answered(now, peer.Role == LinkRole.Bank && _agreement.IsDatedNow(request, now) ? peer.Id : null);
        }

        LogAnswered(peer, request.Type, answer.Type);
        return ValueTask.FromResult(answer);
    }

    public string? WhyNotStored(Exception fault) => StoreFault.Of(fault)?.Reason;

    /// <summary>Why nobody, or not this peer, is answered now.</summary>
    private LinkMessage? Stopped(LinkPeer peer, MessageType type, Timestamp now)
    {
        if (_watch.WhyStopped(now) is { } behind && type != MessageType.Certificates)
        {
            return Refuse(RefusalReason.Unavailable, behind);
        }

        _service.Beat(_clock);
        if (Registry.Refuses(peer, now) is { } stranger)
        {
            return stranger.ToMessage();
        }

        Keys.Refresh(_store, now);
        return Behind is not null && type is not (
            MessageType.Certificates or MessageType.ShowCertificates or MessageType.Agree or MessageType.Return)
            ? Refuse(RefusalReason.Unavailable, AgreedBooks.Stopped) : null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Peer}: {Request} answered with {Reply}")]
    private partial void LogAnswered(LinkPeer peer, MessageType request, MessageType reply);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Peer}: {Request} refused: {Reason}")]
    private partial void LogRefused(LinkPeer peer, MessageType request, RefusalReason reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "nothing is returned, instructed or forgotten: no two banks have agreed yet that it "
        + "is {Now}, and no person has ('hiercash-issuer clock accept')")]
    private partial void LogDoubted(Timestamp now);

    [LoggerMessage(Level = LogLevel.Error, Message = "the sign of life is not written: {Reason}")]
    private partial void LogNoSign(string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "nothing is signed: {Reason}")]
    private partial void LogStopped(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "cycle closed with {Count} instructions")]
    private partial void LogCycle(int count);
}
