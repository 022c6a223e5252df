using System.CommandLine;
using System.Globalization;
using HierCash.Terminals.Consoles;

namespace HierCash.Card.Emulator;

/// <summary>hiercash-card memory.</summary>
internal static class MemoryCommand
{
    public static Command Make(Protocol.Suite.ICashSuite suite)
    {
        var file = new Argument<string>("FILE") { Description = "The image." };
        var json = new Option<bool>("--json") { Description = "Print one JSON value on stdout and nothing else." };
        var command = new Command("memory", "Shows quota, use and wear of a card's memory, array by array.") { file, json };
        command.SetAction(result =>
        {
            using var card = InsertCommand.Open(result.GetValue(file)!, suite);
            var report = card.MemoryReport;
            string ram = $"{report.TransientUsed} of {report.TransientQuota}";
            var lines = report.Areas.Select(a =>
                string.Create(CultureInfo.InvariantCulture, $"{a.Offset,8} {a.Length,8} {a.Wear,10}  {a.Owner} {a.Name}"));
            Older.Print(
                result.GetValue(json),
                report,
                CardJson.Default.MemoryReport,
                $"""
                Persistent memory: {report.Size} bytes, {report.Free} free. RAM: {ram} bytes in use.
                  offset   length       wear  what
                {string.Join(Environment.NewLine, lines)}
                Wear: writes of the most written page of {Runtime.CardImage.PageSize} bytes.
                """);
        });
        return command;
    }
}
