namespace HierCash.Bank;

/// <summary>An account of the ledger: what kind, and whose.</summary>
/// <param name="Kind">user, shop, float, clearing, claims, suspense or vault.</param>
internal readonly record struct LedgerAccount(string Kind, byte[] Owner)
{
    public static readonly LedgerAccount Float = new("float", []);
    public static readonly LedgerAccount Clearing = new("clearing", []);
    public static readonly LedgerAccount Claims = new("claims", []);
    public static readonly LedgerAccount Vault = new("vault", []);

    /// <summary>Owed to somebody whom the bank cannot name yet (R8).</summary>
    public static readonly LedgerAccount Suspense = new("suspense", []);

    public static LedgerAccount User(AccountId user) => new("user", user.Value.ToArray());

    public static LedgerAccount Shop(Digest reference) => new("shop", reference.ToArray());
}
