using System.CommandLine;
using HierCash.Card.Readers;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Wallet;

/// <summary>hiercash-wallet notices and rebut; and the notices that every contact with the bank shows.</summary>
internal sealed class RebuttalCommands(
    ICashSuite suite, Option<string?> pin, Option<bool> json, Option<HostPort> bank, Func<ICardChannel, string, PrivateStatus> read,
    Func<HostPort, PrivateStatus, WalletRecords?, ILink> dial)
{
    private const string Next = "'hiercash-wallet rebut' shows the bank what the card, and DIR/wallet.db, hold against it.";

    public IEnumerable<Command> All => [Notices(), Rebut()];

    /// <summary>
    /// Says on standard error, in one line, what the bank holds against the card's holder. Silent if the bank cannot be asked.
    /// </summary>
    public static async Task Warn(WalletTerminal terminal, PrivateStatus status, CancellationToken cancel)
    {
        try
        {
            var notices = await terminal.Notices(status.User, cancel);
            if (notices.Count > 0)
            {
                await Console.Error.WriteLineAsync(
                    notices.Count == 1 ? $"{Say(notices[0])} {Next}"
                        : $"The bank holds {notices.Count} accusations against you: 'hiercash-wallet notices' lists them. {Next}");
            }
        }
        catch (LinkException)
        {
            // What was done before is said by itself; the next contact asks again.
        }
    }

    private Command Notices()
    {
        var command = new Command("notices", "Asks the bank whether it holds an accusation against this card's holder.")
        {
            CardOptions.Reader, CardOptions.Wait, pin, bank, json,
        };
        command.SetAction(async (result, cancel) =>
        {
            using var channel = await CardOptions.Open(result, suite, cancel);
            var status = read(channel, CommonOptions.ReadPin(result.GetValue(pin)));
            var terminal = new WalletTerminal(dial(result.GetValue(bank), status, null), suite, TimeProvider.System,
                NoCrashPoints.Instance);
            var notices = await terminal.Notices(status.User, cancel);
            Older.Print(
                result.GetValue(json),
                notices.Select(n => new { Coin = n.Coin.ToString(), Date = n.Date.ToString(), Until = n.Until.ToString(),
                    Evidence = n.Content.ToString() }),
                notices.Count == 0 ? "The bank holds nothing against this card."
                    : string.Join(Environment.NewLine, notices.Select(Say).Append(Next)));
        });
        return command;
    }

    private Command Rebut()
    {
        var command = new Command(
            "rebut",
            "Shows the bank what the card, and DIR/wallet.db, hold against its accusations, and keeps what was shown with its stamps as "
                + "DIR/COIN.rebuttal, and the bank's evidence as DIR/COIN.evidence.")
        {
            CardOptions.Reader, CardOptions.Wait, pin, bank, LifeCommands.Folder, json,
        };
        command.SetAction(async (result, cancel) =>
        {
            string folder = LifeCommands.RecordsFolder(result);
            using var channel = await CardOptions.Open(result, suite, cancel);
            string code = CommonOptions.ReadPin(result.GetValue(pin));
            using var store = RecordsFile.Show(folder);
            var records = store is null ? null : new WalletRecords(store);
            var terminal = new WalletTerminal(dial(result.GetValue(bank), read(channel, code), records), suite, TimeProvider.System,
                NoCrashPoints.Instance, records);
            var shown = await terminal.Rebut(
                channel, code, cancel, (notice, rebuttal) => RebuttalFile.Keep(FileOf(folder, notice), rebuttal), (notice, evidence) =>
                    KeepEvidence(EvidenceOf(folder, notice), evidence));
            Older.PrintDone(
                result.GetValue(json),
                shown.Select(d => new
                {
                    Coin = d.Notice.Coin.ToString(), Until = d.Notice.Until.ToString(), Voids = d.Rebuttal.Voids.Count,
                        Dead = d.Rebuttal.Dead.Count,
                    Stamps = d.Rebuttal.Stamps.Select(s => s.Date.ToString()), d.Stands, Evidence = d.Evidence is null ? null
                        : EvidenceOf(folder, d.Notice),
                    File = IsEmpty(d.Held) ? null : FileOf(folder, d.Notice),
                }),
                shown.Count == 0 ? "The bank holds nothing against this card."
                    : string.Join(Environment.NewLine, shown.Select(d => Say(d, folder, store is not null))));
            return shown.Any(d => d.Stands != false) ? ExitCode.Refused : ExitCode.Done;
        });
        return command;
    }

    /// <summary>
    /// What the bank accused with stays beside what was shown against it: the bank's signature is under it, and under the notice in it.
    /// </summary>
    private static void KeepEvidence(string file, Evidence evidence)
    {
        // Another one of the same case stays beside it: a bank that changes its file is proven by the two.
        if (File.Exists(file) && GivenFile.ReadBytes(file) is var before && !before.AsSpan().SequenceEqual(evidence.Encode()))
        {
            File.Move(file, $"{file[..^".evidence".Length]}-{Digest.Of(before).ToString()[..8]}.evidence", overwrite: true);
        }

        File.Delete(file + ".new");
        PrivateFile.Write(file + ".new", evidence.Encode());
        File.Move(file + ".new", file, overwrite: true);
    }

    private static string EvidenceOf(string folder, Notice notice) => Path.Combine(folder, $"{notice.Coin.ToString()[..16]}.evidence");

    private static string FileOf(string folder, Notice notice) =>
        Path.Combine(folder, $"{notice.Coin.ToString()[..16]}{RebuttalFile.Suffix}");

    private static bool IsEmpty(Rebuttal rebuttal) => rebuttal.Voids.Count + rebuttal.Dead.Count == 0;

    private static string Say(Notice notice) =>
        $"Bank {notice.Bank} says that more was paid with coin {notice.Coin.ToString()[..16]} than it held: told on {notice.Date}, to be "
            + $"rebutted before {notice.Until}.";

    private static string Say(RebuttalResult done, string folder, bool hasRecords) => Say(done.Notice) + (done switch
    {
        { Evidence: null, Held.Stamps.Count: > 0 } when !IsEmpty(done.Held) =>
            $" It shows no evidence that holds, so it was shown nothing: the answer alone would say whose coin that is. Ask again; "
                + $"'{FileOf(folder, done.Notice)}' has the issuer's stamp, which proves when it was made.",
        { Evidence: null } when IsEmpty(done.Rebuttal) =>
            " It shows no evidence that holds, so it was shown nothing: the answer alone would say whose coin that is. Ask again; "
                + "'hiercash-wallet rebuttal FILE' writes what you hold, for a judge.",
        _ when IsEmpty(done.Rebuttal) => hasRecords
            ? " The card and the records hold nothing against it."
            : $" The card holds nothing against it, and '{folder}' has no records (wallet.db). Name the folder that has them with --dir.",
        { Stands: false } => $" The bank heard the rebuttal: the accusation falls. Keep '{FileOf(folder, done.Notice)}'.",
        { Stands: true, Rebuttal.Stamps.Count: > 0 } when done.Rebuttal.Stamps.All(s => s.Date > done.Notice.Until) =>
            $" The bank heard the rebuttal, after {done.Notice.Until}: too late for the claim, and not for your name. Whoever checks the "
                + $"evidence with '{FileOf(folder, done.Notice)}' sees what it strikes out.",
        { Stands: true } =>
            $" The bank heard the rebuttal, and the accusation stands. '{FileOf(folder, done.Notice)}' proves what was shown, and when.",
        { Rebuttal.Stamps.Count: > 0 } => $" The bank did not answer the rebuttal. Show it again; '{FileOf(folder, done.Notice)}' has the "
            + $"issuer's stamp, which proves when it was made.",
        _ => $" The bank did not answer the rebuttal. Show it again; '{FileOf(folder, done.Notice)}' has no stamp yet.",
    });
}
