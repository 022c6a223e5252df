namespace HierCash.Bank;

/// <summary>
/// Finds the overspender (EP 0810563, settlement step 3, section 203): checks the issuer's dossier by itself, looks U up by E_I,
/// and assembles the evidence file. The issuer is told whether the case is proven, not who it is (hole 19). One case that cannot be judged
/// stops no other.
/// </summary>
internal sealed class OverspendingInvestigation(
    Database store, ICashSuite suite, ISigningKey key, KeyCertificate certificate, Scheme scheme, ILink issuer, Rebuttals rebuttals,
    TimeProvider clock, ICrashPoints crash)
{
    /// <summary>Headers in one visit, and requests for reversals; what is left waits for the next (R8).</summary>
    public const int MaxRounds = 64;

    /// <summary>
    /// Pages of a dossier from which on its next revision is judged a day later: with a shop's help its holder makes a new one with every
    /// cent that is taken back (rule R10).
    /// </summary>
    public const int LargePages = 16;

    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    /// <summary>Where the next visit goes on if this one was full: cases that cannot be judged keep no later one waiting.</summary>
    private CoinId? _after;

    /// <summary>Fetches and judges all dossiers that wait, brings what rebuttals hold, files reversals, tells what was found.</summary>
    /// <returns>How many were judged. Refused where a dossier was, or where an answer was none, after all else was done.</returns>
    /// <exception cref="LinkException">The issuer cannot be reached; what was found is kept and told later.</exception>
    public async ValueTask<Result<int>> Fetch(CancellationToken cancel)
    {
        await rebuttals.BringVoids(cancel);
        var first = await FileReversals(cancel);
        int judged = 0;
        var after = _after;
        _after = null;
        for (int asked = 1; ; asked++)
        {
            var next = await Next(after, cancel);
            first ??= next.Refused;
            if (!next.Has(out var header) || header is null)
            {
                break;
            }

            after = header.Coin;
            var ended = await Judge(header, cancel);
            judged += ended.Has(out bool isJudged) && isJudged ? 1 : 0;
            first ??= ended.Refused;
            if (asked >= MaxRounds)
            {
                _after = after;
                break;
            }
        }

        await rebuttals.TellOutcomes(cancel);

        return first is null ? judged : first;
    }

    public LinkMessage HandleNotices(LinkMessage request) => request.As<NoticesMessage>()?.User is { } user
        ? new NoticesReply(store.Read(db => NoticeTable.Of(db, user))).ToMessage()
        : Refuse(RefusalReason.Malformed, "The request for notices is malformed.");

    /// <summary>Shows the accused the file behind a notice: their wallet answers to nothing less (rule R5).</summary>
    public LinkMessage HandleAccusation(LinkMessage request)
    {
        if (request.As<AccusationMessage>() is not var (user, coin, page))
        {
            return Refuse(RefusalReason.Malformed, "The request for the evidence is malformed.");
        }

        var found = store.Read(db => EvidenceTable.Find(db, coin));
        var file = found?.Proof == Proof.Excess && found.File?.Order.User == user ? found.File : null;
        return (file, page) switch
        {
            (null, _) => Refuse(RefusalReason.NotAllowed, "The bank holds nothing against this account about that coin."),
            (_, null) => new AccusationReply(scheme.Root, file).ToMessage(),
            (_, { } index) => index < file.Dossier.Pages.Count
                ? new AccusationReply(file.Dossier.Pages[(int)index]).ToMessage()
                : Refuse(RefusalReason.NotAllowed, "The evidence has no such page."),
        };
    }

    /// <summary>The next dossier that waits; null after the last.</summary>
    private async ValueTask<Result<DossierHeader?>> Next(CoinId? after, CancellationToken cancel)
    {
        var answer = (await issuer.Ask(new DossiersMessage(after), cancel)).ToResult("The issuer sent no dossiers.");
        if (!answer.Has(out var reply))
        {
            return answer.Refused!;
        }

        var header = reply.Header;
        return header is null || after is not { } last || header.Coin.Value.ToArray().AsSpan().SequenceCompareTo(last.Value.ToArray()) > 0
            ? header : Refused.ByPeer("The issuer sends a dossier twice.");
    }

    /// <returns>False where there is nothing to judge now.</returns>
    private async ValueTask<Result<bool>> Judge(DossierHeader header, CancellationToken cancel)
    {
        var now = Timestamp.Now(clock);
        if (Check(header, now) is { } strangers)
        {
            return strangers;
        }

        var earlier = store.Read(db => EvidenceTable.Find(db, header.Coin));
        if (header.Revision <= earlier?.Revision)
        {
            store.Write(db => EvidenceTable.TellAgain(db, header.Coin));
            return header.Revision == earlier!.Revision
                ? false
                : Refused.ByRule($"The dossier of coin {header.Coin} has revision {header.Revision}, and {earlier.Revision} was judged. "
                    + $"The issuer has to say why.");
        }

        bool rests = header.Pages.Count > LargePages && earlier?.File is { } file && file.Date.Plus(Rest) > now
            && file.Date <= now.Plus(scheme.Terms.ClockTolerance);
        if (rests)
        {
            return false;
        }

        // E_I is recomputed from the opening; only if it is one of this bank's does it lead to a user.
        var ei = new Dossier(header, []).EncipheredRequest(suite);
        var row = ei is null ? null : store.Read(db => WithdrawalTable.Find(db, new WithdrawalId(Digest.Of(ei))));
        if (row is null && earlier is null)
        {
            store.Write(db => AlarmTable.Raise(db, now, BankAlarms.StrangeDossier, 0));
            await Answer(header, Proof.OpeningMismatch, cancel);
            return true;
        }

        var fetched = await Pages(header, cancel);
        if (!fetched.Has(out var pages))
        {
            return fetched.Refused!;
        }

        var dossier = new Dossier(header, pages);
        var date = now < header.Date ? header.Date : now;
        if (!dossier.Entries.All(e => e.H.Time <= date.Plus(scheme.Terms.ClockTolerance)))
        {
            return Refused.ByRule(
                $"The dossier of coin {header.Coin} holds a payment that is later than this bank's clock, {now}. It is void.");
        }

        // Of the order that the user signed: anybody who checks the file asks for that, and would name this bank.
        bool ordered = row is null || dossier.IsOf(row.Order);
        var proof = row is null ? Proof.OpeningMismatch : ordered ? dossier.Check(rebuttals.Once(), scheme.Root, row.Order.EI)
            : Proof.OtherCoin;
        if (proof != Proof.Excess && earlier is null)
        {
            await Answer(header, proof, cancel);
            return true;
        }

        Keep(dossier, row?.Order, proof, now, cancel);
        crash.Reach(CrashPoints.EvidenceStored);
        return true;
    }

    /// <summary>Of a dossier that proves nothing nothing is kept (R10): the issuer hears it at once, or sends it again.</summary>
    private async ValueTask Answer(DossierHeader header, Proof proof, CancellationToken cancel) =>
        await issuer.Ask(new DossierOutcomeMessage(header.Coin, header.Revision, proof), cancel);

    /// <summary>Whether it is the issuer's, of this scheme, and of today (rule R5). Of one that is not, nothing is kept.</summary>
    private Refused? Check(DossierHeader header, Timestamp now)
    {
        var terms = scheme.Terms;
        bool signed = header.Issuer == scheme.Issuer && header.Fault(suite, scheme.Root) is null;
        if (!signed)
        {
            return Refused.ByPeer($"The dossier of coin {header.Coin} is not signed by the issuer.");
        }

        bool schemes = header.DisputeTerm == terms.DisputeTerm && header.ClockTolerance == terms.ClockTolerance;
        if (!schemes)
        {
            return Refused.ByPeer($"The dossier of coin {header.Coin} gives other terms than the scheme.");
        }

        bool today = header.Date <= now.Plus(terms.ClockTolerance) && now <= header.Date.Plus(terms.ClockTolerance);
        return today ? null : new Refused(Outcome.ClockDiffers,
            $"The dossier of coin {header.Coin} is dated {header.Date}, and this bank's clock says {now}. One of the clocks is wrong.");
    }

    private async ValueTask<Result<List<DossierPage>>> Pages(DossierHeader header, CancellationToken cancel)
    {
        var pages = new List<DossierPage>();
        for (uint i = 0; i < header.Pages.Count; i++)
        {
            var (answer, refusal) = await issuer.Ask(new DossierPageMessage(header.Coin, header.Revision, i), cancel);
            var page = answer?.Page;
            if (page is null || page.Hash != header.Pages[(int)i])
            {
                return Refused.ByPeer(
                    $"Page {i} of the dossier of coin {header.Coin} is not the one that the issuer signed. {refusal?.Text}".TrimEnd());
            }

            pages.Add(page);
        }

        return pages;
    }

    /// <summary>
    /// Signs and weighs the file before the transaction, which keeps it only if the case and the account are still what they were.
    /// </summary>
    private void Keep(Dossier dossier, WithdrawalOrder? order, Proof proof, Timestamp now, CancellationToken cancel)
    {
        var coin = dossier.Coin;
        store.WriteMade(db => (CaseBook.Read(db, coin), proof == Proof.Excess ? AccountTable.Find(db, order!.User) : null), seen =>
        {
            var ((mark, earlier, heard, brought), account) = seen;
            if (account is null)
            {
                return db => EvidenceTable.Reject(db, dossier, proof, now);
            }

            var file = Evidence.Sign(key, order!, account.Key, account.Name, dossier, certificate, now) with
            {
                Reversals = earlier?.Reversals ?? [], FiledKeys = earlier?.FiledKeys ?? [],
            };
            var standing = rebuttals.Standing(file, heard, brought);
            var voids = rebuttals.Voids(file, heard);
            return db =>
            {
                if (Rebuttals.HasChanged(db, coin, mark) || AccountTable.Find(db, order!.User) != account)
                {
                    return false;
                }

                CaseBook.Keep(db, file, standing, rebuttals.CountsUntil(file), now);
                Rebuttals.Queue(db, voids, Timestamp.Now(clock));
                return true;
            };
        }, cancel);
    }

    /// <summary>Reversals that the issuer signed after the dossier stand in the file from then on (rule R3).</summary>
    private async ValueTask<Refused?> FileReversals(CancellationToken cancel)
    {
        for (int asked = 0; asked < MaxRounds; asked++)
        {
            ulong after = store.Read(FiledTable.Last);
            var answer = (await issuer.Ask(new CaseReversalsMessage(after), cancel)).ToResult("The issuer sent no reversals.");
            if (!answer.Has(out var reply) || reply.Reversals.Count == 0)
            {
                return answer.Refused;
            }

            var reversals = reply.Reversals;

            foreach (var (number, _, _) in reversals)
            {
                if (number <= after)
                {
                    return Refused.ByPeer($"Reversal {number} came where a later one than {after} was due.");
                }

                after = number;
            }

            // In the files first: what was cut short in between is asked for, and filed, once more.
            await rebuttals.File([.. reversals.Select(r => (r.Coin, r.Reversal))], cancel);
            store.Write(db => FiledTable.SetLast(db, after));
        }

        return null;
    }
}
