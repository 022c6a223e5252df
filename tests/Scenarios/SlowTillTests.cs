using HierCash.Shop;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>What counts as told: by which clock, and how much of the hot list (R6).</summary>
[Parallelizable]
public sealed class SlowTillTests
{
    /// <summary>
    /// A till's clock is slow, within the tolerance. It asks for the list, takes 50.00 of Mallory two minutes later, and is offline then;
    /// she reports her card as lost to have the money back. The till had no contact after it was paid, by the clock that gave TIME.
    /// </summary>
    [TestCase(20)]
    [TestCase(600)]
    [Rule(6)]
    public async Task AContactIsDatedByTheClockThatGivesTime(int minutes)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 5000);
        town.Clock.Advance(TimeSpan.FromHours(12));
        Timestamp Slow() => Timestamp.From(town.Clock.GetUtcNow() - TimeSpan.FromMinutes(minutes));
        using var key = town.TillKey(cafe);
        await town.TillLink(cafe).Call(new HotListMessage(0, town.Till(cafe).W, Slow()).ToMessage(), default);
        var first = town.Sign(mallory, cafe, 100, Slow());
        Assert.That(RawMessages.Settle(town.TillLink(cafe), key, [first], Slow()), Is.EqualTo(new[] { Verdict.Settled }));
        town.Clock.Advance(TimeSpan.FromMinutes(2));
        var h = town.Sign(mallory, cafe, 4900, Slow());
        town.Clock.Advance(TimeSpan.FromMinutes(5));
        await town.Wallet.ReportLost(WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(town.Clock)), default)
            .OrRefuse();
        town.Clock.Advance(TimeSpan.FromHours(49));
        Assert.That(RawMessages.Settle(town.TillLink(cafe), key, [h], Slow()), Is.EqualTo(new[] { Verdict.Settled }));
    }

    /// <summary>
    /// Somebody on the network cuts the line after the first part of the list, in which a lost card is not. The till was not told all of
    /// it: it takes nothing without the issuer.
    /// </summary>
    [Test, Rule(6), Hole(11)]
    public async Task APartOfTheHotListMakesNoTillFresh()
    {
        using var town = Towns.Make();
        town.Issuer.MostHotCoins = 1;
        string cafe = town.AddTill("Cafe");
        using var first = town.User("First", 1000);
        using var mallory = town.User("Mallory", 5000);
        foreach (var card in new[] { first, mallory })
        {
            await town.Wallet.ReportLost(WalletTerminal.SignLostReport(card.Card, card.Pin, Timestamp.Now(town.Clock)), default).OrRefuse();
            await town.RunCycle();
        }

        town.Clock.Advance(TimeSpan.FromHours(30));
        Assert.That(async () => await town.Till(cafe).FetchHotList(new CutAfterOnePart(town.TillLink(cafe)), default).OrRefuse(),
            Throws.TypeOf<LinkException>());
        town.Till(cafe).Online = null;
        Assert.That(town.Pay(cafe, mallory, 5000).Outcome, Is.EqualTo(TillOutcome.Refused));
        await town.Till(cafe).FetchHotList(town.TillLink(cafe), default).OrRefuse();
        using var alice = town.User("Alice", 1000);
        Assert.That(town.Pay(cafe, alice, 500).Outcome, Is.EqualTo(TillOutcome.Accepted), "offline, with the whole list");
        Assert.That(town.Pay(cafe, mallory, 4000).Outcome, Is.EqualTo(TillOutcome.Refused));
    }

    /// <summary>
    /// A customer went away at the PIN question, and nobody at the shop goes on with it. After the settle term no card is asked for that
    /// any more: the till has sent all it had, and its contacts count again. Else its owner would let one customer go, and be told of no
    /// lost card ever after.
    /// </summary>
    [Test, Rule(6)]
    public async Task APaymentThatNoCardSignedEndsWithTheSettleTerm()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 20_000);
        var asked = town.Till(cafe).Pay(alice.Card, new Amount(11_000));
        Assert.That((asked.Outcome, town.Till(cafe).OpenSales.Count), Is.EqualTo((TillOutcome.PinRequired, 1)));
        town.Clock.Advance(town.Options.Terms.SettlePeriod - TimeSpan.FromHours(1));
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That(town.Till(cafe).OpenSales, Has.Count.EqualTo(1), "until then a card may come back with it");
        town.Clock.Advance(TimeSpan.FromHours(2));
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That(town.Till(cafe).OpenSales, Is.Empty);
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// Mallory pulls her card in PAY, the till asks for the hot list meanwhile, and she puts the card in again: accepted. Then she reports
    /// it as lost. What was under way when the till was answered, it had begun before.
    /// </summary>
    [Test, Rule(6)]
    public async Task WhatIsUnderWayIsNoContact()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 5000);
        mallory.Card.CutPowerAfter(1, Card.Runtime.TornCell.Old);
        var begun = town.Till(cafe).Pay(mallory.Card, new Amount(1000));
        Assert.That(begun.Outcome, Is.EqualTo(TillOutcome.CardGone));
        town.Clock.Advance(TimeSpan.FromMinutes(20));
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        mallory.Card.Reset();
        Assert.That(town.Till(cafe).Continue(begun.Sale, mallory.Card).Outcome, Is.EqualTo(TillOutcome.Accepted));
        town.Clock.Advance(TimeSpan.FromHours(1));
        await town.Wallet.ReportLost(WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(town.Clock)), default)
            .OrRefuse();
        town.Clock.Advance(TimeSpan.FromHours(60));
        await town.Settle(cafe);
        await town.RunCycle();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(1000));
    }

    /// <summary>Of many changes the last numbers are all 65,535: a shop that is repaid cent by cent brings nobody to a halt.</summary>
    [Test, Rule(1)]
    public void ARevisionNumberNeverRunsOut()
    {
        var receipt = new Receipt(new PartyId(1), default, Verdict.Excess, new Amount(5), Currency.Eur, Share.None, ushort.MaxValue - 1,
            default, []);
        Assert.That(receipt.NextRevision, Is.EqualTo(ushort.MaxValue));
        Assert.That((receipt with { Revision = ushort.MaxValue }).NextRevision, Is.EqualTo(ushort.MaxValue));
    }

    private sealed class CutAfterOnePart(ILink inner) : ILink
    {
        private bool _isCut;

        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            if (_isCut)
            {
                throw new LinkException("the line is cut");
            }

            _isCut = request.Type == MessageType.HotList;
            return await inner.Call(request, cancel);
        }
    }
}
