namespace HierCash.Bank;

/// <summary>A bank that was restored from an older copy (R27).</summary>
public sealed partial class BankParty
{
    /// <summary>Since when this bank knows that it was restored from an older copy; null if it was not, or has recovered.</summary>
    public Timestamp? Behind => _store.Read(Agreement.BehindSince);

    /// <summary>Since when the issuer says that this bank is behind, by a word under no key that it knows; null if it does not.</summary>
    public Timestamp? Disbelieved => _store.Read(Agreement.Disbelieved);

    /// <summary>Recovers from an older copy (R27): what was issued to this bank, and its shops; then a visit brings the rest.</summary>
    /// <param name="lostKey">
    /// The public half of the newest key, where the copy lacks it: a person says which that was, and nobody else's word makes it the bank's
    /// own. The secret is lost.
    /// </param>
    /// <returns>Refused where this bank was not restored as far as the issuer has shown, or it shows nothing that the key signed.</returns>
    public async ValueTask<Result<BankRecovery>> Recover(CancellationToken cancel, PublicKey? lostKey = null)
    {
        if (lostKey is not null && await Adopt(lostKey, cancel) is { } unknown)
        {
            return unknown;
        }

        if (lostKey is null && Behind is null)
        {
            await _agreement.Ensure(cancel);
        }

        if (Behind is null && Disbelieved is not null)
        {
            return new Refused(Outcome.StandsStill, $"The issuer says that this bank is behind, and no key that this bank knows as its own "
                + $"signed what it shows. {Agreement.NameLostKey}");
        }

        var done = await new Recovery(Id, _store, _suite, _identity.Scheme, _issuer, _agreement, _clock).Run(cancel);
        return (done.Refused ?? await Run(cancel)) is { } refused ? refused : done;
    }

    /// <summary>Keeps the key as this bank's own if the issuer shows that it was.</summary>
    private async ValueTask<Refused?> Adopt(PublicKey lostKey, CancellationToken cancel)
    {
        bool isNew = _store.Write(db => !BankKeys.Own(db, _suite).Contains(lostKey) && LostKeyTable.Add(db, lostKey));
        bool agreed = false;
        try
        {
            agreed = Behind is null && await _agreement.Ensure(cancel);
        }
        finally
        {
            // Nothing shows that it was this bank's: not where the two agree either, nor where the issuer cannot be reached.
            bool keeps = Behind is not null || !isNew;
            if (!keeps)
            {
                _store.Write(db => LostKeyTable.Remove(db, lostKey));
            }
        }

        return Behind is not null ? null
            : !agreed && isNew
            ? Refused.ByRule("The issuer shows no word of this bank under that key. See that it is the whole public key of the bank's "
                + "newest key before the copy was put back.")
            : Disbelieved is not null
            ? Refused.ByRule("The issuer shows nothing that this key has signed and this bank lacks. Name another of the bank's former "
                + "keys, or ask the issuer.")
            : null;
    }
}
