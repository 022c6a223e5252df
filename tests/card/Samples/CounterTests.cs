using HierCash.Card.Runtime;
using HierCash.Card.Samples;
using HierCash.Iso7816;

namespace HierCash.Tests.Samples;

public sealed class CounterTests
{
    [Test]
    public void OnlyItsHolderCountsAndNoCountIsHalfDone()
    {
        using var card = new EmulatedCard(new MemoryImage(), CounterApplet.Package);
        card.Install(CounterApplet.Aid, CounterApplet.Aid);
        Assert.That(card.Transmit("00A4040007F0484945524301"), Is.EqualTo("9000"));
        Assert.That(card.Transmit("80100000"), Is.EqualTo("6982"), "the PIN first");
        Assert.That(card.Transmit("8020000004 31323334"), Is.EqualTo("9000"));
        Assert.That(card.Transmit("80100000"), Is.EqualTo("9000"));
        Assert.That(card.Transmit("8012000004"), Is.EqualTo("000000019000"));

        card.CutPowerAfter(3, TornCell.Garbage);
        Assert.That(() => card.Transmit("80100000"), Throws.TypeOf<CardChannelException>());
        card.PowerOn();
        card.Transmit("00A4040007F0484945524301");
        Assert.That(card.Transmit("8012000004"), Is.EqualTo("000000019000"), "undone as a whole");
    }
}
