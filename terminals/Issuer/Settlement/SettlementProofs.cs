using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// What the issuer's own dossiers prove, by the check that a bank makes, and anybody with the evidence file (rules R8, R9): it decides claims and a bank's issuing where the
/// bank says otherwise, or nothing. A coin may have signed tens of thousands of payments: they are verified outside of transactions, and what was found is kept until the
/// case changes (rule R10).
/// </summary>
internal sealed class SettlementProofs(Database store, OverspendingCases traces)
{
    /// <summary>Payments of a dossier from which on it is verified once a day at most: whoever has a coin's key changes its case as often as he likes.</summary>
    private const long Large = 4096;

    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    /// <summary>Verifies what was never verified, or has changed since.</summary>
    public void Refresh(IEnumerable<CoinId> coins, Timestamp now)
    {
        foreach (var coin in coins.Where(c => store.Read(db => IsWanted(db, c, now))))
        {
            if (traces.HasOldKeys)
            {
                store.Write(db => traces.SignAnew(db, coin, now));
            }

            var (changes, dossier) = store.Read(db => (Changes(db, coin), traces.Make(db, coin, now)));
            var proven = dossier is null ? null : traces.Weigh(dossier);
            store.Write(db => db.Execute(
                "UPDATE trace_case SET proven = $2, proven_at = $3, proven_on = $4, proven_of = $5 WHERE coin_id = $1",
                coin.Value.ToArray(), proven?.ToLedger() ?? -1, changes, now.ToLedger(), dossier is null ? 0L : dossier.Entries.Count));
        }
    }

    /// <summary>Most that the dossier of the coin proves, of an excess and of a guarantee, when it was verified last. Null where it proves no excess.</summary>
    public static Amount? Proven(IReadSnapshot db, CoinId coin) =>
        db.Number("SELECT coalesce(max(proven), -1) FROM trace_case WHERE coin_id = $1", coin.Value.ToArray()) is var proven and >= 0 ? Amount.FromLedger(proven) : null;

    private static long Changes(IReadSnapshot db, CoinId coin) => db.Number("SELECT coalesce(max(changes), 0) FROM trace_case WHERE coin_id = $1", coin.Value.ToArray());

    private static bool IsWanted(IReadSnapshot db, CoinId coin, Timestamp now)
    {
        bool wanted = db.Number(
            "SELECT count(*) FROM trace_case WHERE coin_id = $1 AND (proven_on = 0 OR (proven_at <> changes AND (proven_of <= $2 OR proven_on <= $3 OR proven_on > $4)))",
            coin.Value.ToArray(), Large, now.Minus(Rest).ToLedger(), now.ToLedger()) > 0;
        bool again = db.Number("SELECT count(*) FROM trace_case WHERE coin_id = $1", coin.Value.ToArray()) > 0;
        Switches.Replace("R10 proven once", ref wanted, again);
        return wanted;
    }
}
