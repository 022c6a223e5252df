namespace HierCash.Card.Emulator;

internal static class ReadersVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<ReadersJson>(CardJson.Default.ReadersJson);
        return new Verb("readers", "Lists the PC/SC readers, and which have a card in them.", "hiercash-card readers",
            "hiercash-card readers --json") { json }.Does(given =>
        {
            var readers = CardChannels.List();
            json.Print(
                given,
                new ReadersJson([.. readers.Select(r => new ReaderJson(r.Text, r.Presence == CardPresence.Present))]),
                readers.Count == 0
                    ? "There is no PC/SC reader. Connect one; 'hiercash-card insert' needs the driver vpcd (Debian: vsmartcard-vpcd)."
                    : string.Join(Environment.NewLine,
                        readers.Select(r => $"{(r.Presence == CardPresence.Present ? "card   " : "no card")}  {r.Text}")));
        });
    }
}

internal sealed record ReadersJson(IReadOnlyList<ReaderJson> Readers);

/// <param name="Name">As PC/SC has it: any part of it is good for --reader.</param>
internal sealed record ReaderJson(string Name, bool HasCard);
