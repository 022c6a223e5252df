namespace HierCash.Shop;

/// <summary>
/// The hot list as a till keeps it (hole 11): signed lists, each with what came to it since the one before; checked offline.
/// </summary>
internal sealed class TillHotList(Database store, ICashSuite suite, Scheme scheme, TillId till, TimeProvider clock)
{
    /// <summary>
    /// True if the till was told within hotListMaxAge; past that, and before it ever was, it settles everything online (rule R6).
    /// </summary>
    public bool IsFresh(IReadSnapshot db)
    {
        var told = HotStateTable.Told(db);
        var now = Timestamp.Now(clock);

        // Told in days that are still to come: one of the two clocks was or is wrong, and the issuer knows more of it.
        bool ahead = told > now.Plus(scheme.Terms.ClockTolerance);
        return !ahead && now <= told.Plus(scheme.Terms.HotListMaxAge);
    }

    /// <summary>Takes a list that the issuer signed and that is not older than what the till has.</summary>
    private Refused? Take(HotList list, bool signed) =>
        signed ? store.Write(db => Take(db, list))
            : Refused.ByPeer("The hot list is not signed by the issuer. The till keeps the one that it has: ask the issuer.");

    private Refused? Take(IWriteTransaction db, HotList list)
    {
        ulong has = HotStateTable.Version(db);

        // The date orders nothing: the issuer's clock may have been ahead when it signed the one before (rule R26).
        if (list.Version < has || (list.BaseVersion != 0 && list.BaseVersion != has))
        {
            return Refused.ByPeer($"The hot list {list.Version} is older than the till's {has}, or does not build on it. "
                + "The till keeps the one that it has: ask the issuer.");
        }

        if (list.BaseVersion == 0 && list.Version != has)
        {
            HotListTable.Clear(db);
        }

        if (list.Count > 0)
        {
            HotListTable.Keep(db, list);
        }

        // A list that says nothing new is the last part: until then the till was not told all of it, however new the parts are.
        HotStateTable.Advance(db, list.Version, list.Count == 0 ? Told(db, list) : null);
        return null;
    }

    /// <summary>
    /// From when on the age of what this till was told counts: from the date of the list, or from now where that date is still to come. One
    /// that a list of before gave stays, if it is later and not still to come itself: an old list that somebody shows again makes nobody's
    /// knowledge older or newer.
    /// </summary>
    private Timestamp Told(IWriteTransaction db, HotList list)
    {
        var now = Timestamp.Now(clock);
        var date = Timestamp.Min(list.Date, now);
        var before = HotStateTable.Told(db);
        return before > date && before <= now ? before : date;
    }

    private bool IsSigned(HotList list) => list.Issuer == scheme.Issuer && scheme.IsStatement(k => list.Verify(suite, k));

    /// <summary>Fetches what is new.</summary>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    /// <returns>Why the answer is no list that this till takes.</returns>
    public async ValueTask<Refused?> Fetch(ILink issuer, CancellationToken cancel)
    {
        bool more, heard = false;
        do
        {
            ulong before = store.Read(HotStateTable.Version);
            var (oldest, newest) = store.Read(db => (Submissions.OldestBut(db, []), Submissions.Newest(db)));
            var reply = await issuer.Call(new HotListMessage(before, till, Timestamp.Now(clock), oldest, newest).ToMessage(), cancel);
            if (reply.As<HotListReply>() is not var (list, restored))
            {
                return Refusal.Read(reply) is { } refusal
                    ? Refused.ByPeer($"The issuer gives no hot list. {refusal.Text}")
                    : Refused.ByPeer("The issuer's answer is no hot list. The till keeps the one that it has: ask the issuer.");
            }

            // Before the list is looked at: whatever it is worth, this costs nobody anything. What came builds on a list of before, so all
            // of it is asked for.
            more = restored is not null && store.Write(db => Submissions.BringAgain(db, restored, scheme.Terms.ClockTolerance)) && !heard;
            if (more)
            {
                heard = true;
                continue;
            }

            if (Take(list, await CertificateStore.Signed(store, scheme, suite, issuer, () => IsSigned(list), cancel)) is { } refused)
            {
                return refused;
            }

            more = list.Count > 0 && list.Version > before;
        }
        while (more);
        return null;
    }
}
