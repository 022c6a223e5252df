using System.Diagnostics;
using HierCash.Card.Runtime;

namespace HierCash.Tests.Runtime;

/// <summary>No statics: cards in one process know nothing of each other.</summary>
[Parallelizable]
public sealed class ManyCardsTests
{
    private const int Cards = 1000;
    private const long MostBytes = 100_000_000;

    [Test]
    public void AThousandCardsAtOnceEachWithItsOwnState()
    {
        Make(1).ForEach(c => c.Dispose());
        long before = Resident();
        var cards = Make(Cards);
        Parallel.For(0, Cards, i => cards[i].Send($"8002000004 {i:X8}"));
        long grown = Resident() - before;
        for (int i = 0; i < Cards; i++)
        {
            Assert.That(cards[i].Send("8005000404"), Is.EqualTo($"{i:X8}9000"));
        }

        cards.ForEach(c => c.Dispose());
        TestContext.Out.WriteLine($"{Cards} cards: {grown / 1_000_000} MB of resident growth");
        Assert.That(grown, Is.LessThan(MostBytes));
    }

    private static List<EmulatedCard> Make(int count) => Enumerable.Range(0, count).Select(_ =>
    {
        var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        card.Send("00A4040005F000000001");
        return card;
    }).ToList();

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
