namespace HierCash.Bank;

/// <summary>The bank's secret keys: the first, and each next one (rule R17). Its grant says which of them is used.</summary>
internal static class BankKeys
{
    /// <summary>The first one, made at first use.</summary>
    public static ISigningKey First(Database store, ICashSuite suite) => store.Write(db => Nth(db, suite, 1));

    /// <summary>What a grant for none of these keys is.</summary>
    public static Refused OfAnother { get; } = new(Outcome.Damaged, "The grant is for a key that this bank's database does not hold: they "
        + "are not of one party. Put back the right database, or join with the grant for its own request.");

    /// <summary>The one with this public half.</summary>
    public static ISigningKey Of(Database store, ICashSuite suite, PublicKey key) =>
        Find(store, suite, key) ?? throw new InvalidOperationException(OfAnother.Sentence);

    /// <summary>The same; null where it is not in this store.</summary>
    public static ISigningKey? Find(Database store, ICashSuite suite, PublicKey key) => store.Read(db =>
    {
        for (int n = 1; SecretKeyTable.Find(db, n) is { } secret; n++)
        {
            var found = suite.ImportKey(secret);
            if (found.PublicKey.Equals(key))
            {
                return found;
            }

            found.Dispose();
        }

        return null;
    });

    /// <summary>The one after this, made at first use: a bank has one next key at most.</summary>
    /// <param name="isFresh">The next one that was made before is not wanted any more.</param>
    public static ISigningKey After(Database store, ICashSuite suite, PublicKey key, bool isFresh) => store.Write(db =>
    {
        int count = SecretKeyTable.Count(db);
        using var last = Nth(db, suite, count);
        return Nth(db, suite, isFresh || last.PublicKey.Equals(key) ? count + 1 : count);
    });

    /// <summary>Oldest first.</summary>
    public static List<PublicKey> All(Database store, ICashSuite suite) => store.Read(db => Stored(db, suite).ToList());

    private static IEnumerable<PublicKey> Stored(IReadSnapshot db, ICashSuite suite) =>
        Enumerable.Range(1, SecretKeyTable.Count(db)).Select(n =>
        {
            using var key = suite.ImportKey(SecretKeyTable.Find(db, n)!);
            return key.PublicKey;
        });

    /// <summary>All of them, and lost keys that a person has named as this bank's own (R27).</summary>
    public static List<PublicKey> Own(IReadSnapshot db, ICashSuite suite) => [.. Stored(db, suite), .. LostKeyTable.All(db)];

    private static ISigningKey Nth(IWriteTransaction db, ICashSuite suite, int n)
    {
        if (SecretKeyTable.Find(db, n) is { } secret)
        {
            return suite.ImportKey(secret);
        }

        var key = suite.GenerateKey();
        SecretKeyTable.Add(db, n, key.ExportScalar());
        return key;
    }
}
