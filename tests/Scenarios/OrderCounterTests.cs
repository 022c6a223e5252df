using HierCash.Card.Runtime;

namespace HierCash.Tests.Scenarios;

/// <summary>The card's counter of orders (rule R27): wherever power goes, no number is given twice, and none is left out.</summary>
[Parallelizable]
public sealed class OrderCounterTests
{
    [Test, Rule(27)]
    public void NumbersHaveNoGapWhereverPowerGoes([Values] TornCell torn)
    {
        using var town = Towns.Make();
        using var original = town.User("Alice", 5000);
        var time = Timestamp.Now(town.Clock);
        var key = WithdrawalTests.PE(town).Id;
        var wallet = Open(original);
        byte first = wallet.BeginWithdrawal(new Amount(500), Currency.Eur, key).Slot;
        byte second = wallet.BeginWithdrawal(new Amount(600), Currency.Eur, key).Slot;
        int cuts = 0;
        for (bool isTorn = true; isTorn; cuts++)
        {
            using var card = original.Clone();
            var cut = Open(card);
            card.Card.CutPowerAfter(cuts, torn);
            try
            {
                Assert.That(cut.AuthoriseWithdrawal(first, time).Number, Is.EqualTo(2));
                isTorn = false;
            }
            catch (CardChannelException)
            {
            }

            card.Card.Reset();
            wallet = Open(card);
            uint before = wallet.GetCoin(first).Order;
            uint other = wallet.AuthoriseWithdrawal(second, time).Number;
            uint number = wallet.AuthoriseWithdrawal(first, time).Number;
            Assert.That((before, number, other), Is.EqualTo((2u, 2u, 3u)).Or.EqualTo((0u, 3u, 2u)), $"cut {cuts}");
            Assert.That((wallet.GetCoin(first).Order, wallet.GetCoin(second).Order), Is.EqualTo((number, other)));
            Assert.That(Enumerable.Range(1, 4).Select(
                n => wallet.Send<RenounceOrderCommand, SignatureReply>(new RenounceOrderCommand((uint)n, time), out _)), Is.EqualTo(new[]
            {
                StatusWord.ConditionsNotSatisfied, StatusWord.ConditionsNotSatisfied, StatusWord.ConditionsNotSatisfied,
                    StatusWord.ReferencedDataNotFound,
            }));
        }

        Assert.That(cuts, Is.GreaterThan(3));
    }

    private static WalletCard Open(TownCard card)
    {
        var wallet = new WalletCard(card.Card);
        wallet.Select();
        wallet.Verify(card.Pin);
        return wallet;
    }
}
