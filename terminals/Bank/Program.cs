using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>hiercash-bank.</summary>
internal static class Program
{
    private const string Role = "bank";
    private static readonly BclSuite Suite = new();
    private static readonly Option<string> Folder = CommonOptions.Directory(Role);
    private static readonly Option<bool> Json = Older.Json();

    private static Task<int> Main(string[] args) => ConsoleEntry.Run(
        new RootCommand(
            """
            A bank in hierarchical electronic cash: accounts, withdrawals, clearing. It never gets to know where its customers pay.

            Examples:
              hiercash-bank init --name "North Bank" --dir north > north.request
              hiercash-bank join north.grant --fingerprint 5f3c... --dir north
              hiercash-bank serve --dir north
              hiercash-bank open-account Alice --letter alice.letter --reader emulator:alice.card --dir north
              hiercash-bank deposit Alice 100.00 --dir north
              hiercash-bank replace-card Alice --letter new.letter --reader emulator:new.card --dir north    when the old one is lost
              hiercash-bank enrol-shop cafe.request --dir north > cafe.vouched
              hiercash-bank new-key --dir north > next.request
              hiercash-bank parked --dir north                                        what cannot be booked, and why
              hiercash-bank evidence --dir north                                      cases with their verdicts
              hiercash-bank evidence 83e16169 --out mallory.evidence --dir north
              hiercash-bank rebut 83e16169 mallory.rebuttal --dir north
            """)
        {
            EnrolmentVerbs.InitCommand(Role, "the issuer", Folder, BankParty.Schema, BankParty.RequestEnrolment, Suite),
            EnrolmentVerbs.RequestCommand(Role, "the issuer", Folder, BankParty.Schema, BankParty.RequestEnrolment, Suite),
            EnrolmentVerbs.JoinCommand(Role, Folder, BankParty.Schema, BankParty.Keys, Suite, TimeProvider.System),
            Serve(), CardCommands.OpenAccount(Folder, Json, Suite, d => new BankSession(d)),
            CardCommands.SetBack(Folder, Suite, d => new BankSession(d)),
            CardCommands.ReplaceCard(Folder, Json, Suite, d => new BankSession(d)),
            Deposit(), Accounts(), Statement(), EnrolmentCommands.EnrolShop(Folder, d => new BankSession(d)),
            EnrolmentCommands.NewKey(Role, Folder, Suite), Status(), Audit(),
            CaseCommands.Evidence(Folder, Json, d => new BankSession(d)), CaseCommands.Rebut(Folder, Json, d => new BankSession(d)),
            CaseCommands.Lost(Folder, Json, d => new BankSession(d)),
            CaseCommands.Explain(Folder, Json, d => new BankSession(d)), CaseCommands.Circulation(Folder, Json, d => new BankSession(d)),
            Parked(), Alarms(),
            RecoverCommand.Make(Role, Folder, Json, d => new BankSession(d)),
        },
        args);

    private static Command Serve()
    {
        var listen = CommonOptions.Listen(CommonOptions.BankPort);
        var every = CommonOptions.Seconds("--every", "Seconds between two visits to the issuer.", 10);
        var logFile = Serving.LogFile();
        var logSize = Serving.LogSize();
        var command = new Command("serve", "Serves wallets until Ctrl-C or SIGTERM, and books what the issuer instructs.") { Folder, listen,
            every, logFile, logSize, CommonOptions.DespiteClock };
        command.SetAction(async (result, cancel) =>
        {
            int seconds = result.GetValue(every);
            if (seconds < 1)
            {
                throw new UsageException("Between two visits lies at least 1 second.");
            }

            using var held = PartyFolder<EnrolledSettings>.Open(result.GetValue(Folder)!, Role).Lock();

            // Read behind the lock: 'join' changes it, and holds the same one.
            var folder = PartyFolder<EnrolledSettings>.Open(result.GetValue(Folder)!, Role);
            await using var serving = new Serving(
                result.GetValue(Folder)!, Role, result.GetValue(logFile), result.GetValue(logSize), TimeProvider.System);
            using var store = Database.OpenFile(folder.DatabasePath, BankParty.Schema);
            var grant = EnrolmentVerbs.Grant(folder, Role, Suite);
            using var certificate = BankParty.LinkCertificate(store, Suite, grant.LinkCertificate);
            using var issuer = EnrolmentVerbs.IssuerLink(folder, grant, certificate, Suite);
            using var relay = EnrolmentVerbs.IssuerLink(folder, grant, certificate, Suite);
            var party = new BankParty(BankIdentity.Of(grant), store, Suite, issuer, TimeProvider.System, serving.Log.CreateLogger(Role),
                NoCrashPoints.Instance, relay)
            {
                IsDespiteClock = result.GetValue(CommonOptions.DespiteClock), Faults = serving.Faults,
            };
            await serving.Run(
                result.GetValue(listen)!, () => certificate, grant.Scheme.Fingerprint, party, Suite, store, TimeSpan.FromSeconds(seconds),
                () => null, c => party.Run(c).AsTask(), cancel);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Deposit()
    {
        var name = new Argument<string>("NAME") { Description = "The holder's name." };
        var amount = new Argument<string>("AMOUNT") { Description = "Such as 100.00." };
        var command = new Command("deposit", "Pays cash from the counter into an account.") { name, amount, Folder, Json };
        command.SetAction(result =>
        {
            using var open = new BankSession(result.GetValue(Folder)!);
            var currency = open.Scheme.Terms.Currency;
            var account = open.Account(result.GetValue(name)!);
            var booked = open.Party.Deposit(account.User, CommonOptions.ReadAmount(result.GetValue(amount)!, currency),
                Timestamp.Now(TimeProvider.System).Microseconds);
            var balance = open.Party.BalanceOf(booked.User);
            Older.PrintDone(
                result.GetValue(Json), new { booked.Name, Balance = balance.Minor, Currency = currency.Name },
                (booked.User == account.User ? "" : $"The card of '{account.Name}' was replaced: the cash is booked for the card that came "
                    + $"after it. ") + $"{booked.Name} has {balance.Show(currency)}.");
        });
        return command;
    }

    private static Command Accounts()
    {
        var command = new Command("accounts", "Lists users and shops with their balances.") { Folder, Json };
        command.SetAction(result =>
        {
            using var open = new BankSession(result.GetValue(Folder)!);
            var currency = open.Scheme.Terms.Currency;
            var users = open.Party.Accounts.Select(a => (a.Name, Balance: open.Party.BalanceOf(a.User))).ToList();
            var shops = open.Party.ShopAccounts;
            Older.Print(
                result.GetValue(Json),
                new
                {
                    Currency = currency.Name,
                    Users = users.Select(u => new { u.Name, Balance = u.Balance.Minor }),
                    Shops = shops.Select(s => new { s.Name, Account = s.Account.ToString(), s.Balance }),
                },
                string.Join(Environment.NewLine, users.Select(u => $"user  {u.Name}: {u.Balance.Show(currency)}")
                    .Concat(shops.Select(s => $"shop  {s.Name}: {Signed(s.Balance, currency)}, account "
                        + $"{EnrolmentCommands.Short(s.Account)}")).DefaultIfEmpty("There are no accounts.")));
        });
        return command;
    }

    private static Command Statement()
    {
        var name = new Argument<string>("NAME") { Description = "The holder's name." };
        var shop = new Option<bool>("--shop") { Description = "NAME is a shop's, or the beginning of its account." };
        var command = new Command("statement", "Lists an account's bookings.") { name, shop, Folder, Json };
        command.SetAction(result =>
        {
            using var open = new BankSession(result.GetValue(Folder)!);
            var currency = open.Scheme.Terms.Currency;
            string holder = result.GetValue(name)!;
            var (lines, balance) = result.GetValue(shop) && open.ShopAccount(holder) is var account
                ? (open.Party.ShopStatement(account.Account), account.Balance)
                : (open.Party.Statement(open.Account(holder).User), open.Party.BalanceOf(open.Account(holder).User).ToLedger());
            Older.Print(
                result.GetValue(Json),
                new { Name = holder, Currency = currency.Name, Balance = balance,
                    Bookings = lines.Select(l => new { Date = l.Date.ToString(), l.Kind, l.Change }) },
                string.Join(Environment.NewLine, lines.Select(
                    l => $"{l.Date}  {l.Kind,-20}  {(l.Change < 0 ? "-" : "+")}{new Amount((ulong)Math.Abs(l.Change)).Show(currency)}")
                    .Append($"Balance {Signed(balance, currency)}")));
        });
        return command;
    }

    /// <summary>A shop that had to give back more than it had owes the bank.</summary>
    private static string Signed(long balance, Currency currency) =>
        balance < 0 ? $"owes {new Amount((ulong)-balance).Show(currency)}" : new Amount((ulong)balance).Show(currency);

    private static Command Status()
    {
        var command = new Command("status", "Says what is under way.") { Folder, Json };
        command.SetAction(result => HealthView.Status(result.GetValue(Folder)!, Role, health =>
        {
            using var open = new BankSession(result.GetValue(Folder)!);
            var audit = open.Party.Audit;
            var currency = open.Scheme.Terms.Currency;
            var cases = open.Party.Cases;
            int standing = cases.Count(c => c.Fell is null);
            string alarms = open.Party.Alarms.Count == 0 ? "No alarms."
                : $"{Counted.Say(open.Party.Alarms.Count, "alarm")}: 'hiercash-bank alarms' lists them.";
            var unanswered = open.Party.Unanswered;
            string goOn = audit.OpenWithdrawals == 0 ? "."
                : $"; they go on by themselves while 'serve' runs and the issuer answers this "
                    + $"bank{(unanswered is null ? "." : "; above is what it said last.")}";
            var waits = open.Party.WaitsBeside(health?.Faults ?? []);
            string unordered = audit.Unordered is { Times: > 0 } u0 ? Environment.NewLine + RecoverCommand.Explain(u0, currency) : "";
            string behind = open.Party.Behind is { } since ? $"{Environment.NewLine}STOPPED since {since}. {BankParty.WhenBehind}"
                : open.Party.Disbelieved is { } said ? $"{Environment.NewLine}THE ISSUER SAYS THAT THIS BANK IS BEHIND since {said}, and "
                    + $"is not believed. {BankParty.WhenDisbelieved}" : "";
            string refused = behind + (unanswered is { } u
                ? $"{Environment.NewLine}THE ISSUER DOES NOT ANSWER THIS BANK since {u.Since}: {u.Said}" : "");
            Older.Print(
                result.GetValue(Json),
                new
                {
                    Fingerprint = open.Scheme.Fingerprint.ToString(), Id = open.Party.Id.Value, audit.OpenWithdrawals,
                    Float = audit.Float.Minor, audit.Clearing, audit.Claims, Evidence = cases.Count, Standing = standing,
                    Parked = open.Party.Parked.Select(p => p.ToJson()), audit.Suspense, Alarms = open.Party.Alarms.Count,
                    Unanswered = unanswered?.Said, Behind = open.Party.Behind?.ToString(), Disbelieved = open.Party.Disbelieved?.ToString(),
                    Unordered = audit.Unordered.Sum, Waits = waits.Select(w => w.ToJson()),
                    Serving = OlderViews.ToJson(health),
                },
                $"""
                Bank {open.Party.Id} of the scheme {open.Scheme.Fingerprint}{refused}
                {Counted.Say(audit.OpenWithdrawals, "withdrawal waits", "withdrawals wait")} for the issuer{goOn}
                E-cash float {audit.Float.Show(currency)}; claims against holders {new Amount((ulong)Math.Max(0, -audit.Claims)).Show(currency)}.
                {Counted.Say(cases.Count, "evidence file")}, {standing} of which stand{(standing == 1 ? "s" : "")}{(cases.Count > 0 ? ": 'hiercash-bank evidence' lists them." : ".")}
                {ParkedView.Summary(open.Party.Parked, "hiercash-bank")} In suspense: {new Amount((ulong)audit.Suspense).Show(currency)}. {alarms}{unordered}
                {Waiting.Say(waits)}
                {HealthView.Show(health)}
                """);
        }));
        return command;
    }

    private static Command Parked()
    {
        var command = new Command("parked",
            "Lists instructions that cannot be booked: why, since when, and what ends it. All else goes on.") { Folder, Json };
        command.SetAction(result =>
        {
            using var open = new BankSession(result.GetValue(Folder)!);
            OlderViews.Print(result.GetValue(Json), open.Party.Parked, open.Scheme.Terms.Currency);
        });
        return command;
    }

    private static Command Alarms()
    {
        var command = new Command("alarms", "Lists what somebody should look at, the newest first.") { Folder, Json };
        command.SetAction(result =>
        {
            using var open = new BankSession(result.GetValue(Folder)!);
            var alarms = open.Party.Alarms;
            Older.Print(
                result.GetValue(Json),
                alarms.Select(a => new { Date = a.Date.ToString(), a.Kind, a.Number, a.Holder }),
                alarms.Count == 0 ? "No alarms." : string.Join(
                    Environment.NewLine, alarms.Select(a => $"{a.Date}  {a.Kind}{a.Subject}. {a.Advice}".TrimEnd())));
        });
        return command;
    }

    private static Command Audit()
    {
        var command = new Command("audit", "Recomputes the bank's invariants; exit code 1 if one is broken.") { Folder, Json };
        command.SetAction(result =>
        {
            using var open = new BankSession(result.GetValue(Folder)!, wasUsed: true);
            var damages = open.Damages;
            var findings = damages.Count > 0 ? damages : open.Party.Audit.Run();
            var behind = open.Party.Behind;
            var debts = open.Party.Audit.ShopDebts;
            string owed = string.Concat(debts.Select(d =>
                $"{Environment.NewLine}{d.Shop} owes this bank {d.Owed.Show(open.Scheme.Terms.Currency)}, for payments that were "
                    + $"taken back."));
            if (open.Party.Disbelieved is { } doubt)
            {
                owed += $"{Environment.NewLine}The issuer says that this database is an older copy, since {doubt}, and is not believed. "
                    + $"{BankParty.WhenDisbelieved}";
            }

            var contradictions = open.Party.Contradictions;
            owed += string.Concat(contradictions.Select(c =>
                $"{Environment.NewLine}The issuer's statement {c.Refused.Number}, dated {c.Refused.Date}, contradicts what it said before. "
                    + $"Both are kept: '--json' shows them."));
            Older.Print(
                result.GetValue(Json),
                new { Ok = findings.Count == 0 && behind is null, Findings = findings, Behind = behind?.ToString(),
                    Disbelieved = open.Party.Disbelieved?.ToString(), ShopDebts = debts.Select(d => new { d.Shop, Owed = d.Owed.Minor }),
                    Contradictions = contradictions.Select(c => new
                    {
                        c.Refused.Number, Refused = Convert.ToHexString(c.Refused.Encode()), Kept = c.Kept is null ? null
                            : Convert.ToHexString(c.Kept.Encode()),
                    }) },
                AuditView.Say(findings, behind is null ? null : "Stop 'serve' and run 'hiercash-bank recover'.") + owed);
            return findings.Count == 0 && behind is null ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }
}
