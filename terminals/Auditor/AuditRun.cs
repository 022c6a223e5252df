using Microsoft.Data.Sqlite;

namespace HierCash.Auditor;

/// <param name="Findings">All that is wrong, the first row first; empty when everything holds.</param>
/// <param name="Verified">Rows whose signatures were verified in this run.</param>
/// <param name="Notes">What holds and is worth knowing all the same: what shops owe to their banks, and what an issuer bears that was
/// restored.</param>
public sealed record AuditResult(IReadOnlyList<Finding> Findings, int Verified, IReadOnlyList<Finding> Notes)
{
    public bool Ok => Findings.Count == 0;
}

/// <summary>Ends a run in which books cannot be read; <see cref="AuditRun.Run"/> returns it.</summary>
internal sealed class BooksException(Refused refused) : Exception(refused.Sentence)
{
    public Refused Refused { get; } = refused;

    /// <summary>There is no moment at which nobody writes them.</summary>
    public static BooksException InMotion(string sentence) => new(new Refused(Outcome.InUse, sentence));
}

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
    public static Schema SeenSchema => VerifiedRows.Schema;

    /// <summary>True if it is an auditor's own database, and no party's.</summary>
    public static bool IsSeen(IReadSnapshot db) =>
        db.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'seen'") == 1;

    /// <param name="issuer">The issuer's database, or null.</param>
    /// <param name="banks">Databases of banks by name.</param>
    /// <param name="seen">What earlier audits saw, or null: everything is verified.</param>
    /// <returns>Refused where a database is missing or of another version, or the parties write all the time.</returns>
    public static Result<AuditResult> Run(
        string? issuer, IReadOnlyList<(string Name, string Path)> banks, PublicKey root, ICashSuite suite, Database? seen = null,
        ICrashPoints? crash = null)
    {
        try
        {
            return Audit(issuer, banks, root, suite, seen, crash);
        }
        catch (BooksException e)
        {
            return e.Refused;
        }
    }

    private static Result<AuditResult> Audit(
        string? issuer, IReadOnlyList<(string Name, string Path)> banks, PublicKey root, ICashSuite suite, Database? seen,
        ICrashPoints? crash)
    {
        var kept = new VerifiedRows(seen);
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
                RequireStill(all);
                return new AuditResult(damages, 0, []);
            }

            if (all.FirstOrDefault(b => b.Foreign is not null) is { } foreign)
            {
                return new Refused(Outcome.Damaged, $"The books of {foreign.Name} cannot be audited. {foreign.Foreign}");
            }

            if (issuerBooks?.Has("inspection") == false)
            {
                return new Refused(Outcome.Damaged, $"'{issuer}' is no issuer's database.");
            }

            if (banks.Zip(open).FirstOrDefault(b => !b.Second.Has("withdrawal")) is { Second: not null } other)
            {
                return new Refused(Outcome.Damaged, $"'{other.First.Path}' is no bank's database.");
            }

            PinTogether(all, crash ?? NoCrashPoints.Instance);
            var findings = new List<Finding>();
            var notes = new List<Finding>();
            if (issuerBooks is not null)
            {
                var audit = new IssuerBooks(issuerBooks, keys, kept);
                findings.AddRange(Guard(issuerBooks, audit.Run()));
                notes.AddRange(audit.Notes);
            }

            bool isIssuerSound = findings.Count == 0;
            var strangers = issuerBooks is null ? [] : open.Where(b => BankNumber.IsOfAnotherScheme(b, issuerBooks, keys)).ToList();
            findings.AddRange(strangers.Select(b => b.Finds(
                "secret_key", "bank", "it is the database of a bank of another scheme: the issuer knows none of its keys, and signed "
                    + "nothing of what it has. Give the banks of this scheme")));
            open.RemoveAll(strangers.Contains);
            strangers.ForEach(b => b.Dispose());
            var numbers = open.ConvertAll(b => BankNumber.Of(b, issuerBooks, keys));
            foreach (var (bank, number) in open.Zip(numbers))
            {
                var audit = new BankBooks(bank, number, keys, kept);
                findings.AddRange(Guard(bank, audit.Run()));
                notes.AddRange(audit.Notes);
            }

            if (issuerBooks is not null)
            {
                findings.AddRange(open.Zip(numbers).SelectMany(b => Compare(issuerBooks, b.First, b.Second, isIssuerSound, keys)));
            }

            RequireStill(all);
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
    /// Books that were at rest are read without a snapshot: what was read while somebody began to write them is nobody's fault.
    /// </summary>
    private static void RequireStill(List<Books> all)
    {
        if (all.FirstOrDefault(b => b.HasMoved) is { } moved)
        {
            throw BooksException.InMotion($"The books of {moved.Name} were at rest, and somebody began to write them while they were "
                + $"read. Run it again, or audit copies.");
        }
    }

    /// <summary>
    /// Holds all books still at one moment: if nobody committed anywhere between the first and the last, they are of one time, and what a
    /// bank has, the issuer has too.
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

        throw BooksException.InMotion(
            $"The books changed each of {Attempts} times they were to be read at one moment, so they cannot be compared. Run it again when "
                + $"less is going on, or audit copies.");
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
        catch (Exception e) when (e is SqliteException or InvalidCastException or InvalidOperationException or OverflowException
            or ArgumentException)
        {
            findings.Add(new Finding(books.Name, "database", "", $"it cannot be read: {e.Message}"));
        }

        return findings;
    }

    /// <summary>What the bank booked, kept and said is what the issuer has in its books for that bank.</summary>
    private static List<Finding> Compare(Books issuer, Books bank, long? number, bool isIssuerSound, TrustedKeys keys) => number is { } id
        ? Guard(bank, new AgreedBooks(issuer, bank, id, isIssuerSound, keys).Run().Concat(new ClearingBooks(issuer, bank, id, keys).Run()))
        : [bank.Finds("secret_key", "bank", "the issuer knows no bank with this key, and no order in these books names one")];
}
