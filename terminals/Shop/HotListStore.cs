using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Shop;

/// <summary>The hot list as a till keeps it (hole 11): signed lists, each with what came to it since the one before; checked offline.</summary>
internal sealed class HotListStore(ICashSuite suite, Scheme scheme, TillId till, TimeProvider clock)
{
    public static ulong Version(Database db) => (ulong)db.Number("SELECT version FROM hot_state");

    /// <summary>True if the till was told within hotListMaxAge; past that, and before it ever was, it settles everything online (rule R6).</summary>
    public bool IsFresh(Database db)
    {
        long told = db.Number("SELECT date FROM hot_state");
        Switches.Replace("R6 no list", ref told, told == 0 ? Timestamp.Now(clock).ToLedger() : told);
        return Timestamp.Now(clock) <= Timestamp.FromLedger(told).Plus(scheme.Terms.HotListMaxAge);
    }

    public static bool Holds(Database db, CoinId coin) =>
        db.Query("SELECT list FROM hot_list", r => HotList.Decode(r.Bytes(0))!).Any(l => l.Holds(coin));

    /// <summary>Takes a list that the issuer signed and that is not older than what the till has.</summary>
    /// <exception cref="InvalidOperationException">It is not; the message says why.</exception>
    public void Take(Database db, HotList list)
    {
        ulong has = Version(db);
        bool signed = IsSigned(list);
        Switches.On("hole 11 signature", ref signed);
        if (!signed)
        {
            throw new InvalidOperationException("The hot list is not signed by the issuer. The till keeps the one that it has.");
        }

        bool older = list.Version < has || (list.BaseVersion != 0 && list.BaseVersion != has) || list.Date.ToLedger() < db.Number("SELECT date FROM hot_state");
        Switches.Off("hole 11 older", ref older);
        if (older)
        {
            throw new InvalidOperationException($"The hot list {list.Version} is older than the till's {has}, or does not build on it. The till keeps the one that it has.");
        }

        if (list.BaseVersion == 0 && list.Version != has)
        {
            db.Execute("DELETE FROM hot_list");
        }

        if (list.Count > 0)
        {
            db.Execute("INSERT OR REPLACE INTO hot_list(version, list) VALUES(?1, ?2)", (long)list.Version, list.Encode());
        }

        // A list that says nothing new is the last part: until then the till was not told all of it, however new the parts are.
        bool whole = list.Count == 0;
        Switches.On("R6 whole list", ref whole);
        db.Execute(
            """
            INSERT INTO hot_state(only, version, date) VALUES(1, ?1, iif(?3, ?2, 0))
            ON CONFLICT(only) DO UPDATE SET version = excluded.version, date = iif(?3, excluded.date, date)
            """,
            (long)list.Version, list.Date.ToLedger(), whole ? 1L : 0L);
    }

    private bool IsSigned(HotList list) => list.Issuer == scheme.Issuer && scheme.IsStatement(k => list.Verify(suite, k));

    /// <summary>Fetches what is new.</summary>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">The answer is no list that this till takes.</exception>
    public async ValueTask Fetch(Database store, ILink issuer, CancellationToken cancel)
    {
        bool more;
        do
        {
            ulong before = store.Read(Version);
            var reply = await issuer.Call(LossMessages.WriteHotList(before, till, Timestamp.Now(clock), store.Read(db => TillStore.OldestBut(db, []))), cancel);
            var list = LossMessages.ReadHotListReply(reply) ?? throw (Refusal.Read(reply) is { } refusal
                ? new InvalidOperationException($"The issuer gives no hot list. {refusal.Text}")
                : new InvalidOperationException("The issuer's answer is no hot list. The till keeps the one that it has."));
            await CertificateStore.Signed(store, scheme, suite, issuer, () => IsSigned(list), cancel);
            store.Write(db =>
            {
                Take(db, list);
                return true;
            });
            more = list.Count > 0 && list.Version > before;
            Switches.Off("hole 11 again", ref more);
        }
        while (more);
    }
}
