using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using Microsoft.Data.Sqlite;

namespace HierCash.Auditor;

/// <param name="Findings">All that is wrong, the first row first; empty when everything holds.</param>
/// <param name="Verified">Rows whose signatures were verified in this run.</param>
/// <param name="Notes">What holds and is worth knowing all the same: what shops owe to their banks.</param>
public sealed record AuditResult(IReadOnlyList<Finding> Findings, int Verified, IReadOnlyList<Finding> Notes)
{
    public bool Ok => Findings.Count == 0;
}

/// <summary>The books changed each time they were to be read at one moment. The message says what to do.</summary>
public sealed class BooksInMotionException(string message) : Exception(message);

/// <summary>Where a test may act while the auditor opens its books.</summary>
public static class AuditPoints
{
    /// <summary>One of the books is held still, the next is not yet.</summary>
    public const string BooksPinned = "auditor.books.pinned";
}

/// <summary>
/// Audits the books of an issuer and of banks, and what they say of each other. It opens databases for reading, shares nothing with the
/// programs that keep them but the formats of messages, and believes only what is signed under the root key.
/// </summary>
public static class AuditRun
{
    /// <summary>How often the auditor tries to find all books at rest.</summary>
    public const int Attempts = 100;

    /// <summary>The tables that an auditor keeps of what it has seen.</summary>
    public static string SeenSchema => Seen.Schema;

    /// <summary>True if it is an auditor's own database, and no party's.</summary>
    public static bool IsSeen(Database db) => db.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'seen'") == 1;

    /// <param name="issuer">The issuer's database, or null.</param>
    /// <param name="banks">Databases of banks by name.</param>
    /// <param name="seen">What earlier audits saw, or null: everything is verified.</param>
    /// <exception cref="InvalidOperationException">A database is missing, or of another version.</exception>
    /// <exception cref="BooksInMotionException">The parties write all the time, so there was no moment at which nobody did.</exception>
    public static AuditResult Run(
        string? issuer, IReadOnlyList<(string Name, string Path)> banks, PublicKey root, ICashSuite suite, Database? seen = null, ICrashPoints? crash = null)
    {
        var kept = seen is null ? new Seen() : new Seen(seen);
        var keys = new TrustedKeys(suite, root);
        using var issuerBooks = issuer is null ? null : Books.Open("issuer", issuer);
        var open = new List<Books>();
        try
        {
            open.AddRange(banks.Select(b => Books.Open(b.Name, b.Path)));
            var all = issuerBooks is null ? open : [issuerBooks, .. open];
            var damages = all.Select(b => b.Damage()).OfType<Finding>().ToList();
            if (damages.Count > 0)
            {
                return new AuditResult(damages, 0, []);
            }

            if (all.FirstOrDefault(b => b.Foreign is not null) is { } foreign)
            {
                throw new InvalidOperationException($"The books of {foreign.Name} cannot be audited. {foreign.Foreign}");
            }

            if (issuerBooks?.Has("inspection") == false)
            {
                throw new InvalidOperationException($"'{issuer}' is no issuer's database.");
            }

            if (banks.Zip(open).FirstOrDefault(b => !b.Second.Has("withdrawal")) is { Second: not null } other)
            {
                throw new InvalidOperationException($"'{other.First.Path}' is no bank's database.");
            }

            PinTogether(all, crash ?? NoCrashPoints.Instance);
            var findings = new List<Finding>();
            var notes = new List<Finding>();
            if (issuerBooks is not null)
            {
                findings.AddRange(Guard(issuerBooks, new IssuerBooks(issuerBooks, keys, kept).Run()));
            }

            foreach (var bank in open)
            {
                var audit = new BankBooks(bank, keys, kept);
                findings.AddRange(Guard(bank, audit.Run()));
                notes.AddRange(audit.Notes);
            }

            if (issuerBooks is not null)
            {
                findings.AddRange(open.SelectMany(b => Compare(issuerBooks, b).Concat(new ClearingBooks(issuerBooks, b, keys).Run())));
            }

            if (findings.Count == 0)
            {
                kept.Keep();
            }

            return new AuditResult(findings, kept.Verified, notes);
        }
        finally
        {
            open.ForEach(b => b.Dispose());
        }
    }

    /// <summary>
    /// Holds all books still at one moment: if nobody committed anywhere between the first and the last, they are of one time, and what a bank
    /// has, the issuer has too.
    /// </summary>
    private static void PinTogether(List<Books> all, ICrashPoints crash)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            var before = all.ConvertAll(b => b.Version);
            foreach (var books in all)
            {
                books.Pin();
                crash.Reach(AuditPoints.BooksPinned);
            }

            if (all.ConvertAll(b => b.Version).SequenceEqual(before))
            {
                return;
            }

            all.ForEach(b => b.Release());
        }

        throw new BooksInMotionException(
            $"The books changed each of {Attempts} times they were to be read at one moment, so they cannot be compared. Run it again when less is going on, or audit copies.");
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
        // The issuer may have forgotten, after its terms, what the bank still keeps.
        var forgotten = issuer.Rows(
            "SELECT what, bank, max(number) FROM forgotten GROUP BY what, bank", r => (Key: (r.GetString(0), r.GetInt64(1)), Number: r.GetInt64(2))).ToDictionary(f => f.Key, f => f.Number);
        var sent = issuer.Rows("SELECT transfer FROM instruction", r => Convert.ToHexString(r.GetFieldValue<byte[]>(0))).ToHashSet();
        foreach (var (number, transfer) in bank.Rows("SELECT number, transfer FROM booked_transfer ORDER BY number", r => (r.GetInt64(0), Convert.ToHexString(r.GetFieldValue<byte[]>(1)))))
        {
            long of = Transfer.Decode(Convert.FromHexString(transfer))?.Bank.Value ?? 0;
            if (!sent.Contains(transfer) && number > forgotten.GetValueOrDefault(("instruction", of)))
            {
                yield return bank.Finds("booked_transfer", number, "the issuer's books do not have it");
            }
        }

        var said = issuer.Rows("SELECT statement FROM audit_statement", r => Convert.ToHexString(r.GetFieldValue<byte[]>(0))).ToHashSet();
        foreach (var (number, statement) in bank.Rows("SELECT number, statement FROM audit_statement ORDER BY number", r => (r.GetInt64(0), Convert.ToHexString(r.GetFieldValue<byte[]>(1)))))
        {
            long of = AuditStatement.Decode(Convert.FromHexString(statement))?.Bank.Value ?? 0;
            if (!said.Contains(statement) && number > forgotten.GetValueOrDefault(("statement", of)))
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
