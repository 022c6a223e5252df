namespace HierCash.Card.Emulator;

internal static class InfoVerb
{
    public static Verb Make()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "The image. Without it, the card in a reader.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new JsonOption<InfoJson>(CardJson.Default.InfoJson);
        return new Verb(
            "info", "Shows what a card tells anyone: its state, version and tries left.",
            "hiercash-card info alice.card --json", "hiercash-card info --reader \"Virtual PCD\"")
        { file, CardOptions.Reader, CardOptions.Wait, json }.Does(async (result, cancel) =>
        {
            if (result.GetValue(file) is not null && CardOptions.IsNamed(result))
            {
                throw new UsageException("Give FILE or --reader, not both.");
            }

            using var channel = result.GetValue(file) is { } image
                ? CardChannels.Open("emulator:" + image, Program.Suite)
                : await CardOptions.Open(result, Program.Suite, cancel);
            var card = new WalletCard(channel);
            card.Select();
            var status = card.GetStatus();
            string atr = Convert.ToHexString(channel.Atr.Span);
            json.Print(
                result,
                new InfoJson(JsonWord.Of(status.State), status.Version, status.PinTries, status.HolderTries, status.PukTries, atr),
                $"{status.State} wallet, version {status.Version}; {status.PinTries} tries for the payment PIN, "
                + $"{status.HolderTries} for the holder PIN, {status.PukTries} for the PUK; ATR {atr}.");
        });
    }
}

/// <summary>What <c>info --json</c> prints.</summary>
/// <param name="Atr">In hexadecimal.</param>
internal sealed record InfoJson(string State, int Version, int PinTries, int HolderTries, int PukTries, string Atr);
