using System.CommandLine;
using HierCash.Card.Client;
using HierCash.Card.Readers;
using HierCash.Card.Runtime;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;

namespace HierCash.Card.Emulator;

/// <summary>hiercash-card.</summary>
internal static class Program
{
    private static readonly BclSuite Suite = new();

    private static Task<int> Main(string[] args) => ConsoleEntry.Run(
        new RootCommand(
            """
            Card images: wallet cards in files, in readers, and under traces of APDUs.

            Examples:
              hiercash-card new alice.card
              hiercash-card info alice.card --json
              hiercash-card insert alice.card          put it into a PC/SC reader
              hiercash-card apdu run apdu-spec/traces  check a card against the specification
              hiercash-card profile                    how long cards that are sold would take
            """)
        {
            New(), Info(), InsertCommand.Make(Suite), ApduCommand.Make(Suite), MemoryCommand.Make(Suite), TimingCommand.Make(),
        },
        args);

    private static Command New()
    {
        var file = new Argument<string>("FILE") { Description = "The image to make; FILE.witness belongs to it, keep both together." };
        var command = new Command("new", "Makes an unpersonalised card. It has no PIN until its holder activates it.") { file };
        command.SetAction(result =>
        {
            try
            {
                CardChannels.Create(result.GetValue(file)!, Suite);
            }
            catch (CardImageException e)
            {
                throw new RefusedException(Outcome.RuleBroken, e.Message);
            }

            ConsoleEntry.SayDone(
                $"'{result.GetValue(file)}' is a new card. A bank personalises it with 'hiercash-bank open-account NAME --letter "
                + $"LETTER --reader emulator:{result.GetValue(file)}'.");
        });
        return command;
    }

    private static Command Info()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "The image. Without it, the card in a reader.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON value on stdout and nothing else." };
        var command = new Command("info", "Says what a card tells anyone.") { file, CardOptions.Reader, CardOptions.Wait, json };
        command.SetAction(async (result, cancel) =>
        {
            if (result.GetValue(file) is not null && result.GetValue(CardOptions.Reader) is not null)
            {
                throw new UsageException("Give FILE or --reader, not both.");
            }

            using var channel = result.GetValue(file) is { } image
                ? CardChannels.Open("emulator:" + image, Suite)
                : await CardOptions.Open(result, Suite, cancel);
            var card = new WalletCard(channel);
            card.Select();
            var status = card.GetStatus();
            string atr = Convert.ToHexString(channel.Atr.Span);
            Older.Print(
                result.GetValue(json),
                new CardInfo(status.State.ToString(), status.Version, status.PinTries, status.HolderTries, status.PukTries, atr),
                CardJson.Default.CardInfo,
                $"{status.State} wallet, version {status.Version}; {status.PinTries} tries for the payment PIN, "
                + $"{status.HolderTries} for the holder PIN, {status.PukTries} for the PUK; ATR {atr}.");
        });
        return command;
    }
}
