using System.Diagnostics.CodeAnalysis;

namespace HierCash.Bank;

/// <summary>
/// What is shown against an accusation (hole 19; rules R3, R4, R5): stamped, kept, weighed. {H, S_W} goes to the issuer, at each visit
/// until it answers, and so does the finding: a rebuttal that is heard while the issuer is away loses nothing.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle: there is nothing to release.")]
internal sealed partial class Rebuttals(
    Database store, ICashSuite suite, ISigningKey key, KeyCertificate certificate, Scheme scheme, ILink issuer, TimeProvider clock)
{
    /// <summary>S_U, receipts and submissions of the largest dossier, and then some; tens of MB if somebody ever makes one.</summary>
    private const int MostKept = (3 * DossierHeader.MaxPages * DossierPage.MaxEntries) + OnceSuite.MaxKept;

    /// <summary>What was verified in a case is not verified again with each rebuttal or revision, nor in a transaction.</summary>
    private OnceSuite _once = new(suite, MostKept);

    /// <summary>What is verified with it is verified once: what was looked at before a transaction costs nothing in it.</summary>
    public ICashSuite Once()
    {
        Renew();
        return OnceSuite.Over(_once);
    }

    /// <summary>One rebuttal is weighed at a time, however many strangers send; nothing else waits for it, and no visit.</summary>
    private readonly SemaphoreSlim _weighing = new(1);

    /// <summary>One visit at a time brings what was heard.</summary>
    private readonly SemaphoreSlim _bringing = new(1);

    /// <summary>So many {H, S_W} go to the issuer in one visit, and the next goes on behind them.</summary>
    public const int MostBrought = 256;

    private byte[] _brought = [];

    /// <summary>
    /// A wallet shows its rebuttal. It is heard first: the stamp that may name a shop leaves when what it names the shop by is on disk.
    /// </summary>
    public async ValueTask<LinkMessage> Handle(LinkMessage request, CancellationToken cancel)
    {
        if (request.As<RebutMessage>() is not { } shown)
        {
            return Refuse(RefusalReason.Malformed, "The rebuttal is malformed.");
        }

        var came = Timestamp.Now(clock);
        var file = await Hear(shown.Coin, shown.Rebuttal, came, cancel);
        var stamp = StampOn(file, shown.Rebuttal, came);
        bool? stands = file is not null ? store.Read(db => EvidenceTable.Find(db, shown.Coin)!.Proof == Proof.Excess) : null;
        return new RebutReply(stamp, certificate, stands).ToMessage();
    }

    /// <summary>Hears the user: if no excess is left, the case is closed, and the issuer told so before any claim is due.</summary>
    /// <returns>What the evidence shows with all that was heard. Refused where there is no such case.</returns>
    public async ValueTask<Result<EvidenceFinding>> Rebut(CoinId coin, Rebuttal rebuttal, CancellationToken cancel) =>
        await Hear(coin, rebuttal, Timestamp.Now(clock), cancel) is { } file
            ? file.Check(_once, scheme.Root, new Defence([.. store.Read(db => RebuttalTable.Of(db, coin)).Select(r => r.Rebuttal)], []))
            : new Refused(Outcome.NotFound, "There is no case about this coin at this bank.");

    /// <summary>With this bank's stamp of now; as a witness where there is no case, or it is not kept.</summary>
    public Rebuttal Stamped(CoinId? coin, Rebuttal rebuttal) => rebuttal.With(
        StampOn(coin is { } c ? store.Read(db => EvidenceTable.Find(db, c)?.File) : null, rebuttal, Timestamp.Now(clock)), [certificate]);

    /// <summary>A shop may be named by what its payment's bank has heard: by no S_W that is in no case here.</summary>
    private Stamp StampOn(Evidence? file, Rebuttal rebuttal, Timestamp date)
    {
        bool heard = file is not null && store.Read(db => RebuttalTable.IsHeard(db, file.Dossier.Coin, rebuttal.Digest));
        return Sign(rebuttal, heard && !IsTooLate(file!, date) ? StampRole.Bank : StampRole.Witness, date);
    }

    /// <summary>The last moment at which what is shown about this coin counts for money.</summary>
    public Timestamp CountsUntil(Evidence file) => file.Dossier.Entries[0].H.Coin.Terms.Expiry.End.Plus(scheme.Terms.HeardTerm);

    /// <summary>
    /// True if the issuer may have forgotten the coin before it hears of what comes now: for money that does not count, whatever stamp it
    /// has.
    /// </summary>
    private bool IsTooLate(Evidence file, Timestamp date) => date > CountsUntil(file);

    private Stamp Sign(Rebuttal rebuttal, StampRole role, Timestamp date) =>
        Stamp.Sign(key, certificate.Holder, role, rebuttal.Digest, date);

    /// <summary>The file with what was filed and heard in time: what may be claimed on it.</summary>
    public EvidenceFinding Standing(Evidence file, List<(Rebuttal Rebuttal, bool InTime)> heard, List<BroughtVoid> brought) =>
        file.Check(_once, scheme.Root, Counting(file, heard.Where(r => r.InTime).Select(r => r.Rebuttal), brought));

    /// <summary>
    /// What counts for money of what was heard in time. Once the issuer may have forgotten the coin before it hears of more, S_W counts
    /// that has moved the money, its reversal is in the file; and what the bank has brought before that, whatever the issuer said of it: no
    /// claim comes back by its refusal.
    /// </summary>
    private Defence Counting(Evidence file, IEnumerable<Rebuttal> inTime, List<BroughtVoid> brought)
    {
        if (!IsTooLate(file, Timestamp.Now(clock)))
        {
            return new([.. inTime], []);
        }

        var early = brought.Where(b => !IsTooLate(file, b.Since)).Select(b => b.H).ToList();
        return new([.. inTime.Select(r => r with { Voids =
            [.. early.Select(h => r.VoidOf(_once, h)).OfType<VoidStatement>().Distinct()] })], []);
    }

    /// <summary>Each case with its verdict: for money what was heard in time counts, for blame all of it (rule R5).</summary>
    public IReadOnlyList<CaseView> Cases => store.Read(db => EvidenceTable.Files(db).ConvertAll(file =>
    {
        var heard = RebuttalTable.Of(db, file.Dossier.Coin);
        var (fell, claimed) = EvidenceTable.Standing(db, file.Dossier.Coin);
        return new CaseView(file, file.Check(_once, scheme.Root, new Defence([.. heard.Select(r => r.Rebuttal)], [])), fell, claimed,
            heard.Count);
    }));

    /// <summary>Each {H, S_W} of what was heard.</summary>
    public List<(CashPayment H, VoidStatement Void)> Voids(Evidence file, List<(Rebuttal Rebuttal, bool InTime)> heard) =>
    [
        .. from h in heard.Count == 0 ? [] : file.Dossier.Payments
           let statement = heard.Select(r => r.Rebuttal.VoidOf(_once, h)).FirstOrDefault(v => v is not null)
           where statement is not null
           select (h, statement),
    ];

    /// <summary>Each of these goes to the issuer at the next visit.</summary>
    public static void Queue(IWriteTransaction db, IEnumerable<(CashPayment H, VoidStatement Void)> voids, Timestamp now)
    {
        foreach (var (h, statement) in voids)
        {
            VoidTable.Add(db, h, statement, now);
        }
    }

    /// <summary>What is full remembers no more: before the next case it begins anew.</summary>
    private void Renew() => _once = _once.IsFull ? new OnceSuite(suite, MostKept) : _once;

    /// <summary>Brings each {H, S_W} to the issuer that it has not answered, so many in one visit, and files its reversals.</summary>
    public async ValueTask BringVoids(CancellationToken cancel)
    {
        await _bringing.WaitAsync(cancel);
        try
        {
            var answered = new List<(PaymentId Payment, CoinId Coin, LinkMessage Reply, Reversal Reversal)>();
            try
            {
                await Bring(answered, cancel);
            }
            finally
            {
                // In the file first: what was cut short in between is brought once more.
                await File([.. answered.Select(a => (a.Coin, a.Reversal))], cancel);
                store.Write(db =>
                {
                    foreach (var (payment, _, reply, _) in answered)
                    {
                        VoidTable.MarkAnswered(db, payment, reply);
                    }
                });
            }
        }
        finally
        {
            _bringing.Release();
        }
    }

    private async ValueTask Bring(
        List<(PaymentId Payment, CoinId Coin, LinkMessage Reply, Reversal Reversal)> answered, CancellationToken cancel)
    {
        var waiting = store.Read(VoidTable.Unanswered);
        var behind = waiting.Where(w => w.Payment.Value.ToArray().AsSpan().SequenceCompareTo(_brought) > 0).ToList();
        var full = new HashSet<CoinId>();
        int brought = 0;
        foreach (var (payment, coin, message) in behind.Concat(waiting.Except(behind)).Where(w => !full.Contains(w.Coin)).Take(MostBrought))
        {
            brought++;
            _brought = brought == MostBrought ? payment.Value.ToArray() : [];
            var reply = await issuer.Call(message, cancel);
            var reason = reply.As<BankVoidReply>()?.Reversal is null ? Refusal.Read(reply)?.Reason : null;
            bool isFull = reason == RefusalReason.Unavailable;
            if (reply.As<BankVoidReply>()?.Reversal is { } reversal)
            {
                answered.Add((payment, coin, reply, reversal));
            }
            else if (isFull)
            {
                // The issuer takes no more of this coin for a while; of the others it does.
                full.Add(coin);
            }
            else if (reason is RefusalReason.OutOfDate or RefusalReason.BadSignature or RefusalReason.Malformed)
            {
                // For good: money no longer moves by it. For blame it counts as before.
                store.Write(db => VoidTable.MarkRefused(db, payment));
            }
        }
    }

    /// <summary>Tells the issuer what was found, each by itself.</summary>
    public async ValueTask TellOutcomes(CancellationToken cancel)
    {
        foreach (var (coin, revision, outcome) in store.Read(EvidenceTable.Untold))
        {
            var answer = await issuer.Ask(new DossierOutcomeMessage(coin, revision, outcome), cancel);
            if (answer.Reply is not null)
            {
                store.Write(db => EvidenceTable.MarkTold(db, coin, revision, outcome));
            }
        }
    }

    /// <summary>
    /// Keeps a rebuttal that strikes out what nothing strikes out yet, or has S_W that was not brought to the issuer yet, and weighs the
    /// case again. Whoever asks is a stranger: signatures are verified before the database is written, and of any other rebuttal nothing is
    /// stored (R10).
    /// </summary>
    /// <param name="came">When it was shown.</param>
    /// <returns>The file; null where there is no case.</returns>
    private async ValueTask<Evidence?> Hear(CoinId coin, Rebuttal rebuttal, Timestamp came, CancellationToken cancel)
    {
        var file = store.Read(db => EvidenceTable.Find(db, coin)?.File);
        if (file is null)
        {
            return null;
        }

        bool isKept;
        await _weighing.WaitAsync(cancel);
        try
        {
            Renew();
            isKept = store.WriteMade(db => CaseBook.Read(db, coin), seen =>
            {
                file = seen.File;
                return file is not null && Weigh(file, seen.Heard, seen.Brought, rebuttal, came, cancel) is { } heard
                    ? db => Keep(db, coin, seen.Seen, heard) : null;
            }, cancel);
        }
        finally
        {
            _weighing.Release();
        }

        // Nobody has the bank go to the issuer for what changes nothing.
        if (isKept)
        {
            await TryVisit(cancel);
        }

        return file;
    }

    /// <summary>What a rebuttal changes; null if it strikes out nothing new. No database.</summary>
    private Heard? Weigh(Evidence file, List<(Rebuttal Rebuttal, bool InTime)> before, List<BroughtVoid> brought, Rebuttal rebuttal,
        Timestamp came, CancellationToken cancel)
    {
        var until = file.Notice.Until;
        ICashSuite once = OnceSuite.Over(_once);
        var own = file.Beside(Rebuttal.None).Certificates;

        // The same statements came before, perhaps without what proves them, or that they were in time.
        var same = before.Where(b => b.Rebuttal.Digest == rebuttal.Digest).ToList();
        var shown = same.Aggregate(rebuttal.Genuine(once, scheme.Root, own), (r, b) => r.Joined(b.Rebuttal));
        var voids = new Dictionary<PaymentId, (CashPayment H, VoidStatement Void)>();
        foreach (var h in file.Dossier.Payments)
        {
            cancel.ThrowIfCancellationRequested();
            if (shown.VoidOf(once, h) is { } statement)
            {
                voids[h.Id] = (h, statement);
            }
        }

        // A shop may be named by S_W of a payment of the case, which goes to the issuer now. Of another one it goes once a later dossier
        // counts it, if one ever does: no reversal might ever clear the shop.
        var found = voids.Values.Select(v => (v.Void.Seq, Convert.ToHexString(v.Void.SW))).ToHashSet();
        bool its = shown.Voids.All(v => found.Contains((v.Seq, Convert.ToHexString(v.SW))));
        bool late = IsTooLate(file, came);
        shown = shown.With(Sign(shown, its && !late ? StampRole.Bank : StampRole.Witness, came), [certificate]);
        var heard = file.Beside(shown);
        bool inTime = (same.Exists(b => b.InTime) || heard.IsStampedBefore(once, scheme.Root, until)) && !late;
        bool Strikes(Rebuttal r, CashPayment h) => r.VoidOf(once, h) is not null || r.DeathOf(once, scheme.Root, h, until) is not null;
        var others = before.Where(b => b.InTime || !inTime).Select(b => file.Beside(b.Rebuttal)).ToList();
        var isBrought = brought.Select(b => b.H.Id).ToHashSet();
        bool strikes = file.Dossier.Payments.Any(h =>
        {
            cancel.ThrowIfCancellationRequested();
            bool isVoid = voids.ContainsKey(h.Id);
            return ((isVoid || heard.DeathOf(once, scheme.Root, h, until) is not null) && !others.Exists(b => Strikes(b, h)))
                || (isVoid && !isBrought.Contains(h.Id));
        });
        if (!strikes)
        {
            return null;
        }

        return new Heard(
            shown, inTime, its, file, [.. voids.Values],
            Standing(file, inTime ? [.. before, (shown, true)] : before, brought));
    }

    /// <returns>False where the case has changed since it was weighed: it is weighed again.</returns>
    private bool Keep(IWriteTransaction db, CoinId coin, Digest seen, Heard heard)
    {
        if (HasChanged(db, coin, seen))
        {
            return false;
        }

        RebuttalTable.Keep(db, coin, heard.Shown, heard.InTime, heard.IsIts);
        Queue(db, heard.Voids, Timestamp.Now(clock));
        return CaseBook.Weigh(db, heard.File, heard.Standing, Timestamp.Now(clock));
    }

    /// <param name="IsIts">Each S_W in it is of a payment of the case.</param>
    /// <param name="Voids">{H, S_W} for the issuer.</param>
    /// <param name="Standing">What may be claimed with it.</param>
    private sealed record Heard(Rebuttal Shown, bool InTime, bool IsIts, Evidence File,
        IReadOnlyList<(CashPayment H, VoidStatement Void)> Voids, EvidenceFinding Standing);

    /// <summary>At once, if the issuer can be reached; else at the next visit.</summary>
    private async ValueTask TryVisit(CancellationToken cancel)
    {
        try
        {
            await BringVoids(cancel);
            await TellOutcomes(cancel);
        }
        catch (LinkException)
        {
            // Kept: the next visit tells it.
        }
    }
}
