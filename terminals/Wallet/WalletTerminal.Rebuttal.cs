namespace HierCash.Wallet;

/// <param name="Rebuttal">What was shown, with the stamps that it got: keep it.</param>
/// <param name="Stands">Whether the bank holds on to the accusation; null where it did not say.</param>
public sealed record RebuttalResult(Notice Notice, Rebuttal Rebuttal, bool? Stands)
{
    /// <summary>The evidence that the bank showed; null where it showed none that holds, and so was shown nothing.</summary>
    public Evidence? Evidence { get; init; }

    /// <summary>
    /// What the wallet holds against it, as it was kept before the bank was asked for anything; with the issuer's stamp, if it could be
    /// reached.
    /// </summary>
    public Rebuttal Held { get; init; } = Rebuttal.None;

    /// <summary>Why the issuer's stamp is not under it: a sentence; null where it is, or where there was nothing to stamp.</summary>
    public string? NoStamp { get; init; }
}

/// <summary>Accusations, and what a holder shows against them (hole 19, rule R5).</summary>
public sealed partial class WalletTerminal
{
    /// <summary>What the bank holds against a user. Asked at every contact.</summary>
    public async ValueTask<IReadOnlyList<Notice>> Notices(AccountId user, CancellationToken cancel) =>
        (await bank.Ask(new NoticesMessage(user), cancel)).Reply?.Notices ?? [];

    /// <summary>
    /// Shows the bank, for each accusation, what the card and the wallet's records hold against it, and nothing about other coins. The
    /// issuer stamps first, without seeing more than a hash, for each notice, also where there is nothing to stamp; if it cannot be
    /// reached, the bank's own stamp has to do. Then the bank has to show the evidence: who answers to a mere question about a coin says
    /// whose it is (rule R5). So nobody sees from what a wallet sends whether it knows the coin, before it was overspent; and a bank that
    /// shows no evidence takes nobody's proof of the day.
    /// </summary>
    /// <param name="keep">
    /// Keeps a rebuttal before the bank is asked for the evidence, with the issuer's stamp if there is one, and again with the bank's: a
    /// bank that relays the stamp and then falls silent takes nobody's proof that it came in time. Returns it with the stamps that the same
    /// rebuttal got before: those are the earliest.
    /// </param>
    /// <param name="keepEvidence">Keeps what the bank accuses with, before it is answered: a bank that changes its file afterwards is
    /// proven by that.</param>
    /// <returns>One for each notice; with an empty rebuttal where there is nothing to show.</returns>
    public async ValueTask<IReadOnlyList<RebuttalResult>> Rebut(
        ICardChannel channel, string pin, CancellationToken cancel, Func<Notice, Rebuttal, Rebuttal>? keep = null,
        Action<Notice, Evidence>? keepEvidence = null)
    {
        var (card, status) = Open(channel, pin);
        var results = new List<RebuttalResult>();
        foreach (var notice in await Notices(status.User, cancel))
        {
            string? noStamp = null;
            async ValueTask<Rebuttal> StampAndKeep(Rebuttal made)
            {
                (var stamped, noStamp) = await StampByIssuer(card, made, cancel);
                return stamped.IsEmpty ? stamped : keep?.Invoke(notice, stamped) ?? stamped;
            }

            var whole = (await MakeRebuttal(channel, pin, cancel)).About(notice.Coin);
            var rebuttal = Cut(whole, null);
            rebuttal = await StampAndKeep(rebuttal);
            var (evidence, root) = await Shown(status, notice, cancel) ?? default;
            if (evidence is not null)
            {
                keepEvidence?.Invoke(notice, evidence);
            }

            if (evidence is null || rebuttal.IsEmpty)
            {
                results.Add(new RebuttalResult(notice, Rebuttal.None, null)
                {
                    Evidence = evidence, Held = rebuttal, NoStamp = IsStamped(rebuttal) ? null : noStamp,
                });
                continue;
            }

            var cut = Cut(whole, evidence);
            rebuttal = Genuine(cut.Digest == rebuttal.Digest ? rebuttal : await StampAndKeep(Genuine(cut, root)), root);
            if (await Show(notice, rebuttal, cancel) is not { } answer)
            {
                results.Add(new RebuttalResult(notice, rebuttal, null)
                {
                    Evidence = evidence, Held = rebuttal, NoStamp = IsStamped(rebuttal) ? null : noStamp,
                });
                continue;
            }

            // Only the bank's own word on this, heard or as a witness: in another's name it would take the place of a true one.
            if (answer.Stamp.Role is StampRole.Bank or StampRole.Witness && answer.Stamp.Stamper == status.Bank
                && answer.Stamp.Subject == rebuttal.Digest)
            {
                rebuttal = Genuine(rebuttal.With(answer.Stamp, [answer.Certificate]), root);
            }

            rebuttal = keep?.Invoke(notice, rebuttal) ?? rebuttal;
            results.Add(new RebuttalResult(notice, rebuttal, answer.Stands)
                {
                    Evidence = evidence, Held = rebuttal, NoStamp = IsStamped(rebuttal) ? null : noStamp,
                });
        }

        return results;
    }

    /// <summary>True if nothing more is to be stamped: the issuer has, now or an earlier time.</summary>
    private static bool IsStamped(Rebuttal rebuttal) => rebuttal.IsEmpty || rebuttal.Stamps.Any(s => s.Role == StampRole.Issuer);

    /// <summary>
    /// The evidence behind a notice, checked as a judge would, from the root key that the card has pinned; null where there is none that
    /// holds.
    /// </summary>
    private async ValueTask<(Evidence File, PublicKey Root)?> Shown(PrivateStatus status, Notice notice, CancellationToken cancel)
    {
        try
        {
            var (answer, _) = await bank.Ask(new AccusationMessage(status.User, notice.Coin, null), cancel);
            if (answer is not { Root: { } root, File: { } bare })
            {
                return null;
            }

            var hashes = bare.Dossier.Header.Pages;
            var pages = new List<DossierPage>();
            for (uint i = 0; i < hashes.Count; i++)
            {
                (answer, _) = await bank.Ask(new AccusationMessage(status.User, notice.Coin, i), cancel);
                if (answer?.Page is not { } page || page.Hash != hashes[(int)i])
                {
                    return null;
                }

                pages.Add(page);
            }

            var file = bare with { Dossier = bare.Dossier with { Pages = pages } };
            return IsOwn(status, notice, root, file) && IsProven(root, file) ? (file, root) : null;
        }
        catch (LinkException)
        {
            return null;
        }
    }

    /// <summary>
    /// True if it is about an order of this card's account at this card's bank, of this card's scheme, and this notice is the file's.
    /// </summary>
    private static bool IsOwn(PrivateStatus status, Notice notice, PublicKey root, Evidence file)
    {
        bool pinned = Digest.Of(root.Bytes) == status.Scheme;
        bool own = file.Order.User == status.User && file.Order.Bank == status.Bank;
        bool its = file.Notice.Encode().AsSpan().SequenceEqual(notice.Encode());
        return pinned && own && its;
    }

    private bool IsProven(PublicKey root, Evidence file) => file.Check(suite, root).IsProven;

    /// <summary>
    /// Without certificates that the root key did not sign: whoever accuses says as many as they like, and a file has room for so many.
    /// </summary>
    /// <param name="root">From the evidence, as the card has pinned it; null where the bank showed none.</param>
    private Rebuttal Genuine(Rebuttal rebuttal, PublicKey? root) =>
        root is null ? rebuttal
            : rebuttal with { Certificates = [.. rebuttal.Certificates.Where(c => c.Verify(suite, root))] };

    /// <summary>No more than a bank hears: what speaks of the payments in the evidence first.</summary>
    private static Rebuttal Cut(Rebuttal rebuttal, Evidence? evidence)
    {
        const int Most = 512;
        var accused = (evidence?.Dossier.Payments ?? []).Select(h => h.Seq).ToHashSet();
        return rebuttal.Voids.Count <= Most && rebuttal.Dead.Count <= Most ? rebuttal : rebuttal with
        {
            Voids = [.. rebuttal.Voids.OrderByDescending(v => accused.Contains(v.Seq)).Take(Most)],
            Dead = [.. rebuttal.Dead.OrderByDescending(d => accused.Contains(d.Seq)).Take(Most)],
        };
    }

    /// <summary>The bank's answer; null where it gives none.</summary>
    private async ValueTask<RebutReply?> Show(Notice notice, Rebuttal rebuttal, CancellationToken cancel)
    {
        try
        {
            return (await bank.Ask(new RebutMessage(notice.Coin, rebuttal), cancel)).Reply;
        }
        catch (LinkException)
        {
            return null;
        }
    }

    /// <returns>With the stamp; or without it, and why: who is accused shows it all the same.</returns>
    private async ValueTask<(Rebuttal Rebuttal, string? NoStamp)> StampByIssuer(
        WalletCard card, Rebuttal rebuttal, CancellationToken cancel)
    {
        try
        {
            var fetched = await Certificates(card, cancel);
            if (!fetched.Has(out var certificates))
            {
                return (rebuttal, fetched.Refused!.Sentence);
            }

            var reply = await Seal(card, certificates).Call(new StampRebuttalMessage(rebuttal.Digest).ToMessage(), cancel);
            var stamp = reply.As<StampRebuttalReply>()?.Stamp;
            return stamp is not null && stamp.Subject == rebuttal.Digest ? (rebuttal.With(stamp, []), null)
                : (rebuttal, Refusal.Read(reply)?.Text ?? "The issuer's answer is no stamp of this.");
        }
        catch (Exception e) when (e is LinkException or CardRefusedException)
        {
            // The issuer is away, or the bank says a key that the card does not believe.
            return (rebuttal, e.Message);
        }
    }
}
