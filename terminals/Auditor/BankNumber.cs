using System.Security.Cryptography;

namespace HierCash.Auditor;

/// <summary>
/// Whose books a bank's database holds. One number for all of it: whatever is signed for another bank does not belong in these books.
/// </summary>
internal static class BankNumber
{
    /// <param name="issuer">The issuer's books, or null.</param>
    /// <returns>The number that an account's signed order names; where nothing was ordered, that of the bank whose key the issuer knows and
    /// these books hold. Null: nothing says it.</returns>
    public static long? Of(Books bank, Books? issuer, TrustedKeys keys) =>
        Ordered(bank, keys) ?? (issuer is null ? null : Registered(bank, issuer, keys));

    /// <summary>
    /// True if these are no books of this scheme: the issuer knows none of the keys that they hold, and signed none of their instructions
    /// and statements. Every bank of another scheme has some number too, and each of its rows would be found to be wrong.
    /// </summary>
    public static bool IsOfAnotherScheme(Books bank, Books issuer, TrustedKeys keys)
    {
        bool signed = bank.Rows("SELECT transfer FROM booked_transfer ORDER BY number LIMIT 1", r => ClearingInstruction.Decode(r.Blob(0)))
                .Exists(t => t is not null && keys.IsStatement(k => t.Verify(keys.Suite, k)))
            || bank.Rows("SELECT statement FROM audit_statement ORDER BY number LIMIT 1", r => CirculationStatement.Decode(r.Blob(0)))
                .Exists(s => s is not null && keys.IsStatement(k => s.Verify(keys.Suite, k)));
        return !signed && Registered(bank, issuer, keys) is null;
    }

    private static long? Ordered(Books bank, TrustedKeys keys)
    {
        foreach (var (bytes, key) in bank.Rows(
            "SELECT w.user_order, a.public_key FROM withdrawal w JOIN account a ON a.u = w.u ORDER BY w.number LIMIT 1",
            r => (r.Blob(0), r.Blob(1))))
        {
            return WithdrawalOrder.Decode(bytes) is { } order && PublicKey.TryDecode(key) is { } account
                && order.Verify(keys.Suite, account) ? order.Bank.Value : null;
        }

        return null;
    }

    private static long? Registered(Books bank, Books issuer, TrustedKeys keys)
    {
        // A bank that changed its key holds each that it had; the issuer knows the present one, the next one and those that ended.
        var own = bank.Rows("SELECT secret FROM secret_key WHERE name = 'bank' OR name LIKE 'bank-%'", r => PublicOf(r.Blob(0), keys.Suite))
            .OfType<byte[]>().Select(Convert.ToHexString).ToHashSet();
        return issuer.Rows(
                """
                SELECT id, public_key FROM bank UNION ALL SELECT id, next_key FROM bank WHERE next_key IS NOT NULL UNION ALL SELECT bank, public_key FROM former_key
                """,
                r => (Id: r.GetInt64(0), Key: r.Blob(1)))
            .Where(b => own.Contains(Convert.ToHexString(b.Key))).Select(b => (long?)b.Id).FirstOrDefault();
    }

    private static byte[]? PublicOf(byte[] secret, ICashSuite suite)
    {
        try
        {
            using var key = suite.ImportKey(secret);
            return key.PublicKey.Bytes.ToArray();
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
