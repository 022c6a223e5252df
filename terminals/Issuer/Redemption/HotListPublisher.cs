namespace HierCash.Issuer;

/// <summary>Tells tills which coins are cancelled, in numbered versions (hole 11).</summary>
internal sealed class HotListPublisher(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, TimeProvider clock)
{
    private readonly ShownWords _shown = new(store, suite, keys, issuer, terms);

    /// <summary>Most coins in one answer of the hot list.</summary>
    public int MostHot { get; set; } = HotList.MaxEntries;

    /// <summary>The hot list, or what came to it since the version that the till has.</summary>
    public LinkMessage Answer(LinkPeer peer, HotListMessage has)
    {
        var now = Timestamp.Now(clock);
        if (!terms.IsOnTime(has.Date, now))
        {
            return Refuse(
                RefusalReason.OutOfDate, $"The till's clock says {has.Date}, the issuer's {now}. Set the till's clock, then ask again.");
        }

        bool its = peer.Key is { } key && Derivations.W(key) == has.Till;
        if (!its)
        {
            return Refuse(RefusalReason.NotAllowed, "A till asks for the hot list in its own name.");
        }

        if (has.Newest is { } word && _shown.IsBehind([word], has.Till, now))
        {
            return Refuse(RefusalReason.Unavailable, AgreedBooks.Stopped);
        }

        var (current, from, coins, restoration) = store.Write(db =>
        {
            ServiceRecord.Answer(db, has.Till, has.Date, has.Queued, now);
            ulong newest = MakeVersions(db, now);
            ulong since = has.Version <= newest ? has.Version : 0;

            // As many whole versions as a list holds; the till asks again until nothing is new.
            ulong last = HotTable.LastWithin(db, since, MostHot);
            last = HotTable.HasAfter(db, last) ? last : newest;
            return (last, since, HotTable.Between(db, since, last), Restorations.Announced(db));
        });
        return new HotListReply(HotList.Sign(keys.Statement, issuer, current, from, now, coins), restoration).ToMessage();
    }

    /// <summary>
    /// New versions of the hot list, of so many coins at most. Whoever asks for the list gets what is known now: a till that is told a list
    /// has no reason to ask again for hotListMaxAge, and what it takes meanwhile is judged from the day on which the coin was cancelled.
    /// </summary>
    /// <returns>The newest version.</returns>
    public ulong MakeVersions(IWriteTransaction db, Timestamp now)
    {
        while (HotTable.HasWaiting(db))
        {
            ulong version = HotVersionTable.Newest(db) + 1;
            HotVersionTable.Add(db, version, now);
            HotTable.Assign(db, version, MostHot);
        }

        return HotVersionTable.Newest(db);
    }
}
