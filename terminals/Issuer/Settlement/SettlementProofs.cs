namespace HierCash.Issuer;

/// <summary>
/// What the issuer's own dossiers prove, by the check that a bank makes, and anybody with the evidence file (rules R8, R9): it decides
/// claims and a bank's issuing where the bank says otherwise, or nothing. A coin may have signed tens of thousands of payments: they are
/// verified outside of transactions, and what was found is kept until the case changes (rule R10).
/// </summary>
internal sealed class SettlementProofs(Database store, OverspendingCases traces)
{
    /// <summary>From so many payments on a dossier is verified once a day at most: its holder changes it as often as he likes.</summary>
    private const long Large = 4096;

    private static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    /// <summary>Verifies what was never verified, or has changed since.</summary>
    public void Refresh(IEnumerable<CoinId> coins, Timestamp now)
    {
        foreach (var coin in coins.Where(c => store.Read(db => IsWanted(db, c, now))))
        {
            traces.SignAnew(coin, now, default);
            var (changes, dossier) = store.Read(db => (TraceCaseTable.Changes(db, coin), traces.Make(db, coin, now)));
            var proven = dossier is null ? null : traces.Weigh(dossier);
            store.Write(db => TraceCaseTable.KeepProven(db, coin, proven, changes, now, dossier?.Entries.Count ?? 0));
        }
    }

    private static bool IsWanted(IReadSnapshot db, CoinId coin, Timestamp now) =>
        TraceCaseTable.IsToBeProven(db, coin, Large, now.Minus(Rest), now);
}
