using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;
using Microsoft.Data.Sqlite;

namespace HierCash.Auditor;

/// <summary>hiercash-auditor.</summary>
internal static class Program
{
    private static readonly BclSuite Suite = new();
    private static readonly Option<bool> Json = Older.Json();
    private static readonly Option<string> Root = new("--root")
    {
        Description = "The scheme's root key: 130 hexadecimal digits ('hiercash-issuer status' shows them), or a file with a grant.",
        HelpName = "KEY",
        Required = true,
    };

    private static Task<int> Main(string[] args) => ConsoleEntry.Run(
        new RootCommand(
            """
            Believes nothing but signatures and sums. It reads databases and never writes them.

            Examples:
              hiercash-auditor verify-evidence mallory.evidence --root north.grant
              hiercash-auditor verify-evidence mallory.evidence --rebuttal mallory.rebuttal --root north.grant
              hiercash-auditor audit --issuer issuer/issuer.db --bank north/bank.db --bank south/bank.db --root north.grant
              hiercash-auditor audit --issuer issuer/issuer.db --root north.grant --seen audited.db    only what is new
            """) { VerifyEvidenceCommand.Make(Suite, Root, Json, ReadRoot, Bytes), Audit() },
        args);

    private static Command Audit()
    {
        var issuer = new Option<string?>("--issuer") { Description = "The issuer's database.", HelpName = "FILE" };
        var banks = new Option<string[]>("--bank") { Description = "A bank's database; may be given more than once.", HelpName = "FILE" };
        var seen = new Option<string?>("--seen") { Description =
            "Where the auditor keeps what it has verified, so that the next run verifies only what is new.", HelpName = "FILE" };
        var command = new Command(
            "audit",
            "Recomputes every invariant from databases and signatures alone, and names the first row that breaks one. "
                + "Exit code 1 if one does, 3 if the books never rest long enough to be read.")
        {
            issuer, banks, seen, Root, Json,
        };
        command.SetAction(result =>
        {
            var files = result.GetValue(banks) ?? [];
            string? books = result.GetValue(issuer);
            if (books is null)
            {
                throw new UsageException(
                    "Give the issuer's database with --issuer: it holds the certificates, and most of what is to be audited.");
            }

            var twice = files.GroupBy(Path.GetFullPath).FirstOrDefault(g => g.Count() > 1);
            if (twice is not null)
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

            using var store = result.GetValue(seen) is { } path ? OpenSeen(path) : null;
            AuditResult audit;
            try
            {
                audit = AuditRun.Run(books, [.. files.Select(f => ($"bank '{f}'", f))], ReadRoot(result.GetValue(Root)!), Suite, store);
            }
            catch (BooksInMotionException e)
            {
                Console.Error.WriteLine(e.Message);
                return ExitCode.Unreachable;
            }

            Older.Print(
                result.GetValue(Json),
                new { audit.Ok, audit.Verified, audit.Findings, audit.Notes },
                audit.Ok
                    ? string.Join(Environment.NewLine, [
                        $"All invariants hold. Signatures of {audit.Verified} rows were verified.",
                        .. audit.Notes.Select(n => n.ToString())])
                    : string.Join(Environment.NewLine, audit.Findings.Take(100).Select(f => f.ToString()))
                    + (audit.Findings.Count > 100 ? $"{Environment.NewLine}and {audit.Findings.Count - 100} more." : ""));
            return audit.Ok ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
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

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new UsageException($"There is no folder for '{path}'. Check the path that --seen names.");
        }

        throw new UsageException(
            $"'{path}' cannot be used for --seen. Name a file that an earlier audit made, or one that is not there yet.");
    }

    private static PublicKey ReadRoot(string given)
    {
        if (File.Exists(given))
        {
            return EnrolmentGrant.Decode(Armor.Read(Armor.Grant, given), Suite)?.Scheme.Root
                ?? throw new RefusedException(Outcome.Damaged, $"The grant in '{given}' is damaged.");
        }

        return given.Length == 2 * PublicKey.Size && given.All(char.IsAsciiHexDigit)
            && PublicKey.TryDecode(Convert.FromHexString(given)) is { } key
            ? key
            : throw new UsageException("--root is a root key of 130 hexadecimal digits, or a file with a grant.");
    }

    private static byte[] Bytes(string file)
    {
        try
        {
            return GivenFile.ReadBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(Outcome.StorageFailed, $"The file '{file}' cannot be read. Check its name.");
        }
    }
}
