namespace HierCash.Issuer;

/// <summary>
/// That this issuer was restored from a copy and has recovered from the banks (R27). What tills were told since the copy only they have:
/// they hear of it with the hot list, and bring it again within settleTerm. Until then nothing is said for good about what may have been
/// settled, and nothing that is left of a coin goes back.
/// </summary>
internal static class Restorations
{
    /// <summary>What tills are told: a till that was away during an earlier one brings again what was forgotten then, too.</summary>
    public static Restoration? Announced(IReadSnapshot db)
    {
        var newest = RestorationTable.Newest(db);
        var since = RestorationTable.BroughtSince(db);
        return newest is null ? null : newest with { Since = since };
    }

    /// <summary>Until when tills may bring what this issuer has forgotten; null if there is nothing, or that is over.</summary>
    public static Timestamp? WaitsUntil(IReadSnapshot db, SchemeParameters terms, Timestamp now)
    {
        var until = RestorationTable.Newest(db)?.Ended.Plus(terms.SettlePeriod);
        return until >= now ? until : null;
    }
}
