namespace HierCash.Issuer;

/// <summary>
/// Takes the batches of shops (EP 0810563, settlement step 2). Each is signed by its till (rule R3); a batch is one transaction, and each
/// payment gets a signed receipt.
/// </summary>
internal sealed class Settlement(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, AgreedBooks agreement, TimeProvider clock,
    ICrashPoints crash)
{
    private readonly Judgement _judgement = new(suite, keys, issuer, terms, agreement);
    private readonly ShownWords _shown = new(store, suite, keys, issuer, terms);

    public LinkMessage Take(LinkPeer peer, SettleMessage batch)
    {
        var read = batch.Items.Select(i => (Bytes: i, H: Judgement.Read(i))).ToList();
        var subjects = read.Select(i => i.H?.Id.Value ?? Digest.Of(i.Bytes)).ToArray();

        // What a stranger sends costs one signature: those of the payments are looked at when it is known whose batch it is.
        if (!batch.Submission.Verify(suite, issuer, subjects))
        {
            return Refuse(RefusalReason.BadSignature, "The batch is not signed by the till's key (N_W). Nothing was settled.");
        }

        var now = Timestamp.Now(clock);
        if (!terms.IsOnTime(batch.Submission.Date, now))
        {
            return Refuse(RefusalReason.OutOfDate,
                $"The till's clock says {batch.Submission.Date}, the issuer's {now}. Set the till's clock, then settle again.");
        }

        // Who submits is the peer, by its own key; the signature on the batch says only whose queue it was (rules R3, R17).
        if (store.Read(db => batch.Submission.Till is { } signer ? Registry.BringerFault(db, peer, signer) : null) is { } stranger)
        {
            return stranger.ToMessage();
        }

        var items = Checked(read);
        var earlier = batch.Earlier.DistinctBy(r => r.Subject).ToDictionary(r => r.Subject);
        var till = batch.Submission.Till!.Value;
        var shown = earlier.Values.Where(w => items.TrueForAll(i => i.Subject != w.Subject || i.H?.Paid == w.Paid));
        if (_shown.IsBehind(shown, till, now))
        {
            return Refuse(RefusalReason.Unavailable, AgreedBooks.Stopped);
        }

        var unknown = store.Read(db => items.FindAll(i => i.Refused is null && earlier.ContainsKey(i.Subject)
            && HistoryTable.Find(db, i.H!.Id) is null));
        var own = unknown.DistinctBy(i => i.Subject).Where(i => _judgement.IsOwnWord(earlier[i.Subject], i.H!, now))
            .ToDictionary(i => i.Subject, i => earlier[i.Subject]);
        var receipts = store.Write(db =>
        {
            var contact = TillTable.LastAnswer(db, till);
            var answers = items.Select((item, i) => item.Refused is { } verdict
                ? Answer(item.Subject, verdict, item.H?.Paid ?? Amount.Zero, now)
                : Settle(db, peer, new Submitted(item.H!, item.Bytes, ShopTable.OfTill(db, till), batch.Submission.Prove(subjects, i),
                    contact, own.GetValueOrDefault(item.Subject)), till, now)).ToList();
            TillRegistrations.Note(db, batch.Submission, subjects);
            ServiceRecord.Answer(db, till, batch.Submission.Date, batch.Submission.Queued, now);
            crash.Reach(CrashPoints.SettleUncommitted);
            return answers;
        });
        crash.Reach(CrashPoints.SettleCommitted);
        return new SettleReply(receipts).ToMessage();
    }

    /// <summary>Form and signatures, without the database. Each payment is verified once, however often it is in the batch.</summary>
    private List<(Digest Subject, byte[] Bytes, CashPayment? H, Verdict? Refused)> Checked(List<(byte[] Bytes, CashPayment? H)> read)
    {
        var genuine = new Dictionary<Digest, bool>();
        bool IsGenuine(byte[] bytes, CashPayment h)
        {
            var which = Digest.Of(bytes);
            return genuine.TryGetValue(which, out bool known) ? known : genuine[which] = _judgement.IsGenuine(h);
        }

        return read.ConvertAll(i => i.H is not { } h
            ? (Digest.Of(i.Bytes), i.Bytes, (CashPayment?)null, (Verdict?)Verdict.Malformed)
            : (h.Id.Value, i.Bytes, h, IsGenuine(i.Bytes, h) ? null : Verdict.BadSignature));
    }

    /// <summary>Only the till that was paid signs the batch, and only the shop that it is registered for brings it.</summary>
    private Receipt Settle(IWriteTransaction db, LinkPeer peer, Submitted submitted, TillId till, Timestamp now)
    {
        var (h, shop) = (submitted.H, submitted.Shop);
        return h.Till == till && shop?.Id == peer.Id && !Registry.IsRevoked(db, till, h.Time)
            && !Registry.IsNewer(db, till, h.Time.Plus(terms.ClockTolerance))
            ? _judgement.Judge(db, submitted, now)
            : Answer(h.Id.Value, Verdict.TillUnknown, h.Paid, now);
    }

    private Receipt Answer(Digest subject, Verdict verdict, Amount y, Timestamp now) =>
        Receipt.Sign(keys.Statement, issuer, subject, verdict, y, terms.Currency, Share.None, 1, now);
}
