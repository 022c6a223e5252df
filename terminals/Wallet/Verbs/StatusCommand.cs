using System.CommandLine;
using HierCash.Card.Readers;
using HierCash.Protocol.Commands;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;

namespace HierCash.Wallet;

/// <summary>hiercash-wallet status.</summary>
internal static class StatusCommand
{
    public static Command Make(ICashSuite suite, Option<string?> pin, Option<bool> json, Func<ICardChannel, string, PrivateStatus> read)
    {
        var command = new Command("status", "Says what waits: why, since when, and what ends it. Without a network.") { CardOptions.Reader,
            CardOptions.Wait, pin, LifeCommands.Folder, json };
        command.SetAction(async (result, cancel) =>
        {
            using var channel = await CardOptions.Open(result, suite, cancel);
            string code = CommonOptions.ReadPin(result.GetValue(pin));
            var status = read(channel, code);
            var waits = WalletTerminal.Waits(channel, code, status);
            string? records = RecordsFile.Fault(result.GetValue(LifeCommands.Folder)!, channel, code);
            Older.Print(
                result.GetValue(json),
                new { Scheme = status.Scheme.ToString(), Bank = status.Bank.Value, Waits = waits.Select(w => w.ToJson()),
                    Records = records },
                (records is null ? "" : records + Environment.NewLine) + Waiting.Say(waits));
        });
        return command;
    }
}
