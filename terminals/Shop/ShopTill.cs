using Microsoft.Extensions.Logging;

namespace HierCash.Shop;

/// <summary>How a payment at the till ended, or why it did not.</summary>
public enum TillOutcome
{
    /// <summary>OK: H is on disk and queued for settlement.</summary>
    Accepted,

    /// <summary>The amount is above the card's limit without PIN: ask for the PIN and go on with the same sale.</summary>
    PinRequired,

    /// <summary>The PIN was wrong: ask again and go on with the same sale.</summary>
    PinWrong,

    /// <summary>The card left. Put it in again and go on with the same sale, or give up.</summary>
    CardGone,

    /// <summary>The payment has to settle before OK, and the issuer does not answer. Go on with the same sale later.</summary>
    IssuerGone,

    /// <summary>NG: nothing was paid, and what was signed is voided.</summary>
    Refused,
}

/// <param name="Sale">Names the payment, to go on with it or to give it up.</param>
/// <param name="Message">For people: what happened and what to do.</param>
public sealed record TillResult(TillOutcome Outcome, Sale Sale, string Message, IReadOnlyList<CashPayment> Payments)
{
    /// <summary>Why, where it is not accepted: its exit code, and its code in JSON.</summary>
    public Terminals.Consoles.Outcome Code { get; init; }

    /// <summary>Earlier payments of this card that had been cut short, and ended with this one.</summary>
    public IReadOnlyList<TillResult> Ended { get; init; } = [];
}

/// <summary>
/// A shop's till (EP 0810563, apparatus 400, claim 13): takes payments offline. H is on disk before OK is said; what was begun is
/// repeated to the byte until S_U is here, or given up for good (holes 1 and 2).
/// </summary>
public sealed partial class ShopTill
{
    /// <summary>
    /// So many coin payments a sale has at most: as many coins as a card has places for. What signs more is no card, and would fill the
    /// store a cent at a time (rule R10).
    /// </summary>
    public const int MostCoinPayments = 16;

    private readonly Database _store;
    private readonly ICashSuite _suite;
    private readonly Scheme _scheme;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly ICrashPoints _crash;
    private readonly ISigningKey _key;
    private readonly PaymentCheck _check;
    private readonly TillHotList _hot;
    private readonly PeerClock _issuersClock;

    /// <param name="store">Made with <see cref="Schema"/>; the caller disposes of it.</param>
    public ShopTill(Database store, ICashSuite suite, Scheme scheme, TimeProvider clock, ILogger log, ICrashPoints crash)
    {
        (_store, _suite, _scheme, _clock, _log, _crash) = (store, suite, scheme, clock, log, crash);
        CertificateStore.Load(store, scheme, suite);
        _key = OpenKey(store, suite);
        _hot = new TillHotList(store, suite, scheme, W, clock);
        _check = new PaymentCheck(suite, scheme);
        _issuersClock = new PeerClock(clock, scheme.Terms.ClockTolerance, "this till", "the issuer");
        Settler = new Settler(store, suite, scheme, _key, clock, _issuersClock, crash);
    }

    public static Schema Schema { get; } = Schema.Of(typeof(ShopTill).Assembly);

    /// <summary>W.</summary>
    public TillId W => Derivations.W(_key.PublicKey);

    public Settler Settler { get; }

    /// <summary>Sum of y of the coin payments in a state.</summary>
    public Amount Sum(CoinPaymentState state) => _store.Read(db => CoinPaymentTable.Sum(db, state));

    /// <summary>
    /// What the newest receipts say: credited (claims that were paid too), promised for later, waiting for something to come free.
    /// </summary>
    public (Amount Credited, Amount Guaranteed, Amount Waiting) Shares
    {
        get
        {
            var receipts = _store.Read(CoinPaymentTable.Receipts);
            Amount Sum(Func<Receipt, Amount> of) => receipts.Aggregate(Amount.Zero, (sum, r) => sum + of(r));
            return (
                Sum(r => r.GuaranteeIsPaid ? r.Share.Credited + r.Share.Guaranteed : r.Share.Credited),
                Sum(r => r.GuaranteeIsPaid ? Amount.Zero : r.Share.Guaranteed), Sum(r => r.Share.Waiting));
        }
    }

    /// <summary>Sum of all accepted payments, less what was taken back of them.</summary>
    public Amount Accepted => AcceptedSince(default).Sum;

    /// <summary>Sum and count of the payments accepted since a moment.</summary>
    public (Amount Sum, int Count) AcceptedSince(Timestamp moment) => _store.Read(db => SaleTable.AcceptedSince(db, moment));

    /// <summary>Payments begun and neither accepted nor given up.</summary>
    public IReadOnlyList<Sale> OpenSales => _store.Read(SaleTable.Open);

    public List<CoinPayment> CoinPayments(Timestamp sale) => _store.Read(db => CoinPaymentTable.Of(db, sale));

    /// <summary>This till takes no cash whose key the issuer made; the card gets it back (hole 14). Kept in the store.</summary>
    public bool RefusesIssuerKeyed
    {
        get => _store.Read(PolicyTable.RefusesIssuerKeyed);
        set => _store.Write(db => PolicyTable.RefuseIssuerKeyed(db, value));
    }

    /// <summary>Shows a person what has to be known of the cash before OK is said.</summary>
    public Action<string>? BeforeOk { get; set; }

    /// <summary>Takes a payment.</summary>
    /// <param name="amount">y: 1 to 2^32 - 1 minor units.</param>
    /// <param name="pin">The payment PIN, used only if the card asks for it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The amount is zero or too large.</exception>
    public async ValueTask<TillResult> Pay(ICardChannel card, Amount amount, string? pin, PaymentProfile profile, CancellationToken cancel)
    {
        if (amount.IsZero || amount.Minor > uint.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(amount), "A payment is at least 1 and at most 4,294,967,295 minor units.");
        }

        // Before TIME is chosen: to be told the list is a contact, and a payment from before a contact counts less if its card is lost
        // (rule R6).
        await RefreshHotList(cancel);
        var wrong = await WhyNotByIssuersClock(amount, cancel);

        // Hole 1: (TIME, W, y) is on disk before the card sees it, so that exactly this can be repeated.
        if (wrong is not null || _store.Write(db => IsBehind(db) || IsRevoked(db) || IsAhead(TillTable.LastTime(db))
            ? null : Sales.Begin(db, amount, Timestamp.Now(_clock))) is not { } sale)
        {
            // The clock may have been set right since: then the next try is taken.
            var why = wrong is null && NoPayment is { } known ? known : new Refused(Outcome.ClockDiffers, wrong ?? "Try again.");
            return new TillResult(
                TillOutcome.Refused, new Sale(Timestamp.Now(_clock), amount, SaleState.GivenUp), why.Sentence, []) { Code = why.Outcome };
        }

        _crash.Reach(CrashPoints.PaymentIntended);
        return await Continue(sale, card, pin, profile, isRepeat: false, cancel);
    }

    /// <summary>Goes on with a payment that was begun; accepted ones answer as before.</summary>
    /// <param name="pin">The payment PIN; a till never asks for the holder PIN (rule R11).</param>
    public ValueTask<TillResult> Continue(Sale sale, ICardChannel channel, string? pin, PaymentProfile profile, CancellationToken cancel) =>
        Continue(sale, channel, pin, profile, isRepeat: true, cancel);

    private async ValueTask<TillResult> Continue(
        Sale sale, ICardChannel channel, string? pin, PaymentProfile profile, bool isRepeat, CancellationToken cancel)
    {
        // One that has just begun is as it was written.
        var current = isRepeat ? Reload(sale) : sale;
        if (current.State != SaleState.Open)
        {
            return End(current, current.State == SaleState.Accepted ? TillOutcome.Accepted : TillOutcome.Refused,
                "This payment has ended before.");
        }

        if (WhyBehind is { } behind)
        {
            return End(current, TillOutcome.Refused, behind, Outcome.StandsStill);
        }

        if (isRepeat && _store.Read(IsRevoked))
        {
            return Cancel(current, Selected(channel), WhyRevoked!);
        }

        if (isRepeat && IsAhead(current.Time))
        {
            return Cancel(current, Selected(channel), ClockSentence(current.Time), Outcome.ClockDiffers);
        }

        if (Online is null && NeedsIssuer(current, isRepeat))
        {
            return Refuse(current, null, FloorSentence, Outcome.PeerUnreachable);
        }

        var card = new WalletCard(channel);
        try
        {
            card.Select();
            var ended = new List<TillResult>();
            var result = await Take(current, card, pin, profile, isRepeat, ended, cancel) with { Ended = ended };
            return result.Outcome == TillOutcome.Accepted ? GiveBackAfter(result, card) : result;
        }
        catch (CardChannelException e)
        {
            // A card image whose disk is full says so itself: nobody took anything away.
            string why = e.InnerException is IOException ? e.Message : "The card was taken away too early.";
            return End(current, TillOutcome.CardGone, $"{why} Put the same card in again to finish, or cancel the payment.");
        }
        catch (CardRefusedException e)
        {
            return Refuse(current, card, e.Message, Outcome.CardRefused);
        }
    }

    private async ValueTask<TillResult> Take(
        Sale sale, WalletCard card, string? pin, PaymentProfile profile, bool isRepeat, List<TillResult> ended, CancellationToken cancel)
    {
        bool madeGood = false;
        var held = isRepeat ? Payments(sale) : [];
        while (true)
        {
            var rest = Rest(sale, held);
            if (rest.IsZero)
            {
                return NeedsIssuer(sale, isRepeat) ? await SettleFirst(sale, card, held, profile, cancel)
                    : Accept(sale, card, held, profile, isSettled: false);
            }

            if (held.Count >= MostCoinPayments)
            {
                return Refuse(sale, card,
                    $"The card has paid with {MostCoinPayments} coins, and it is not enough yet. No card holds more: nothing is taken. Ask "
                        + $"for another card.");
            }

            var status = Ask(sale, card, rest, profile, isRepeat, out var h, out var unfit);
            if (unfit is not null)
            {
                return Refuse(sale, unfit.EndsContact ? null : card, unfit.Message);
            }

            if (status == StatusWord.SecurityStatusNotSatisfied)
            {
                if (pin is null)
                {
                    return End(sale, TillOutcome.PinRequired, "The card wants its payment PIN for this. Enter the payment PIN.");
                }

                var verified = card.Verify(pin, PinRole.Payment);
                pin = null;
                if (!verified.IsSuccess)
                {
                    return verified.TriesLeft is > 0
                        ? End(sale, TillOutcome.PinWrong, PinWords.Explain(verified, PinRole.Payment))
                        : Refuse(sale, card, PinWords.Explain(verified, PinRole.Payment), Outcome.PinRefused);
                }

                continue;
            }

            // Maybe it lacks what this till owes it.
            if ((status == WalletStatus.BalanceTooSmall || status == WalletStatus.Expired || status == WalletStatus.CounterExhausted)
                && !madeGood)
            {
                madeGood = true;
                var (given, cancelled) = RecoverInterrupted(card, sale);
                ended.AddRange(cancelled);
                if (!given.IsZero || cancelled.Count > 0)
                {
                    continue;
                }
            }

            if (!status.IsSuccess)
            {
                bool isBlank = status == StatusWord.ConditionsNotSatisfied && card.GetStatus().State == WalletState.Blank;
                string why = status == WalletStatus.Expired ? ExpiredSentence(sale, card, rest) : status.Explain();
                return Refuse(sale, card,
                    isBlank ? "This card belongs to no bank yet. A bank opens its account first: 'hiercash-bank open-account'." : why,
                    Outcome.CardRefused);
            }

            _crash.Reach(CrashPoints.PaymentSigned);
            var key = _check.KeyOf(h!.Coin);
            var bad = _check.FindBad(h, key);
            var fault = _store.Write(db =>
            {
                var found = bad ?? _check.FindKnown(db, h, sale, rest);
                if (found is null or { IsVoidable: true })
                {
                    Hold(db, h, key is not null);
                }

                return found;
            });
            _crash.Reach(CrashPoints.PaymentHeld);
            if (fault is not null)
            {
                return Refuse(sale, fault.EndsContact ? null : card, fault.Message, signed: h, isForged: fault.IsForged);
            }

            // What is in the store already is no further coin payment: a thing that says the same for ever would keep the till for ever.
            bool repeats = held.Exists(k => k.Id == h!.Id);
            if (!repeats)
            {
                held.Add(h!);
            }

            if (repeats)
            {
                return Refuse(sale, card,
                    "The card repeats itself: it shows what it has paid already, and it is not enough. Nothing is taken. Ask for "
                        + "another card.");
            }
        }
    }

    /// <summary>
    /// One PAY; H is what both sides know then. In the claim profile GET CASH comes before, and S_I is verified before e leaves (EP
    /// 0810563, claim 5); what the card may have signed already is asked for first, without e, because it shows no coin for what it has
    /// paid (rule R14).
    /// </summary>
    /// <param name="unfit">Why this till does not take the coin that was shown; PAY was not sent then.</param>
    private StatusWord Ask(Sale sale, WalletCard card, Amount rest, PaymentProfile profile, bool isRepeat, out CashPayment? h,
        out PaymentFault? unfit)
    {
        h = null;
        unfit = null;
        Coin? coin = null;
        var currency = _scheme.Terms.Currency;
        if (profile == PaymentProfile.Claim)
        {
            if (isRepeat && IsAnswer(card.Pay(PayCommand.Repeat(sale.Time, W, rest, currency), out var before)) is { } answered)
            {
                h = before?.Coin is { } paid ? Payment(paid, sale, rest, before) : null;
                return answered;
            }

            var shown = card.GetCash(sale.Time, rest, currency, out var cash);
            if (!shown.IsSuccess)
            {
                return shown;
            }

            coin = cash!.Coin;
            unfit = _store.Read(db => _check.FindBefore(db, cash.Coin, sale));
            if (unfit is not null)
            {
                return shown;
            }
        }

        var pay = profile == PaymentProfile.Claim
            ? PayCommand.Claim(sale.Time, W, rest, currency) : PayCommand.Fast(sale.Time, W, rest, currency);
        var status = card.Pay(pay, out var reply);

        // What comes back with its coin was signed before, maybe with another one than GET CASH shows now.
        if (reply is not null && (reply.Coin ?? coin) is { } paidWith)
        {
            h = Payment(paidWith, sale, rest, reply);
        }

        return status.IsSuccess && h is null
            ? throw new CardRefusedException(status, "The card's answer lacks its coin. Is it a HierCash card of this version?")
            : status;
    }

    /// <summary>What a card says of a payment that it signed before; null if it did not.</summary>
    private static StatusWord? IsAnswer(StatusWord status) => status.IsSuccess || status == WalletStatus.AlreadyDone ? status : null;

    private CashPayment Payment(Coin coin, Sale sale, Amount rest, PayReply reply) =>
        new(coin, reply.Seq, reply.Balance, sale.Time, W, reply.PartPaid ?? rest, reply.SU);

    /// <param name="code">Null: what goes without saying for that outcome.</param>
    private TillResult End(Sale sale, TillOutcome outcome, string message, Outcome? code = null) =>
        new(outcome, sale, message, Payments(sale))
    {
        Code = code ?? outcome switch
        {
            TillOutcome.Accepted => Outcome.Done,
            TillOutcome.PinRequired or TillOutcome.PinWrong => Outcome.PinRefused,
            TillOutcome.CardGone => Outcome.CardUnreachable,
            TillOutcome.IssuerGone => Outcome.PeerUnreachable,
            _ => Outcome.RuleBroken,
        },
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "payment of {Amount} accepted")]
    private partial void LogAccepted(Amount amount);

    [LoggerMessage(Level = LogLevel.Information, Message = "payment of {Amount} not accepted")]
    private partial void LogRefused(Amount amount);
}
