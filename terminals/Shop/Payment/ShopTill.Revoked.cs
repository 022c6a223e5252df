namespace HierCash.Shop;

/// <summary>
/// A till that the issuer told that its key is revoked (rule R17). What it took from then on would never be paid, so it takes nothing. A
/// revoked key never becomes good again: the way on is another till.
/// </summary>
public sealed partial class ShopTill
{
    /// <summary>Since when this till's key is revoked, as the issuer told it; null if it did not.</summary>
    public Timestamp? Revoked => _store.Read(RevocationTable.Date);

    /// <summary>Asks the issuer, unless it has told it before.</summary>
    /// <param name="own">This till's own link, which hears it (<see cref="OwnLink"/>).</param>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    public async ValueTask<bool> AskIfRevoked(ILink own, CancellationToken cancel)
    {
        if (Revoked is null)
        {
            await CertificateStore.Fetch(_store, _scheme, _suite, own, cancel);
        }

        return Revoked is not null;
    }

    /// <summary>
    /// Why a till whose key is revoked takes no payment, and what else can be done; null where it is not, or nobody told it.
    /// </summary>
    public string? WhyRevoked => Revoked is { } date
        ? $"This till takes no payment any more: its key was revoked on {date}. Another till of the shop brings what is queued here, and "
            + $"ends what is being taken back, with "
            + "'hiercash-shop settle --for DIR'. To go on selling, make a till with a new key in another folder with 'hiercash-shop init', "
            + "and enrol it like the first."
        : null;

    private static bool IsRevoked(IReadSnapshot db) => RevocationTable.Date(db) is not null;
}
