using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;

namespace HierCash.Bank;

/// <summary>A bank that was restored from an older copy (R27).</summary>
public sealed partial class BankParty
{
    /// <summary>Since when this bank knows that it was restored from an older copy; null if it was not, or has recovered.</summary>
    public Timestamp? Behind => _store.Read(Agreement.BehindSince);

    /// <summary>Recovers from an older copy (R27): what was issued to this bank, and its shops; then a visit brings the rest.</summary>
    /// <exception cref="LinkException">The issuer cannot be reached: run it again.</exception>
    /// <exception cref="InvalidOperationException">This bank was not restored, as far as the issuer has shown.</exception>
    public async ValueTask<BankRecovery> Recover(CancellationToken cancel)
    {
        if (Behind is null)
        {
            await _agreement.Ensure(cancel);
        }

        return await Recovered(cancel);
    }

    /// <summary>
    /// The same for a bank whose copy lacks its newest key: a person says which that was, and nobody else's word makes it the bank's own.
    /// </summary>
    /// <param name="lostKey">Its public half. The secret is lost.</param>
    /// <exception cref="LinkException">The issuer cannot be reached: run it again.</exception>
    /// <exception cref="InvalidOperationException">The issuer shows nothing that this key signed.</exception>
    public async ValueTask<BankRecovery> Recover(PublicKey lostKey, CancellationToken cancel)
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
            Switches.On("R27 named key", ref keeps);
            if (!keeps)
            {
                _store.Write(db => LostKeyTable.Remove(db, lostKey));
            }
        }

        if (Behind is null && !agreed && isNew)
        {
            throw new InvalidOperationException("The issuer shows no word of this bank under that key. See that it is the whole public key "
                + "of the bank's newest key before the copy was put back.");
        }

        if (Behind is null && Disbelieved is not null)
        {
            throw new InvalidOperationException("The issuer shows nothing that this key has signed and this bank lacks. Name another of "
                + "the bank's former keys, or ask the issuer.");
        }

        return await Recovered(cancel);
    }

    private async ValueTask<BankRecovery> Recovered(CancellationToken cancel)
    {
        if (Behind is null && Disbelieved is not null)
        {
            throw new InvalidOperationException($"The issuer says that this bank is behind, and no key that this bank knows as its own "
                + $"signed what it shows. {Agreement.NameLostKey}");
        }

        var done = await new Recovery(Id, _store, _suite, _identity.Scheme, _issuer, _agreement, _clock).Run(cancel);
        await Run(cancel);
        return done;
    }

    /// <summary>
    /// Since when the issuer says that this bank is behind, by a word under no key that its database has; null where it does not.
    /// </summary>
    public Timestamp? Disbelieved => _store.Read(Agreement.Disbelieved);

    /// <summary>For the people of such a bank.</summary>
    public static string WhenDisbelieved => Agreement.NameLostKey;

    /// <summary>For the people of a bank that is behind: what it means, and what ends it.</summary>
    public static string WhenBehind => Agreement.RunRecover;
}
