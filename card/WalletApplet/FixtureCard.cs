using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;
using HierCash.Protocol.Traces;

namespace HierCash.Card.Wallet;

using Runtime;

/// <summary>
/// Test cards in a known state, the same bytes each time: a new wallet whose random numbers follow from a seed, and the conversation that
/// made it what it is. All keys and PINs of such a card are public (apdu-spec/traces/fixtures).
/// </summary>
public static class FixtureCard
{
    /// <summary>The fixture that every other one begins with: a new wallet, unpersonalised.</summary>
    public const string Blank = "blank";

    private const ulong Seed = 810_563;

    /// <param name="name">A trace in the folder, without its ending, or <see cref="Blank"/>.</param>
    /// <exception cref="TraceException">There is no such fixture, or it is not a conversation that this card has.</exception>
    public static EmulatedCard Make(string name, string folder)
    {
        if (name == Blank)
        {
            var blank = new EmulatedCard(new MemoryImage(), WalletApplet.Package(new BouncyCastleSuite(new SeededRandom(Seed))));
            blank.Install(Aid.Wallet, Aid.Wallet);
            return blank;
        }

        string file = Path.Combine(folder, name + ".apdu");
        if (!File.Exists(file))
        {
            throw new TraceException($"There is no fixture '{name}': '{file}' is missing.");
        }

        var trace = TraceReader.Read(file, File.ReadAllText(file));
        var card = trace.Card == name ? throw new TraceException($"The fixture '{name}' begins with itself.") : Make(trace.Card ?? Blank, folder);
        var result = TraceRunner.Run(trace, card, Protocol.Commands.Pin.Transport);
        if (result.Outcome != TraceOutcome.Passed)
        {
            card.Dispose();
            throw new TraceException($"{file}, line {result.Line}: {result.Message}");
        }

        card.Reset();
        return card;
    }
}
