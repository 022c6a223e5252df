namespace HierCash.Wallet;

/// <summary>How a withdrawal ended.</summary>
public enum WithdrawalOutcome
{
    /// <summary>The cash is on the card.</summary>
    Issued,

    /// <summary>The issuer will never issue it; the account has its money back.</summary>
    Reversed,

    /// <summary>The bank waits for the issuer. The card keeps its side; resume later.</summary>
    Pending,

    /// <summary>The bank said no, and nothing was debited.</summary>
    Refused,

    /// <summary>This wallet did not begin it, and the holder did not say that it is theirs (rule R16).</summary>
    NotConfirmed,

    /// <summary>The clocks of wallet and bank differ: nothing was signed (rule R26).</summary>
    ClockDiffers,
}

/// <param name="Message">For people: what happened and what to do.</param>
public sealed record WithdrawalResult(WithdrawalOutcome Outcome, Amount Amount, string Message)
{
    /// <summary>The card keeps its side and the bank may still carry it out: nothing is begun beside it (rule R31).</summary>
    public bool Waits { get; init; }
}

/// <summary>The user's terminal: between a wallet card and its bank (EP 0810563, issuance steps 1, 4 and 5). It keeps no secrets.</summary>
/// <param name="records">The holder's own records, which say what the issuer has heard of already; or null.</param>
public sealed partial class WalletTerminal(
    ILink bank, ICashSuite suite, TimeProvider clock, ICrashPoints crash, WalletRecords? records = null)
{
    internal const string NoBank = "This card belongs to no bank yet. Open an account with it at a bank first.";

    private readonly HashSet<WithdrawalId> _begun = [];
    private readonly PeerClock _banksClock = new(clock, new SchemeParameters().ClockTolerance, "this wallet", "the bank");

    /// <summary>
    /// Asks the holder whether a withdrawal of that amount, which this wallet did not begin itself, is theirs (rule R16). Null: it is left
    /// alone.
    /// </summary>
    public Func<Amount, bool>? AskHolder { get; init; }

    /// <summary>A person knows that the bank's clock and this one differ, and goes on (rule R26).</summary>
    public bool IsDespiteClock
    {
        get => _banksClock.IsOverridden;
        init => _banksClock.IsOverridden = value;
    }

    /// <summary>Told what became of each withdrawal that was cut short before, and is finished before a further one.</summary>
    public Action<WithdrawalResult>? Resumed { get; init; }

    /// <summary>
    /// Withdraws X. Withdrawals that were cut short are finished first. One of the same amount is this one, repeated: it is resumed, and no
    /// further one begins; while one of another amount waits none begins either (rule R31).
    /// </summary>
    /// <exception cref="CardRefusedException">The card said no; the message says why.</exception>
    /// <exception cref="CardChannelException">The card is gone; resume with it later.</exception>
    /// <exception cref="LinkException">The bank cannot be reached; resume later.</exception>
    public ValueTask<WithdrawalResult> Withdraw(ICardChannel channel, string pin, Amount faceValue, CancellationToken cancel) =>
        Withdraw(channel, pin, faceValue, (card, currency, key) => card.BeginWithdrawal(faceValue, currency, key), cancel);

    /// <summary>
    /// Withdraws a coin whose key pair the issuer makes, if it does (EP 0810563, claim 2). The issuer could sign as the user, so nothing of
    /// it proves anything to third parties.
    /// </summary>
    public ValueTask<WithdrawalResult> WithdrawIssuerKeyed(ICardChannel channel, string pin, Amount faceValue, CancellationToken cancel) =>
        Withdraw(channel, pin, faceValue, (card, currency, key) =>
            card.BeginWithdrawalWithoutKey(faceValue, currency, key), cancel, keyed: true);

    /// <summary>Withdraws a further coin under the key of the coin in that slot (EP 0810563, variable TM; hole 15).</summary>
    public ValueTask<WithdrawalResult> WithdrawSameKey(
        ICardChannel channel, string pin, byte slot, Amount faceValue, CancellationToken cancel) =>
        Withdraw(channel, pin, faceValue, (card, currency, key) => card.BeginWithdrawalSameKey(slot, faceValue, currency, key), cancel);

    private async ValueTask<WithdrawalResult> Withdraw(
        ICardChannel channel, string pin, Amount faceValue, Func<WalletCard, Currency, KeyId, BeginWithdrawalReply> begin,
        CancellationToken cancel, bool keyed = false)
    {
        var (card, status) = Open(channel, pin);
        var fetched = await Certificates(card, cancel);
        if ((fetched.Refused ?? Differs) is { } stopped)
        {
            return new WithdrawalResult(WithdrawalOutcome.ClockDiffers, faceValue, stopped.Sentence);
        }

        var certificates = fetched.OrRefuse();
        var unfinished = await Resume(card, status, certificates, cancel);
        var repeated = Repeated(unfinished, faceValue);
        foreach (var earlier in unfinished.Where(e => !ReferenceEquals(e, repeated)))
        {
            Resumed?.Invoke(earlier);
        }

        if (repeated is not null)
        {
            return repeated.Waits ? OnCard(repeated, status.Currency)
                : repeated with { Message = $"{repeated.Message} This withdrawal was begun before, and is finished now." };
        }

        if (Other(unfinished, faceValue, status.Currency) is { } refused)
        {
            return refused;
        }

        MakeRoom(channel, pin, card, status);
        await TryUpload(card, status, certificates, cancel);
        var key = certificates.Encryption.Key.Id;
        certificates.BringEncryption(card, key);
        var begun = begin(card, status.Currency, key);
        crash.Reach(CrashPoints.WithdrawalBegun);
        _begun.Add(new WithdrawalId(Digest.Of(begun.EI)));
        records?.Begun(new WithdrawalId(Digest.Of(begun.EI)));
        try
        {
            return OnCard(await Finish(card, status, certificates, begun, faceValue, key, cancel, keyed), status.Currency);
        }
        catch (LinkException e)
        {
            throw new LinkException(
                $"{e.Message} The withdrawal is begun: 'hiercash-wallet resume' finishes it, and so does the same withdrawal again.", e);
        }
    }

    /// <summary>
    /// A withdrawal that the bank has refused for now waits on the card: whoever only reads the refusal would begin another one later.
    /// </summary>
    private static WithdrawalResult OnCard(WithdrawalResult done, Currency currency) =>
        done is { Outcome: WithdrawalOutcome.Refused, Waits: true }
        ? done with { Message = $"{done.Message} The withdrawal of {done.Amount.Show(currency)} waits on the card: 'hiercash-wallet "
            + $"resume' asks for it again." }
        : done;

    /// <summary>
    /// The withdrawal of that amount that was begun before and is this one: finished just now, or still waiting; null if none is.
    /// </summary>
    private static WithdrawalResult? Repeated(IReadOnlyList<WithdrawalResult> unfinished, Amount faceValue)
    {
        return unfinished.Where(e => e.Amount == faceValue && (e.Waits || e.Outcome == WithdrawalOutcome.Issued)).OrderBy(e => e.Waits)
            .FirstOrDefault();
    }

    /// <summary>The refusal of a further withdrawal while one of another amount waits; null if none does.</summary>
    private static WithdrawalResult? Other(IReadOnlyList<WithdrawalResult> unfinished, Amount faceValue, Currency currency)
    {
        var other = unfinished.FirstOrDefault(e => e.Waits);
        bool waits = other is not null;
        string Show(Amount amount) => amount.Show(currency);
        return waits
            ? new WithdrawalResult(
                WithdrawalOutcome.Refused, faceValue,
                $"A withdrawal of {Show(other!.Amount)} waits, and no other one begins beside it. {other.Message} 'hiercash-wallet resume' "
                    + $"finishes it; then withdraw {Show(faceValue)}.")
            : null;
    }

    /// <summary>
    /// Finishes every withdrawal that the card began: the same E_I leads to the same answer (hole 7). The holder is asked about those that
    /// this wallet did not begin (rule R16).
    /// </summary>
    /// <returns>Refused: the clocks of wallet and bank differ, and nothing was signed.</returns>
    public async ValueTask<Result<List<WithdrawalResult>>> Resume(ICardChannel channel, string pin, CancellationToken cancel)
    {
        var (card, status) = Open(channel, pin);
        var fetched = await Certificates(card, cancel);
        if (!fetched.Has(out var certificates))
        {
            return fetched.Refused!;
        }

        var results = await Resume(card, status, certificates, cancel);
        if (results.Find(r => r.Outcome == WithdrawalOutcome.ClockDiffers) is { } stops)
        {
            return new Refused(Outcome.ClockDiffers, stops.Message);
        }

        await TryUpload(card, status, certificates, cancel);
        var shown = await ShowOrders(card, status, certificates, results, cancel);
        return shown.Has(out var refused) ? results.Concat(refused).ToList() : shown;
    }

    /// <summary>All places for coins of a card.</summary>
    private static List<(byte Slot, CoinReply Coin)> Slots(WalletCard card, PrivateStatus status) =>
        [.. Enumerable.Range(0, status.Slots).Select(i => ((byte)i, card.GetCoin((byte)i)))];

    private static (WalletCard Card, PrivateStatus Status) Open(ICardChannel channel, string pin)
    {
        var card = new WalletCard(channel);
        card.Select();
        var verified = card.Verify(pin);
        if (!verified.IsSuccess)
        {
            throw new CardRefusedException(verified,
                verified == StatusWord.ConditionsNotSatisfied ? NoBank : PinWords.Explain(verified, PinRole.Holder));
        }

        return (card, card.GetStatus().Private!);
    }

    private async ValueTask<Result<IssuerCertificates>> Certificates(WalletCard card, CancellationToken cancel)
    {
        var fetched = await IssuerCertificates.Fetch(bank, records?.Certificates ?? [], Timestamp.Now(clock), _banksClock, cancel);
        if (fetched.Has(out var certificates))
        {
            records?.KeepCertificates(certificates.TakenBy(card));
        }

        return fetched;
    }

    /// <summary>
    /// Both times, where the clocks differ: then the card signs nothing under the time of this one (rule R26). The bank has just been
    /// heard.
    /// </summary>
    private Refused? Differs => _banksClock.Fault is { } fault ? new Refused(Outcome.ClockDiffers, fault) : null;

    /// <summary>
    /// The key that signed a statement to the card. What the card took is kept for a rebuttal: whoever accuses later does not get to say
    /// what it is.
    /// </summary>
    private void BringStatement(WalletCard card, IssuerCertificates certificates, Func<PublicKey, bool> signed)
    {
        if (certificates.BringStatement(card, c => signed(c.Key)) is { } taken)
        {
            records?.KeepCertificates([taken]);
        }
    }

    private async ValueTask<List<WithdrawalResult>> Resume(
        WalletCard card, PrivateStatus status, IssuerCertificates certificates, CancellationToken cancel)
    {
        var results = new List<WithdrawalResult>();
        foreach (var (slot, pending, _) in Unfinished(card, status))
        {
            certificates.BringEncryption(card, pending.Key);
            var begun = card.WithdrawalAgain(slot);
            results.Add(IsHolders(begun, pending.FaceValue)
                ? await Finish(card, status, certificates, begun, pending.FaceValue, pending.Key, cancel)
                : new WithdrawalResult(WithdrawalOutcome.NotConfirmed, pending.FaceValue,
                    $"A withdrawal of {pending.FaceValue.Show(status.Currency)} waits on the card that this wallet did not begin. It is "
                        + $"left alone: 'hiercash-wallet resume' asks whether it is yours."));
        }

        return results;
    }

    private bool IsHolders(BeginWithdrawalReply begun, Amount amount)
    {
        var request = new WithdrawalId(Digest.Of(begun.EI));
        return _begun.Contains(request) || records?.IsBegun(request) == true || AskHolder?.Invoke(amount) == true;
    }

    private async ValueTask<WithdrawalResult> Finish(
        WalletCard card, PrivateStatus status, IssuerCertificates certificates, BeginWithdrawalReply begun, Amount faceValue, KeyId key,
        CancellationToken cancel, bool keyed = false)
    {
        if (Differs is { } differs)
        {
            return new WithdrawalResult(WithdrawalOutcome.ClockDiffers, faceValue, differs.Sentence) { Waits = true };
        }

        var date = Timestamp.Now(clock);
        var order = Sign(card, status, begun, faceValue, key, date);
        crash.Reach(CrashPoints.WithdrawalAuthorised);
        records?.Ordered(order);
        var sent = await Send(card, status, certificates, new WithdrawMessage(order).ToMessage(), order.Number, cancel);
        crash.Reach(CrashPoints.WithdrawalAnswered);
        if (!sent.Has(out var reply))
        {
            return Stopped(sent.Refused!, faceValue);
        }

        if (Refusal.Read(reply) is { } refusal)
        {
            // A request under a key that is gone is never carried out; all else may be, by a later resume.
            return new WithdrawalResult(WithdrawalOutcome.Refused, faceValue,
                refusal.Text) { Waits = refusal.Reason != RefusalReason.KeyUnknown };
        }

        if (reply.As<WithdrawReply>()?.Answer is not { } answer)
        {
            throw Malformed();
        }

        var result = Apply(card, status, certificates, begun.Slot, faceValue, answer, keyed);
        crash.Reach(CrashPoints.WithdrawalFinished);
        return result;
    }

    private WithdrawalResult Apply(WalletCard card, PrivateStatus status, IssuerCertificates certificates, byte slot, Amount faceValue,
        WithdrawalAnswer answer, bool keyed)
    {
        string amount = faceValue.Show(status.Currency);
        if (answer.EK is { } ek)
        {
            var stored = certificates.Finish(card, slot, ek);

            // Only what the card asked for comes with a key in it.
            string isKeyed = ek.Length == CashAnswer.EncipheredSizeWithKey ? $" {IssuerKeyed.ForHolder}" : "";
            return stored.IsSuccess
                ? new WithdrawalResult(WithdrawalOutcome.Issued, faceValue, $"{amount} are on the card.{isKeyed}")
                : stored == WalletStatus.KeyUnknown
                ? new WithdrawalResult(
                    WithdrawalOutcome.Pending, faceValue,
                    $"The bank debited {amount} and has the cash, signed with a key of the issuer of which the bank has no certificate "
                        + $"yet. Resume the withdrawal in a minute; nothing is lost.") { Waits = true }
                : throw new CardRefusedException(stored, $"The card does not take the bank's answer. {stored.Explain()}");
        }

        if (answer.Never is { } never)
        {
            BringStatement(card, certificates, k => never.Verify(suite, k));
            var freed = card.ReleaseWithdrawal(slot, never);
            return freed.IsSuccess
                ? answer.Text is { } why
                    ? new WithdrawalResult(WithdrawalOutcome.Refused, faceValue, why)
                    : new WithdrawalResult(WithdrawalOutcome.Reversed, faceValue,
                        $"The issuer does not issue these {amount}: {Explain(never.Reason, keyed)} The account has its money back.")
                : freed == WalletStatus.KeyUnknown
                ? new WithdrawalResult(
                    WithdrawalOutcome.Pending, faceValue,
                    $"The issuer does not issue these {amount}, and signed that with a key of which the bank has no certificate yet. "
                        + $"Resume the withdrawal in a minute; nothing is lost.") { Waits = true }
                : throw new CardRefusedException(freed, $"The card does not take the issuer's statement. {freed.Explain()}");
        }

        return new WithdrawalResult(WithdrawalOutcome.Pending, faceValue,
            $"The bank debited {amount} and waits for the issuer. Resume the withdrawal later; nothing is lost.") { Waits = true };
    }

    private static string Explain(IssueRefusal reason, bool keyed) => reason switch
    {
        IssueRefusal.Undecipherable when keyed =>
            "it makes no keys for users, or it could not decipher the card's request. Withdraw without --issuer-keyed.",
        IssueRefusal.Asked => "the bank withdrew the request, because it stayed unanswered for too long.",
        IssueRefusal.Undecipherable => "it could not decipher the card's request.",
        IssueRefusal.AmountDiffers => "the amount in the card's request is not the amount that the bank asked for.",
        IssueRefusal.KeyReused => "the card's key was used before.",
        IssueRefusal.InArrears => "the bank owes other banks what it has to pay first; ask the bank.",
        _ => "the bank's limit of cash in circulation is reached; try again later.",
    };
}
