namespace HierCash.Wallet;

/// <param name="Amount">What it was about.</param>
/// <param name="Done">True if the money is where it should be.</param>
/// <param name="Message">For people: what happened and what to do.</param>
public sealed record RecoveryResult(Amount Amount, bool Done, string Message);

/// <summary>
/// What a holder does with the issuer, sealed and by way of the bank (hole 23): redeem, get back what was never settled (holes 4, 9); and
/// with the bank: report a card as lost (hole 10).
/// </summary>
public sealed partial class WalletTerminal
{
    /// <summary>How long before its end a coin is to be renewed.</summary>
    public static readonly TimeSpan RenewWithin = TimeSpan.FromDays(30);

    /// <summary>
    /// Asks the issuer for the money of payments that were never settled, and restores it on the card. A payment that may still be settled
    /// is refused with the date from which to ask again.
    /// </summary>
    /// <param name="which">Chooses payments; null: all.</param>
    /// <returns>Refused: the clocks of wallet and bank differ.</returns>
    public async ValueTask<Result<List<RecoveryResult>>> Recover(
        ICardChannel channel, string pin, Func<LoggedPayment, bool>? which, CancellationToken cancel)
    {
        var (card, status) = Open(channel, pin);
        var fetched = await Certificates(card, cancel);
        if (!fetched.Has(out var certificates))
        {
            return fetched.Refused!;
        }

        var link = Seal(card, certificates);
        await Upload(card, status, link, cancel);
        var till = RedemptionTill(status);
        var log = Log(card, status);
        var results = new List<RecoveryResult>();
        foreach (var (isForgotten, entry, h) in log.Where(e => e.State == LogState.Signed).Select(e => (false, e.Entry, e.H))
            .Concat(Forgotten(card, status, log).Select(e => (true, e.Entry, e.H)))
            .Where(e => e.H.Till != till && (which is null || which(e.Entry))).ToList())
        {
            var reply = await link.Call(new NonSettlementStatementMessage(h).ToMessage(), cancel);
            if (reply.As<NonSettlementStatementReply>()?.Statement is { } statement)
            {
                if (isForgotten)
                {
                    card.Show(h);
                }

                results.Add(Restore(card, status, certificates, h, statement));
            }
            else if (!isForgotten || Refusal.Read(reply) is not { Reason: RefusalReason.NotAllowed })
            {
                // Of most of those that the card has forgotten the issuer says that they are settled, which is no news.
                results.Add(new RecoveryResult(entry.Paid, false, $"{entry.Paid.Show(status.Currency)} of {entry.Time}: "
                    + $"{Refusal.Read(reply)?.Text ?? "the issuer's answer is malformed. Run 'hiercash-wallet recover' again later."}"));
            }
        }

        return results;
    }

    private RecoveryResult Restore(WalletCard card, PrivateStatus status, IssuerCertificates certificates, CashPayment h,
        NonSettlementStatement statement)
    {
        BringStatement(card, certificates, k => statement.Verify(suite, k));
        var restored = card.Restore(statement);
        return new RecoveryResult(h.Paid, restored.IsSuccess, restored.IsSuccess
            ? $"{h.Paid.Show(status.Currency)} of {h.Time} are on the card again: "
                + $"{(statement.Basis == DeathBasis.Voided ? "the shop took the payment back." : "the shop never settled them.")}"
            : restored.Explain());
    }

    /// <summary>
    /// Payments that stand in the records and not in the card's log any more, of coins that the card still has, and that nothing took back:
    /// the newest first, and of each coin no more than the card can tell of (rule R24).
    /// </summary>
    private List<(LoggedPayment Entry, CashPayment H)> Forgotten(
        WalletCard card, PrivateStatus status, IReadOnlyList<(LogState State, LoggedPayment Entry, CashPayment H)> log)
    {
        if (records is null)
        {
            return [];
        }

        var newest = new Dictionary<CoinId, ushort>();
        foreach (var (_, held) in Slots(card, status).Where(s => s.Coin.Cash is not null))
        {
            newest[held.Cash!.Coin.Id] = held.Seq;
        }

        var there = log.Select(e => e.H.Id).ToHashSet();
        return [.. records!.All.GroupBy(e => e.H.Id).Where(g => g.All(e => e.Entry.Proof is null))
            .Select(g => (g.First().Entry, g.First().H))
            .Where(e => !there.Contains(e.H.Id) && newest.TryGetValue(e.H.Coin.Id, out ushort seq) && e.H.Seq <= seq
            && seq - e.H.Seq < ShowPaymentCommand.RingBits)
            .OrderByDescending(e => e.H.Time)];
    }

    /// <summary>Every payment on the card as H, with what restored it; for the holder's own records and for a rebuttal.</summary>
    public static IReadOnlyList<(LogState State, LoggedPayment Entry, CashPayment H)> ReadPayments(ICardChannel channel, string pin)
    {
        var (card, status) = Open(channel, pin);
        return Log(card, status);
    }

    /// <summary>The same with the places in the card's log.</summary>
    internal static IReadOnlyList<(byte Index, LogState State, LoggedPayment Entry, CashPayment H)> ReadLog(
        ICardChannel channel, string pin)
    {
        var (card, status) = Open(channel, pin);
        return Entries(card, status);
    }

    /// <summary>
    /// What the card and the records hold against an accusation: each S_W and each dead statement that the card was given. The certificates
    /// that dead statements want come from the records, where the card has checked them, and from the bank beside these: who is accused
    /// does not need the accuser.
    /// </summary>
    public async ValueTask<Rebuttal> MakeRebuttal(ICardChannel channel, string pin, CancellationToken cancel)
    {
        var (card, status) = Open(channel, pin);
        return MakeRebuttal(Log(card, status).Concat(records?.All ?? []).DistinctBy(Proven), await StatementKeys(cancel));
    }

    /// <summary>Each proof of a payment once: of two different ones, one may be an altered reading of the card.</summary>
    private static (PaymentId, string) Proven((LogState State, LoggedPayment Entry, CashPayment H) e)
    {
        string proven = e.Entry.Proof is { } proof ? Convert.ToHexString(proof.TillKey ?? []) + Convert.ToHexString(proof.Signature) : "";
        return (e.H.Id, proven);
    }

    private async ValueTask<IReadOnlyList<KeyCertificate>> StatementKeys(CancellationToken cancel)
    {
        var kept = records?.Certificates ?? [];
        try
        {
            // Whole ones beside each other: what the bank says of a key takes no place of what the card has checked.
            var reply = await bank.Call(new CertificatesMessage().ToMessage(), cancel);
            var told = (reply.As<CertificatesReply>()?.Certificates ?? []).Where(
                c => c.Usage == KeyUsage.IssuerStatement).TakeLast(WalletRecords.MaxCertificates).ToList();
            return [.. kept.Concat(told).DistinctBy(c => c.Digest)];
        }
        catch (LinkException)
        {
            return kept;
        }
    }

    public static Rebuttal MakeRebuttal(
        IEnumerable<(LogState State, LoggedPayment Entry, CashPayment H)> log, IReadOnlyList<KeyCertificate> certificates)
    {
        var restored = log.Where(e => e.Entry.Proof is not null).Select(e => (e.H, Proof: e.Entry.Proof!)).ToList();
        return new Rebuttal(
            [.. restored.Where(e => e.Proof.TillKey is not null).Select(e => VoidStatement.Of(e.H, e.Proof.TillKey!, e.Proof.Signature))],
            [.. restored.Where(e => e.Proof.TillKey is null).Select(e => new NonSettlementStatement(
                e.Proof.Issuer, e.H.Id, e.H.Coin.Id, e.H.Seq, e.H.Paid, e.Proof.Basis, e.Proof.Date, e.Proof.Signature))],
            certificates);
    }

    /// <summary>Signs, while the card is there, the report that its holder shows the bank when it is gone.</summary>
    public static LostCardReport SignLostReport(ICardChannel channel, string pin, Timestamp date)
    {
        var (card, status) = Open(channel, pin);
        return new LostCardReport(status.User, status.Bank, date, card.AuthoriseLostCard(date));
    }

    /// <summary>Reports the card as lost.</summary>
    /// <returns>How many of its coins are cancelled by now; refused: the bank does not take the report.</returns>
    public async ValueTask<Result<ulong>> ReportLost(LostCardReport report, CancellationToken cancel)
    {
        var (answer, refusal) = await bank.Ask(new LostCardMessage(report), cancel);
        return answer is not null ? answer.Cancelled : Refused.ByPeer(refusal?.Text ?? "The bank's answer is malformed. Report again.");
    }

    /// <summary>
    /// Every S_W that the card was given goes to the issuer at the next contact: what its shop settled all the same is taken back from the
    /// shop (rule R4).
    /// </summary>
    private async ValueTask Upload(WalletCard card, PrivateStatus status, SealedLink link, CancellationToken cancel)
    {
        var kept = records?.All ?? [];
        foreach (var (_, entry, h) in Log(card, status).Concat(kept).Where(e => e.Entry.Proof?.TillKey is not null).DistinctBy(Proven)
            .ToList())
        {
            if (records?.IsUploaded(h.Id) == true)
            {
                continue;
            }

            var statement = VoidStatement.Of(h, entry.Proof!.TillKey!, entry.Proof.Signature);
            var reply = await link.Call(new UploadVoidMessage(new(h, statement)).ToMessage(), cancel);

            // Only what ends it: after any other refusal it is brought again.
            if (reply.As<UploadVoidReply>()?.Reversal.Payment == h.Id || Refusal.Read(reply) is { Reason: RefusalReason.OutOfDate })
            {
                records?.Uploaded(h.Id);
            }
        }
    }

    /// <summary>The same where something else is asked for: an issuer that is away keeps nobody from that.</summary>
    private async ValueTask TryUpload(WalletCard card, PrivateStatus status, IssuerCertificates certificates, CancellationToken cancel)
    {
        try
        {
            var link = Seal(card, certificates);
            await Upload(card, status, link, cancel);
            await ResumeRedemptions(card, status, link, cancel);
        }
        catch (LinkException)
        {
            // At the next contact.
        }
    }

    private static List<(LogState State, LoggedPayment Entry, CashPayment H)> Log(WalletCard card, PrivateStatus status) =>
        Entries(card, status).ConvertAll(e => (e.State, e.Entry, e.H));

    private static List<(byte Index, LogState State, LoggedPayment Entry, CashPayment H)> Entries(WalletCard card, PrivateStatus status)
    {
        var coins = new Dictionary<byte, Coin?>();
        var log = new List<(byte Index, LogState State, LoggedPayment Entry, CashPayment H)>();
        for (int i = 0; i < status.LogEntries; i++)
        {
            var reply = card.ReadLog((byte)i);
            if (reply.Payment is not { } entry)
            {
                continue;
            }

            if (!coins.TryGetValue(entry.Slot, out var coin))
            {
                coins[entry.Slot] = coin = card.GetCoin(entry.Slot).Cash?.Coin;
            }

            if (coin is not null)
            {
                log.Add(((byte)i, reply.State, entry,
                    new CashPayment(coin, entry.Seq, entry.Balance, entry.Time, entry.Till, entry.Paid, entry.SU)));
            }
        }

        return log;
    }

    private SealedLink Seal(WalletCard card, IssuerCertificates certificates)
    {
        // The card takes only keys of the scheme that it belongs to: what it took, the wallet may seal to.
        card.PutCertificate(certificates.Encryption);
        return new SealedLink(bank, suite, certificates.Encryption.Key);
    }
}

/// <summary>
/// The way of a wallet to the issuer through its bank, which cannot read it (hole 23). The issuer's answer is what opens under the seed of
/// the question, and nothing else: what the bank says itself, or who has its key, ends nothing (rule R4).
/// </summary>
internal sealed class SealedLink(ILink bank, ICashSuite suite, PublicKey issuer) : ILink
{
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        var (message, seed) = SealedMessage.Seal(suite, issuer, request);
        var reply = await bank.Call(new RelayMessage(message).ToMessage(), cancel);
        if (Refusal.Read(reply) is { } refusal)
        {
            throw new LinkException(refusal.Text);
        }

        return reply.As<RelayReply>()?.Answer is { } answer && SealedMessage.OpenAnswer(seed, answer) is { } opened
            ? opened
            : throw new LinkException("The issuer's answer came back altered, and cannot be opened. Run it again; if it stays so, ask "
                + "your bank.");
    }
}
