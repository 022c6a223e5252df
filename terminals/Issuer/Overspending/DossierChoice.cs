namespace HierCash.Issuer;

/// <summary>
/// What goes into a dossier (rule R9): the payments whose guarantee is claimed, then the largest, as few as prove X and what is claimed.
/// Payments that were taken back are never chosen, and others take their place in the next revision.
/// </summary>
/// <param name="Claimed">Sum of what the receipts guarantee, within what exceeds X.</param>
/// <param name="Proves">False where so few payments do not exceed X.</param>
/// <param name="IsWhole">False where more is guaranteed than so few payments prove: the rest is not claimed.</param>
internal sealed record DossierChoice(IReadOnlyList<DossierEntry> Entries, Amount Claimed, bool Proves, bool IsWhole)
{
    /// <summary>What makes this choice another one: which payments, and how much is claimed.</summary>
    public Digest Content => Digest.Of(
    [
        .. Entries.Select(e => e.H.Id.ToString()).Order(StringComparer.Ordinal).SelectMany(id => System.Text.Encoding.ASCII.GetBytes(id)),
        .. BitConverter.GetBytes(Claimed.Minor),
    ]);

    /// <param name="faceValue">X.</param>
    /// <param name="pages">Most pages: payments of one cent by the hundred thousand hide nothing that the large ones prove.</param>
    /// <returns>Null where all payments together are within X.</returns>
    public static DossierChoice? Of(IEnumerable<DossierEntry> entries, Amount faceValue, int pages)
    {
        var all = entries.ToList();
        var signed = Sum(all, e => e.H.Paid);
        if (signed <= faceValue)
        {
            return null;
        }

        var claimed = Amount.Min(Sum(all, e => e.Receipt.Share.Guaranteed), signed - faceValue);
        var due = claimed.IsZero ? new Amount(faceValue.Minor + 1) : faceValue + claimed;
        var chosen = new List<DossierEntry>();
        var sum = Amount.Zero;
        var ordered = all.OrderByDescending(e => !e.Receipt.Share.Guaranteed.IsZero).ThenByDescending(e => e.H.Paid)
            .ThenBy(e => e.H.Id.ToString(), StringComparer.Ordinal);
        int most = pages * DossierPage.MaxEntries;
        foreach (var entry in ordered.Take(most))
        {
            if (sum >= due && entry.Receipt.Share.Guaranteed.IsZero)
            {
                break;
            }

            chosen.Add(entry);
            sum += entry.H.Paid;
        }

        var proven = sum > faceValue ? Amount.Min(Sum(chosen, e => e.Receipt.Share.Guaranteed), sum - faceValue) : Amount.Zero;
        return new DossierChoice(chosen, proven, sum > faceValue, proven == claimed);
    }

    private static Amount Sum(IEnumerable<DossierEntry> entries, Func<DossierEntry, Amount> part) =>
        entries.Aggregate(Amount.Zero, (sum, e) => sum + part(e));
}
