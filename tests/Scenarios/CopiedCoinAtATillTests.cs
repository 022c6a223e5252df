using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>What one till sees of a copied card by itself (hole 12): per coin and shop the sum is at most X.</summary>
[Parallelizable]
public sealed class CopiedCoinAtATillTests
{
    /// <summary>
    /// The copy pays somewhere else first, so its counter is another; what both paid here is more than the coin ever was.
    /// </summary>
    [Test, Hole(12)]
    public void MoreThanACoinsFaceValueIsNotTaken()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        string other = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        Assert.That(town.Pay(till, mallory, 3000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That(town.Pay(other, copy, 1).Outcome, Is.EqualTo(TillOutcome.Accepted));
        var refused = town.Pay(till, copy, 3000);
        Assert.That((refused.Outcome, refused.Message),
            Is.EqualTo((TillOutcome.Refused, "This coin has paid its whole face value here already: the card is a copy or broken. "
                + "Do not give the goods.")));
        Assert.That(copy.Balance().Minor, Is.EqualTo(4999), "and S_W gives it back");
        Assert.That(town.Pay(till, copy, 2000).Outcome, Is.EqualTo(TillOutcome.Accepted), "up to X");
    }
}
