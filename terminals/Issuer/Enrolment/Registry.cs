using System.Data.Common;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>A bank as the issuer knows it.</summary>
/// <param name="Key">The present one.</param>
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

/// <summary>A shop as the issuer knows it: a number with an account; its name is only what people call it (rule R18).</summary>
/// <param name="Account">The shop's account at its bank, 32 bytes of the bank's choosing.</param>
public sealed record ShopEntry(PartyId Id, string Name, PartyId Bank, Digest Account);

/// <summary>Who takes part: banks, shops, tills, each found by number and key. Enrolling is in another file, and who is let in on a link in a third.</summary>
public sealed partial class Registry(Database store)
{
    /// <summary>Sets the most that a bank may have outstanding; below what is outstanding nothing more is issued until it is below.</summary>
    /// <exception cref="InvalidOperationException">There is no such bank.</exception>
    public BankEntry SetCap(PartyId bank, Amount cap) => store.Write(db =>
    {
        db.Execute("UPDATE bank SET cap = $2 WHERE id = $1", (long)bank.Value, cap.ToLedger());
        return Bank(db, "id = $1", (long)bank.Value) ?? throw new InvalidOperationException($"There is no bank {bank}.");
    });

    public IReadOnlyList<BankEntry> Banks => store.Read(All);

    /// <summary>Keys of that bank that were revoked, its present one too: stamps by them name no shop (rule R3).</summary>
    public IReadOnlyList<KeyId> RevokedKeys(PartyId bank) => store.Read(db => db.Query(
        """
        SELECT public_key FROM former_key WHERE bank = $1 AND revoked IS NOT NULL UNION SELECT public_key FROM bank WHERE id = $1 AND revoked IS NOT NULL
        """,
        r => PublicKey.TryDecode(r.Bytes(0))!.Id, (long)bank.Value));

    /// <summary>The keys that were a bank's, its present one excepted.</summary>
    public IReadOnlyList<PublicKey> FormerKeys(PartyId bank) => store.Read(db => db.Query(
        "SELECT public_key FROM former_key WHERE bank = $1 ORDER BY ended", r => PublicKey.TryDecode(r.Bytes(0))!, (long)bank.Value));

    internal static List<BankEntry> All(IReadSnapshot db) => db.Query($"{SelectBank} ORDER BY id", ReadBank);

    public BankEntry? FindBank(PartyId id) => store.Read(db => Bank(db, "id = $1", (long)id.Value));

    /// <summary>As a person names it. The number goes before names: a bank chooses its name, and may take one that looks like another's number (rule R18).</summary>
    public BankEntry? FindBank(string given)
    {
        var named = Banks.FirstOrDefault(b => b.Name == given);
        var numbered = Banks.FirstOrDefault(b => b.Id.ToString() == given) ?? named;
        Switches.Replace("R18 cap", ref numbered, named);
        return numbered;
    }

    /// <summary>All tills, the newest first.</summary>
    public IReadOnlyList<TillRow> Tills => store.Read(db => db.Query(
        "SELECT t.w, t.shop, s.name, t.registered, t.enrolled_by, t.revoked FROM till t JOIN shop s ON s.id = t.shop ORDER BY t.registered DESC, t.w",
        r => new TillRow(
            new TillId(Id16.Read(r.Bytes(0))), new PartyId(checked((uint)r.GetInt64(1))), r.GetString(2), Timestamp.FromLedger(r.GetInt64(3)),
            r.BytesOrNull(4) is { } by ? new TillId(Id16.Read(by)) : null, r.IsDBNull(5) ? null : Timestamp.FromLedger(r.GetInt64(5)))));

    /// <summary>
    /// A till's key is not its shop's alone any more: its link is closed to it, and what it signs from now on does not count (hole 22). The tills that it
    /// enrolled since the theft, directly or not, go with it (rule R18).
    /// </summary>
    /// <param name="stolen">Since when somebody else may have had the key; null: since the revocation.</param>
    /// <returns>The tills that are revoked now.</returns>
    /// <exception cref="InvalidOperationException">There is no such till, or it is revoked, and so is what it enrolled since.</exception>
    public IReadOnlyList<TillId> RevokeTill(TillId w, Timestamp now, Timestamp? stolen) => store.Write(db =>
    {
        // A clock that is behind would date it before what the shop has sold honestly, and before the tills that it enrolled: not before the till's last contact, which is dated by the
        // slower one of two clocks.
        var seen = TillTable.LastAnswer(db, w);
        Switches.Replace("R17 clock behind", ref seen, default);
        var date = seen > now && seen <= now.Plus(MostAhead) ? seen : now;
        var gone = new List<TillId> { w };
        bool follows = true;
        Switches.Off("R18 descendants", ref follows);
        for (int at = 0; follows && at < gone.Count; at++)
        {
            gone.AddRange(db.Query(
                "SELECT w FROM till WHERE enrolled_by = $1 AND registered >= $2 ORDER BY registered, w", r => new TillId(Id16.Read(r.Bytes(0))),
                gone[at].Value.ToArray(), (stolen ?? date).ToLedger()));
        }

        // One that was revoked before keeps its date. It is named again when the theft turns out to be older: then what it enrolled since goes.
        var revoked = gone.FindAll(t => db.Execute("UPDATE till SET revoked = $2 WHERE w = $1 AND revoked IS NULL", t.Value.ToArray(), date.ToLedger()) == 1);
        return revoked.Count > 0 ? revoked
            : RevokedAt(db, w) is { } before
            ? throw new InvalidOperationException($"This till's key was revoked on {before} already. If it was stolen before, give that moment with --since: what it enrolled since then goes too.")
            : throw new InvalidOperationException($"There is no till {w} whose key could be revoked. 'hiercash-issuer tills' lists them.");
    });

    /// <summary>
    /// A bank's key is not its own alone any more: its link is closed to it, and to the next one that it announced, until a person enrols a new one by the
    /// bank's number (hole 22, rule R17).
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such bank.</exception>
    public void RevokeBank(PartyId bank, Timestamp now) => store.Write(db =>
    {
        if (db.Execute("UPDATE bank SET revoked = $2 WHERE id = $1 AND revoked IS NULL", (long)bank.Value, now.ToLedger()) == 0)
        {
            throw RevokedAt(db, bank) is { } date
                ? new InvalidOperationException($"The key of bank {bank} was revoked on {date} already. Enrol its new key with 'hiercash-issuer enrol bank FILE --bank {bank}'.")
                : new InvalidOperationException($"There is no bank {bank} whose key could be revoked. 'hiercash-issuer banks' lists them.");
        }

        DropNext(db, bank, now);
        return true;
    });

    /// <summary>True if the till's key was revoked before that moment.</summary>
    internal static bool IsRevoked(IReadSnapshot db, TillId w, Timestamp moment)
    {
        bool revoked = db.Number("SELECT count(*) FROM till WHERE w = $1 AND revoked IS NOT NULL AND revoked < $2", w.Value.ToArray(), moment.ToLedger()) > 0;
        Switches.Off("hole 22 till", ref revoked);
        return revoked;
    }

    /// <summary>
    /// True if the till was registered after that moment: what it was paid before may have been pronounced dead as paid to nobody, without a mark (rule R10).
    /// </summary>
    internal static bool IsNewer(IReadSnapshot db, TillId w, Timestamp moment)
    {
        bool newer = db.Number("SELECT count(*) FROM till WHERE w = $1 AND registered > $2", w.Value.ToArray(), moment.ToLedger()) > 0;
        Switches.Off("R10 registered", ref newer);
        return newer;
    }

    /// <summary>The shop that W belongs to; a revoked W is still its shop's: what was paid to it is judged by its terms.</summary>
    internal static ShopEntry? TillOwner(IReadSnapshot db, TillId w) => Shop(db, "id = (SELECT shop FROM till WHERE w = $1)", w.Value.ToArray());

    /// <summary>A shop that is enrolled.</summary>
    internal static ShopEntry Shop(IReadSnapshot db, PartyId id) => Shop(db, "id = $1", (long)id.Value)!;

    /// <summary>When the till's key was revoked, or null.</summary>
    internal static Timestamp? RevokedAt(IReadSnapshot db, TillId w) =>
        db.Number("SELECT coalesce(revoked, 0) FROM till WHERE w = $1", w.Value.ToArray()) is > 0 and var date ? Timestamp.FromLedger(date) : null;

    internal static BankEntry? Bank(IReadSnapshot db, string where, object value) => db.First($"{SelectBank} WHERE {where}", ReadBank, value);

    /// <summary>Every key that a bank has had: what it signed with one of them, and brings itself, is its own.</summary>
    internal static List<PublicKey> KeysOf(IReadSnapshot db, PartyId bank) => db.Query(
        "SELECT public_key FROM bank WHERE id = $1 UNION ALL SELECT public_key FROM former_key WHERE bank = $1", r => PublicKey.TryDecode(r.Bytes(0))!, (long)bank.Value);

    private const string SelectBank = "SELECT id, name, public_key, cap, issued, settled, redeemed, returned FROM bank";

    private static BankEntry ReadBank(DbDataReader r) => new(
        new PartyId(checked((uint)r.GetInt64(0))), r.GetString(1), PublicKey.TryDecode(r.Bytes(2))!, Amount.FromLedger(r.GetInt64(3)),
        new Circulation(
            Amount.FromLedger(r.GetInt64(4)), Amount.FromLedger(r.GetInt64(5)), Amount.FromLedger(r.GetInt64(6)), Amount.FromLedger(r.GetInt64(7))));

    private static ShopEntry? Shop(IReadSnapshot db, string where, params ReadOnlySpan<object?> values) => db.First(
        $"SELECT id, name, bank, account FROM shop WHERE {where}",
        r => new ShopEntry(
            new PartyId(checked((uint)r.GetInt64(0))), r.GetString(1), new PartyId(checked((uint)r.GetInt64(2))), Digest.Read(r.Bytes(3))),
        values);
}
