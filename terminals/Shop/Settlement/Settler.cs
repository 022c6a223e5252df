using Answer = (HierCash.Shop.CoinPayment CoinPayment, HierCash.Shop.CoinPaymentState State, HierCash.Protocol.Cash.Receipt Receipt);

namespace HierCash.Shop;

/// <summary>What a settlement brought, in payments.</summary>
/// <param name="Settled">Paid whole.</param>
/// <param name="Guaranteed">Above their coin's value; the rest is promised for a later date.</param>
/// <param name="Refused">Refused, with a signed reason.</param>
/// <param name="StillQueued">To be sent again.</param>
/// <param name="Waiting">Above their coin's value, and not guaranteed: the rest comes only if something of the coin comes free.</param>
public sealed record SettlementResult(int Settled, int Guaranteed, int Refused, int StillQueued, int Waiting = 0)
{
    /// <summary>What could not be ended, each with its reason and what happens next; the rest went on (rule R25).</summary>
    public IReadOnlyList<LeftItem> Left
    {
        get;

        // Two results of which nothing is left are equal.
        init => field = value.Count == 0 ? [] : value;
    } = [];
}

/// <summary>One thing that a settlement could not end.</summary>
/// <param name="Sale">The moment on its receipt; null for the hot list.</param>
/// <param name="Amount">Null for the hot list.</param>
/// <param name="Why">For people: the reason, and what happens next.</param>
public sealed record LeftItem(LeftKind What, Timestamp? Sale, Amount? Amount, string Why);

/// <summary>What a settlement could not end.</summary>
public enum LeftKind { Payment, Refund, HotList }

/// <summary>Sends accepted payments to the issuer in batches (EP 0810563, settlement step 1). Sending again is harmless (hole 5).</summary>
public sealed class Settler(
    Database store, ICashSuite suite, Scheme scheme, ISigningKey key, TimeProvider clock, PeerClock issuersClock, ICrashPoints crash)
{
    /// <summary>For the people of a till that is behind.</summary>
    public const string RunRecover =
        "This till's store is an older copy: the issuer has a later batch with this till's own signature. It takes, settles and gives back "
            + "nothing before 'hiercash-shop recover' was run.";

    private const int BatchSize = 256;
    private bool _agreed;

    /// <summary>
    /// Settles everything that is queued, then asks what became of payments whose excess was promised or waits (rule R1).
    /// </summary>
    /// <returns>Refused: the issuer's answer is not signed or not complete, and everything stays queued.</returns>
    /// <exception cref="LinkException">The issuer cannot be reached; what was not answered stays queued.</exception>
    public async ValueTask<Result<SettlementResult>> Settle(ILink issuer, CancellationToken cancel)
    {
        var settled = await SettleQueued(issuer, cancel);
        if ((settled.Refused ?? await BringAgain(issuer, cancel)) is { } stopped)
        {
            return stopped;
        }

        var answers = settled.OrRefuse();

        if (await AskAgain(issuer, cancel) is { } unasked)
        {
            return unasked;
        }

        int Count(params CoinPaymentState[] states) => answers.Count(a => states.Contains(a.State));
        var left = answers.Where(a => a.State == CoinPaymentState.Queued).Select(a => Left(a.CoinPayment, a.Receipt)).ToList();
        return new SettlementResult(
            Count(CoinPaymentState.Settled), Count(CoinPaymentState.Guaranteed), Count(CoinPaymentState.Refused, CoinPaymentState.Dead),
            Count(CoinPaymentState.Queued), Count(CoinPaymentState.Waiting)) { Left = left };
    }

    /// <summary>Everything that is queued, each once. What comes early stays queued, and the rest goes on (rule R25).</summary>
    private async ValueTask<Result<List<Answer>>> SettleQueued(ILink issuer, CancellationToken cancel)
    {
        var answers = new List<Answer>();
        var stay = new HashSet<PaymentId>();
        while (store.Read(CoinPaymentTable.HasQueued)
            && Take(db => [.. CoinPaymentTable.Queued(db, BatchSize + stay.Count).Where(p => !stay.Contains(p.H.Id))
                .Take(BatchSize)]) is { Count: > 0 } batch)
        {
            var settled = await Settle(batch, issuer, cancel);
            if (!settled.Has(out var batchAnswers))
            {
                return settled;
            }

            answers.AddRange(batchAnswers);
            stay.UnionWith(batchAnswers.Where(a => a.State == CoinPaymentState.Queued).Select(a => a.CoinPayment.H.Id));
        }

        return answers;
    }

    /// <summary>
    /// What an issuer that was restored from a copy has forgotten goes to it again, with its own earlier word (rule R27).
    /// </summary>
    internal async ValueTask<Refused?> BringAgain(ILink issuer, CancellationToken cancel)
    {
        var now = Timestamp.Now(clock);
        long after = 0;
        while (store.Read(db => CoinPaymentTable.Again(db, after, BatchSize)) is { Count: > 0 } batch)
        {
            after = batch[^1].Row;
            var over = batch.Select(b => b.CoinPayment).ToLookup(p => scheme.Terms.IsForgotten(p.H.Coin.Terms.Expiry, now));
            store.Write(db => over[true].Sum(p => CoinPaymentTable.IsOver(db, p.H.Id)));
            if ((await Settle([.. over[false]], issuer, cancel)).Refused is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>Only two verdicts leave a payment queued.</summary>
    private LeftItem Left(CoinPayment payment, Receipt receipt) => new(
        LeftKind.Payment, payment.H.Time, payment.H.Paid,
        receipt.Verdict == Verdict.NotYetKnown
            ? "the issuer does not know its coin, and has not heard yet from all banks whether it was restored from an older copy. It "
                + "stays queued, and is sent again by each settlement."
            : $"its time is ahead of the issuer's clock, which says {receipt.Date}. It stays queued, and can be settled from "
                + $"{payment.H.Time.Minus(scheme.Terms.ClockTolerance)} on.");

    /// <summary>The newest revision of each receipt that is not the last word.</summary>
    private async ValueTask<Refused?> AskAgain(ILink issuer, CancellationToken cancel)
    {
        var now = Timestamp.Now(clock);
        long after = 0;
        while (store.Read(db => CoinPaymentTable.Unended(db, after, BatchSize)) is { Count: > 0 } batch)
        {
            after = batch[^1].Row;
            var known = batch.Select(b => b.CoinPayment).Where(p => !scheme.Terms.IsForgotten(p.H.Coin.Terms.Expiry, now)).ToList();
            if ((await Settle(known, issuer, cancel)).Refused is { } refused)
            {
                return refused;
            }
        }

        return null;
    }

    /// <summary>Settles one payment before OK is said; true if all of it was credited (hole 12).</summary>
    /// <exception cref="LinkException">The issuer cannot be reached: neither OK nor S_W.</exception>
    internal async ValueTask<Result<bool>> SettleNow(Timestamp sale, ILink issuer, CancellationToken cancel)
    {
        // Each answer is a contact of this till with the issuer: what it took offline before goes first, or it would count no more if its
        // coin is lost (rule R6).
        if ((await SettleQueued(issuer, cancel)).Refused is { } refused)
        {
            return refused;
        }

        var open = Take(db => CoinPaymentTable.Of(db, sale).FindAll(p => p.State is CoinPaymentState.Held or CoinPaymentState.Queued));
        var settled = await Settle(open, issuer, cancel);
        return !settled.Has(out var states) ? settled.Refused!
            : store.Read(db => CoinPaymentTable.Of(db, sale)).TrueForAll(p => p.State == CoinPaymentState.Settled)
            && states.TrueForAll(s => s.State == CoinPaymentState.Settled);
    }

    /// <summary>
    /// Asks what became of the coin payments of a sale of which there is no S_W, and which the issuer may have: it answers with the newest
    /// revision of its receipt.
    /// </summary>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    internal async ValueTask<Refused?> Ask(Timestamp sale, ILink issuer, CancellationToken cancel) =>
        (await SettleQueued(issuer, cancel)).Refused
            ?? (await Settle(store.Read(db => CoinPaymentTable.Of(db, sale)).FindAll(p => p.SW is null && p.WasSent), issuer, cancel))
                .Refused;

    /// <summary>
    /// Coin payments to be sent, chosen and marked so in one transaction. Whoever refunds one at the same moment, in this process or
    /// another, finds it marked and waits for the issuer's word, or was first: then it is not among these (hole 2, rule R4).
    /// </summary>
    private List<CoinPayment> Take(Func<IReadSnapshot, List<CoinPayment>> choose)
    {
        crash.Reach(CrashPoints.SettlementChosen);
        var marked = store.Write(db => choose(db).FindAll(p => CoinPaymentTable.MarkSent(db, p.H.Id)));
        crash.Reach(CrashPoints.SettlementMarked);
        return marked;
    }

    private async ValueTask<Result<List<Answer>>> Settle(List<CoinPayment> batch, ILink issuer, CancellationToken cancel)
    {
        if (batch.Count == 0)
        {
            return new List<Answer>();
        }

        if (await issuersClock.Ask(issuer, cancel) is { } wrong)
        {
            return new Refused(Outcome.ClockDiffers, $"{wrong} All payments stay queued.");
        }

        await Agree(issuer, cancel);
        if (store.Read(ShopTill.IsBehind))
        {
            return new Refused(Outcome.StandsStill, RunRecover);
        }

        // Its own earlier word, for an issuer that has forgotten it: else what was settled in time would be late now (rule R27).
        // And its newest, which shows one that was put back together with all banks that it was.
        var newest = store.Read(Submissions.Newest);
        var words = batch.Select(p => p.Receipt).Append(newest).OfType<Receipt>().Where(r => r.Counts)
            .Select(r => r with { Repeated = false }).DistinctBy(r => r.Subject).ToList();
        var date = store.Write(db => Submissions.Date(db, Timestamp.Now(clock), scheme.Terms.ClockTolerance));
        var oldest = store.Read(db => Submissions.OldestBut(db, batch));
        var submission = Submission.Sign(key, scheme.Issuer, batch.Select(p => p.H.Id.Value).ToArray(), date, oldest);
        var message = new SettleMessage(submission, batch.ConvertAll(p => p.Encoded), words);
        var (answer, refused) = await issuer.Ask(message, cancel);
        crash.Reach(CrashPoints.SettlementAnswered);
        if (answer is null || answer.Receipts.Count != batch.Count)
        {
            return refused is { } refusal
                ? Refused.ByPeer($"The issuer refuses the settlement. {refusal.Text} All payments stay queued.")
                : Refused.ByPeer("The issuer's answer to the settlement is not complete. All payments stay queued: run "
                    + "'hiercash-shop settle' again.");
        }

        bool genuine = await CertificateStore.Signed(store, scheme, suite, issuer,
            () => batch.Zip(answer.Receipts).All(r => IsGenuine(r.First.H, r.Second)), cancel);
        if (!genuine)
        {
            return Refused.ByPeer("A receipt is not signed by the issuer for the payment it answers. All payments stay queued: ask the "
                + "issuer.");
        }

        var states = answer.Receipts.Select(Judge).ToList();
        store.Write(db =>
        {
            for (int i = 0; i < states.Count; i++)
            {
                Submissions.Record(db, batch[i].H.Id, states[i], answer.Receipts[i]);
            }

            return true;
        });
        crash.Reach(CrashPoints.SettlementRecorded);
        return batch.Zip(states, answer.Receipts).ToList();
    }

    private bool IsGenuine(CashPayment h, Receipt receipt)
    {
        bool its = receipt.Issuer == scheme.Issuer && receipt.Subject == h.Id.Value && receipt.Paid == h.Paid
            && receipt.Currency == h.Coin.Terms.Currency;
        return its && scheme.IsStatement(k => receipt.Verify(suite, k));
    }

    /// <summary>
    /// Before the first batch after a start: whoever put an older copy in the place of this till's store started it anew. What the till has
    /// not signed itself proves nothing.
    /// </summary>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    internal async ValueTask Agree(ILink issuer, CancellationToken cancel)
    {
        if (Volatile.Read(ref _agreed))
        {
            return;
        }

        if ((await issuer.Ask(new NewestBatchMessage(Derivations.W(key.PublicKey)), cancel)).Reply is not var (subject, proof))
        {
            // An issuer that does not say it refuses the batch, too, and says why.
            return;
        }

        Volatile.Write(ref _agreed, true);
        bool own = proof?.IsBy(suite, key.PublicKey, scheme.Issuer, subject) == true;
        // Read after the answer: what another process of this till has signed meanwhile is in the store.
        if (own && proof!.Submission.Date > store.Read(TillTable.Submitted))
        {
            store.Write(db => BehindTable.Note(db, Timestamp.Now(clock), proof.Submission.Date));
        }
    }

    /// <summary>True if a card and the issuer signed what this till is said to have submitted.</summary>
    internal bool IsOurs(SubmittedPayment paid) =>
        paid.H.Till == Derivations.W(key.PublicKey) && paid.H.Verify(suite) && IsGenuine(paid.H, paid.Receipt)
        && (paid.Reversal is not { } word
            || (word.Issuer == scheme.Issuer && word.Payment == paid.H.Id && scheme.IsStatement(k => word.Verify(suite, k))));

    internal static CoinPaymentState Judge(Receipt receipt) => receipt.Verdict switch
    {
        Verdict.Settled or Verdict.Equivocation or Verdict.Excess => receipt.Share switch
        {
            { Waiting.IsZero: false } => CoinPaymentState.Waiting,
            { Guaranteed.IsZero: false } when !receipt.GuaranteeIsPaid => CoinPaymentState.Guaranteed,
            _ => CoinPaymentState.Settled,
        },
        Verdict.Early or Verdict.NotYetKnown => CoinPaymentState.Queued,
        Verdict.Dead => CoinPaymentState.Dead,
        _ => CoinPaymentState.Refused,
    };
}
