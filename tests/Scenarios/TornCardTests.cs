using HierCash.Card.Runtime;
using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>Hole 1: a card that is pulled at any write of a payment; hole 2: a payment that is given up.</summary>
[Parallelizable]
public sealed class TornCardTests
{
    [Test, Hole(1)]
    public void APaymentTornAtAnyCellEndsPaidOnce([Values] TornCell torn)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var original = town.User("Alice", 5000);
        int cuts = 0;
        for (int cut = 0; ; cut++, cuts++)
        {
            using var card = original.Clone();
            card.Card.CutPowerAfter(cut, torn);
            var first = town.Till(town.AddTill($"Cafe {cut}{torn}")).Pay(card.Card, new Amount(1250));
            bool completed = first.Outcome == TillOutcome.Accepted;
            string name = $"till-{town.Tills.Count}";
            card.Card.Reset();
            var second = town.Till(name).Continue(first.Sale, card.Card);
            Assert.That(second.Outcome, Is.EqualTo(TillOutcome.Accepted), $"cut {cut}");
            Assert.That(card.Balance(), Is.EqualTo(new Amount(3750)), $"cut {cut}");
            Assert.That(card.Coins().Single().Seq, Is.EqualTo(1), "signed once");
            Assert.That(TownAudit.RunCard(card), Is.Empty);
            if (completed)
            {
                break;
            }

            Assert.That(first.Outcome, Is.EqualTo(TillOutcome.CardGone));
        }

        Assert.That(till, Is.Not.Empty);
        Assert.That(cuts, Is.GreaterThan(60));
        TestContext.Out.WriteLine($"{cuts} cut points of a payment, cells {torn}");
    }

    /// <summary>The bytes that left once leave again, and nothing else does.</summary>
    [Test, Hole(1)]
    public void TheSamePayGetsTheSameBytes()
    {
        using var town = Towns.Make();
        using var card = town.User("Alice", 5000, 2000);
        using var till = town.Options.Suite.GenerateKey();
        var pay = PayCommand.Fast(new Timestamp(1795424460000001), Derivations.W(till.PublicKey), new Amount(1250), Currency.Eur);
        Span<byte> apdu = stackalloc byte[CommandApdu.MaxShortLength];
        string command = Convert.ToHexString(apdu[..pay.Write(apdu)]);
        string first = Runtime.CardExtensions.Send(card.Card, SelectThen(card, command));
        Assert.That(first, Does.EndWith("9000"));
        card.Card.Reset();
        Assert.That(Runtime.CardExtensions.Send(card.Card, SelectThen(card, command)), Is.EqualTo(first));
        Assert.That(card.Balance(), Is.EqualTo(new Amount(5750)));
    }

    [Test, Hole(2)]
    public void AnAbandonedPaymentIsRestoredByTheTillThatTookItAndNoOther()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        var begun = town.Pay(till, card, 1250);
        var h = begun.Payments.Single();
        using var other = town.Options.Suite.GenerateKey();
        var client = new WalletCard(card.Card);
        client.Select();
        Assert.That(
            client.Void(h.Coin.Id, h.Seq, other.PublicKey, other.Sign(SignedMessage.Void(h.Id, Derivations.W(other.PublicKey)))),
            Is.EqualTo(WalletStatus.InvalidSignature));
        Assert.That(card.Balance(), Is.EqualTo(new Amount(3750)));
        Assert.That(town.Till(till).Cancel(begun.Sale, card.Card).Outcome, Is.EqualTo(TillOutcome.Accepted),
            "what was accepted stays accepted");
        Assert.That(card.Balance(), Is.EqualTo(new Amount(3750)));
    }

    /// <summary>Pulled, then cancelled with the card back in: x is whole again, seq is not reused, and H is never sent.</summary>
    [Test, Hole(2), Hole(24)]
    public async Task ACancelledPaymentGivesTheMoneyBackAndSeqNeverGoesBack()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        using (var rehearsal = card.Clone())
        {
            // The last cell of the commit: the card has signed for good, and its answer is lost.
            Assert.That(town.Till(town.AddTill("Elsewhere")).Pay(rehearsal.Card, new Amount(1250)).Outcome,
                Is.EqualTo(TillOutcome.Accepted));
            card.Card.CutPowerAfter(rehearsal.Card.CellsWritten - 1, TornCell.New);
        }

        var begun = town.Till(till).Pay(card.Card, new Amount(1250));
        Assert.That(begun.Outcome, Is.EqualTo(TillOutcome.CardGone));
        card.Card.PowerOn();
        Assert.That(town.Till(till).Cancel(begun.Sale, card.Card).Outcome, Is.EqualTo(TillOutcome.Refused));
        Assert.That(card.Balance(), Is.EqualTo(new Amount(5000)));
        Assert.That(card.Coins().Single().Seq, Is.EqualTo(1));
        Assert.That(card.Log().Single().State, Is.EqualTo(LogState.Restored));

        var client = new WalletCard(card.Card);
        client.Select();
        Assert.That(
            client.Pay(PayCommand.Fast(begun.Sale.Time, town.Till(till).W, new Amount(1250), Currency.Eur), out _),
            Is.EqualTo(WalletStatus.AlreadyDone), "no S_U leaves after its S_W");

        Assert.That(town.Pay(till, card, 5000).Payments.Single().Seq, Is.EqualTo(2));
        var result = await town.Settle(till);
        Assert.That(result, Is.EqualTo(new SettlementResult(1, 0, 0, 0)));
        await town.RunCycle();
        Assert.That(town.ShopAccount(), Is.EqualTo(new Amount(5000)));
        town.AssertSound(card);
    }

    /// <summary>
    /// Another card between: it signs nothing of a payment that is not its own, and the first one still gets its money back.
    /// </summary>
    [Test, Hole(2)]
    public void AnotherCardDoesNotEndAPaymentThatWasCutShort()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        using var bob = town.User("Bob", 5000);
        using (var rehearsal = alice.Clone())
        {
            town.Till(town.AddTill("Elsewhere")).Pay(rehearsal.Card, new Amount(1250));
            alice.Card.Reset();
            alice.Card.CutPowerAfter(rehearsal.Card.CellsWritten - 1, TornCell.New);
        }

        Assert.That(town.Till(till).Pay(alice.Card, new Amount(1250)).Outcome, Is.EqualTo(TillOutcome.CardGone));
        var other = town.Till(till).Pay(bob.Card, new Amount(5001));
        Assert.That((other.Outcome, other.Ended.Count), Is.EqualTo((TillOutcome.Refused, 0)),
            "asked, for it lacks money, and it signs nothing");
        Assert.That((bob.Coins().Single().Seq, town.Till(till).OpenSales.Count), Is.EqualTo(((ushort)0, 1)));
        alice.Card.PowerOn();
        Assert.That(town.Till(till).Pay(alice.Card, new Amount(5001)).Ended, Has.Count.EqualTo(1));
        Assert.That((alice.Balance().Minor, town.Till(till).OpenSales.Count), Is.EqualTo((5000UL, 0)));
        town.AssertSound(alice, bob);
    }

    /// <summary>Power goes at every write of a VOID: x is restored once, whatever is repeated.</summary>
    [Test, Hole(2)]
    public void ATornVoidRestoresOnce([Values] TornCell torn)
    {
        using var town = Towns.Make();
        using var original = town.User("Alice", 5000);
        using var till = town.Options.Suite.GenerateKey();
        var w = Derivations.W(till.PublicKey);
        var client = new WalletCard(original.Card);
        client.Select();
        var time = new Timestamp(1795424460000001);
        client.Pay(PayCommand.Fast(time, w, new Amount(1250), Currency.Eur), out var reply);
        var h = new CashPayment(reply!.Coin!, reply.Seq, reply.Balance, time, w, new Amount(1250), reply.SU);
        var sw = till.Sign(SignedMessage.Void(h.Id, w));
        for (int cut = 0; ; cut++)
        {
            using var card = original.Clone();
            card.Card.CutPowerAfter(cut, torn);
            bool completed = TryVoid(card, h, till.PublicKey, sw);
            card.Card.Reset();
            Assert.That(TryVoid(card, h, till.PublicKey, sw), "the repeat succeeds");
            Assert.That(card.Balance(), Is.EqualTo(new Amount(5000)), $"cut {cut}");
            if (completed)
            {
                break;
            }
        }
    }

    private static bool TryVoid(TownCard card, CashPayment h, PublicKey till, byte[] sw)
    {
        try
        {
            var client = new WalletCard(card.Card);
            client.Select();
            return client.Void(h.Coin.Id, h.Seq, till, sw).IsSuccess;
        }
        catch (CardChannelException)
        {
            return false;
        }
    }

    private static string SelectThen(TownCard card, string command)
    {
        Runtime.CardExtensions.Send(card.Card, "00A404000AF0484945524341534801");
        return command;
    }
}
