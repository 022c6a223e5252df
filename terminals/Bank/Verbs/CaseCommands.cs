using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;

namespace HierCash.Bank;

/// <summary>hiercash-bank evidence, rebut, lost, and what the issuer said day by day.</summary>
internal static class CaseCommands
{
    private const int FewestDigits = 4;

    public static Command Evidence(Option<string> folder, Option<bool> json, Func<string, BankSession> open)
    {
        var coin = new Argument<string?>("COIN") { Description =
            "The coin of a case, or the beginning of its number. Without it, all cases are listed.", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string?>("--out") { Description =
            "Where to write the evidence file, for 'hiercash-auditor verify-evidence'.", HelpName = "FILE" };
        var command = new Command("evidence", "Lists the cases of overspending that this bank found proven, and writes their "
            + "evidence files.") { coin, output, folder, json };
        command.SetAction(result =>
        {
            if (result.GetValue(coin) is null && result.GetValue(output) is not null)
            {
                throw new UsageException(
                    "Name the case whose evidence is to be written: its COIN before --out. Without --out all cases are listed.");
            }

            using var opened = open(result.GetValue(folder)!);
            if (result.GetValue(coin) is not { } wanted)
            {
                var cases = opened.Party.Cases;
                Older.Print(
                    result.GetValue(json),
                    cases.Select(c => new
                    {
                        Coin = c.File.Dossier.Coin.ToString(), Revision = c.File.Dossier.Header.Revision, c.File.Name,
                            Account = c.File.Order.User.ToString(),
                        Spent = c.File.Dossier.Spent.Minor, FaceValue = c.File.Order.FaceValue.Minor,
                        Guaranteed = c.File.Dossier.Guaranteed.Minor,
                        Reversed = c.File.Reversals.Count, Date = c.File.Date.ToString(), Noticed = c.File.Notice.Date.ToString(),
                        Until = c.File.Notice.Until.ToString(),
                        c.Verdict, Fell = c.Fell?.ToString(), c.Finding.Finding, Rebuttals = c.Heard, Claimed = c.Claimed.Minor,
                    }),
                    cases.Count == 0 ? "There are no cases."
                        : string.Join(Environment.NewLine, cases.Select(
                            c => $"{c.File.Dossier.Coin}  {c.File.Name}: {c.Show(c.File.Order.Currency)}")));
                return;
            }

            var file = Find(opened, wanted);
            string path = result.GetValue(output) ?? throw new UsageException("Name the file with --out.");
            PrivateFile.WriteOnce(path, file.Encode());
            Older.PrintDone(result.GetValue(json), new { File = path, Coin = file.Dossier.Coin.ToString() },
                $"'{path}' holds the evidence. Anyone checks it with hiercash-auditor verify-evidence.");
        });
        return command;
    }

    public static Command Rebut(Option<string> folder, Option<bool> json, Func<string, BankSession> open)
    {
        var coin = new Argument<string>("COIN") { Description = "The coin of the case, or the beginning of its number." };
        var file = new Argument<string>("FILE") { Description = "What the holder shows, as 'hiercash-wallet rebuttal' wrote it." };
        var output = new Option<string?>("--out")
        {
            Description = "Where to write the rebuttal with this bank's stamp, for its holder: it proves when it was shown. Also where "
                + "this bank has no such case, if COIN is the whole number.", HelpName = "FILE",
        };
        var command = new Command("rebut", "Hears the accused: if what is struck out leaves no excess, the case is closed. Exit code 1: "
            + "the accusation stands.") { coin, file, output, folder, json };
        command.SetAction(async (result, cancel) =>
        {
            if (result.GetValue(output) is { } taken && File.Exists(taken))
            {
                throw new RefusedException(Outcome.AlreadyExists,
                    $"'{taken}' is there already. Choose another name, or take that file away first. Nothing was heard.");
            }

            using var opened = open(result.GetValue(folder)!);
            Rebuttal Shown() => Rebuttal.Decode(Read(result.GetValue(file)!))
                ?? throw new RefusedException(Outcome.Damaged, $"'{result.GetValue(file)}' is no rebuttal, or it was altered.");
            void Hand(CoinId? heard, Rebuttal shown)
            {
                if (result.GetValue(output) is { } path)
                {
                    PrivateFile.WriteOnce(path, opened.Party.Stamped(heard, shown).Kept().Encode());
                }
            }

            string wanted = result.GetValue(coin)!;
            CoinId about;
            try
            {
                about = Find(opened, wanted).Dossier.Coin;
            }
            catch (RefusedException e) when (result.GetValue(output) is not null && wanted.Length == 2 * Digest.Size)
            {
                // Of a whole number: of a beginning nobody knows whether it is mistyped.
                Hand(null, Shown());
                throw new RefusedException(Outcome.RuleBroken,
                    $"{e.Message} '{result.GetValue(output)}' holds what was shown with this bank's stamp, as a witness.");
            }

            // The stamps that it has are over all of it. Without any, what speaks of other coins is left out: of those the bank learns
            // nothing.
            var rebuttal = Shown();
            if (rebuttal.Voids.Count + rebuttal.Dead.Count > 0 && rebuttal.About(about) is { Voids.Count: 0, Dead.Count: 0 })
            {
                Hand(null, rebuttal);
                throw new RefusedException(Outcome.RuleBroken, $"'{result.GetValue(file)}' says nothing of coin {about.ToString()[..16]}: nothing of it was "
                    + $"heard. 'hiercash-bank evidence' lists the cases.");
            }

            rebuttal = rebuttal.Stamps.Count == 0 ? rebuttal.About(about) : rebuttal;
            var finding = await opened.Party.Rebut(about, rebuttal, cancel);
            Hand(about, rebuttal);
            var after = opened.Party.Cases.Single(c => c.File.Dossier.Coin == about);
            Older.PrintDone(
                result.GetValue(json),
                new { finding.IsProven, Culprit = finding.Culprit.ToString(), finding.Finding, after.Verdict,
                    Fell = after.Fell?.ToString() },
                finding.IsProven ? $"The rebuttal was heard. The accusation stands: {finding.Finding}"
                    : $"The rebuttal was heard. {finding.Finding} The case: {after.Say}");
            return finding.IsProven ? ExitCode.Refused : ExitCode.Done;
        });
        return command;
    }

    public static Command Lost(Option<string> folder, Option<bool> json, Func<string, BankSession> open)
    {
        var file = new Argument<string>("FILE") { Description =
            "The report that the holder's card signed: 'hiercash-wallet lost-report'." };
        var command = new Command("lost", "Takes the report of a lost card: its coins are cancelled, and what is left of them comes back "
            + "to the account after their terms.") { file, folder, json };
        command.SetAction(async (result, cancel) =>
        {
            using var opened = open(result.GetValue(folder)!);
            string name = result.GetValue(file)!;
            var report = LostCardReport.Decode(Read(name)) ?? throw new RefusedException(Outcome.Damaged, $"'{name}' is no report of a lost card.");
            if (PrivateFile.Fault(name) is { } fault)
            {
                throw new RefusedException(Outcome.NotPrivate, fault);
            }

            int cancelled = await opened.Party.ReportLost(report, cancel);
            Older.PrintDone(
                result.GetValue(json), new { Cancelled = cancelled },
                $"{Counted.Say(cancelled, "coin is", "coins are")} cancelled. The others follow while 'serve' runs and the issuer can be "
                    + $"reached.");
        });
        return command;
    }

    public static Command Explain(Option<string> folder, Option<bool> json, Func<string, BankSession> open)
    {
        var name = new Argument<string>("NAME") { Description = "The holder's name." };
        var command = new Command("explain", "Says of each withdrawal, each case and each set-back of a holder: its state, who signed "
            + "what, and what happens next.") { name, folder, json };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!);
            var sentences = opened.Party.Explain(opened.Account(result.GetValue(name)!).User).ToList();
            Older.Print(result.GetValue(json), sentences, sentences.Count == 0
                ? "There was no withdrawal, and no set-back of the card." : string.Join(Environment.NewLine, sentences));
        });
        return command;
    }

    public static Command Circulation(Option<string> folder, Option<bool> json, Func<string, BankSession> open)
    {
        var command = new Command("circulation",
            "Lists the issuer's signed statements of this bank's cash, each of which continues the one before.") { folder, json };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!);
            var statements = opened.Party.CirculationStatements;
            Older.Print(
                result.GetValue(json),
                statements.Select(s => new
                {
                    s.Number, Date = s.Date.ToString(), Issued = s.Totals.Issued.Minor, Settled = s.Totals.Settled.Minor,
                        Redeemed = s.Totals.Redeemed.Minor, Returned = s.Totals.Returned.Minor,
                    Outstanding = s.Totals.Outstanding.Minor,
                }),
                statements.Count == 0 ? "The issuer has not said anything yet." : string.Join(Environment.NewLine, statements.Select(s =>
                    $"{s.Number,4}  {s.Date}  issued {s.Totals.Issued.Show(s.Currency)}, settled {s.Totals.Settled.Show(s.Currency)}, "
                    + $"redeemed {s.Totals.Redeemed.Show(s.Currency)}, returned {s.Totals.Returned.Show(s.Currency)}, outstanding "
                    + $"{s.Totals.Outstanding.Show(s.Currency)}")));
        });
        return command;
    }

    private static byte[] Read(string file)
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

    private static Evidence Find(BankSession opened, string coin)
    {
        if (coin.Length < FewestDigits || !coin.All(char.IsAsciiHexDigit))
        {
            throw new UsageException(
                $"Give at least {FewestDigits} hexadecimal digits of the coin's number. 'hiercash-bank evidence' lists the cases.");
        }

        var found = opened.Party.EvidenceFiles.Where(e => e.Dossier.Coin.ToString().StartsWith(coin, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return found.Count == 1 ? found[0] : throw new RefusedException(Outcome.NotFound,
            $"{found.Count} cases begin with '{coin}'. 'hiercash-bank evidence' lists them.");
    }
}
