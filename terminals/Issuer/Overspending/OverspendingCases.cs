namespace HierCash.Issuer;

/// <summary>
/// Overspenders (EP 0810563, claim 6, step 9e): the issuer gives the bank of the coin the opening of E_I and payments that prove the
/// excess; the bank finds U. The issuer gets to know whether the bank found the case proven, never who it was.
/// </summary>
internal sealed class OverspendingCases(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, ExcessQueue queue, TimeProvider clock,
    ICrashPoints crash)
{
    /// <summary>So often a case's receipts are signed anew in one fetch, while it changes.</summary>
    private const int MostSigned = 4;

    /// <summary>Most pages that a dossier of this issuer has; the format allows <see cref="DossierHeader.MaxPages"/>.</summary>
    public int MostPages { get; set; } = DossierHeader.MaxPages;

    /// <summary>Notes a coin that signed twice under one seq, or more than X, and cancels it; after the payment was recorded.</summary>
    public static void OpenCase(IWriteTransaction db, CoinRow coin, Timestamp now)
    {
        bool excess = HistoryTable.Signed(db, coin.Number) > coin.FaceValue;
        if (coin.IsKeyed)
        {
            // This issuer could have signed it: there is no case, but somebody has to look who used the key (hole 14).
            Alarms.Raise(db, excess ? Alarms.IssuerKeyedExcess : Alarms.IssuerKeyedEquivocation, coin.Id, now);
        }
        else if (IsOfNoBank(coin))
        {
            // E_I is not known: nobody could be told whose it is. The case is opened when a bank adopts the coin (rule R27).
            Alarms.Raise(db, Alarms.HonouredCoin, coin.Id, now);
        }
        else
        {
            TraceCaseTable.Open(db, coin, excess, now);
        }

        var current = CoinTable.Find(db, coin.Id)!;
        CoinTable.Cancel(db, current, now);
        HotTable.Add(db, current.Id, current.Expiry);
    }

    private static bool IsOfNoBank(CoinRow coin) => coin.Bank == HonouredCoins.NoBank;

    /// <summary>A payment was struck out: what is left may be no excess. A dossier that names it is made anew (case_changes).</summary>
    public static void Struck(IWriteTransaction db, CoinRow coin) =>
        TraceCaseTable.SetExcess(db, coin.Number, HistoryTable.Signed(db, coin.Number) > coin.FaceValue);

    /// <summary>
    /// True if there is a case about this coin, also one of which no dossier was fetched yet, and what the holder's side brings of it is
    /// still taken back.
    /// </summary>
    public static bool IsHeard(IReadSnapshot db, CoinRow coin, SchemeParameters terms, Timestamp now) =>
        now <= coin.Expiry.End.Plus(terms.DisputedTerm) && TraceCaseTable.Has(db, coin.Number);

    /// <summary>
    /// A bank fetches the dossiers of its coins on which it has not spoken, one at a time. Only excess lets an identity go (hole 19). What
    /// is signed is signed outside of transactions; the header at each fetch, so that its date is the day's. Pages and revision stay.
    /// </summary>
    public LinkMessage Fetch(PartyId bank, DossiersMessage asked, CancellationToken cancel)
    {
        var now = Timestamp.Now(clock);
        var after = asked.After ?? default;
        var ready = new Dictionary<CoinId, (long Changes, int Times)>();
        while (store.Write(db => Next(db, bank, ref after, ready, now)) is { } next)
        {
            if (next.Pages is { } pages)
            {
                var coinKey = DossierPage.Decode(pages[0])!.Entries[0].H.Coin.Terms.IssuerKey;
                var header = Header(next.Coin, next.Row.Revision, next.Row.Claimed, coinKey, now);
                var dossier = (header with { Pages = [.. pages.Select(p => Digest.Of(p))] }).SignedBy(keys.Statement);
                return new DossiersReply(dossier).ToMessage();
            }

            ready[next.Row.Id] = (SignAnew(next.Row.Id, now, cancel), ready.GetValueOrDefault(next.Row.Id).Times + 1);
        }

        return new DossiersReply(null).ToMessage();
    }

    /// <summary>A page of the dossier that the bank was told of last.</summary>
    public LinkMessage FetchPage(PartyId bank, DossierPageMessage asked)
    {
        var page = store.Read(db => TraceCaseTable.Find(db, bank, asked.Coin) is { } row && row.Revision == asked.Revision
            ? DossierPageTable.Find(db, row.Coin, asked.Index)
            : null);
        return page is null
            ? Refuse(RefusalReason.OutOfDate, "There is no such page, or the dossier was replaced. Fetch its header again.")
            : LinkBody.Kept<DossierPageReply>(page);
    }

    /// <summary>The bank's finding on a revision; an excess may still be rebutted later (hole 19).</summary>
    public LinkMessage Judge(PartyId bank, DossierOutcomeMessage outcome)
    {
        store.Write(db =>
        {
            // A finding on a revision that was replaced says nothing of the one that waits.
            var row = TraceCaseTable.Find(db, bank, outcome.Coin);
            if (row is null || row.Revision != outcome.Revision || row.Revision == 0)
            {
                return false;
            }

            TraceCaseTable.Judge(db, row, outcome.Proof, Timestamp.Now(clock));
            DossierPageTable.Forget(db, row.Coin);
            if (outcome.Proof is not (Proof.Excess or Proof.Equivocation or Proof.Nothing))
            {
                Alarms.Raise(db, Alarms.DossierRefused, row.Id, Timestamp.Now(clock));
            }

            return true;
        });
        crash.Reach(CrashPoints.OutcomeCommitted);
        return new DossierOutcomeReply().ToMessage();
    }

    /// <summary>Reversals of payments in the bank's cases, for it to file them with the evidence (rule R3).</summary>
    public LinkMessage FetchReversals(PartyId bank, ulong after) =>
        new CaseReversalsReply(store.Write(db =>
        {
            CaseReversalTable.File(db, bank);
            return CaseReversalTable.After(db, bank, after, CaseReversalsReply.Max);
        })).ToMessage();

    /// <summary>Stamps a rebuttal, of which it sees the hash and nothing else (rule R5).</summary>
    public LinkMessage HandleStamp(LinkMessage request) => request.As<StampRebuttalMessage>()?.Rebuttal is { } subject
        ? new StampRebuttalReply(Stamp.Sign(keys.Statement, issuer, StampRole.Issuer, subject, Timestamp.Now(clock))).ToMessage()
        : Refuse(RefusalReason.Malformed, "The request for a stamp is malformed.");

    /// <summary>Goes on to the next dossier that waits. Null after the last.</summary>
    /// <param name="after">The last coin that was looked at.</param>
    /// <param name="ready">
    /// Cases whose receipts were signed anew, each with its changes so far; of any other that has to be made, and of one that has changed
    /// since, the row is given, and no pages. Nobody who changes it all the time keeps it from its bank.
    /// </param>
    private (CaseRow Row, CoinRow Coin, List<byte[]>? Pages)? Next(
        IWriteTransaction db, PartyId bank, ref CoinId after, Dictionary<CoinId, (long Changes, int Times)> ready, Timestamp now)
    {
        while (TraceCaseTable.Next(db, bank, after) is { } row)
        {
            var coin = CoinTable.Find(db, row.Id)!;
            bool changed = row.Changed || (row.Judged < row.Revision && HasOldKeys);
            if (changed && HasOldKeys && (!ready.TryGetValue(row.Id, out var signed)
                || (signed.Times < MostSigned && TraceCaseTable.Changes(db, row.Id) != signed.Changes)))
            {
                return (row, coin, null);
            }

            after = row.Id;
            if (changed && !IsMade(db, row, coin, now))
            {
                continue;
            }

            if (TraceCaseTable.Find(db, bank, row.Id) is { } made && made.Judged < made.Revision)
            {
                TraceCaseTable.Dated(db, made, now, terms.ClockTolerance);
                return (made, coin, DossierPageTable.All(db, made.Coin));
            }
        }

        return null;
    }

    /// <summary>Makes the dossier of a case that has changed anew. False where nothing of it is shown to the bank.</summary>
    private bool IsMade(IWriteTransaction db, CaseRow row, CoinRow coin, Timestamp now)
    {
        var choice = Choose(db, coin);
        if (choice is { IsWhole: false } or { Proves: false })
        {
            Alarms.Raise(db, Alarms.DossierTooLarge, row.Id, now);
        }

        bool proves = choice?.Proves != false;
        bool isOfTwo = choice is null && HistoryTable.Signed(db, row.Coin) > coin.FaceValue;
        if (!proves || isOfTwo)
        {
            // An excess all the same: the case stays open, until a person has looked or something changes.
            TraceCaseTable.Settle(db, row, isExcess: true);
            return false;
        }

        if (choice is null || (choice.Content == row.Content && row.Judged == row.Revision))
        {
            TraceCaseTable.Settle(db, row, choice is not null);
            return false;
        }

        if (choice.Content != row.Content)
        {
            TraceCaseTable.Revise(db, row, choice.Content, choice.Claimed);
            DossierPageTable.Replace(db, row.Coin, DossierPage.Cut(choice.Entries).Select(p => p.Encode()));
        }

        return true;
    }

    private IEnumerable<KeyCertificate> StatementKeys => keys.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement).Reverse();

    /// <summary>True if there are statement keys for which a dossier has no room.</summary>
    private bool HasOldKeys => StatementKeys.Skip(DossierHeader.MaxKeys).Any();

    /// <summary>
    /// A dossier names so many keys and no more, and coins outlive any number of rotations: what an older key signed of a dossier that is
    /// made now is signed anew, or the bank would find every receipt of that time invalid, and prove nothing.
    /// </summary>
    /// <returns>The case's changes when nothing was left to sign.</returns>
    public long SignAnew(CoinId id, Timestamp now, CancellationToken cancel)
    {
        long changes = 0;
        if (!HasOldKeys)
        {
            return changes;
        }

        var named = StatementKeys.Take(DossierHeader.MaxKeys).ToList();
        bool isSigned;
        do
        {
            isSigned = store.WriteMade(db => (TraceCaseTable.Changes(db, id), ToSign(db, id, now)), seen =>
            {
                changes = seen.Item1;
                var old = seen.Item2
                    .FindAll(r => !named.OrderBy(c => c.NotBefore > r.Row.Receipt.Date).Any(c => r.Row.Receipt.Verify(suite, c.Key)))
                    .ConvertAll(r => (r.Row, Receipt: queue.Sign(r.Row, r.Share, now)));
                return old.Count == 0 ? null : db =>
                {
                    if (TraceCaseTable.Changes(db, id) != seen.Item1)
                    {
                        return false;
                    }

                    old.ForEach(r => HistoryTable.Revise(db, r.Row, r.Receipt));

                    // A revision that waits for its bank holds them as they were.
                    TraceCaseTable.MakeAnew(db, old[0].Row.Coin);
                    return true;
                };
            }, cancel);
        }
        while (isSigned);
        return changes;
    }

    /// <summary>What a dossier that is made now would hold, and what the receipt of each would say if it is signed once more.</summary>
    private List<(HistoryRow Row, Share Share)> ToSign(IReadSnapshot db, CoinId id, Timestamp now) =>
        TraceCaseTable.Has(db, id) && CoinTable.Find(db, id) is { } coin && Choose(db, coin) is { } choice
            ? [.. choice.Entries.Select(e => HistoryTable.Find(db, e.H.Id)!).Select(row => (row, queue.Again(db, row, now)))]
            : [];

    /// <summary>What may be evidence: not taken back, not of a cancelled coin, and with the coin's own S_I (rule R27).</summary>
    private static IEnumerable<DossierEntry> Counting(IReadSnapshot db, long coin, CoinId id) =>
        HistoryTable.Entries(db, coin)
            .Where(e => !e.IsReversed && e.Receipt.Verdict != Verdict.Cancelled && e.H.Coin.Id == id)
            .Select(e => new DossierEntry(e.H, e.Submission, e.Receipt));

    /// <summary>What a dossier of the coin would claim that is made now; null where all its payments together are within X.</summary>
    public Amount? Shows(IReadSnapshot db, CoinId coin) => CoinTable.Find(db, coin) is { } row ? Choose(db, row)?.Claimed : null;

    private DossierChoice? Choose(IReadSnapshot db, CoinRow row) =>
        DossierChoice.Of(Counting(db, row.Number, row.Id), row.FaceValue, MostPages);

    /// <summary>A dossier of the coin as it would be made now; null where no payments of it that a dossier holds exceed X.</summary>
    public Dossier? Make(IReadSnapshot db, CoinId coin, Timestamp now) =>
        CoinTable.Find(db, coin) is { } row && Choose(db, row) is { Proves: true } choice
            ? Dossier.Sign(keys.Statement, Header(row, 1, choice.Claimed, choice.Entries[0].H.Coin.Terms.IssuerKey, now), choice.Entries)
            : null;

    /// <summary>Most that the dossier proves, of an excess and of a guarantee. Null where it proves no excess.</summary>
    public Amount? Weigh(Dossier dossier) =>
        dossier.EncipheredRequest(suite) is { } ei && dossier.Check(suite, keys.RootKey, ei) == Proof.Excess
            && dossier.Spent >= dossier.Header.FaceValue
            ? Amount.Min(dossier.Spent - dossier.Header.FaceValue, dossier.Guaranteed)
            : null;

    /// <summary>Unsigned and without pages.</summary>
    private DossierHeader Header(CoinRow coin, uint revision, Amount claimed, KeyId coinKey, Timestamp now)
    {
        var m = Ecies.TryDecrypt(suite, keys.Evidence, coin.Opening)
            ?? throw new DatabaseException($"The sealed opening of coin {coin.Id} is damaged. Put back a good copy of the database.");
        // The keys may have changed since: of PE_I, the one whose E_I this is; of PS_I, the one that signed the coin (hole 22).
        var request = CoinRequest.Decode(m)!;
        var encryption = keys.EncryptionCertificates.First(
            c => new WithdrawalId(Digest.Of(request.Encipher(suite, c.Key))) == coin.Request);
        var statements = StatementKeys.Take(DossierHeader.MaxKeys).ToList();
        return new DossierHeader(
            issuer, coin.Id, revision, now, terms.DisputeTerm, terms.ClockTolerance, coin.FaceValue, claimed, m, encryption,
            keys.Certificate(KeyUsage.IssuerCoin, coinKey)!, statements, [], []);
    }
}
