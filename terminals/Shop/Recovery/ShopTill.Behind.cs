namespace HierCash.Shop;

/// <summary>What a till that was restored from a copy knows again.</summary>
/// <param name="Payments">That it had submitted, and the copy did not know.</param>
/// <param name="Total">Their sum.</param>
/// <param name="TakenBack">Those of all that it had submitted that were taken back.</param>
public sealed record TillRecovery(int Payments, Amount Total, int TakenBack);

/// <summary>
/// A till that was restored from an older copy (R27). It would send in what it has taken back since, and give back what was paid. Before
/// its first batch after a start it is shown the newest one that it has signed: one that it does not know of says so, and nothing else
/// does. Then it stops, until a person has it recover.
/// </summary>
public sealed partial class ShopTill
{
    /// <summary>Since when the till knows that its store is an older copy; null if it is none, or has recovered.</summary>
    public Timestamp? Behind => _store.Read(BehindTable.Since);

    /// <summary>For people: that it is behind, and what ends that; null where it is not.</summary>
    public string? WhyBehind => _store.Read(IsBehind) ? Settler.RunRecover : null;

    internal static bool IsBehind(IReadSnapshot db)
    {
        // Whose key was revoked had it stolen, maybe: what somebody else signs with it shows nothing. Another till brings its queue.
        return BehindTable.Since(db) is not null && RevocationTable.Date(db) is null;
    }

    /// <summary>What never left the till is taken back without the issuer, too.</summary>
    private async ValueTask AgreeIfReached(ILink issuer, CancellationToken cancel)
    {
        try
        {
            await Settler.Agree(issuer, cancel);
        }
        catch (LinkException)
        {
            // Whoever needs it hears so there.
        }
    }

    /// <summary>
    /// Gets back from the issuer what this till had submitted, and goes on. What it took and had not sent when the copy was put back, only
    /// the cards know.
    /// </summary>
    /// <returns>Refused: the till was not restored, or the issuer's answer is not what it signed.</returns>
    /// <exception cref="LinkException">The issuer cannot be reached: run it again.</exception>
    public async ValueTask<Result<TillRecovery>> Recover(ILink issuer, CancellationToken cancel)
    {
        await Settler.Agree(issuer, cancel);
        if (Behind is null)
        {
            return Refused.ByRule(
                "This till's store is no older copy, as far as the issuer's answer shows. There is nothing to recover: go on.");
        }

        await FetchKeys(issuer, cancel);
        int payments = 0, takenBack = 0;
        var total = Amount.Zero;
        ulong after = 0;
        while (true)
        {
            var asked = (await issuer.Ask(new SubmittedMessage(W, after), cancel))
                .ToResult("The issuer does not say what this till had submitted.");
            if (!asked.Has(out var answer))
            {
                return asked.Refused!;
            }

            var page = answer.Payments;
            if (page.Count == 0)
            {
                break;
            }

            if (!page.All(Settler.IsOurs))
            {
                return Refused.ByPeer("What the issuer says that this till had submitted is not what a card and the issuer signed. "
                        + "Nothing of it is kept. Ask the issuer.");
            }

            foreach (var one in page.Where(p => _store.Write(db => Sales.Restore(db, p, OfferedUntil(p.H.Coin), Settler.Judge(p.Receipt),
                h => _key.Sign(SignedMessage.Void(h.Id, W))))))
            {
                payments++;
                total += one.H.Paid;
            }

            takenBack += page.Count(p => p.Reversal is not null);
            if (page.Max(p => p.Row) <= after)
            {
                return Refused.ByPeer("The issuer says again what it said before, and not what comes next. Ask the issuer, and run "
                    + "'hiercash-shop recover' again.");
            }

            after = page.Max(p => p.Row);
        }

        _store.Write(Sales.Recovered);
        return new TillRecovery(payments, total, takenBack);
    }
}
