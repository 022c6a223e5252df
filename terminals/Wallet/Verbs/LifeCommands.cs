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

/// <summary>What a holder does beside withdrawing and paying: redeem, renew, recover, explain, and prepare for a lost card.</summary>
internal sealed class LifeCommands(
    ICashSuite suite, Option<string?> pin, Option<bool> json, Option<HostPort> bank, Func<ICardChannel, string, PrivateStatus> read,
    Func<HostPort, PrivateStatus, WalletRecords?, ILink> dial)
{
    public IEnumerable<Command> All => [Keep(), Redeem(), Renew(), Recover(), Explain(), Rebuttal(), LostReport(), ReportLost()];

    internal static readonly Option<string> Folder = CommonOptions.Directory("wallet's own records, wallet.db");

    private Command Keep()
    {
        var paid = new Option<bool>("--paid")
        {
            Description = "The till has said OK to the payment that the card made last: the slots of its coins are free for others, too. "
                + "Without this its entries stay, for a till that repeats it.",
        };
        var command = new Command(
            "keep",
            "Copies the card's log into DIR/wallet.db, and tells the card that it may forget it: a log that is full pays no more.") { paid,
            CardOptions.Reader, CardOptions.Wait, pin, Folder, json };
        command.SetAction(async (result, cancel) =>
        {
            string folder = RecordsFolder(result);
            using var channel = await CardOptions.Open(result, suite, cancel);
            string code = CommonOptions.ReadPin(result.GetValue(pin));
            using var store = RecordsFile.Make(folder, channel, code);
            var records = new WalletRecords(store);
            int kept = records.Keep(channel, code, result.GetValue(paid));
            int stay = WalletTerminal.ReadLog(channel, code).Count(e => !e.Entry.Acknowledged);
            Older.PrintDone(
                result.GetValue(json),
                new { Kept = kept, All = records.All.Count, Stay = stay },
                (stay == 0 ? "" : $"{Counted.Say(stay, "entry stays", "entries stay")} on the card. Once the till has said OK to the last "
                    + $"payment, 'keep --paid' frees the slots of its coins. ")
                + $"{Counted.Say(kept, "payment is", "payments are")} new or changed; {records.All.Count} are kept in all. Keep "
                + $"'{RecordsFile.Name}': it is what rebuts a wrong accusation.");
        });
        return command;
    }

    private Command Redeem()
    {
        var command = new Command(
            "redeem",
            "Sends all cash on the card back to the account. The bank learns how much, and nothing of where the rest was spent.")
        {
            CardOptions.Reader, CardOptions.Wait, pin, bank, CommonOptions.DespiteClock, Folder, json,
        };
        command.SetAction((result, cancel) =>
            Recovering(result, (terminal, card, code) => terminal.Redeem(card, code, null, cancel), "There is nothing to redeem.", cancel));
        return command;
    }

    private Command Renew()
    {
        var command = new Command(
            "renew",
            $"Redeems the coins that expire within {WalletTerminal.RenewWithin.Days} days. Withdraw again once the bank has booked them.")
        {
            CardOptions.Reader, CardOptions.Wait, pin, bank, CommonOptions.DespiteClock, Folder, json,
        };
        command.SetAction((result, cancel) => Recovering(
            result,
            (terminal, card, code) => terminal.Redeem(
                card, code, c => c.Coin.Terms.Expiry.End <= Timestamp.Now(TimeProvider.System).Plus(WalletTerminal.RenewWithin), cancel),
            "No coin expires soon.",
            cancel));
        return command;
    }

    private Command Recover()
    {
        var command = new Command(
            "recover",
            "Asks the issuer for the money of payments that no shop ever settled, and restores it on the card. Where DIR/wallet.db was "
                + "lost, makes it again from what the card still holds.")
        {
            CardOptions.Reader, CardOptions.Wait, pin, bank, Folder, json,
        };
        command.SetAction((result, cancel) =>
            Recovering(result, (terminal, card, code) =>
                terminal.Recover(card, code, null, cancel), "The card has signed nothing that could come back.", cancel, isRecovery: true));
        return command;
    }

    private Command Explain()
    {
        var command = new Command("explain", "Says of each coin and each payment on the card: its state, who signed what, and what "
            + "happens next.") { CardOptions.Reader, CardOptions.Wait, pin, json };
        command.SetAction(async (result, cancel) =>
        {
            using var channel = await CardOptions.Open(result, suite, cancel);
            string code = CommonOptions.ReadPin(result.GetValue(pin));
            var status = read(channel, code);
            var card = new WalletCard(channel);
            var sentences = new List<string>();
            for (byte slot = 0; slot < status.Slots; slot++)
            {
                sentences.AddRange(Explain(card.GetCoin(slot), slot, status.Currency));
            }

            sentences.AddRange(WalletTerminal.ReadPayments(channel, code).OrderBy(e => e.Entry.Time)
                .Select(e => Explain(e.State, e.Entry, status)));
            Older.Print(result.GetValue(json), sentences, sentences.Count == 0 ? "The card holds nothing."
                : string.Join(Environment.NewLine, sentences));
        });
        return command;
    }

    private Command Rebuttal()
    {
        var file = new Argument<string>("FILE") { Description = "Where to write it." };
        var command = new Command(
            "rebuttal",
            "Writes what the card, and DIR/wallet.db, hold against an accusation: every void and every dead statement that the card "
                + "was given.") { file, CardOptions.Reader, CardOptions.Wait, pin, bank, Folder, json };
        command.SetAction(async (result, cancel) =>
        {
            string folder = RecordsFolder(result);
            using var channel = await CardOptions.Open(result, suite, cancel);
            string code = CommonOptions.ReadPin(result.GetValue(pin));
            using var store = RecordsFile.Show(folder);
            var records = store is null ? null : new WalletRecords(store);
            var terminal = new WalletTerminal(dial(result.GetValue(bank), read(channel, code), records), suite, TimeProvider.System,
                NoCrashPoints.Instance, records);
            var rebuttal = await terminal.MakeRebuttal(channel, code, cancel);
            PrivateFile.WriteOnce(result.GetValue(file)!, rebuttal.Encode());
            Older.PrintDone(
                result.GetValue(json),
                new { Voids = rebuttal.Voids.Count, Dead = rebuttal.Dead.Count, Certificates = rebuttal.Certificates.Count },
                $"{Counted.Say(rebuttal.Voids.Count, "void")} and {Counted.Say(rebuttal.Dead.Count, "dead statement")}. Give "
                    + $"'{result.GetValue(file)}' to your bank, or to whoever checks the evidence.");
            return rebuttal is { Dead.Count: > 0, Certificates.Count: 0 }
                ? throw new LinkException("The dead statements in it prove nothing yet: the certificate of the issuer's key is missing, "
                    + "and the bank does not answer. Write it again later.")
                : ExitCode.Done;
        });
        return command;
    }

    private Command LostReport()
    {
        var file = new Argument<string>("FILE") { Description = "Where to write it. Keep it away from the card." };
        var command = new Command(
            "lost-report",
            "Signs, while the card is there, what cancels it when it is lost. Whoever has the file can cancel the card, and "
                + "nothing else.") { file, CardOptions.Reader, CardOptions.Wait, pin };
        command.SetAction(async (result, cancel) =>
        {
            using var channel = await CardOptions.Open(result, suite, cancel);
            var report = WalletTerminal.SignLostReport(
                channel, CommonOptions.ReadPin(result.GetValue(pin)), Timestamp.Now(TimeProvider.System));
            PrivateFile.WriteOnce(result.GetValue(file)!, report.Encode());
            ConsoleEntry.SayDone($"Keep '{result.GetValue(file)}' where the card is not. If the card is lost, bring it to your bank: "
                + $"hiercash-bank lost FILE.");
        });
        return command;
    }

    private Command ReportLost()
    {
        var file = new Argument<string>("FILE") { Description = "The report that 'lost-report' wrote." };
        var scheme = new Option<string>("--fingerprint") { Description =
            "The scheme's fingerprint, because the card is not there to tell it.", HelpName = "HEX", Required = true };
        var command = new Command("report-lost", "Reports the card as lost to the bank. Its coins are cancelled, and what is left of them "
            + "comes back to the account after their terms.") { file, scheme, bank, json };
        command.SetAction(async (result, cancel) =>
        {
            string name = result.GetValue(file)!;
            var report = (File.Exists(name) ? LostCardReport.Decode(GivenFile.ReadBytes(name)) : null)
                ?? throw new RefusedException(Outcome.Damaged, $"'{name}' is no report of a lost card.");
            if (PrivateFile.Fault(name) is { } fault)
            {
                throw new RefusedException(Outcome.NotPrivate, fault);
            }

            string hex = result.GetValue(scheme)!;
            if (hex.Length != 2 * Digest.Size || !hex.All(char.IsAsciiHexDigit))
            {
                throw new UsageException("--fingerprint has 64 hexadecimal digits.");
            }

            var status = new PrivateStatus(Digest.Read(Convert.FromHexString(hex)), report.User, report.Bank, default, default, default, 0,
                0, 0, PrivateStatus.NoEntry);
            var terminal = new WalletTerminal(dial(result.GetValue(bank), status, null), suite, TimeProvider.System,
                NoCrashPoints.Instance);
            ulong cancelled = await terminal.ReportLost(report, cancel);

            // The answer bears no signature of the issuer: somebody with a stolen key of the bank, and the network, can give it too
            // (docs/security.md).
            Older.PrintDone(
                result.GetValue(json), new { Cancelled = cancelled },
                $"The bank says that {Counted.Say((long)cancelled, "coin is", "coins are")} cancelled, and goes on with the rest by "
                    + $"itself. "
                + "Nothing here proves it: report once more on another day, or ask at the bank's counter.");
        });
        return command;
    }

    /// <summary>The folder of the wallet's records.</summary>
    /// <exception cref="RefusedException">There is none: a slip in its name would leave out all that is kept.</exception>
    internal static string RecordsFolder(ParseResult result)
    {
        string folder = result.GetValue(Folder)!;
        return Directory.Exists(folder) ? folder
            : throw new RefusedException(Outcome.NotFound, $"There is no folder '{folder}' for the wallet's records. Name one that is there with --dir.");
    }

    private async Task<int> Recovering(
        ParseResult result, Func<WalletTerminal, ICardChannel, string, ValueTask<IReadOnlyList<RecoveryResult>>> work, string nothing,
        CancellationToken cancel, bool isRecovery = false)
    {
        string folder = RecordsFolder(result);
        using var channel = await CardOptions.Open(result, suite, cancel);
        string code = CommonOptions.ReadPin(result.GetValue(pin));
        var status = read(channel, code);
        bool isCopied = false;
        void Copied(string what)
        {
            isCopied = true;
            Console.Error.WriteLine(what);
        }

        using var store = isRecovery ? RecordsFile.Recover(folder, channel, code, Copied) : RecordsFile.Find(folder, channel, code);
        var records = store is null ? null : new WalletRecords(store);
        var terminal = new WalletTerminal(dial(result.GetValue(bank), status, records), suite, TimeProvider.System, NoCrashPoints.Instance,
            records)
        {
            IsDespiteClock = !isRecovery && result.GetValue(CommonOptions.DespiteClock),
        };
        await RebuttalCommands.Warn(terminal, status, cancel);
        var done = await work(terminal, channel, code);
        Older.PrintDone(
            result.GetValue(json),
            done.Select(d => new { Amount = d.Amount.Minor, d.Done, d.Message }),
            done.Count == 0 ? nothing : string.Join(Environment.NewLine, done.Select(d => d.Message)));

        // Who had the records made again got that, whatever the issuer says of payments that are settled long since.
        return done.Count > 0 && done.All(d => !d.Done) && !isCopied ? ExitCode.Refused : ExitCode.Done;
    }

    private static IEnumerable<string> Explain(CoinReply coin, byte slot, Currency currency) => coin.State switch
    {
        SlotState.Pending => [$"Slot {slot}: a withdrawal of {coin.Pending!.FaceValue.Show(currency)} that is not answered. "
            + $"'hiercash-wallet resume' goes on with it; nothing is lost."],
        SlotState.Active => [$"Slot {slot}: {coin.Cash!.Balance.Show(currency)} of {coin.Cash.Coin.Terms.FaceValue.Show(currency)}, "
            + $"signed by issuer {coin.Cash.Coin.Terms.Issuer} (S_I); {coin.Seq} payments signed. "
            + $"{Expiry(coin.Cash.Coin.Terms.Expiry)}{Keyed(coin.Cash.Coin)}"],
        SlotState.Closed => [$"Slot {slot}: a coin of {coin.Cash!.Coin.Terms.FaceValue.Show(currency)} that is spent. Its place is taken "
            + $"again once its payments are acknowledged.{Keyed(coin.Cash.Coin)}"],
        SlotState.Ended => [$"Slot {slot}: a coin of {coin.Cash!.Coin.Terms.FaceValue.Show(currency)} that is redeemed or closed; "
            + "what is taken back of it comes to the account. Its place is taken again once its payments are acknowledged."],
        _ => [],
    };

    internal static string Keyed(Coin coin) => IssuerKeyed.IsSaidOf(coin) ? $" {IssuerKeyed.ForHolder}" : "";

    /// <summary>No balance dies silently: said from a month before the end on.</summary>
    internal static string Expiry(Quarter expiry) => Timestamp.Now(TimeProvider.System) switch
    {
        var now when now >= expiry.End => "It has expired: redeem it now, or it comes back to the account by itself after its term.",
        var now when expiry.End <= now.Plus(WalletTerminal.RenewWithin) =>
            $"It expires on {expiry.End.ToDate():yyyy-MM-dd}: renew it with 'hiercash-wallet renew'.",
        _ => $"Good before {expiry.End.ToDate():yyyy-MM-dd}.",
    };

    private static string Explain(LogState state, LoggedPayment entry, PrivateStatus status)
    {
        string what = $"{entry.Time}: {entry.Paid.Show(status.Currency)} to till {entry.Till}, payment {entry.Seq} of the coin in slot "
            + $"{entry.Slot}: ";
        return what + (state, entry.Proof) switch
        {
            (LogState.Restored, { TillKey: not null }) =>
                "taken back by the shop, with its signature (S_W), which the card keeps as evidence.",
            (LogState.Restored, _) => "pronounced dead by the issuer, whose statement the card keeps as evidence.",
            _ when entry.Till.Value.ToArray().AsSpan().SequenceEqual(status.Scheme.ToArray().AsSpan(0, Id16.Size)) =>
                entry.Confirmed ? "redeemed, or it comes back by itself; the bank books it on the account."
                    : "a redemption that the issuer has not answered: 'hiercash-wallet redeem' goes on with it.",
            _ => $"signed by the card (S_U){(entry.Confirmed ? ", and the shop said OK" : "")}. If the shop never settles it, "
                + $"'hiercash-wallet recover' gets it back after its term.",
        };
    }
}
