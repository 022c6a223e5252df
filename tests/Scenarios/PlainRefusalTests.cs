using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// The issuer took a payment and its answer was lost; later it says, unsigned, that it takes it back no more. No S_W leaves on that: with
/// it the honest shop would be named (rules R3, R4).
/// </summary>
[Parallelizable]
public sealed class PlainRefusalTests
{
    /// <summary>
    /// An honest till cancels when the terms are over. The copy of the card overspends elsewhere, and its holder has nothing that the shop
    /// signed, so nobody but him is named; the shop has the money, and pays it back in cash.
    /// </summary>
    [Test, Rule(3), Rule(4), Waits(WaitingKind.CashToPayBack)]
    public async Task AShopThatCancelsLateSignsNothingAndIsNotNamed()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 10_000);
        using var copy = mallory.Clone();
        var (cafe, ticket) = SentWithoutAnswer(town, mallory);
        var till = town.Till(cafe);
        town.Clock.Advance(TimeSpan.FromDays(33));
        await town.RunCycles();
        await OverspendWith(town, copy);
        town.Clock.Advance(TimeSpan.FromDays(6));
        Assert.That((await till.Cancel(ticket, mallory.Card, town.TillLink(cafe), default)).Refused?.Sentence,
            Does.Contain("pay 60.00 EUR back in cash"));
        var part = till.CoinPayments(ticket.Time).Single();
        Assert.That((part.SW, part.State, till.Journal.Single().State, till.KeptPayments.Single().Cash.Minor),
            Is.EqualTo(((byte[]?)null, CoinPaymentState.Settled, SaleState.Kept, 6000UL)));
        Assert.That(till.Waits.One(WaitingKind.CashToPayBack).What, Does.StartWith("60.00 EUR"));
        Assert.That((till.GiveBack(mallory.Card).Minor, mallory.Balance().Minor), Is.EqualTo((0UL, 4000UL)));
        await till.Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That(await Named(town, mallory, till, part.H), Is.EqualTo(Culprit.User));
        await town.Wallet.Resume(mallory.Card, mallory.Pin, default).OrRefuse();
        await town.RunCycles();
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(6000));
    }

    /// <summary>
    /// The issuer lies, on the day itself: it takes the batch, answers nothing, and calls every S_W out of date. The till believes no plain
    /// refusal and no date but its own: it gives nothing away, says that it waits and what ends it, and takes the payment back when the
    /// issuer signs it.
    /// </summary>
    [Test, Rule(3), Rule(4)]
    public async Task AnIssuerThatCallsItOutOfDateGetsNoShopNamed()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 10_000);
        using var copy = mallory.Clone();
        var (cafe, ticket) = SentWithoutAnswer(town, mallory);
        var till = town.Till(cafe);
        var lying = new OutOfDateLink(town.TillLink(cafe));
        Assert.That((await till.Cancel(ticket, mallory.Card, lying, default)).Refused?.Sentence,
            Does.StartWith("The issuer did not sign that this payment is taken back."));
        await till.Synchronise(lying, default).OrRefuse();
        var part = till.CoinPayments(ticket.Time).Single();
        Assert.That((part.SW, till.Journal.Single().State, till.KeptPayments.Count), Is.EqualTo(((byte[]?)null, SaleState.Refunded, 0)));
        Assert.That((till.GiveBack(mallory.Card).Minor, mallory.Balance().Minor), Is.EqualTo((0UL, 4000UL)),
            "it would spend it again in good faith");
        Assert.That(till.HeldPayments.Single().Held.Minor, Is.EqualTo(6000));
        string explained = string.Join('\n', till.Explain(till.Journal.Single()));
        Assert.That(explained, Does.Contain("the card gets nothing, and no cash is due")
            .And.Contain($"takes it back until {ticket.Time.Plus(TimeSpan.FromDays(37))}, with its signature"));
        await OverspendWith(town, copy);
        Assert.That(await Named(town, mallory, till, part.H), Is.EqualTo(Culprit.User));

        // What the issuer signs counts.
        await till.Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That((till.CoinPayments(ticket.Time).Single().State, till.GiveBack(mallory.Card).Minor),
            Is.EqualTo((CoinPaymentState.Reversed, 6000UL)));
        Assert.That(till.Answer(part.H.Id.ToString()).OrRefuse().Reversal, Is.Not.Null, "and the shop shows it to whoever accuses it");
    }

    /// <summary>
    /// The issuer never signs what became of it. It stays held until all terms of the coin are over, and then the till asks no more and
    /// shows nothing.
    /// </summary>
    [Test, Rule(4), Rule(10)]
    public async Task WhatTheIssuerNeverAnswersStaysHeldUntilTheCoinsTermsAreOver()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 10_000);
        var (cafe, ticket) = SentWithoutAnswer(town, alice);
        var till = town.Till(cafe);
        int asked = 0;
        var mute = new OutOfDateLink(town.TillLink(cafe), MessageType.Settle) { Asked = () => asked++ };
        var end = till.CoinPayments(ticket.Time).Single().H.Coin.Terms.Expiry.End.Plus(TimeSpan.FromDays(37));
        town.Clock.Advance(TimeSpan.FromDays(39));
        till.Cancel(ticket);
        await Visit();
        Assert.That((till.HeldPayments.Single().Held.Minor, till.Journal.Single().State, asked),
            Is.EqualTo((6000UL, SaleState.Refunded, 1)));
        town.Clock.Advance(TimeSpan.FromTicks((long)(end.Microseconds - Timestamp.Now(town.Clock).Microseconds + 1) * 10));
        await Visit();
        Assert.That((till.HeldPayments.Count, asked, till.CoinPayments(ticket.Time).Single().SW), Is.EqualTo((0, 1, (byte[]?)null)));
        Assert.That(string.Join('\n', till.Explain(till.Journal.Single())), Does.Contain("All terms of its coin are over"));

        async Task Visit()
        {
            // Whatever else the till wanted to settle was not answered either.
            await till.Synchronise(mute, default);
        }
    }

    private static (string Till, Sale Sale) SentWithoutAnswer(SimulatedTown town, TownCard card)
    {
        string cafe = town.AddTill("Cafe");
        town.Till(cafe).Online = new LostAnswer(town.TillLink(cafe));
        var waiting = town.Pay(cafe, card, 6000);
        Assert.That(waiting.Outcome, Is.EqualTo(TillOutcome.IssuerGone));
        return (cafe, waiting.Sale);
    }

    private static async Task OverspendWith(SimulatedTown town, TownCard copy)
    {
        foreach (string other in new[] { town.AddTill("Kiosk"), town.AddTill("Bakery") })
        {
            Assert.That(town.Pay(other, copy, 4500).Outcome, Is.EqualTo(TillOutcome.Accepted));
            await town.Settle(other);
        }

        await town.RunCycle();
    }

    /// <summary>Whom the bank's file names, after all that the holder can show, stamped in time, and after the shop's own answer.</summary>
    private static async Task<Culprit> Named(SimulatedTown town, TownCard holder, ShopTill till, CashPayment h)
    {
        var file = town.UserBank.EvidenceFiles.Single();
        Assert.That(file.Dossier.Payments.Select(p => p.Id), Does.Contain(h.Id));
        var rebuttal = (await town.Wallet.MakeRebuttal(holder.Card, holder.Pin, default)).About(h.Coin.Id);
        using var bank = town.BankKey("bank-1");
        var stamped = rebuttal.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, Timestamp.Now(town.Clock)), []);
        return town.Check(file, new Defence([stamped], [till.Answer(h.Id.ToString()).OrRefuse()])).Culprit;
    }

    /// <summary>The batch arrives, and its answer does not.</summary>
    private sealed class LostAnswer(ILink inner) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await inner.Call(request, cancel);
            return request.Type == MessageType.Settle ? throw new LinkException("The issuer does not answer.") : reply;
        }
    }

    /// <summary>An issuer that says of every S_W, and of these, that it is out of date.</summary>
    private sealed class OutOfDateLink(ILink inner, params MessageType[] more) : ILink
    {
        public Action Asked { get; init; } = () => { };

        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            if (request.Type == MessageType.ForwardVoid)
            {
                Asked();
            }

            return request.Type == MessageType.ForwardVoid || more.Contains(request.Type)
                ? new Refusal(RefusalReason.OutOfDate, "A shop takes a payment back until yesterday. Refund it in cash.").ToMessage()
                : await inner.Call(request, cancel);
        }
    }
}
