namespace HierCash.Issuer;

/// <summary>Shops: each a number with an account at its bank (rule R18).</summary>
internal static class ShopTable
{
    private const string Select = "SELECT s.id, s.name, s.bank, s.account FROM shop s";

    /// <summary>A shop that is enrolled.</summary>
    public static ShopEntry Get(IReadSnapshot db, PartyId id) => db.First($"{Select} WHERE s.id = $1", Read, id)!;

    /// <summary>The shop that W belongs to; a revoked W is still its shop's: what was paid to it is judged by its terms.</summary>
    public static ShopEntry? OfTill(IReadSnapshot db, TillId w) =>
        db.First($"{Select} JOIN till t ON t.shop = s.id WHERE t.w = $1", Read, w);

    public static ShopEntry? OfAccount(IReadSnapshot db, PartyId bank, Digest account) =>
        db.First($"{Select} WHERE s.bank = $1 AND s.account = $2", Read, bank, account);

    /// <summary>Accounts and names of a bank's shops, those that were enrolled first coming first.</summary>
    public static List<(Digest Account, string Name)> OfBank(IReadSnapshot db, PartyId bank) =>
        db.Query("SELECT account, name FROM shop WHERE bank = $1 ORDER BY id", r => (r.Digest(0), r.GetString(1)), bank);

    public static ShopEntry Add(IWriteTransaction db, string name, PartyId bank, Digest account)
    {
        long id = db.Number("INSERT INTO shop(name, bank, account) VALUES($1, $2, $3) RETURNING id", name, bank, account);
        return new ShopEntry(new PartyId(checked((uint)id)), name, bank, account);
    }

    private static ShopEntry Read(DbDataReader r) => new(r.Party(0), r.GetString(1), r.Party(2), r.Digest(3));
}
