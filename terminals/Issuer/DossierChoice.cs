using HierCash.Protocol;
using HierCash.Protocol.Cash;

namespace HierCash.Issuer;

/// <summary>
/// What goes into a dossier (rule R9): the payments whose guarantee is claimed, then the largest, as few as prove X and what is claimed. Payments that were
/// taken back are never chosen, and others take their place in the next revision.
/// </summary>
/// <param name="Claimed">Sum of what the receipts guarantee, within what exceeds X.</param>
internal sealed record DossierChoice(IReadOnlyList<DossierEntry> Entries, Amount Claimed)
{
    /// <summary>What makes this choice another one: which payments, and how much is claimed.</summary>
    public Digest Content => Digest.Of(
    [
        .. Entries.Select(e => e.H.Id.ToString()).Order(StringComparer.Ordinal).SelectMany(id => System.Text.Encoding.ASCII.GetBytes(id)),
        .. BitConverter.GetBytes(Claimed.Minor),
    ]);

    /// <summary>False where more payments are needed than so many pages hold.</summary>
    public bool Fits(int pages) => Entries.Count <= pages * DossierPage.MaxEntries;

    /// <param name="faceValue">X.</param>
    /// <returns>Null where all payments together are within X.</returns>
    public static DossierChoice? Of(IEnumerable<DossierEntry> entries, Amount faceValue)
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
        Switches.Replace("R9 largest", ref ordered, all.OrderBy(e => e.H.Time));
        foreach (var entry in ordered)
        {
            bool enough = sum >= due && entry.Receipt.Share.Guaranteed.IsZero;
            Switches.Off("R9 fewest", ref enough);
            if (enough)
            {
                break;
            }

            chosen.Add(entry);
            sum += entry.H.Paid;
        }

        return new DossierChoice(chosen, claimed);
    }

    private static Amount Sum(IEnumerable<DossierEntry> entries, Func<DossierEntry, Amount> part) => entries.Aggregate(Amount.Zero, (sum, e) => sum + part(e));
}
