using System.Globalization;

namespace HierCash.Card.Emulator;

internal static class MemoryVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "The image." };
        var json = new JsonOption<Runtime.MemoryReport>(CardJson.Default.MemoryReport);
        return new Verb("memory", "Shows quota, use and wear of a card's memory, array by array.",
            "hiercash-card memory alice.card") { file, json }.Does(result =>
        {
            using var card = InsertVerb.Open(result.GetValue(file)!);
            var report = card.MemoryReport;
            string ram = $"{report.TransientUsed} of {report.TransientQuota}";
            var lines = report.Areas.Select(a =>
                string.Create(CultureInfo.InvariantCulture, $"{a.Offset,8} {a.Length,8} {a.Wear,10}  {a.Owner} {a.Name}"));
            json.Print(
                result,
                report,
                $"""
                Persistent memory: {report.Size} bytes, {report.Free} free. RAM: {ram} bytes in use.
                  offset   length       wear  what
                {string.Join(Environment.NewLine, lines)}
                Wear: writes of the most written page of {Runtime.CardImage.PageSize} bytes.
                """);
        });
    }
}
