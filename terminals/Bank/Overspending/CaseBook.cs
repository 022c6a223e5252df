namespace HierCash.Bank;

/// <summary>The bank's cases, with the notices that go with them (rules R3, R5, R9).</summary>
internal static class CaseBook
{
    /// <summary>Keeps a file, in the place of that of an earlier revision, and the notice that goes with it.</summary>
    /// <param name="last">
    /// The last moment at which what is shown counts for money. A notice that ends later could not be answered in its term: it allows no
    /// claim.
    /// </param>
    public static void Keep(IWriteTransaction db, Evidence file, EvidenceFinding standing, Timestamp last, Timestamp now)
    {
        bool late = file.Notice.Until > last;
        EvidenceTable.Keep(db, file, standing, now);
        NoticeTable.Keep(db, file, late ? Amount.Zero : standing.Claimable, last);
        NoticeTable.MarkFallen(db, file.Dossier.Coin);
    }

    /// <summary>Something was heard or filed: what the file shows now. The issuer is told if that is another finding.</summary>
    public static bool Weigh(IWriteTransaction db, Evidence file, EvidenceFinding standing, Timestamp now)
    {
        EvidenceTable.Weigh(db, file, standing, now);
        NoticeTable.MarkFallen(db, file.Dossier.Coin);
        return true;
    }

    /// <summary>
    /// What may be claimed on a case now: what is proven and guaranteed, of which U was told a dispute term ago, less what was claimed
    /// (rules R5, R9). Once nothing that is shown counts for money any more, what a notice allowed counts only if its case never fell: who
    /// was acquitted in time is not claimed from for a payment that comes later.
    /// </summary>
    public static Amount Claimable(IReadSnapshot db, CoinId coin, Timestamp now)
    {
        if (EvidenceTable.Bounds(db, coin, now) is not { } bounds)
        {
            return Amount.Zero;
        }

        var (excess, guaranteed, noticed, claimed) = bounds;
        var most = Amount.Min(Amount.Min(excess, guaranteed), noticed);
        return most > claimed ? most - claimed : Amount.Zero;
    }

    /// <summary>What a case is weighed by, and what stands for all of it.</summary>
    public static (Digest Seen, Evidence? File, List<(Rebuttal Rebuttal, bool InTime)> Heard, List<BroughtVoid> Brought) Read(
        IReadSnapshot db, CoinId coin) =>
        (Seen(db, coin), EvidenceTable.Find(db, coin)?.File, RebuttalTable.Of(db, coin), VoidTable.Of(db, coin));

    /// <summary>Stands for a case's file and for all that was heard on it: another one as soon as any of that changes.</summary>
    public static Digest Seen(IReadSnapshot db, CoinId coin) => Digest.Of(
    [
        .. EvidenceTable.EncodedFile(db, coin),
        .. RebuttalTable.Marks(db, coin).SelectMany(
            m => (byte[])[.. m.Digest.ToArray(), (byte)(m.InTime ? 1 : 0), .. BitConverter.GetBytes(m.Size)]),
    ]);
}
