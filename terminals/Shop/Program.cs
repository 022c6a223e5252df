using System.CommandLine;
using HierCash.Card.Readers;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop.</summary>
internal static class Program
{
    private const string Role = "shop";
    private static readonly BclSuite Suite = new();
    private static readonly Option<string> Folder = CommonOptions.Directory(Role);
    private static readonly Option<bool> Json = Older.Json();

    private static Task<int> Main(string[] args) => ConsoleEntry.Run(
        new RootCommand(
            """
            A shop's till in hierarchical electronic cash: takes payments offline, settles them with the issuer later.

            Examples:
              hiercash-shop init --name "Corner Cafe" --dir cafe > cafe.request
              hiercash-shop join cafe.grant --fingerprint 5f3c... --dir cafe
              hiercash-shop pay 12.50 --reader emulator:alice.card --dir cafe
              hiercash-shop till --reader emulator:alice.card --dir cafe
              hiercash-shop settle --dir cafe
              hiercash-shop enrol-till second.request --dir cafe > second.vouched
              hiercash-shop settle --for cafe --dir second                       what the revoked till of 'cafe' has queued
              hiercash-shop refund 2026-11-23T10:15:00.000000Z --reader emulator:alice.card --dir cafe
              hiercash-shop cancel 2026-11-23T10:16:00.000000Z --reader emulator:alice.card --dir cafe    one that was never accepted
              hiercash-shop tickets ask --reader emulator:alice.card --dir cafe    the card went before its answer came
              hiercash-shop journal --dir cafe
              hiercash-shop status --dir cafe --json
            """)
        {
            EnrolmentVerbs.InitCommand(Role, "the shop's bank", Folder, ShopTill.Schema, ShopTill.RequestEnrolment, Suite),
            EnrolmentVerbs.RequestCommand(Role, "the shop's bank", Folder, ShopTill.Schema, ShopTill.RequestEnrolment, Suite),
            EnrolmentVerbs.JoinCommand(Role, Folder, ShopTill.Schema, ShopTill.Keys, Suite, TimeProvider.System),
            TillCommands.EnrolTill(Folder, d => new TillSession(d)),
            Pay(), Till(), Status(),
            TillCommands.Settle(Folder, Json, (d, own) =>
                new TillSession(d, own is null ? TillUse.Settles : TillUse.StandsIn, beside: own)),
            JournalCommands.Journal(Folder, Json, d => new TillSession(d, TillUse.Looks)),
            JournalCommands.Explain(Folder, Json, d => new TillSession(d, TillUse.Looks)),
            JournalCommands.Refund(Folder, Json, Suite, d => new TillSession(d)),
            SalesCommand.Make(Folder, Json, Suite, (d, use) => new TillSession(d, use)),
            CancelCommand.Make(Folder, Json, Suite, d => new TillSession(d)),
            RecoverCommand.Make(Folder, Json, d => new TillSession(d, TillUse.StandsIn)),
            AnswerCommand.Answer(Folder, Json, d => new TillSession(d)), PolicyCommand.Make(Folder, Json, d => new TillSession(d)),
        },
        args);

    private static Command Pay()
    {
        var amount = new Argument<string>("AMOUNT") { Description = "Such as 12.50." };
        var pin = CommonOptions.PinOption(CommonOptions.PaymentPin);
        var profile = WordOption.Of("--profile", "Fast, or claims 4 and 5 of the patent to the letter.", PaymentProfile.Fast);
        var command = new Command("pay",
            "Takes one payment, offline. What this till owes the card from an earlier payment is given back with it.")
        {
            amount, CardOptions.Reader, CardOptions.Wait, pin, profile, CommonOptions.DespiteClock, Folder, Json,
        };
        command.SetAction(async (result, cancel) =>
        {
            using var open = new TillSession(result.GetValue(Folder)!);
            open.Till.IsDespiteClock = result.GetValue(CommonOptions.DespiteClock);
            var currency = open.Grant.Scheme.Terms.Currency;
            if (UnusualAmount.Parse(result.GetValue(amount)!, currency, out var y) is { } error)
            {
                throw new UsageException(error);
            }

            using var card = await CardOptions.Open(result, Suite, cancel);
            string? code = null;
            TillResult Take()
            {
                var taken = open.Till.Pay(card, y, null, result.GetValue(profile));
                if (taken.Outcome != TillOutcome.PinRequired)
                {
                    return taken;
                }

                try
                {
                    code ??= CommonOptions.ReadPin(result.GetValue(pin), CommonOptions.PaymentPin);
                }
                catch
                {
                    // No PIN, no payment: nobody goes on with it.
                    open.Till.Cancel(taken.Sale, card);
                    throw;
                }

                return open.Till.Continue(taken.Sale, card, code, result.GetValue(profile));
            }

            var paid = Take();

            // The issuer may have a newer key than this till: it is asked before the customer is sent away.
            if (PaymentCheck.IsOfUnknownKey(paid) && await TillCommands.FetchesKeys(open, cancel))
            {
                paid = Take();
            }

            foreach (var ended in paid.Ended)
            {
                Console.Error.WriteLine($"An unfinished payment of {ended.Sale.Amount.Show(currency)} was cancelled too. {ended.Message}");
            }

            if (paid.Outcome != TillOutcome.Accepted)
            {
                if (paid.Outcome == TillOutcome.PinWrong)
                {
                    open.Till.Cancel(paid.Sale, card);
                }

                string end = $"{paid.Message} 'hiercash-shop cancel {paid.Sale.Time}' gives it up.";
                throw paid.Outcome switch
                {
                    TillOutcome.CardGone => new HierCash.Iso7816.CardChannelException(end),
                    TillOutcome.IssuerGone => new LinkException(end),
                    _ => new RefusedException(Outcome.RuleBroken, paid.Message),
                };
            }

            Older.PrintDone(
                result.GetValue(Json),
                new
                {
                    Paid = y.Minor, Currency = currency.Name, Time = paid.Sale.Time.ToString(), Coins = paid.Payments.Count,
                        Payments = paid.Payments.Select(h => h.Id.ToString()),
                    IssuerKeyed = paid.Payments.Any(h => IssuerKeyed.IsSaidOf(h.Coin)),
                },
                $"{paid.Message} Receipt {paid.Sale.Time}; "
                    + $"{(open.Till.CoinPayments(paid.Sale.Time).All(p => p.State == CoinPaymentState.Queued) ? "queued for settlement" : "settled with the issuer")}.");
        });
        return command;
    }

    private static Command Till()
    {
        var every = CommonOptions.Seconds("--settle", "Seconds between two settlements in the background.", 15);
        var command = new Command("till", "A screen for the person behind the counter: type an amount, take the card, settle in the "
            + "background.") { CardOptions.Reader, every, CommonOptions.DespiteClock, Folder };
        command.SetAction(async (result, cancel) =>
        {
            if (Console.IsInputRedirected || Console.IsOutputRedirected)
            {
                throw new UsageException("The till wants a terminal. Use 'hiercash-shop pay AMOUNT' in scripts.");
            }

            if (result.GetValue(every) < 1)
            {
                throw new UsageException("Between two settlements lies at least 1 second.");
            }

            // The screen draws itself; what is foreign on it is escaped where it is drawn (rule R18).
            Spectre.Console.AnsiConsole.Console = Spectre.Console.AnsiConsole.Create(
                new Spectre.Console.AnsiConsoleSettings { Out = new Spectre.Console.AnsiConsoleOutput(ConsoleEntry.Terminal) });
            using var open = new TillSession(result.GetValue(Folder)!, isScreen: true);
            open.Till.IsDespiteClock = result.GetValue(CommonOptions.DespiteClock);
            var till = new TillConsole(open.Till, open.Grant.Name, open.Grant.Scheme, result.GetValue(CardOptions.Reader), Suite,
                open.Issuer, TimeProvider.System, open.Folder.TryLockSettling);
            await till.Run(TimeSpan.FromSeconds(result.GetValue(every)), cancel);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Says what was taken, what is queued, and what was refused.") { Folder, Json };
        command.SetAction(result =>
        {
            using var open = new TillSession(result.GetValue(Folder)!, TillUse.Looks);
            var currency = open.Grant.Scheme.Terms.Currency;
            var till = open.Till;
            var (credited, guaranteed, waiting) = till.Shares;
            var held = till.HeldPayments;
            var waits = till.Waits;
            var kept = till.KeptPayments;
            int cut = till.OpenSales.Count;
            var queued = till.Sum(CoinPaymentState.Queued);
            var sum = held.Aggregate(Amount.Zero, (all, h) => all + h.Held);
            var owed = held.Aggregate(Amount.Zero, (all, h) => all + h.Owed);
            string Show(Amount amount) => amount.Show(currency);
            string cancels = cut > 0
                ? ": 'hiercash-shop cancel RECEIPT' with the same card gives back what it signed ('journal' names them)." : ".";
            string brings = queued.IsZero ? "." : till.Revoked is not null ? ": another till of the shop brings it." : till.Behind is null
                ? ": run 'hiercash-shop settle'." : ".";
            Older.Print(
                result.GetValue(Json),
                new
                {
                    W = till.W.ToString(), Currency = currency.Name, Accepted = till.Accepted.Minor, Queued = queued.Minor,
                        Settled = credited.Minor,
                    Guaranteed = guaranteed.Minor, Waiting = waiting.Minor, Refused = till.Sum(CoinPaymentState.Refused).Minor, Open = cut,
                    Held = sum.Minor, Owed = owed.Minor,
                    Payments = held.Select(h => new { Time = h.Sale.Time.ToString(), Held = h.Held.Minor, Owed = h.Owed.Minor,
                        Said = h.Said.Minor, Sent = h.WasSent }),
                    PayBackInCash = kept.Select(k => new { Time = k.Sale.Time.ToString(), Cash = k.Cash.Minor }),
                    TakesNone = till.WhyNoPayment, Revoked = till.Revoked?.ToString(),
                    Waits = waits.Select(w => w.ToJson()),
                },
                $"""
                Till {till.W} of {open.Grant.Name}
                Taken {Show(till.Accepted)}: settled {Show(credited)}, guaranteed for later {Show(guaranteed)}, waiting {Show(waiting)}, refused {Show(till.Sum(CoinPaymentState.Refused))}.
                Queued {Show(queued)}{brings}
                {Counted.Say(cut, "payment was", "payments were")} cut short{cancels}
                {HeldView.Say(held, sum, owed, currency, till.Revoked is not null)}{HeldView.SayKept(kept, currency)}{(till.WhyNoPayment is { } why ? Environment.NewLine + why : "")}
                {Waiting.Say(waits)}
                """);
        });
        return command;
    }
}
