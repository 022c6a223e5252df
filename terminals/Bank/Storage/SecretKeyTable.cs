using System.Globalization;

namespace HierCash.Bank;

/// <summary>The bank's secret keys, numbered from 1.</summary>
internal static class SecretKeyTable
{
    private const string First = "bank";

    public static int Count(IReadSnapshot db) =>
        (int)db.Number("SELECT count(*) FROM secret_key WHERE name = 'bank' OR name LIKE 'bank-%'");

    /// <summary>The private scalar, 32 bytes; null where there is no such key.</summary>
    public static byte[]? Find(IReadSnapshot db, int number) =>
        db.First("SELECT secret FROM secret_key WHERE name = $1", r => r.Bytes(0), Name(number));

    public static void Add(IWriteTransaction db, int number, byte[] secret) =>
        db.Execute("INSERT INTO secret_key(name, secret) VALUES($1, $2)", Name(number), secret);

    private static string Name(int number) => number == 1 ? First : string.Create(CultureInfo.InvariantCulture, $"{First}-{number}");
}
