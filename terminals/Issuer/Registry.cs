using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>A bank as the issuer knows it.</summary>
/// <param name="Cap">Most that may be outstanding (EP 0810563, "sum total predetermined by the bank"; hole 17).</param>
public sealed record BankEntry(PartyId Id, string Name, PublicKey Key, Amount Cap, Circulation Circulation);

/// <summary>The total amount of circulation (EP 0810563, description): all banks together.</summary>
/// <param name="Caps">Most that all banks may have outstanding.</param>
public sealed record TotalCirculation(Circulation Circulation, Amount Caps)
{
    public static TotalCirculation Of(IEnumerable<BankEntry> banks)
    {
        Switches.Replace("variant circulation", ref banks, banks.Take(1));
        return banks.Aggregate(
            new TotalCirculation(new Circulation(Amount.Zero, Amount.Zero, Amount.Zero, Amount.Zero), Amount.Zero),
            (sum, b) => new TotalCirculation(
                new Circulation(
                    sum.Circulation.Issued + b.Circulation.Issued, sum.Circulation.Settled + b.Circulation.Settled,
                    sum.Circulation.Redeemed + b.Circulation.Redeemed, sum.Circulation.Returned + b.Circulation.Returned),
                Sum(sum.Caps, b.Cap)));
    }

    /// <summary>Caps are what somebody typed: many that large together are as good as none.</summary>
    private static Amount Sum(Amount a, Amount b) => a.Minor > ulong.MaxValue - b.Minor ? new Amount(ulong.MaxValue) : a + b;
}

/// <summary>A shop as the issuer knows it.</summary>
/// <param name="Account">The shop's account at its bank, 32 bytes of the bank's choosing.</param>
public sealed record ShopEntry(PartyId Id, string Name, PartyId Bank, Digest Account);

/// <summary>Who takes part: banks, shops, tills.</summary>
public sealed class Registry(Database store)
{
    /// <summary>Enrols a bank, or returns the one of that name, key and cap.</summary>
    /// <exception cref="InvalidOperationException">The name belongs to a bank with another key or another cap; nothing changed.</exception>
    public BankEntry EnrolBank(string name, PublicKey key, Amount cap, Currency currency) => store.Write(db =>
    {
        db.Execute("INSERT OR IGNORE INTO bank(name, public_key, cap) VALUES(?1, ?2, ?3)", name, key.Bytes.ToArray(), cap.ToLedger());
        db.Execute("UPDATE bank SET public_key = ?2, revoked = NULL WHERE name = ?1 AND revoked IS NOT NULL AND public_key <> ?2", name, key.Bytes.ToArray());
        var bank = Bank(db, "name = ?1", name)!;
        bool its = bank.Key.Equals(key);
        Switches.On("hole 22 enrolled", ref its);
        if (!its)
        {
            throw new InvalidOperationException($"There is a bank '{name}' with another key. Choose another name.");
        }

        return bank.Cap == cap
            ? bank
            : throw new InvalidOperationException(
                $"The bank '{name}' is enrolled with a cap of {bank.Cap.Show(currency)}, and that stays. 'hiercash-issuer cap {bank.Id} AMOUNT' sets another.");
    });

    /// <summary>Sets the most that a bank may have outstanding; below what is outstanding nothing more is issued until it is below.</summary>
    /// <exception cref="InvalidOperationException">There is no such bank.</exception>
    public BankEntry SetCap(PartyId bank, Amount cap) => store.Write(db =>
    {
        db.Execute("UPDATE bank SET cap = ?2 WHERE id = ?1", (long)bank.Value, cap.ToLedger());
        return Bank(db, "id = ?1", (long)bank.Value) ?? throw new InvalidOperationException($"There is no bank {bank}.");
    });

    /// <summary>Enrols a shop, or returns the one of that name and account.</summary>
    /// <exception cref="InvalidOperationException">The bank is unknown, or the name belongs to a shop with another account.</exception>
    public ShopEntry EnrolShop(string name, PartyId bank, Digest account) => store.Write(db =>
    {
        if (Bank(db, "id = ?1", (long)bank.Value) is null)
        {
            throw new InvalidOperationException($"There is no bank {bank}. Enrol the shop's bank first.");
        }

        db.Execute("INSERT OR IGNORE INTO shop(name, bank, account) VALUES(?1, ?2, ?3)", name, (long)bank.Value, account.ToArray());
        var shop = Shop(db, "name = ?1", name)!;
        bool its = shop.Bank == bank && shop.Account == account;
        Switches.On("hole 22 enrolled", ref its);
        return its
            ? shop
            : throw new InvalidOperationException($"There is a shop '{name}' with another account. Choose another name.");
    });

    /// <summary>Registers a till key N_W of a shop (hole 8: all tills of a shop lead to one account).</summary>
    /// <exception cref="InvalidOperationException">Another shop's till.</exception>
    public TillId EnrolTill(PartyId shop, PublicKey key, Timestamp now) => store.Write(db =>
    {
        var w = OneWay.W(key);
        db.Execute(
            "INSERT OR IGNORE INTO till(w, public_key, shop, registered) VALUES(?1, ?2, ?3, ?4)",
            w.Value.ToArray(), key.Bytes.ToArray(), (long)shop.Value, now.ToLedger());
        bool its = TillOwner(db, w)?.Id == shop;
        Switches.On("hole 22 enrolled", ref its);
        return its ? w : throw new InvalidOperationException("This till key belongs to another shop.");
    });

    public IReadOnlyList<BankEntry> Banks => store.Read(All);

    internal static List<BankEntry> All(Database db) => db.Query($"{SelectBank} ORDER BY id", ReadBank);

    public BankEntry? FindBank(PartyId id) => store.Read(db => Bank(db, "id = ?1", (long)id.Value));

    /// <summary>A till's key is not its shop's alone any more: what it signs from now on does not count (hole 22).</summary>
    /// <exception cref="InvalidOperationException">There is no such till.</exception>
    public void RevokeTill(TillId w, Timestamp now) => store.Write(db => db.Execute("UPDATE till SET revoked = ?2 WHERE w = ?1 AND revoked IS NULL", w.Value.ToArray(), now.ToLedger()) == 1
        ? true
        : throw new InvalidOperationException($"There is no till {w} whose key could be revoked."));

    /// <summary>A bank's key is not its own alone any more: it withdraws and fetches nothing until it is enrolled with a new one (hole 22).</summary>
    /// <exception cref="InvalidOperationException">There is no such bank.</exception>
    public void RevokeBank(PartyId bank, Timestamp now) => store.Write(db => db.Execute("UPDATE bank SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL", (long)bank.Value, now.ToLedger()) == 1
        ? true
        : throw new InvalidOperationException($"There is no bank {bank} whose key could be revoked."));

    /// <summary>True if the bank's key was revoked and no new one is enrolled.</summary>
    internal bool IsRevoked(PartyId bank)
    {
        bool revoked = store.Read(db => db.Number("SELECT count(*) FROM bank WHERE id = ?1 AND revoked IS NOT NULL", (long)bank.Value)) > 0;
        Switches.Off("hole 22 bank", ref revoked);
        return revoked;
    }

    /// <summary>True if the till's key was revoked before that moment.</summary>
    internal static bool IsRevoked(Database db, TillId w, Timestamp moment)
    {
        bool revoked = db.Number("SELECT count(*) FROM till WHERE w = ?1 AND revoked IS NOT NULL AND revoked < ?2", w.Value.ToArray(), moment.ToLedger()) > 0;
        Switches.Off("hole 22 till", ref revoked);
        return revoked;
    }

    /// <summary>
    /// True if the till was registered after that moment: what it was paid before may have been pronounced dead as paid to nobody, without a mark (rule R10).
    /// </summary>
    internal static bool IsNewer(Database db, TillId w, Timestamp moment)
    {
        bool newer = db.Number("SELECT count(*) FROM till WHERE w = ?1 AND registered > ?2", w.Value.ToArray(), moment.ToLedger()) > 0;
        Switches.Off("R10 registered", ref newer);
        return newer;
    }

    /// <summary>The shop that W belongs to.</summary>
    internal static ShopEntry? TillOwner(Database db, TillId w) => Shop(db, "id = (SELECT shop FROM till WHERE w = ?1)", w.Value.ToArray());

    /// <summary>A shop that is enrolled.</summary>
    internal static ShopEntry Shop(Database db, PartyId id) => Shop(db, "id = ?1", (long)id.Value)!;

    /// <summary>When the till's key was revoked, or null.</summary>
    internal static Timestamp? RevokedAt(Database db, TillId w) =>
        db.Number("SELECT coalesce(revoked, 0) FROM till WHERE w = ?1", w.Value.ToArray()) is > 0 and var date ? Timestamp.FromLedger(date) : null;

    internal static BankEntry? Bank(Database db, string where, object value) => db.First($"{SelectBank} WHERE {where}", ReadBank, value);

    private const string SelectBank = "SELECT id, name, public_key, cap, issued, settled, redeemed, returned FROM bank";

    private static BankEntry ReadBank(Microsoft.Data.Sqlite.SqliteDataReader r) => new(
        new PartyId(checked((uint)r.GetInt64(0))), r.GetString(1), PublicKey.TryDecode(r.Bytes(2))!, Amount.FromLedger(r.GetInt64(3)),
        new Circulation(
            Amount.FromLedger(r.GetInt64(4)), Amount.FromLedger(r.GetInt64(5)), Amount.FromLedger(r.GetInt64(6)), Amount.FromLedger(r.GetInt64(7))));

    private static ShopEntry? Shop(Database db, string where, object value) => db.First(
        $"SELECT id, name, bank, account FROM shop WHERE {where}",
        r => new ShopEntry(
            new PartyId(checked((uint)r.GetInt64(0))), r.GetString(1), new PartyId(checked((uint)r.GetInt64(2))), Digest.Read(r.Bytes(3))),
        value);
}
