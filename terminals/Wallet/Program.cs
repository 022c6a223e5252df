using System.CommandLine;
using HierCash.Card.Client;
using HierCash.Card.Readers;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Wallet;

/// <summary>hiercash-wallet.</summary>
internal static class Program
{
    private static readonly BclSuite Suite = new();
    private static readonly Option<string?> PinOption = CommonOptions.PinOption();
    private static readonly Option<bool> Json = Older.Json();
    private static readonly Option<HostPort> Bank = CommonOptions.Peer("--bank", "bank", CommonOptions.BankPort);

    private static Task<int> Main(string[] args) => ConsoleEntry.Run(
        new RootCommand(
            """
            A user's terminal for a wallet card. It trusts what the card trusts, and keeps in DIR/wallet.db what it has begun and what the card may forget.

            Examples:
              hiercash-wallet activate --letter alice.letter --reader emulator:alice.card
              hiercash-wallet withdraw 50.00 --reader emulator:alice.card
              hiercash-wallet withdraw 20.00 --same-key 0 --reader emulator:alice.card    a further coin under the key of the one in slot 0
              hiercash-wallet balance --reader emulator:alice.card
              hiercash-wallet log --reader emulator:alice.card --json
              hiercash-wallet status --reader emulator:alice.card                   what waits, and what ends it
              hiercash-wallet pin change --reader emulator:alice.card
              hiercash-wallet redeem --reader emulator:alice.card
              hiercash-wallet lost-report alice.lost --reader emulator:alice.card
              hiercash-wallet explain --reader emulator:alice.card
              hiercash-wallet keep --reader emulator:alice.card     what the card may forget, and what rebuts an accusation
              hiercash-wallet notices --reader emulator:alice.card
              hiercash-wallet rebut --reader emulator:alice.card
              hiercash-wallet report-lost alice.lost --fingerprint 5f3c...        when the card is gone
            """)
        {
            Withdraw(), Resume(), Balance(), Log(), StatusCommand.Make(Suite, PinOption, Json, Status),
        }.With(new ActivationCommands(Suite, PinOption).All).With(new LifeCommands(Suite, PinOption, Json, Bank, Status, Link).All)
            .With(new RebuttalCommands(Suite, PinOption, Json, Bank, Status, Link).All),
        args);

    private static RootCommand With(this RootCommand root, IEnumerable<Command> commands)
    {
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        return root;
    }

    private static Command Withdraw()
    {
        var amount = new Argument<string>("AMOUNT") { Description = "Such as 50.00." };
        var set = new Option<bool>("--set") { Description =
            "In coins of a 1-2-5 series, as everybody has them: an odd amount tells bank and shop who you are." };
        var issuerKeyed = new Option<bool>("--issuer-keyed") { Description =
            "Let the issuer make the coin's key, if it does. It could then sign as you do: such cash is not provable to third parties." };
        var sameKey = new Option<int?>("--same-key")
        {
            Description = "Under the key of the coin in that slot, which may be spent ('explain' shows all slots). Shops and issuer can "
                + "tell that such coins are of one holder.",
            HelpName = "SLOT", Arity = ArgumentArity.ExactlyOne, CustomParser = r => CommonOptions.ReadNumber(r, "slot of the card", "0"),
        };
        var command = new Command("withdraw",
            "Withdraws cash onto the card. A withdrawal that was cut short is finished first; one of the same amount is this one again.")
        {
            amount, set, issuerKeyed, sameKey, CardOptions.Reader, CardOptions.Wait, PinOption, Bank, CommonOptions.DespiteClock,
                LifeCommands.Folder, Json,
        };
        command.SetAction(async (result, cancel) =>
        {
            if (result.GetValue(issuerKeyed) && result.GetValue(sameKey) is not null)
            {
                throw new UsageException(
                    "Give --same-key or --issuer-keyed, not both: the key is the one on the card, or a new one of the issuer's.");
            }

            using var card = await CardOptions.Open(result, Suite, cancel);
            string pin = CommonOptions.ReadPin(result.GetValue(PinOption));
            var status = Status(card, pin);
            var value = CommonOptions.ReadAmount(result.GetValue(amount)!, status.Currency);
            byte? first = result.GetValue(sameKey) is { } slot ? First(card, status, slot) : null;
            using var store = RecordsFile.Make(result.GetValue(LifeCommands.Folder)!, card, pin);
            var records = new WalletRecords(store);
            using var link = Link(result.GetValue(Bank), status, records);
            var plan = result.GetValue(set) ? CoinPlanner.Plan(value) : [value];
            var series = new CoinSeries(plan);
            var terminal = new WalletTerminal(link, Suite, TimeProvider.System, NoCrashPoints.Instance, records)
            {
                AskHolder = amount => IsTheirs(amount, status.Currency),
                IsDespiteClock = result.GetValue(CommonOptions.DespiteClock),
                ShowedOrder = said => Say(result.GetValue(Json), said),
                Resumed = earlier =>
                {
                    series.Finished(earlier);
                    if (!result.GetValue(Json))
                    {
                        ConsoleEntry.SayDone($"Of an earlier withdrawal, which was cut short: {earlier.Message}");
                    }
                },
            };
            int room = plan.Count > 1 ? Room(card, pin, status, plan) : plan.Count;
            if (plan.Count > room)
            {
                throw new RefusedException(Outcome.LimitReached,
                    $"{value.Show(status.Currency)} are {plan.Count} coins of the series, and the card has room for {room}. "
                        + $"'hiercash-wallet keep' frees the slots of coins that are spent; or withdraw a rounder amount.");
            }

            if (result.GetValue(issuerKeyed))
            {
                Console.Error.WriteLine(IssuerKeyed.ForBuyer);
            }

            while (series.Next is { } coin)
            {
                var done = result.GetValue(issuerKeyed) ? await terminal.WithdrawIssuerKeyed(card, pin, coin, cancel)
                    : first is { } key ? await terminal.WithdrawSameKey(card, pin, key, coin, cancel)
                    : await terminal.Withdraw(card, pin, coin, cancel);
                if (done.Outcome != WithdrawalOutcome.Issued)
                {
                    throw done.Outcome == WithdrawalOutcome.Pending ? new LinkException(done.Message) : new RefusedException(Outcome.RuleBroken, done.Message);
                }

                series.Done();
                if (!result.GetValue(Json))
                {
                    ConsoleEntry.SayDone(done.Message);
                }
            }

            if (result.GetValue(Json))
            {
                Older.PrintDone(
                    true,
                    new
                    {
                        Withdrawn = value.Minor, Currency = status.Currency.Name, Coins = plan.Select(c => c.Minor),
                            Resumed = series.Resumed.Select(c => c.Minor),
                        IssuerKeyed = result.GetValue(issuerKeyed),
                    },
                    "");
            }

            // Afterwards: nothing keeps a holder from money, and a bank that is away is said by the withdrawal itself.
            await RebuttalCommands.Warn(terminal, status, cancel);
        });
        return command;
    }

    /// <summary>
    /// Free slots, those of spent or redeemed coins of which the card may forget every payment, and those of coins of this order that wait
    /// already.
    /// </summary>
    private static int Room(ICardChannel channel, string pin, PrivateStatus status, IReadOnlyList<Amount> plan)
    {
        var card = new WalletCard(channel);
        var held = WalletTerminal.ReadLog(channel, pin).Where(e => !e.Entry.Acknowledged).Select(e => (int)e.Entry.Slot).ToHashSet();
        return Enumerable.Range(0, status.Slots).Count(i => card.GetCoin((byte)i) is var coin
            && (coin.State == SlotState.Free || (coin.State is SlotState.Closed or SlotState.Ended && !held.Contains(i))
            || (coin.Pending is { } pending && plan.Contains(pending.FaceValue))));
    }

    /// <summary>The slot of the coin whose key further ones share: the one that counts them.</summary>
    private static byte First(ICardChannel channel, PrivateStatus status, int slot)
    {
        if (slot < 0 || slot >= status.Slots)
        {
            throw new UsageException($"The card has the slots 0 to {status.Slots - 1}, and no slot {slot}.");
        }

        if (new WalletCard(channel).GetCoin((byte)slot).Cash is not { } cash)
        {
            throw new RefusedException(Outcome.Damaged,
                $"Slot {slot} holds no coin whose key could be used again. 'hiercash-wallet explain' shows the slots.");
        }

        return cash.Coin.Terms.TM == 0
            ? (byte)slot
            : throw new RefusedException(Outcome.RuleBroken, $"The coin in slot {slot} was itself withdrawn under another coin's key. Give the slot of that "
                + $"coin, the first of that key.");
    }

    private static Command Resume()
    {
        var all = new Option<bool>("--all") { Description =
            "Without asking, also those that this wallet did not begin: say so only if all of them are yours." };
        var command = new Command("resume",
            "Finishes withdrawals that were cut short. It asks about those that this wallet did not begin: they debit your account.")
        {
            all, CardOptions.Reader, CardOptions.Wait, PinOption, Bank, CommonOptions.DespiteClock, LifeCommands.Folder, Json,
        };
        command.SetAction(async (result, cancel) =>
        {
            using var card = await CardOptions.Open(result, Suite, cancel);
            string pin = CommonOptions.ReadPin(result.GetValue(PinOption));
            var status = Status(card, pin);
            using var store = RecordsFile.Find(result.GetValue(LifeCommands.Folder)!, card, pin);
            var records = store is null ? null : new WalletRecords(store);
            using var link = Link(result.GetValue(Bank), status, records);
            var terminal = new WalletTerminal(link, Suite, TimeProvider.System, NoCrashPoints.Instance, records)
            {
                AskHolder = amount => result.GetValue(all) || IsTheirs(amount, status.Currency),
                ShowedOrder = said => Say(result.GetValue(Json), said),
                IsDespiteClock = result.GetValue(CommonOptions.DespiteClock),
            };
            var done = await terminal.Resume(card, pin, cancel);
            Older.PrintDone(
                result.GetValue(Json),
                done.Select(d => new { Outcome = d.Outcome.ToString(), Amount = d.Amount.Minor, d.Message }),
                done.Count == 0 ? "No withdrawal is unfinished." : string.Join(Environment.NewLine, done.Select(d => d.Message)));
            await RebuttalCommands.Warn(terminal, status, cancel);
            return done.Any(d => d.Outcome == WithdrawalOutcome.Refused) ? ExitCode.Refused
                : done.Count > 0 && done.All(d => d.Outcome == WithdrawalOutcome.Pending) ? ExitCode.Unreachable : ExitCode.Done;
        });
        return command;
    }

    private static void Say(bool json, string said)
    {
        if (!json)
        {
            ConsoleEntry.SayDone(said);
        }
    }

    /// <summary>A withdrawal that this wallet did not begin is not carried out unasked: somebody may have planted it (rule R16).</summary>
    private static bool IsTheirs(Amount amount, Currency currency)
    {
        string what = $"A withdrawal of {amount.Show(currency)} waits on the card that this wallet did not begin.";
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine($"{what} It is left alone. If it is yours, run 'hiercash-wallet resume' at a terminal, or with --all.");
            return false;
        }

        return CommonOptions.Confirm($"{what} Is it yours? It debits your account.");
    }

    private static Command Balance()
    {
        var command = new Command("balance", "Shows the coins on the card.") { CardOptions.Reader, CardOptions.Wait, PinOption, Json };
        command.SetAction(async (result, cancel) =>
        {
            using var channel = await CardOptions.Open(result, Suite, cancel);
            var status = Status(channel, CommonOptions.ReadPin(result.GetValue(PinOption)));
            var card = new WalletCard(channel);
            var coins = Enumerable.Range(0, status.Slots).Select(i => (Slot: i, Reply: card.GetCoin((byte)i))).ToList();
            var total = card.GetBalance().Total;
            int pending = coins.Count(c => c.Reply.State == SlotState.Pending);
            var active = coins.Where(c => c.Reply.State == SlotState.Active)
                .Select(c => (c.Slot, Cash: c.Reply.Cash!, c.Reply.Cash!.Coin.Terms)).ToList();
            Older.Print(
                result.GetValue(Json),
                new
                {
                    Balance = total.Minor, Currency = status.Currency.Name, Scheme = status.Scheme.ToString(), Pending = pending,
                    Coins = active.Select(c => new
                    {
                        c.Slot, FaceValue = c.Terms.FaceValue.Minor, Balance = c.Cash.Balance.Minor,
                            Expires = c.Terms.Expiry.End.ToString(), c.Terms.TM,
                        IssuerKeyed = IssuerKeyed.IsSaidOf(c.Cash.Coin),
                    }),
                },
                string.Join(Environment.NewLine, active
                    .Select(c => $"{c.Cash.Balance.Show(status.Currency)} of {c.Terms.FaceValue.Show(status.Currency)}, "
                        + $"{LifeCommands.Expiry(c.Terms.Expiry)} (slot {c.Slot}){LifeCommands.Keyed(c.Cash.Coin)}")
                    .Append($"Balance {total.Show(status.Currency)}")
                    .Append(pending > 0 ? $"{pending} withdrawals are unfinished: run 'hiercash-wallet resume'."
                    : $"Scheme {status.Scheme}")));
        });
        return command;
    }

    private static Command Log()
    {
        var command = new Command("log", "Shows the card's payments.") { CardOptions.Reader, CardOptions.Wait, PinOption, Json };
        command.SetAction(async (result, cancel) =>
        {
            using var channel = await CardOptions.Open(result, Suite, cancel);
            var status = Status(channel, CommonOptions.ReadPin(result.GetValue(PinOption)));
            var card = new WalletCard(channel);
            var log = Enumerable.Range(0, status.LogEntries).Select(i => card.ReadLog((byte)i)).Where(e => e.Payment is not null)
                .OrderBy(e => e.Payment!.Time).ToList();
            Older.Print(
                result.GetValue(Json),
                log.Select(e => new { Time = e.Payment!.Time.ToString(), Paid = e.Payment.Paid.Minor, Till = e.Payment.Till.ToString(),
                    State = e.State.ToString() }),
                log.Count == 0 ? "The card has paid nothing yet." : string.Join(Environment.NewLine, log.Select(e =>
                    $"{e.Payment!.Time}  {e.Payment.Paid.Show(status.Currency)}  till "
                        + $"{e.Payment.Till}{(e.State == LogState.Restored ? "  taken back" : "")}")));
        });
        return command;
    }

    private static PrivateStatus Status(ICardChannel channel, string pin)
    {
        var card = new WalletCard(channel);
        card.Select();
        var verified = card.Verify(pin);
        return verified.IsSuccess ? card.GetStatus().Private!
            : throw new RefusedException(Outcome.RuleBroken, verified == StatusWord.ConditionsNotSatisfied
            ? "This card belongs to no bank yet. Open an account with it first." : PinWords.Explain(verified, PinRole.Holder));
    }

    /// <summary>The way to the bank that the card names, and to no other one of the scheme (rule R19).</summary>
    /// <param name="records">Where the wallet has them: they know the bank's key.</param>
    private static TcpLink Link(HostPort bank, PrivateStatus status, WalletRecords? records) => new(
        new LinkTarget(bank.Host, bank.Port, LinkRole.Bank, status.Scheme, status.Bank)
        {
            Remembered = records is null ? null : certificate => records.Doubt(status.Scheme, status.Bank, certificate),
        },
        null, Suite, TimeProvider.System, new LinkLimits())
    {
        SayWaiting = Console.Error.WriteLine,
    };
}
