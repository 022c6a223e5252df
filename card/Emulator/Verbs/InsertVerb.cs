namespace HierCash.Card.Emulator;

internal static class InsertVerb
{
    private const int Slots = 2;

    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "The card image. No other program can use it meanwhile." };
        var slot = new Option<int>("--slot") { Description = "Slot of vpcd's reader, 0 or 1.", HelpName = "N", DefaultValueFactory = _ =>
            0 };
        var at = new Option<HostPort>("--vpcd")
        {
            Description = "Where vpcd listens for slot 0.",
            HelpName = "HOST[:PORT]",
            DefaultValueFactory = _ => new HostPort("127.0.0.1", VpcdReader.Port),
            CustomParser = result => PeerAddress.Parse(result, result.Tokens.Single().Value, VpcdReader.Port),
        };
        var record = new Option<string?>("--record")
        {
            Description = "Write what passes between reader and card as a trace. PINs and PUKs are not written.",
            HelpName = "FILE",
        };
        var like = new Option<CardTimingModel?>("--like")
        {
            Description = "Answer as slowly as a real card would, such as jcop4/contactless-424; 'hiercash-card profile' has the names.",
            HelpName = "CARD/READER",
            CustomParser = result =>
            {
                if (CardTimingModel.Find(result.Tokens[0].Value) is { } found)
                {
                    return found;
                }

                string known = string.Join(", ", CardTimingModel.All.Select(p => p.Name));
                result.AddError($"'{result.Tokens[0].Value}' is no card at a reader. There are: {known}.");
                return null;
            },
        };
        return new Verb(
            "insert",
            """
            Puts a card into vpcd's PC/SC reader, until Ctrl-C takes it out. Everything that was answered is on disk.

            vpcd is the driver of vsmartcard (Debian: vsmartcard-vpcd) for a reader without hardware. Whatever speaks PC/SC then
            sees the card: opensc-tool, scriptor, the terminals of HierCash.
            """,
            "hiercash-card insert alice.card",
            "hiercash-card insert alice.card --like jcop4/contactless-424 --record session.apdu")
        {
            file, slot, at, record, like,
        }.Does(async (result, cancel) =>
        {
            int number = result.GetValue(slot);
            if (number is < 0 or >= Slots)
            {
                throw new UsageException($"vpcd's reader has slots 0 to {Slots - 1}.");
            }

            var (host, port) = result.GetValue(at);
            if (port + number > ushort.MaxValue)
            {
                throw new UsageException($"vpcd listens for slot {number} at the port after {port}, and there is none. Name another port "
                    + $"with --vpcd.");
            }

            string image = result.GetValue(file)!;
            using var card = Open(image);
            await using var output = result.GetValue(record) is { } trace ? ApduRecordVerb.CreateTrace(trace) : null;
            string place = $"{host}:{port + number}";
            var reader = new VpcdReader(host, port + number, TimeProvider.System, what => Say(what, image, number, place))
            {
                Latency = result.GetValue(like),
                Recorder = output is null ? null : new TraceWriter(output, WalletVocabulary.Instance),
            };
            await reader.Serve(card, cancel);
            return ExitCode.Done;
        });
    }

    internal static EmulatedCard Open(string image)
    {
        try
        {
            return CardChannels.OpenImage(image, Program.Suite);
        }
        catch (CardImageException e)
        {
            throw new CardChannelException(e.Message, e);
        }
    }

    private static void Say(VpcdEvent what, string image, int slot, string address)
    {
        if (what == VpcdEvent.Inserted)
        {
            Console.WriteLine($"'{image}' is in slot {slot}. Ctrl-C takes it out.");
            return;
        }

        Console.Error.WriteLine(what switch
        {
            VpcdEvent.NoReader => $"No vpcd listens at {address}. Start pcscd with its driver vpcd (Debian: vsmartcard-vpcd); waiting.",
            VpcdEvent.NotAsked => $"Slot {slot} does not ask for the card. Another one is in it, most likely; waiting.",
            _ => "The reader is gone; waiting for it to come back.",
        });
    }
}
