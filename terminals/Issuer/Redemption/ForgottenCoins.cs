namespace HierCash.Issuer;

/// <summary>Forgets used-up coins, and coins of no bank, with all that belongs to them, once their terms are over (hole 6).</summary>
internal static class ForgottenCoins
{
    /// <summary>Forgets a piece of them.</summary>
    /// <param name="casesUntil">
    /// Coins of later expiries are kept while there is a case about them: what is promised for them is paid, and what is heard is taken
    /// back (rule R8).
    /// </param>
    public static int Purge(IWriteTransaction db, Quarter expiredBy, Quarter casesUntil)
    {
        DeadPaymentTable.Forget(db, expiredBy);
        EarlyTable.Forget(db, expiredBy);
        HotTable.Forget(db, expiredBy);
        return Forget(db, CoinTable.Forgettable(db, expiredBy, casesUntil))
            + Forget(db, CoinTable.ForgettableUnclaimed(db, expiredBy));
    }

    private static int Forget(IWriteTransaction db, List<CoinRow> coins)
    {
        var honoured = coins.Where(c => c.Bank == HonouredCoins.NoBank).Aggregate(Amount.Zero, (sum, c) => sum + c.Spent);
        if (!honoured.IsZero)
        {
            ForgottenTable.AddHonoured(db, honoured);
        }

        ForgottenTable.AddPayments(db, coins.Sum(c => (long)HistoryTable.Forget(db, c.Number)));
        foreach (var coin in coins)
        {
            GuaranteeTable.Forget(db, coin.Number);
            DossierPageTable.Forget(db, coin.Number);
            CaseReversalTable.Forget(db, coin.Number);
            TraceCaseTable.Forget(db, coin.Number);
            IssuanceTable.Forget(db, coin.Request);
            CoinTable.Forget(db, coin);
        }

        return coins.Count;
    }
}
