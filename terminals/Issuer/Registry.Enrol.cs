using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>Who is taken in, and with which key (rules R17, R18). Whether a request is signed was seen before.</summary>
public sealed partial class Registry
{
    /// <summary>The bank that a request is about: named by its number, by a key that is enrolled, or by the voucher of one; null if it is a new one.</summary>
    public BankEntry? BankOf(EnrolmentRequest request, PartyId? number) => store.Read(db => number is { } id
        ? Bank(db, "id = ?1", (long)id.Value)
        : WithKey(db, request.Key) ?? (request.Voucher is { } voucher ? Bank(db, "id = ?1", (long)voucher.Party.Value) : null));

    /// <summary>
    /// Enrols a bank; or returns the one of that key; or takes the next key that a bank announced; or, by number, gives a bank whose key was revoked a new one.
    /// </summary>
    /// <param name="number">Of the bank, where a person says whose request it is; null: it is a new bank's, or its key says so.</param>
    /// <exception cref="InvalidOperationException">The request does not hold; nothing changed.</exception>
    public BankEntry EnrolBank(EnrolmentRequest request, Amount cap, Currency currency, PartyId? number, Timestamp now) => store.Write(db =>
    {
        var bank = number is { } id ? Replace(db, id, request.Key, now)
            : WithKey(db, request.Key) is { } known ? known
            : request.Voucher is { } voucher ? Announce(db, voucher, request.Key, now)
            : Add(db, request.Name, request.Key, cap, now);
        if (RevokedAt(db, bank.Id) is { } revoked)
        {
            throw new InvalidOperationException(
                $"This key of bank {bank.Id} was revoked on {revoked}. Have the bank make a new one with 'hiercash-bank new-key', and enrol that with --bank {bank.Id}.");
        }

        return bank.Cap == cap
            ? bank
            : throw new InvalidOperationException(
                $"The bank '{bank.Name}' is enrolled with a cap of {bank.Cap.Show(currency)}, and that stays. 'hiercash-issuer cap {bank.Id} AMOUNT' sets another.");
    });

    /// <summary>
    /// When this key of a bank was certified first. Wallets take the certificate that began later for that of the newer key (rule R19): one that is made again
    /// says the same date, or a bank that joins its next key would look as if it went back to a former one.
    /// </summary>
    /// <param name="now">For a key that is certified for the first time.</param>
    public Timestamp CertifiedAt(PublicKey key, Timestamp now) => store.Write(db =>
    {
        db.Execute("INSERT OR IGNORE INTO certified_key(public_key, date) VALUES(?1, ?2)", key.Bytes.ToArray(), now.ToLedger());
        var first = Timestamp.FromLedger(db.Number("SELECT date FROM certified_key WHERE public_key = ?1", key.Bytes.ToArray()));
        Switches.Replace("R19 dates", ref first, now);
        return first;
    });

    /// <summary>A new bank, under a name that no other bank has: not because the name counts, but so that nobody is asked which of two is meant.</summary>
    private static BankEntry Add(Database db, string name, PublicKey key, Amount cap, Timestamp now)
    {
        RequireNew(db, key);
        if (Bank(db, "name = ?1", name) is { } other)
        {
            throw new InvalidOperationException(
                $"There is a bank '{name}' with another key, number {other.Id}. Choose another name; or, if this is that bank's new key after a revocation, add --bank {other.Id}.");
        }

        db.Execute("INSERT INTO bank(name, public_key, cap, keyed) VALUES(?1, ?2, ?3, ?4)", name, key.Bytes.ToArray(), cap.ToLedger(), now.ToLedger());
        return Bank(db, "name = ?1", name)!;
    }

    /// <summary>The word of a bank's present key for its next one. A later word takes the place of an earlier one whose key was not used yet.</summary>
    private static BankEntry Announce(Database db, KeyVoucher voucher, PublicKey next, Timestamp now)
    {
        RequireNew(db, next);
        var bank = Bank(db, "id = ?1", (long)voucher.Party.Value) ?? throw new InvalidOperationException($"There is no bank {voucher.Party}.");
        bool present = bank.Key.Equals(voucher.Key);
        Switches.On("R17 voucher", ref present);
        if (!present)
        {
            throw new InvalidOperationException($"The request is not signed by the present key of bank {bank.Id}. Have it made again with 'hiercash-bank new-key'.");
        }

        if (RevokedAt(db, bank.Id) is null)
        {
            DropNext(db, bank.Id, now);
            db.Execute("UPDATE bank SET next_key = ?2 WHERE id = ?1", (long)bank.Id.Value, next.Bytes.ToArray());
        }

        return bank;
    }

    /// <summary>A person says that this is the new key of a bank whose key was revoked.</summary>
    private static BankEntry Replace(Database db, PartyId number, PublicKey key, Timestamp now)
    {
        var bank = Bank(db, "id = ?1", (long)number.Value) ?? throw new InvalidOperationException($"There is no bank {number}. 'hiercash-issuer banks' lists them.");
        var revoked = RevokedAt(db, number);
        if (revoked is null && bank.Key.Equals(key))
        {
            return bank;
        }

        if (revoked is null)
        {
            throw new InvalidOperationException(
                $"The key of bank {number} is not revoked. Have the bank announce its next one with 'hiercash-bank new-key', or revoke it first with 'hiercash-issuer revoke bank {number}'.");
        }

        RequireNew(db, key);
        Retire(db, number, bank.Key, now, revoked);
        db.Execute("UPDATE bank SET public_key = ?2, keyed = ?3, revoked = NULL WHERE id = ?1", (long)number.Value, key.Bytes.ToArray(), now.ToLedger());
        return Bank(db, "id = ?1", (long)number.Value)!;
    }

    /// <summary>No key comes back, and none is two banks'.</summary>
    private static void RequireNew(Database db, PublicKey key)
    {
        long former = db.Number("SELECT bank FROM former_key WHERE public_key = ?1", key.Bytes.ToArray());
        bool used = former > 0 || WithKey(db, key) is not null;
        Switches.Off("R17 once", ref used);
        if (used)
        {
            throw new InvalidOperationException("This key was a bank's before, and is retired or revoked. Make another with 'hiercash-bank new-key --fresh'.");
        }
    }

    private static BankEntry? WithKey(Database db, PublicKey key) => Bank(db, "public_key = ?1 OR next_key = ?1", key.Bytes.ToArray());

    /// <summary>When the bank's key was revoked, or null while it is good.</summary>
    public Timestamp? RevokedAt(PartyId bank) => store.Read(db =>
    {
        var revoked = RevokedAt(db, bank);
        Switches.Replace("R17 account", ref revoked, null);
        return revoked;
    });

    private static Timestamp? RevokedAt(Database db, PartyId bank) =>
        db.Number("SELECT coalesce(revoked, 0) FROM bank WHERE id = ?1", (long)bank.Value) is > 0 and var date ? Timestamp.FromLedger(date) : null;

    /// <summary>The announced next key is not that any more, and never comes back.</summary>
    private static void DropNext(Database db, PartyId bank, Timestamp now)
    {
        if (db.First("SELECT next_key FROM bank WHERE id = ?1 AND next_key IS NOT NULL", r => r.Bytes(0), (long)bank.Value) is { } dropped)
        {
            Retire(db, bank, PublicKey.TryDecode(dropped)!, now, RevokedAt(db, bank));
            db.Execute("UPDATE bank SET next_key = NULL WHERE id = ?1", (long)bank.Value);
        }
    }

    private static void Retire(Database db, PartyId bank, PublicKey key, Timestamp now, Timestamp? revoked) => db.Execute(
        "INSERT OR IGNORE INTO former_key(public_key, bank, ended, revoked) VALUES(?1, ?2, ?3, ?4)",
        key.Bytes.ToArray(), (long)bank.Value, now.ToLedger(), revoked?.ToLedger());

    /// <summary>Enrols a shop, or returns the one with that account at that bank.</summary>
    /// <param name="name">What people call it. It may be another shop's name too, and of a shop that is known it changes nothing.</param>
    /// <exception cref="InvalidOperationException">The bank is unknown.</exception>
    public ShopEntry EnrolShop(string name, PartyId bank, Digest account) => store.Write(db =>
    {
        if (Bank(db, "id = ?1", (long)bank.Value) is null)
        {
            throw new InvalidOperationException($"There is no bank {bank}. Enrol the shop's bank first.");
        }

        var found = Shop(db, "bank = ?1 AND account = ?2", (long)bank.Value, account.ToArray());
        Switches.Replace("R18 number", ref found, found ?? Shop(db, "name = ?1", name));
        if (found is not null)
        {
            return found;
        }

        db.Execute("INSERT INTO shop(name, bank, account) VALUES(?1, ?2, ?3)", name, (long)bank.Value, account.ToArray());
        return Shop(db, "bank = ?1 AND account = ?2", (long)bank.Value, account.ToArray())!;
    });

    /// <summary>The shop that a valid till of it names in its word for a further till.</summary>
    /// <exception cref="InvalidOperationException">It is no till of that shop, or its key was revoked.</exception>
    public ShopEntry ShopOf(KeyVoucher voucher) => store.Read(db =>
    {
        var w = OneWay.W(voucher.Key);
        var shop = TillOwner(db, w);
        bool its = shop?.Id == voucher.Party;
        Switches.On("R18 voucher", ref its);
        if (shop is null || !its)
        {
            throw new InvalidOperationException($"The request is not signed by a till of shop {voucher.Party}. Have a till of the shop sign it with 'hiercash-shop enrol-till FILE', or its bank.");
        }

        bool revoked = RevokedAt(db, w) is not null;
        Switches.Off("R18 revoked", ref revoked);
        return revoked
            ? throw new InvalidOperationException($"The till {w} that signed the request is revoked. Have another till of the shop sign it, or its bank.")
            : shop;
    });

    /// <summary>Registers a till key N_W of a shop (hole 8: all tills of a shop lead to one account).</summary>
    /// <param name="by">The till that vouched for it; null: the shop's bank did.</param>
    /// <exception cref="InvalidOperationException">Another shop's till.</exception>
    public TillId EnrolTill(PartyId shop, PublicKey key, TillId? by, Timestamp now) => store.Write(db =>
    {
        var w = OneWay.W(key);
        db.Execute(
            "INSERT OR IGNORE INTO till(w, public_key, shop, registered, enrolled_by) VALUES(?1, ?2, ?3, ?4, ?5)",
            w.Value.ToArray(), key.Bytes.ToArray(), (long)shop.Value, now.ToLedger(), by?.Value.ToArray());
        if (RevokedAt(db, w) is { } date)
        {
            throw new InvalidOperationException($"This till's key was revoked on {date}. Make a till with a new key in another folder.");
        }

        return TillOwner(db, w)?.Id == shop ? w : throw new InvalidOperationException("This till key belongs to another shop.");
    });
}
