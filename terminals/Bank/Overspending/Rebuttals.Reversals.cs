namespace HierCash.Bank;

/// <summary>Reversals that the issuer signed, filed with the cases whose payments they take back (rule R3).</summary>
internal sealed partial class Rebuttals
{
    /// <summary>One filing at a time. It waits for no stranger's rebuttal: a case that changes meanwhile is weighed again.</summary>
    private readonly SemaphoreSlim _filing = new(1);

    /// <summary>
    /// Files reversals with the evidence that holds their payments; others say nothing about this bank's cases. Each case is weighed once,
    /// however many there are, and the database waits for none of it (rule R10). Filed a second time they change nothing.
    /// </summary>
    /// <exception cref="LinkException">One has an unknown key, and the issuer cannot be asked for its keys: file them again.</exception>
    public async ValueTask File(IReadOnlyCollection<(CoinId Coin, Reversal Reversal)> reversals, CancellationToken cancel)
    {
        if (reversals.Count == 0)
        {
            return;
        }

        // The issuer may have another key since this bank heard of its keys. What it signed with that is not to be lost; what verifies
        // under no key of it is nothing.
        bool known = await FileKnown(reversals, cancel);
        if (!known)
        {
            await CertificateStore.Fetch(store, scheme, suite, issuer, cancel);
            await FileKnown(reversals, cancel);
        }
    }

    /// <returns>False if one of them is about a case and does not verify under the known keys of the issuer.</returns>
    private async ValueTask<bool> FileKnown(IEnumerable<(CoinId Coin, Reversal Reversal)> reversals, CancellationToken cancel)
    {
        var keys = scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement).ToList();
        bool known = true;
        await _filing.WaitAsync(cancel);
        try
        {
            Renew();
            foreach (var ofCoin in reversals.GroupBy(r => r.Coin, r => r.Reversal))
            {
                var coin = ofCoin.Key;
                store.WriteMade(db => CaseBook.Read(db, coin), seen =>
                {
                    (Evidence Filed, EvidenceFinding Standing)? Weighed() =>
                        seen.File is not null && WithAll(seen.File, seen.Brought, ofCoin, keys, ref known) is { } filed
                            ? (filed, Standing(filed, seen.Heard, seen.Brought)) : null;
                    return Weighed() is not { } weighed ? null : db =>
                        !HasChanged(db, coin, seen.Seen) && CaseBook.Weigh(db, weighed.Filed, weighed.Standing, Timestamp.Now(clock));
                }, cancel);
            }
        }
        finally
        {
            _filing.Release();
        }

        return known;
    }

    /// <summary>
    /// Of the file's payments, and of those whose S_W the bank has brought: a later revision may hold other payments, and what the bank's
    /// stamp says that it has heard stands in the file with what came of it, whatever the revision.
    /// </summary>
    /// <returns>Null where none of them is one of these.</returns>
    private Evidence? WithAll(Evidence file, List<BroughtVoid> brought, IEnumerable<Reversal> reversals, List<KeyCertificate> keys,
        ref bool known)
    {
        var payments = file.Dossier.Payments.Concat(brought.Select(b => b.H)).ToLookup(h => h.Id);
        var taken = new List<(Reversal, KeyCertificate)>();
        foreach (var reversal in reversals)
        {
            bool takesBack = payments[reversal.Payment].Any(h => reversal.TakesBack(_once, scheme.Root, h, keys));
            known &= takesBack || !payments[reversal.Payment].Any();
            if (takesBack)
            {
                taken.Add((reversal, keys.First(k => reversal.Verify(_once, k.Key))));
            }
        }

        return taken.Count > 0 ? file.File(taken) : null;
    }

    /// <summary>
    /// True where something was heard or filed while the case was weighed: written now, it would take that out of the books.
    /// </summary>
    public static bool HasChanged(IReadSnapshot db, CoinId coin, Digest seen) => CaseBook.Seen(db, coin) != seen;
}
