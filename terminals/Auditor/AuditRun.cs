using HierCash.Protocol.Suite;
using HierCash.Terminals;
using Microsoft.Data.Sqlite;

namespace HierCash.Auditor;

/// <param name="Findings">All that is wrong, the first row first; empty when everything holds.</param>
/// <param name="Verified">Rows whose signatures were verified in this run.</param>
public sealed record AuditResult(IReadOnlyList<Finding> Findings, int Verified)
{
    public bool Ok => Findings.Count == 0;
}

/// <summary>
/// Audits the books of an issuer and of banks, and what they say of each other. It opens databases for reading, shares nothing with the
/// programs that keep them but the formats of messages, and believes only what is signed under the root key.
/// </summary>
public static class AuditRun
{
    /// <summary>The tables that an auditor keeps of what it has seen.</summary>
    public static string SeenSchema => Seen.Schema;

    /// <param name="issuer">The issuer's database, or null.</param>
    /// <param name="banks">Databases of banks by name.</param>
    /// <param name="seen">What earlier audits saw, or null: everything is verified.</param>
    /// <exception cref="InvalidOperationException">A database is missing.</exception>
    public static AuditResult Run(string? issuer, IReadOnlyList<(string Name, string Path)> banks, PublicKey root, ICashSuite suite, Database? seen = null)
    {
        var kept = seen is null ? new Seen() : new Seen(seen);
        var keys = new TrustedKeys(suite, root);
        var findings = new List<Finding>();
        using var issuerBooks = issuer is null ? null : Books.Open("issuer", issuer);
        var open = banks.Select(b => Books.Open(b.Name, b.Path)).ToList();
        try
        {
            if (issuerBooks is not null)
            {
                findings.AddRange(Guard(issuerBooks, new IssuerBooks(issuerBooks, keys, kept).Run()));
            }

            foreach (var bank in open)
            {
                findings.AddRange(Guard(bank, new BankBooks(bank, keys, kept).Run()));
            }

            if (issuerBooks is not null)
            {
                findings.AddRange(open.SelectMany(b => Compare(issuerBooks, b)));
            }
        }
        finally
        {
            open.ForEach(b => b.Dispose());
        }

        if (findings.Count == 0)
        {
            kept.Keep();
        }

        return new AuditResult(findings, kept.Verified);
    }

    /// <summary>What cannot even be read is a finding, not an end.</summary>
    private static List<Finding> Guard(Books books, IEnumerable<Finding> run)
    {
        var findings = new List<Finding>();
        using var each = run.GetEnumerator();
        try
        {
            while (each.MoveNext())
            {
                findings.Add(each.Current);
            }
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException or OverflowException or ArgumentException)
        {
            findings.Add(new Finding(books.Name, "database", "", $"it cannot be read: {e.Message}"));
        }

        return findings;
    }

    /// <summary>What the bank booked and kept is what the issuer has in its books.</summary>
    private static IEnumerable<Finding> Compare(Books issuer, Books bank)
    {
        var sent = issuer.Rows("SELECT transfer FROM instruction", r => Convert.ToHexString(r.GetFieldValue<byte[]>(0))).ToHashSet();
        foreach (var (number, transfer) in bank.Rows("SELECT number, transfer FROM booked_transfer ORDER BY number", r => (r.GetInt64(0), Convert.ToHexString(r.GetFieldValue<byte[]>(1)))))
        {
            if (!sent.Contains(transfer))
            {
                yield return bank.Finds("booked_transfer", number, "the issuer's books do not have it");
            }
        }

        var said = issuer.Rows("SELECT statement FROM audit_statement", r => Convert.ToHexString(r.GetFieldValue<byte[]>(0))).ToHashSet();
        foreach (var (number, statement) in bank.Rows("SELECT number, statement FROM audit_statement ORDER BY number", r => (r.GetInt64(0), Convert.ToHexString(r.GetFieldValue<byte[]>(1)))))
        {
            if (!said.Contains(statement))
            {
                yield return bank.Finds("audit_statement", number, "what the bank was told no longer stands in the issuer's books");
            }
        }

        var issued = issuer.Rows("SELECT request FROM issuance WHERE ek IS NOT NULL", r => Convert.ToHexString(r.GetFieldValue<byte[]>(0))).ToHashSet();
        foreach (byte[] request in bank.Rows("SELECT request FROM withdrawal WHERE state = 'Reversed'", r => r.GetFieldValue<byte[]>(0)))
        {
            if (issued.Contains(Convert.ToHexString(request)))
            {
                yield return bank.Finds("withdrawal", request, "the money went back, and the issuer issued the cash");
            }
        }
    }
}
