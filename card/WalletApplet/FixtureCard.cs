using System.Globalization;
using HierCash.Traces;

namespace HierCash.Card.Wallet;

/// <summary>
/// Test cards in a known state, the same bytes each time: a new wallet whose random numbers follow from a seed, and the conversation that
/// made it what it is. All keys and PINs of such a card are public (apdu-spec/traces/fixtures).
/// </summary>
public static class FixtureCard
{
    /// <summary>The holder PIN of every activated fixture.</summary>
    public const string HolderPin = "0000";

    /// <summary>The payment PIN of every activated fixture.</summary>
    public const string PaymentPin = "1111";

    /// <summary>The PUK of every activated fixture; it follows from the seed.</summary>
    public const string Puk = "53451164";

    /// <summary>Personalised, and not activated.</summary>
    public const string Issued = "issued";

    /// <summary>The activation code of the fixtures.</summary>
    public const string Code = "01234567890123456789";

    /// <summary>The fixture that every other one begins with: a new wallet, unpersonalised.</summary>
    public const string Blank = "blank";

    /// <summary>The card <c>paid</c>, as a restored copy: its coins are frozen.</summary>
    public const string Restored = "restored";

    /// <summary>
    /// The card <c>withdrawn</c> one payment before its coins' counters end, and with its counter of orders at its end, which no trace of
    /// bearable length reaches.
    /// </summary>
    public const string Exhausted = "exhausted";

    private const ulong Seed = 810_563;

    /// <param name="name">A trace in the folder, without its ending, or <see cref="Blank"/>.</param>
    /// <exception cref="TraceException">There is no such fixture, or it is not a conversation that this card has.</exception>
    public static EmulatedCard Make(string name, string folder) => Make(name, fixture =>
    {
        string file = Path.Combine(folder, fixture + ".apdu");
        return File.Exists(file)
            ? TraceReader.Read(file, File.ReadAllText(file))
            : throw new TraceException($"There is no fixture '{fixture}': '{file}' is missing.");
    });

    /// <param name="name">A fixture, or <see cref="Blank"/>.</param>
    /// <param name="read">Gives the conversation of a fixture.</param>
    /// <exception cref="TraceException">It is not a conversation that this card has.</exception>
    public static EmulatedCard Make(string name, Func<string, Trace> read)
    {
        if (name == Blank)
        {
            var blank = new EmulatedCard(new MemoryImage(), WalletApplet.Package(new BouncyCastleSuite(new SeededRandom(Seed))));
            blank.Install(SelectCommand.Wallet, SelectCommand.Wallet);
            return blank;
        }

        if (name is Restored or Exhausted)
        {
            using var original = Make(name == Restored ? "paid" : "withdrawn", read);
            var package = WalletApplet.Package(new BouncyCastleSuite(new SeededRandom(Seed)));
            return name == Restored
                ? new EmulatedCard(new MemoryImage(original.Image.ToArray(), isRestored: true), package)
                : new EmulatedCard(Exhaust(original), package);
        }

        var trace = read(name);
        var card = trace.Card == name
            ? throw new TraceException($"The fixture '{name}' begins with itself.") : Make(trace.Card ?? Blank, read);
        var result = TraceRunner.Run(trace, card, WalletVocabulary.Instance, WalletVocabulary.Blocks(HolderPin, PaymentPin));
        if (result.Outcome != TraceOutcome.Passed)
        {
            card.Dispose();
            throw new TraceException($"{trace.Name}, line {result.Line}: {result.Message}");
        }

        card.Reset();
        return card;
    }

    private static MemoryImage Exhaust(EmulatedCard card)
    {
        var slots = Area(card, WalletApplet.SlotsArray);
        byte[] image = card.Image.ToArray();
        for (int i = 0; i < WalletApplet.SlotCount; i++)
        {
            CoinSlot.SetSeq(image.AsSpan(slots.Offset + (i * CoinSlot.Size), CoinSlot.Size), ushort.MaxValue - 2);
        }

        var holder = Area(card, WalletApplet.HolderArray);
        CardHolder.SetOrders(image.AsSpan(holder.Offset, CardHolder.Size), uint.MaxValue);
        return new MemoryImage(image);
    }

    private static MemoryArea Area(EmulatedCard card, ushort array) => card.MemoryReport.Areas.Single(
        a => a.Owner == SelectCommand.Wallet.ToString() && a.Name == array.ToString(CultureInfo.InvariantCulture));
}
