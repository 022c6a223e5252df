namespace HierCash.Wallet;

/// <summary>
/// The issuer's certificates as the bank has them. The card gets the few that it needs next, and checks them itself; it has no room for all
/// that there ever were (rule R15).
/// </summary>
/// <param name="kept">Statement keys' certificates that a card took before.</param>
/// <param name="encryption">The newest PE_I that is valid today.</param>
internal sealed class IssuerCertificates(IReadOnlyList<KeyCertificate> all, IReadOnlyList<KeyCertificate> kept, KeyCertificate encryption)
{
    /// <summary>
    /// Of certificates that nobody has checked a card is offered so many in a row: as many as it keeps without one pushing out another.
    /// </summary>
    private const int MaxOffers = 4;

    public KeyCertificate Encryption => encryption;

    /// <param name="kept">Statement keys' certificates that a card took before.</param>
    /// <param name="banksClock">Hears the bank's time.</param>
    /// <exception cref="LinkException">The bank cannot be reached, or has none.</exception>
    /// <returns>Refused: it has none that is valid by this clock, which is not the bank's.</returns>
    public static async ValueTask<Result<IssuerCertificates>> Fetch(
        ILink bank, IReadOnlyList<KeyCertificate> kept, Timestamp now, PeerClock banksClock, CancellationToken cancel)
    {
        var reply = await bank.Call(new CertificatesMessage().ToMessage(), cancel);
        banksClock.Hear(reply);
        var all = reply.As<CertificatesReply>()?.Certificates ?? [];
        var encryption = all.Where(c => c.Usage == KeyUsage.IssuerEncryption && c.Covers(now)).MaxBy(c => c.NotBefore);
        return encryption is not null ? new IssuerCertificates(all, kept, encryption)
            : banksClock.Fault is { } fault ? new Refused(Outcome.ClockDiffers, fault)
            : throw new LinkException("The bank knows no key of the issuer that is valid today. Ask the bank.");
    }

    /// <summary>
    /// Statement keys' certificates that were not kept yet, and that the card takes, the newest first. A bank can invent what it likes; the
    /// card has the root key.
    /// </summary>
    public IReadOnlyList<KeyCertificate> TakenBy(WalletCard card)
    {
        var known = kept.Select(c => c.Digest).ToHashSet();
        var offers = Of(KeyUsage.IssuerStatement).Where(c => !known.Contains(c.Digest)).OrderByDescending(c => c.NotBefore).Take(MaxOffers)
            .ToList();
        return [.. offers.Where(c => card.OfferCertificate(c).IsSuccess)];
    }

    /// <summary>PE_I for a new withdrawal, or what an unfinished one was enciphered with.</summary>
    /// <exception cref="CardRefusedException">The card does not believe it.</exception>
    public void BringEncryption(WalletCard card, KeyId key)
    {
        if (Of(KeyUsage.IssuerEncryption).FirstOrDefault(c => c.Key.Id == key) is { } certificate)
        {
            card.PutCertificate(certificate);
        }
    }

    /// <summary>
    /// E_K to the card. Which PS_I is in it only the card can read: the newest is tried first, older ones where the card does not know the
    /// one that signed.
    /// </summary>
    public StatusWord Finish(WalletCard card, byte slot, byte[] ek)
    {
        var status = WalletStatus.KeyUnknown;
        foreach (var certificate in Of(KeyUsage.IssuerCoin).OrderByDescending(c => c.NotBefore))
        {
            card.PutCertificate(certificate);
            status = card.FinishWithdrawal(slot, ek);
            if (status != WalletStatus.KeyUnknown)
            {
                break;
            }
        }

        return status;
    }

    /// <summary>The statement key that signed something, before the card is shown it; kept ones before those that the bank says.</summary>
    /// <returns>What the card took; null if nobody has one of that key, or the card takes none.</returns>
    public KeyCertificate? BringStatement(WalletCard card, Func<KeyCertificate, bool> signed) =>
        kept.Concat(Of(KeyUsage.IssuerStatement)).Where(signed).DistinctBy(c => c.Digest).Take(MaxOffers)
            .FirstOrDefault(c => card.OfferCertificate(c).IsSuccess);

    private IEnumerable<KeyCertificate> Of(KeyUsage usage) => all.Where(c => c.Usage == usage);
}
