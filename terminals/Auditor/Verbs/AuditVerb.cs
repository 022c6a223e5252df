using System.CommandLine;
using Microsoft.Data.Sqlite;

namespace HierCash.Auditor;

/// <summary>hiercash-auditor audit.</summary>
internal static class AuditVerb
{
    public static Verb Make()
    {
        var issuer = new Option<string?>("--issuer") { Description = "The issuer's database.", HelpName = "FILE" };
        var banks = new Option<string[]>("--bank") { Description = "A bank's database; may be given more than once.", HelpName = "FILE" };
        var seen = new Option<string?>("--seen")
        {
            Description = "Where the auditor keeps what it has verified, so that the next run verifies only what is new.",
            HelpName = "FILE",
        };
        var json = new JsonOption<AuditJson>(AuditorJson.Default.AuditJson);
        return new Verb("audit", "Recomputes every invariant from databases and signatures alone, and names the first row that breaks "
            + "one. Exit code 1 if one does, and also if the books never rest long enough to be read, which it says.",
            "hiercash-auditor audit --issuer issuer/issuer.db --bank north/bank.db --root north.grant",
            "hiercash-auditor audit --issuer issuer/issuer.db --root north.grant --seen audited.db")
        {
            issuer, banks, seen, RootOption.Option, json,
        }.Does(given =>
        {
            var files = given.GetValue(banks) ?? [];
            string books = given.GetValue(issuer) ?? throw new UsageException(
                "Give the issuer's database with --issuer: it holds the certificates, and most of what is to be audited.");
            if (files.GroupBy(Path.GetFullPath).FirstOrDefault(g => g.Count() > 1) is { } twice)
            {
                throw new UsageException($"'{twice.First()}' is given twice. Give each bank's database once.");
            }

            foreach (string file in files.Prepend(books).SelectMany(f => new[] { f, f + "-wal", f + "-shm" }).Where(File.Exists))
            {
                if (PrivateFile.Fault(file) is { } fault)
                {
                    throw new RefusedException(Outcome.NotPrivate, fault);
                }
            }

            using var store = given.GetValue(seen) is { } path ? OpenSeen(path) : null;
            var audit = AuditRun.Run(books, [.. files.Select(f => ($"bank '{f}'", f))], RootOption.Read(given), RootOption.Suite, store)
                .OrRefuse();
            json.Print(given,
                new AuditJson(audit.Ok, audit.Verified, audit.Findings, audit.Notes),
                audit.Ok
                    ? string.Join(Environment.NewLine, [
                        $"All invariants hold. Signatures of {audit.Verified} rows were verified.",
                        .. audit.Notes.Select(n => n.ToString())])
                    : string.Join(Environment.NewLine, audit.Findings.Take(100).Select(f => f.ToString()))
                    + (audit.Findings.Count > 100 ? $"{Environment.NewLine}and {audit.Findings.Count - 100} more." : ""));
            return audit.Ok ? ExitCode.Done : ExitCode.Refused;
        });
    }

    private static Database OpenSeen(string path)
    {
        try
        {
            var store = Database.OpenOrCreateFile(path, AuditRun.SeenSchema);
            if (store.Read(AuditRun.IsSeen))
            {
                return store;
            }

            store.Dispose();
        }
        catch (Exception e) when (e is SqliteException or DatabaseException or IOException or UnauthorizedAccessException)
        {
            // A folder, or no database: the sentence below says all that helps.
        }

        throw Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder)
            ? new UsageException($"There is no folder for '{path}'. Check the path that --seen names.")
            : new UsageException($"'{path}' cannot be used for --seen. Name a file that an earlier audit made, or one that is not there "
                + "yet.");
    }
}

/// <summary>What <c>audit --json</c> prints.</summary>
/// <param name="Verified">Rows whose signatures were verified in this run.</param>
/// <param name="Findings">All that is wrong; empty when everything holds.</param>
/// <param name="Notes">What holds and is worth knowing all the same.</param>
internal sealed record AuditJson(bool Ok, int Verified, IReadOnlyList<Finding> Findings, IReadOnlyList<Finding> Notes);
