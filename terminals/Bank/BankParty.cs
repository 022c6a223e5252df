using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Bank;

/// <summary>What a bank brings to life: who it is in the scheme.</summary>
/// <param name="Certificate">The root key's word for PS_B.</param>
public sealed record BankIdentity(PartyId Id, string Name, KeyCertificate Certificate, Scheme Scheme)
{
    /// <exception cref="InvalidOperationException">A shop's grant.</exception>
    public static BankIdentity Of(EnrolmentGrant grant) => new(
        grant.Holder, grant.Name, grant.BankCertificate
            ?? throw new InvalidOperationException("This grant is not a bank's."), grant.Scheme);
}

/// <summary>A bank (EP 0810563, apparatus 200, claim 11). It never gets to know N_U, K, S_I, or which shop a coin paid.</summary>
public sealed partial class BankParty : ILinkHandler
{
    private readonly Database _store;
    private readonly ICashSuite _suite;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly ICrashPoints _crash;
    private readonly BankIdentity _identity;
    private readonly ISigningKey _key;
    private readonly Withdrawals _withdrawals;
    private readonly OrderRecovery _orders;
    private readonly ClearingPosting _instructions;
    private readonly OverspendingInvestigation _evidence;
    private readonly Rebuttals _rebuttals;
    private readonly LostCards _losses;
    private readonly BankPurge _purge;
    private readonly ShopAccounts _shops;
    private readonly LetterBook _letters;
    private readonly ILink _issuer;
    private readonly Agreement _agreement;
    private readonly SealedRelay _relay;
    private readonly PeerClock _issuersClock;

    /// <param name="store">Made with <see cref="Schema"/>; the caller disposes of it.</param>
    /// <param name="relay">Another one, for what wallets send through the bank; null where no stranger reaches it.</param>
    public BankParty(
        BankIdentity identity, Database store, ICashSuite suite, ILink issuer, TimeProvider clock, ILogger log, ICrashPoints crash,
        ILink? relay = null)
    {
        (_identity, _store, _suite, _clock, _log, _crash) = (identity, store, suite, clock, log, crash);
        var key = _key = BankKeys.Of(store, suite, identity.Certificate.Key);
        var scheme = identity.Scheme;
        CertificateStore.Load(store, scheme, suite);
        Faults = new Faults(clock);
        _issuersClock = new PeerClock(clock, scheme.Terms.ClockTolerance, "this bank", "the issuer", "hiercash-bank serve");
        relay = _issuersClock.Over(relay ?? issuer);
        issuer = _issuersClock.Over(issuer);
        _agreement = new Agreement(identity.Id, store, suite, key, scheme, issuer, clock);
        _withdrawals = new Withdrawals(identity.Id, store, suite, key, scheme, issuer, _agreement, _issuersClock, clock, crash);
        _orders = new OrderRecovery(store, suite, scheme, _agreement, _withdrawals, clock);
        _instructions = new ClearingPosting(identity.Id, store, suite, key, scheme, issuer, clock, crash);
        _rebuttals = new Rebuttals(store, suite, key, identity.Certificate, scheme, issuer, clock);
        _evidence = new OverspendingInvestigation(store, suite, key, identity.Certificate, scheme, issuer, _rebuttals, clock, crash);
        _losses = new LostCards(identity.Id, store, suite, key, scheme, issuer, _issuersClock, clock, crash);
        _issuer = issuer;
        _relay = new SealedRelay(relay, _issuersClock, clock);
        _shops = new ShopAccounts(identity.Id, store);
        _letters = new LetterBook(store);
        _purge = new BankPurge(store, scheme.Terms);
        Audit = new BankAudit(store);
    }

    public static Schema Schema { get; } = Schema.Of(typeof(BankParty).Assembly);

    public PartyId Id => _identity.Id;

    public string Name => _identity.Name;

    public BankAudit Audit { get; }

    /// <summary>The request by which a bank with this store asks to take part; its key is made at first use.</summary>
    public static EnrolmentRequest RequestEnrolment(Database store, ICashSuite suite, string name)
    {
        using var key = BankKeys.First(store, suite);
        return EnrolmentRequest.Sign(key, EnrolmentRole.Bank, name);
    }

    /// <summary>The request for this bank's next key, signed by the present one (rule R17). It is used once its grant is here.</summary>
    /// <param name="isFresh">The next key that was made before is not wanted any more: it was lost or revoked.</param>
    public static EnrolmentRequest RequestNextKey(Database store, ICashSuite suite, BankIdentity identity, bool isFresh = false)
    {
        using var present = BankKeys.Of(store, suite, identity.Certificate.Key);
        using var next = BankKeys.After(store, suite, identity.Certificate.Key, isFresh);
        return EnrolmentRequest.Sign(next, EnrolmentRole.Bank,
            identity.Name) with { Voucher = KeyVoucher.Sign(present, EnrolmentRole.Bank, identity.Id, next.PublicKey) };
    }

    /// <summary>The keys that this bank has, for whoever takes a grant.</summary>
    public static IReadOnlyList<PublicKey> Keys(Database store, ICashSuite suite) => BankKeys.All(store, suite);

    /// <summary>This bank's certificate and key for its links. Refused where the store does not have its key.</summary>
    public static Result<X509Certificate2> LinkCertificate(Database store, ICashSuite suite, byte[] certificate)
    {
        using var bare = X509CertificateLoader.LoadCertificate(certificate);
        using var key = PublicKey.TryDecode(bare.PublicKey.EncodedKeyValue.RawData) is { } its ? BankKeys.Find(store, suite, its) : null;
        return key is null ? BankKeys.OfAnother : SchemeCertificate.WithKey(certificate, key);
    }

    /// <summary>Opens another account for a shop. Two shops may have one name (rule R18).</summary>
    /// <returns>The reference by which the issuer names the account.</returns>
    public Result<Digest> OpenShopAccount(string name) => _shops.Open(name, null);

    /// <summary>Opens a shop's account and signs it into the shop's request. A till's request always names the same account.</summary>
    /// <param name="account">The account of a known shop, whose further till this is. Null: a new shop's.</param>
    public Result<EnrolmentRequest> Vouch(EnrolmentRequest request, Digest? account = null)
    {
        if (Behind is not null)
        {
            return Agreement.RunRecover;
        }

        if (request.Role != EnrolmentRole.Shop || !request.Verify(_suite))
        {
            return Refused.ByRule("This is no shop's request, or it was altered. Have the shop make it again.");
        }

        if (PlainText.NameFault(request.Name, EnrolmentRequest.MaxNameSize) is { } fault)
        {
            return Refused.ByRule(fault);
        }

        var opened = account is { } known ? _shops.Known(known, request.Key) : _shops.Open(request.Name, request.Key);
        return !opened.Has(out var reference) ? opened.Refused! : request with
        {
            Account = new ShopAccount(Id, reference, _key.Sign(SignedMessage.ShopAccount(Id, reference, request.Key.Bytes))),
            Voucher = null,
        };
    }

    /// <summary>Shops with accounts here, and their balances in minor units; below zero is what a shop owes (rule R4).</summary>
    public IReadOnlyList<(string Name, Digest Account, long Balance)> ShopAccounts => _shops.All;

    /// <summary>The accounts whose reference begins with these 4 or more hexadecimal digits; else those of that name.</summary>
    public IReadOnlyList<(string Name, Digest Account, long Balance)> FindShopAccounts(string named) => _shops.Find(named);

    /// <summary>The account's bookings, oldest first: when, what, and by how many minor units it changed.</summary>
    public IReadOnlyList<(Timestamp Date, string Kind, long Change)> Statement(AccountId user) =>
        _store.Read(db => Ledger.Statement(db, LedgerAccount.User(user)));

    /// <summary>A shop account's bookings, oldest first: one credit a cycle, whose users the bank does not learn (hole 18).</summary>
    public IReadOnlyList<(Timestamp Date, string Kind, long Change)> ShopStatement(Digest account) =>
        _store.Read(db => Ledger.Statement(db, LedgerAccount.Shop(account)));

    /// <summary>What the issuer said of this bank's circulation, day by day.</summary>
    public IReadOnlyList<CirculationStatement> CirculationStatements => _store.Read(StatementTable.All);

    /// <summary>Statements that contradict what the issuer said before, each with that: they prove that it changed its books.</summary>
    public IReadOnlyList<(CirculationStatement Refused, CirculationStatement? Kept)> Contradictions => _store.Read(ContradictionTable.All);

    /// <summary>Pays cash into a user's account at the counter.</summary>
    /// <param name="receipt">The counter's receipt number: the same number is booked once.</param>
    /// <returns>The account that has it, of the present card. Refused where there is none, or this bank is an older copy.</returns>
    public Result<AccountEntry> Deposit(AccountId user, Amount amount, ulong receipt) => _store.Write<Result<AccountEntry>>(db =>
    {
        if (Agreement.BehindSince(db) is not null)
        {
            return Agreement.RunRecover;
        }

        if (AccountTable.Find(db, user) is null)
        {
            return new Refused(Outcome.NotFound, "There is no such account at this bank.");
        }

        var now = Timestamp.Now(_clock);
        Ledger.Move(db, now, LedgerTransaction.Deposit(receipt), LedgerAccount.Vault, LedgerAccount.User(user), amount);
        Replacement.Forward(db, now, user);
        return AccountTable.Find(db, Replacement.Present(db, user))!;
    });

    public Amount BalanceOf(AccountId user) => Amount.FromLedger(_store.Read(db => Ledger.Balance(db, LedgerAccount.User(user))));

    /// <summary>What the bank owes to the shop; 0 where the shop owes (<see cref="BankAudit.ShopDebts"/>).</summary>
    public Amount BalanceOfShop(Digest reference) =>
        Amount.FromLedger(Math.Max(0, _store.Read(db => Ledger.Balance(db, LedgerAccount.Shop(reference)))));

    public IReadOnlyList<AccountEntry> Accounts => _store.Read(AccountTable.All);

    /// <summary>Evidence files that this bank assembled.</summary>
    public IReadOnlyList<Evidence> EvidenceFiles => _store.Read(EvidenceTable.Files);

    /// <summary>The same, each with its verdict and what is claimed on it.</summary>
    public IReadOnlyList<CaseView> Cases => _rebuttals.Cases;

    /// <summary>What stands against a user, newest notices of each case.</summary>
    public IReadOnlyList<Notice> Notices(AccountId user) => _store.Read(db => NoticeTable.Of(db, user));

    public async ValueTask<LinkMessage> Handle(LinkPeer peer, LinkMessage request, CancellationToken cancel)
    {
        // What wallets send through the bank concerns the issuer alone.
        bool stopped = Behind is not null && request.Type is not (MessageType.Certificates or MessageType.Relay);
        var answer = stopped ? Refuse(RefusalReason.Unavailable, Agreement.Stopped) : request.Type switch
        {
            MessageType.Withdraw => await _withdrawals.Handle(request, cancel),
            MessageType.ShowOrder => await _orders.HandleShown(request, cancel),
            MessageType.Renounce => await _orders.HandleRenounce(request, cancel),
            MessageType.LostCard => await _losses.Handle(request, cancel),
            MessageType.Relay => await _relay.Handle(request, cancel),
            MessageType.Notices => _evidence.HandleNotices(request),
            MessageType.Accusation => _evidence.HandleAccusation(request),
            MessageType.Rebut => await _rebuttals.Handle(request, cancel),
            MessageType.Certificates => new CertificatesReply(_identity.Scheme.Certificates).ToMessage(),
            _ => Refuse(RefusalReason.UnknownMessage, $"The bank does not know message {(ushort)request.Type:X4}."),
        };
        if (Refusal.Read(answer) is { } refusal)
        {
            LogRefused(request.Type, refusal.Reason);
        }
        else
        {
            LogAnswered(request.Type, answer.Type);
        }

        return answer;
    }

    public string? WhyNotStored(Exception fault) => StoreFault.Of(fault)?.Reason;

    /// <summary>Reports a user's card as lost, with what the card signed for that; may be repeated.</summary>
    /// <returns>Coins that the issuer cancelled so far. Refused where the report is not this account's.</returns>
    public ValueTask<Result<int>> ReportLost(LostCardReport report, CancellationToken cancel) => _losses.Report(report, cancel);

    /// <summary>Takes a user's rebuttal of a case, and says what the evidence shows with all that was heard (hole 19).</summary>
    public ValueTask<Result<EvidenceFinding>> Rebut(CoinId coin, Rebuttal rebuttal, CancellationToken cancel) =>
        _rebuttals.Rebut(coin, rebuttal, cancel);

    /// <summary>The rebuttal with this bank's stamp of now; as a witness where there is no case, or it is not kept.</summary>
    public Rebuttal Stamped(CoinId? coin, Rebuttal rebuttal) => _rebuttals.Stamped(coin, rebuttal);

    /// <summary>
    /// One visit at the issuer, now and then and at start: certificates, how far both are, open withdrawals, dossiers, instructions, lost
    /// cards, statements. Each step is tried by itself: one that fails keeps no other from running (R8), but where the two do not agree
    /// nothing runs (R27).
    /// </summary>
    /// <returns>
    /// Why the first step failed; the others were done. Or that the clocks differ, and none was: all that a visit books, signs and forgets
    /// is dated (rule R26).
    /// </returns>
    /// <exception cref="LinkException">The issuer cannot be reached; nothing is lost, run it again.</exception>
    public async ValueTask<Refused?> Run(CancellationToken cancel)
    {
        string? wrong;
        try
        {
            wrong = await CompareClocks(cancel);
        }
        catch (LinkException)
        {
            // Each step says so itself.
            wrong = _issuersClock.Fault;
        }

        return wrong is not null ? new Refused(Outcome.ClockDiffers, wrong) : await RunSteps(cancel);
    }

    private ValueTask<Refused?> RunSteps(CancellationToken cancel)
    {
        bool agreed = false;
        Func<CancellationToken, ValueTask<Refused?>> IfAgreed(Func<CancellationToken, ValueTask<Refused?>> step) => async c =>
            agreed ? await step(c) : null;
        static Func<CancellationToken, ValueTask<Refused?>> Done(Func<CancellationToken, ValueTask> step) => async c =>
        {
            await step(c);
            return null;
        };
        async ValueTask<Refused?> AgreeFirst(CancellationToken c)
        {
            var refused = await _agreement.Visit(c);
            agreed = refused is null;
            return refused;
        }

        return new Visit(LogFailed).Run(
            cancel,
            ("certificates", Done(c => _agreement.Compare(new Admission(_issuer, _store, _clock), c))),
            ("agreement", AgreeFirst),
            ("withdrawals", IfAgreed(Done(_withdrawals.Resume))),
            ("dossiers", IfAgreed(FetchDossiers)),
            ("instructions", IfAgreed(FetchInstructions)),
            ("lost cards", IfAgreed(Done(_losses.Resume))),
            ("statements", IfAgreed(_losses.FetchStatements)));
    }

    /// <summary>
    /// Says how far this bank is with the issuer, and hears how far that is (R27): the first thing after a start, and of each visit.
    /// </summary>
    /// <returns>Why the two do not agree: then nothing else of the visit is done.</returns>
    public async ValueTask<Refused?> Agree(CancellationToken cancel) =>
        await CompareClocks(cancel) is { } fault ? new Refused(Outcome.ClockDiffers, fault) : await _agreement.Visit(cancel);

    /// <summary>Instructions that wait because they cannot be booked, in order of number.</summary>
    public IReadOnlyList<ParkedInstruction> Parked => _instructions.Parked;

    /// <summary>Everything that waits: why, since when, what ends it (docs/waiting.md).</summary>
    public IReadOnlyList<Waiting> Waits => WaitsBeside(Faults.All);

    /// <summary>The same, beside another process of this bank that serves.</summary>
    /// <param name="serving">The faults of that process: it compares the clocks.</param>
    public IReadOnlyList<Waiting> WaitsBeside(IReadOnlyList<Fault> serving)
    {
        var parked = Parked;
        long suspense = Audit.Suspense;
        return _store.Read<IReadOnlyList<Waiting>>(db =>
            [.. BankWaiting.Of(serving), .. BankWaiting.OfVisit(db, serving),
                .. BankWaiting.All(db, _identity.Scheme.Terms.Currency, parked, suspense, Timestamp.Now(_clock))]);
    }

    /// <summary>What a person has to look at, the newest first.</summary>
    public IReadOnlyList<BankAlarm> Alarms => _store.Read(BankAlarms.All);

    /// <summary>
    /// Since when the issuer does not answer this bank, and why, in its words; null while it does, as far as the last visit knows.
    /// </summary>
    public (Timestamp Since, string Said)? Unanswered => _store.Read(UnansweredTable.Find);

    /// <summary>Judges the issuer's dossiers of overspent coins, and assembles the evidence.</summary>
    public async ValueTask<Refused?> FetchDossiers(CancellationToken cancel)
    {
        var fetched = await _evidence.Fetch(cancel);
        if (fetched.Has(out int judged))
        {
            LogJudged(judged);
        }

        return fetched.Refused;
    }

    /// <summary>Books the issuer's instructions; once there are no more, forgets what has no term left.</summary>
    public async ValueTask<Refused?> FetchInstructions(CancellationToken cancel)
    {
        var fetched = await _instructions.Fetch(cancel);
        if (fetched.Has(out var done))
        {
            LogBooked(done.Booked);
            if (done.IsAll && _issuersClock.Agreed is { } now)
            {
                _purge.Run(now);
            }
        }

        return fetched.Refused;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Request} answered with {Reply}")]
    private partial void LogAnswered(MessageType request, MessageType reply);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Request} refused: {Reason}")]
    private partial void LogRefused(MessageType request, RefusalReason reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the visit's step '{Step}' failed: {Reason}")]
    private partial void LogFailed(string step, string reason, Exception? fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a card whose PUK was blocked is set back to a new activation code")]
    private partial void LogSetBack();

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} dossiers judged")]
    private partial void LogJudged(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} instructions booked")]
    private partial void LogBooked(int count);
}
