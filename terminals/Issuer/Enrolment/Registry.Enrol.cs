namespace HierCash.Issuer;

/// <summary>Who is taken in, and with which key (rules R17, R18). Whether a request is signed was seen before.</summary>
public sealed partial class Registry
{
    /// <summary>The bank that a request is about, by its number, an enrolled key, or a voucher; null if it is a new one.</summary>
    public BankEntry? BankOf(EnrolmentRequest request, PartyId? number) => store.Read(db => number is { } id
        ? BankTable.Find(db, id)
        : BankTable.WithKey(db, request.Key) ?? (request.Voucher is { } voucher ? BankTable.Find(db, voucher.Party) : null));

    /// <summary>Enrols a bank or returns a known one; takes its announced next key; or gives one whose key was revoked a new one.</summary>
    /// <param name="number">Of the bank, where a person says whose request it is; null: it is a new bank's, or its key says so.</param>
    /// <returns>The bank, and when this key of it was certified first.</returns>
    public Result<(BankEntry Bank, Timestamp Certified)> EnrolBank(
        EnrolmentRequest request, Amount cap, Currency currency, PartyId? number, Timestamp now, TimeSpan validity) =>
        store.TryWrite<(BankEntry, Timestamp)>(db =>
    {
        var taken = number is { } id ? Replace(db, id, request.Key, now)
            : BankTable.WithKey(db, request.Key) is { } known ? known
            : request.Voucher is { } voucher ? Announce(db, voucher, request.Key, now)
            : Add(db, request.Name, request.Key, cap, now);
        if (!taken.Has(out var bank))
        {
            return taken.Refused!;
        }

        // What a revoked key announces is no next key; nor is a grant of it printed again.
        if (BankTable.RevokedAt(db, bank.Id) is { } revoked)
        {
            return Refused.ByRule($"This key of bank {bank.Id} was revoked on {revoked}. Have the bank make a new one with 'hiercash-bank "
                + $"new-key', and enrol that with --bank {bank.Id}.");
        }

        if (bank.Cap != cap)
        {
            return new Refused(Outcome.AlreadyExists, $"The bank '{bank.Name}' is enrolled with a cap of {bank.Cap.Show(currency)}, and "
                + $"that stays. 'hiercash-issuer cap {bank.Id} AMOUNT' sets another.");
        }

        // In one transaction: no key is a bank's that gets no certificate.
        var certified = CertifiedAt(db, bank.Id, request.Key, now, validity);
        return certified.Has(out var first) ? (bank, first) : certified.Refused!;
    });

    /// <summary>A certificate's date may be so far ahead of the clock: more is a clock that was wrong.</summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(1);

    /// <summary>
    /// When this key of a bank was certified first. Wallets take the certificate that began later for that of the newer key (rule R19): one
    /// that is made again says the same date, or a bank that joins its next key would look as if it went back to a former one.
    /// </summary>
    /// <param name="now">For a key that is certified for the first time, or was under a date that this clock calls impossible.</param>
    private static Result<Timestamp> CertifiedAt(IWriteTransaction db, PartyId bank, PublicKey key, Timestamp now, TimeSpan validity)
    {
        var soon = now.Plus(MostAhead);

        // A key that is retired, dropped or revoked is never enrolled again, so an impossible date of it stays: it must not keep the bank
        // from every key after it.
        var newest = CertifiedKeyTable.NewestOfOthers(db, bank, key, soon);
        var known = CertifiedKeyTable.First(db, key);
        if (known is null && newest > soon)
        {
            return new Refused(Outcome.ClockDiffers, $"The issuer's clock says {now}, and it certified this bank's key on {newest}. Set "
                + $"the clock right; or, if it was wrong on that day, enrol the request of that key again first.");
        }

        // A clock steps back a little: the later key begins later. A date that cannot be right is mended when its key is enrolled again.
        var date = known is { } kept && kept <= soon && now < kept.Plus(validity) ? kept
            : newest > now && newest <= soon ? newest.Plus(TimeSpan.FromSeconds(1)) : now;
        CertifiedKeyTable.Set(db, bank, key, date);
        return date;
    }

    /// <summary>A new bank, under a name that no other has: so nobody is asked which of two is meant.</summary>
    private static Result<BankEntry> Add(IWriteTransaction db, string name, PublicKey key, Amount cap, Timestamp now) =>
        UsedBefore(db, key) is { } used ? used
        : BankTable.Named(db, name) is { } other
        ? new Refused(Outcome.AlreadyExists, $"There is a bank '{name}' with another key, number {other.Id}. Choose another name; or, if "
            + $"this is that bank's new key after a revocation, add --bank {other.Id}.")
        : BankTable.Add(db, name, key, cap, now);

    /// <summary>The word of a bank's present key for its next one, in the place of an earlier word that was not used.</summary>
    private static Result<BankEntry> Announce(IWriteTransaction db, KeyVoucher voucher, PublicKey next, Timestamp now)
    {
        if (UsedBefore(db, next) is { } used)
        {
            return used;
        }

        if (BankTable.Find(db, voucher.Party) is not { } bank)
        {
            return Unknown(voucher.Party);
        }

        bool isRevoked = BankTable.RevokedAt(db, bank.Id) is not null;
        if (!bank.Key.Equals(voucher.Key))
        {
            return isRevoked
                ? Refused.ByRule($"The key of bank {bank.Id} is revoked. If you are sure that the request is that bank's, enrol it with "
                    + $"--bank {bank.Id}.")
                : Refused.ByRule($"The request is not signed by the present key of bank {bank.Id}. Make it again: 'hiercash-bank new-key'. "
                    + $"If that bank says that its key is lost: 'hiercash-issuer revoke bank {bank.Id}', enrol with --bank {bank.Id}.");
        }

        if (!isRevoked)
        {
            DropNext(db, bank.Id, now);
            BankTable.Announce(db, bank.Id, next);
        }

        return bank;
    }

    /// <summary>A person says that this is the new key of a bank whose key was revoked.</summary>
    private static Result<BankEntry> Replace(IWriteTransaction db, PartyId number, PublicKey key, Timestamp now)
    {
        if (BankTable.Find(db, number) is not { } bank)
        {
            return Unknown(number);
        }

        if (BankTable.RevokedAt(db, number) is not { } revoked)
        {
            return bank.Key.Equals(key) ? bank : Refused.ByRule($"The key of bank {number} is not revoked. Have the bank announce its next "
                + $"one with 'hiercash-bank new-key', or revoke it first with 'hiercash-issuer revoke bank {number}'.");
        }

        if (UsedBefore(db, key) is { } used)
        {
            return used;
        }

        FormerKeyTable.Retire(db, number, bank.Key, now, revoked);
        BankTable.Rekey(db, number, key, now);
        return bank with { Key = key };
    }

    /// <summary>No key comes back, and none is two banks'.</summary>
    private static Refused? UsedBefore(IReadSnapshot db, PublicKey key)
    {
        bool used = FormerKeyTable.Has(db, key) || BankTable.WithKey(db, key) is not null;
        return used ? Refused.ByRule("This key was a bank's before, and is retired or revoked. Make another with 'hiercash-bank new-key "
            + "--fresh'.") : null;
    }

    /// <summary>The announced next key is not that any more, and never comes back.</summary>
    private static void DropNext(IWriteTransaction db, PartyId bank, Timestamp now)
    {
        if (BankTable.NextKey(db, bank) is { } dropped)
        {
            FormerKeyTable.Retire(db, bank, dropped, now, BankTable.RevokedAt(db, bank));
            BankTable.DropAnnounced(db, bank);
        }
    }
}
