using HierCash.Card.Client;
using HierCash.Protocol.Commands;

namespace HierCash.Tests.Scenarios;

/// <summary>What must not happen to a card that is new.</summary>
[Parallelizable]
public sealed class NewCardTests
{
    /// <summary>Personalising is for good: who asks for a name that is taken gets the card back as it was, for another name.</summary>
    [Test]
    public void ATakenNameLeavesTheCardBlank()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice");
        using var second = town.NewCard("Alice");
        var card = new WalletCard(second.Card);
        Assert.That(town.UserBank.OpenAccount("Alice", card, ActivationCode.Random(town.Options.Suite.Random)).Refused?.Sentence,
            Does.Contain("'Alice'"));
        card.Select();
        Assert.That(card.GetStatus().State, Is.EqualTo(WalletState.Blank));
        Assert.That(town.UserBank.OpenAccount("Bob", card, ActivationCode.Random(town.Options.Suite.Random)).OrRefuse().Name,
            Is.EqualTo("Bob"));
    }
}
