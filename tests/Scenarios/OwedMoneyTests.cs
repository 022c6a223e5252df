using System.Buffers.Binary;
using HierCash.Card.Runtime;
using HierCash.Shop;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// What a till owes to cards: who gets it, who is believed to have got it, for how long, and what that costs everybody else.
/// </summary>
[Parallelizable]
public sealed class OwedMoneyTests : OwedMoneyScenario
{
    /// <summary>
    /// A stranger puts something in that says 9000 to every VOID. Whatever it says before that, the till believes it nothing, and tells it
    /// no coin and no S_W of another customer: Alice gets her money when she comes.
    /// </summary>
    [TestCase((ushort)0x6A88, 6000UL)]
    [TestCase((ushort)0x9000, 6000UL, TestName = "A stranger shows a payment of his own making")]
    [TestCase((ushort)0x9417, 0UL, TestName = "A stranger says that he has it already")]
    [Rule(4)]
    public void WhoSaysYesToEverythingTakesNothingFromAnybody(ushort answer, ulong owed)
    {
        var ticket = Owe(Alice, 6000);
        using var liar = new YesCard(Town.Options.Suite.GenerateKey(), Hers, answer);
        Assert.That(Till.GiveBack(liar).IsZero);
        Till.ComesBack(liar);
        Assert.That(liar.Instructions, Does.Not.Contain(VoidCommand.Ins));
        Assert.That((Owed(), Till.HeldPayments.Single().Said.Minor), Is.EqualTo((owed, 6000 - owed)),
            "and nobody's word takes it off the list");
        string listed = $"{ticket.Time}  60.00 EUR: a card says that it has it, and showed no signature. It stays on offer.";
        Assert.That(HeldView.Say(Till.HeldPayments, Amount.Zero, Amount.Zero, Currency.Eur, isRevoked: false)
            .Contains(listed, StringComparison.Ordinal), Is.EqualTo(owed == 0));
        Assert.That(string.Join('\n', Till.Explain(ticket)),
            Does.Not.Contain("The card has it.")
                .And.Contain(owed == 0 ? "It stays on offer" : "The card gets it when it comes to this till again."));
        Assert.That((Till.GiveBack(Alice.Card).Minor, Alice.Balance().Minor), Is.EqualTo((6000UL, 10_000UL)));
        Assert.That((Owed(), Till.HasOffers), Is.EqualTo((0UL, false)));
        Assert.That(string.Join('\n', Till.Explain(Till.Journal[0])), Does.Contain("The card has it."));
        Town.AssertSoundAfterCycle(Alice);
    }

    /// <summary>
    /// S_W arrived, and the answer to it did not. The card shows no S_U any more: nothing is owed, and nothing is said that the till does
    /// not know.
    /// </summary>
    [Test, Rule(4)]
    public void ACardThatHasItSaysSo()
    {
        var ticket = Owe(Alice, 6000);
        using (var deaf = new WithoutVoid(Alice.Card, arrives: true))
        {
            Assert.That(Till.GiveBack(deaf).IsZero);
        }

        Assert.That((Owed(), Alice.Balance().Minor), Is.EqualTo((6000UL, 10_000UL)));
        Alice.Card.Reset();
        Assert.That((Till.GiveBack(Alice.Card).Minor, Owed(), Till.HeldPayments.Single().Said.Minor, Alice.Balance().Minor),
            Is.EqualTo((0UL, 0UL, 6000UL, 10_000UL)));
        Assert.That(string.Join('\n', Till.Explain(ticket)), Does.Contain("A card said that it has it"));
        Town.AssertSoundAfterCycle(Alice);
    }

    /// <summary>
    /// The card has forgotten the payment (its wallet had a copy, and 64 more came). It is owed still, the till says so truly, and the
    /// account gets it when the coin has expired.
    /// </summary>
    [Test, Rule(4)]
    public async Task WhatTheCardHasForgottenComesBackToTheAccount()
    {
        var ticket = Owe(Alice, 6000);
        var elsewhere = new TillId(Id16.Read(new byte[16]));
        for (ulong i = 0; i < Card.Wallet.WalletApplet.LogSize; i++)
        {
            RawMessages.AcknowledgeAll(Alice, Alice.Pin);
            Assert.That(RawMessages.Pay(Alice, new Timestamp(1 + i), elsewhere, 1, Alice.PaymentPin), Is.Not.Null);
        }

        Assert.That((Till.GiveBack(Alice.Card).Minor, Owed()), Is.EqualTo((0UL, 6000UL)));
        var expiry = Hers.Terms.Expiry;
        Assert.That(
            string.Join('\n', Till.Explain(ticket)),
            Does.Contain("The card gets it when it comes to this till again. A card that does not show the payment any more gets it on the "
                + $"holder's account, after the coin has expired at the end of {expiry}."));
        Town.Clock.Advance(expiry.End.ToDate()!.Value + Town.Options.Terms.SettlePeriod + TimeSpan.FromDays(2) - Town.Clock.GetUtcNow());
        await Town.LetDaysPass(2);
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(100_000), "all of the coin: nobody settled anything of it");
    }

    /// <summary>
    /// Somebody pays with coins of his own making, again and again: no money of anybody. Nothing is owed for it, the issuer is sent
    /// nothing, and no customer sees it.
    /// </summary>
    [Test, Rule(10)]
    public async Task AForgedCoinIsOwedToNobody()
    {
        using var key = Town.Options.Suite.GenerateKey();
        var forger = Forger(key, Hers with { NU = key.PublicKey.Compress() });
        for (int i = 0; i < 20; i++)
        {
            var refused = Till.Pay(forger, new Amount(100));
            Assert.That((refused.Outcome, refused.Message),
                Is.EqualTo((TillOutcome.Refused, "The issuer's signature on the card's cash is not valid. Do not give the goods.")));
            Town.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That((Till.HeldPayments.Count, Till.HasOffers), Is.EqualTo((0, false)));
        var link = new Counting(Town.TillLink(Cafe));
        await Till.Synchronise(link, default).OrRefuse();
        Assert.That(link.Seen, Does.Not.Contain(MessageType.ForwardVoid));
        Assert.That(Apdus(Alice, 100), Is.EqualTo(2));
        Town.AssertSoundAfterCycle(Alice);
    }

    /// <summary>
    /// The same under a key that the till does not know, which may be the issuer's newest: it is owed until the issuer says that no key of
    /// it signed, is sent once, and so many at most.
    /// </summary>
    [Test, Rule(10)]
    public async Task ACoinOfAnUnknownKeyIsOwedUntilTheIssuerHasLookedAtIt()
    {
        using var key = Town.Options.Suite.GenerateKey();
        var forger = Forger(key, OfAnUnknownKey(key));
        for (int i = 0; i < 20; i++)
        {
            Assert.That(Till.Pay(forger, new Amount(100)).Message,
                Does.StartWith("This till does not know the key that signed the card's cash."));
            Town.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(Owed(), Is.EqualTo(1600), "of 20, 16");
        Assert.That(Apdus(Alice, 100), Is.EqualTo(2));
        var link = new Counting(Town.TillLink(Cafe));
        await Till.Synchronise(link, default).OrRefuse();
        Assert.That(link.Seen.Count(m => m == MessageType.ForwardVoid), Is.EqualTo(16));
        Assert.That(Owed(), Is.Zero);
        Assert.That(string.Join('\n', Till.Explain(Till.Journal[0])),
            Does.Contain("It is owed to nobody any more: no key that this till knows has signed the coin."));
        link.Seen.Clear();
        await Till.Synchronise(link, default).OrRefuse();
        Assert.That(link.Seen, Does.Not.Contain(MessageType.ForwardVoid));
        Town.AssertSoundAfterCycle(Alice);
    }

    /// <summary>
    /// An honest card with a coin under a key that the till has not heard of is pulled before S_W comes. The till learns the key, and owes
    /// it the money as to anybody.
    /// </summary>
    [Test, Rule(10)]
    public async Task ACoinOfANewKeyIsOwed()
    {
        Town.Clock.Advance(TimeSpan.FromDays(1));
        string deaf = Town.AddTill("Kiosk");
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        Town.Restart(SimulatedTown.IssuerName);
        await Town.RunCycle();
        using var bob = Town.User("Bob", 900);
        using (var pulled = new WithoutVoid(bob.Card, arrives: false))
        {
            Assert.That(Town.Till(deaf).Pay(pulled, new Amount(100)).Message,
                Does.StartWith("This till does not know the key that signed the card's cash."));
        }

        bob.Card.Reset();
        Assert.That(bob.Balance().Minor, Is.EqualTo(800));
        for (int i = 0; i < 2; i++)
        {
            await Town.Till(deaf).Synchronise(Town.TillLink(deaf), default).OrRefuse();
            Assert.That(Town.Till(deaf).HeldPayments.Single().Owed.Minor, Is.EqualTo(100));
        }

        Assert.That((Town.Till(deaf).GiveBack(bob.Card).Minor, bob.Balance().Minor), Is.EqualTo((100UL, 900UL)));
        Town.AssertSoundAfterCycle(Alice, bob);
    }

    /// <summary>
    /// Many are owed something here. Who is not pays by two APDUs, and hears of nobody's payment; who is gets it with the next payment,
    /// unasked.
    /// </summary>
    [Test, Rule(10)]
    public void WhoIsOwedNothingPaysByTwoApdus()
    {
        var cards = Enumerable.Range(0, 4).Select(i => Town.User($"Bob {i}", 5000)).ToList();
        cards.ForEach(c => Owe(c, 700));
        Assert.That(Apdus(Alice, 100), Is.EqualTo(2));
        Assert.That(Apdus(Alice, 100), Is.EqualTo(2));
        var paid = Till.Pay(cards[2].Card, new Amount(1000));
        Assert.That((paid.Outcome, paid.Message.Contains(
            "7.00 EUR of an earlier payment are on the card again.", StringComparison.Ordinal)), Is.EqualTo((TillOutcome.Accepted, true)),
            paid.Message);
        Assert.That((cards[2].Balance().Minor, Owed()), Is.EqualTo((4000UL, 2100UL)));
        Town.AssertSoundAfterCycle([Alice, .. cards]);
        cards.ForEach(c => c.Dispose());
    }

    /// <summary>What is owed is given first where the card cannot pay without it.</summary>
    [Test, Rule(4)]
    public void WhatIsOwedPays()
    {
        Owe(Alice, 6000);
        Assert.That(Till.Pay(Alice.Card, new Amount(4500), Alice.PaymentPin).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((Alice.Balance().Minor, Owed()), Is.EqualTo((5500UL, 0UL)));
        Town.AssertSoundAfterCycle(Alice);
    }

    /// <summary>A card that is put in without an amount is asked about the newest, and no more than so many.</summary>
    [Test, Rule(10)]
    public void ACardIsAskedAboutTheNewest()
    {
        using var bob = Town.User("Bob", 5000);
        for (int i = 0; i < 2 * ShopTill.MostAsked; i++)
        {
            Owe(bob, 10);
        }

        using var trace = new TracingChannel(Alice.Card);
        Assert.That(Till.GiveBack(trace).IsZero);
        Assert.That(trace.Apdus, Has.Count.EqualTo(1 + ShopTill.MostAsked));
        Assert.That(trace.Apdus.Skip(1).Select(a => (a.Command[1], a.Command[2])), Has.All.EqualTo((PayCommand.Ins, (byte)PayMode.Repeat)));
        Assert.That((Till.GiveBack(bob.Card).Minor, Till.GiveBack(bob.Card).Minor, bob.Balance().Minor),
            Is.EqualTo((160UL, 160UL, 5000UL)));
    }

    /// <summary>Years later: all terms of the coin are over, and nothing of it is offered to a card or to the issuer.</summary>
    [Test, Rule(10)]
    public async Task NothingIsOwedForEver()
    {
        var ticket = Owe(Alice, 700);
        Town.Clock.Advance(TimeSpan.FromDays(800));
        Assert.That((Owed(), Till.HasOffers), Is.EqualTo((0UL, false)));
        using var trace = new TracingChannel(Alice.Card);
        Till.GiveBack(trace);
        Till.ComesBack(trace);
        Assert.That(trace.Apdus, Is.Empty);
        var link = new Counting(Town.TillLink(Cafe));
        await Till.Synchronise(link, default).OrRefuse();
        Assert.That(link.Seen, Does.Not.Contain(MessageType.ForwardVoid));
        Assert.That(string.Join('\n', Till.Explain(ticket)), Does.Contain("all terms of its coin are over"));
    }

    /// <summary>
    /// A card was pulled before its answer came. Others are not asked about it if their coins' last payments are all known here; the card
    /// itself is found with its next payment, by the payment that is missing before it.
    /// </summary>
    [Test, Hole(1), Rule(4)]
    public void APaymentThatWasCutShortIsFoundWithTheNextOne()
    {
        using var bob = Town.User("Bob", 5000);
        using (var rehearsal = Alice.Clone())
        {
            Town.Till(Town.AddTill("Elsewhere")).Pay(rehearsal.Card, new Amount(1250));
            Alice.Card.Reset();
            Alice.Card.CutPowerAfter(rehearsal.Card.CellsWritten - 1, TornCell.New);
        }

        Assert.That(Town.Pay(Cafe, Alice, 1250).Outcome, Is.EqualTo(TillOutcome.CardGone));
        Assert.That((Apdus(bob, 100), Apdus(bob, 100)), Is.EqualTo((2, 2)));
        using var key = Town.Options.Suite.GenerateKey();
        var made = OfAnUnknownKey(key);
        made = made with { SI = key.Sign(made.Message) };
        var forger = new ForgedCard(pay =>
        {
            var h = new CashPayment(made, 1, made.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
            return pay.Mode == PayMode.Repeat ? h with { SU = key.Sign(h.Message) } : null;
        });
        Assert.That(Till.Pay(forger, new Amount(100)).Ended, Is.Empty);
        Assert.That(Till.OpenSales, Has.Count.EqualTo(1), "who signs it with a coin of his own making ends nothing");
        Alice.Card.PowerOn();
        var paid = Till.Pay(Alice.Card, new Amount(1250));
        Assert.That((paid.Outcome, paid.Ended.Single().Sale.Amount.Minor), Is.EqualTo((TillOutcome.Accepted, 1250UL)));
        Assert.That((Alice.Balance().Minor, Till.OpenSales.Count, Till.HeldPayments.Count), Is.EqualTo((8750UL, 0, 0)));
        Assert.That(Apdus(Alice, 100), Is.EqualTo(2));
        Town.AssertSoundAfterCycle(Alice, bob);
    }

    /// <summary>What one payment costs.</summary>
    private int Apdus(TownCard card, ulong minor)
    {
        card.Card.Reset();
        using var trace = new TracingChannel(card.Card);
        Assert.That(Till.Pay(trace, new Amount(minor)).Outcome, Is.EqualTo(TillOutcome.Accepted));
        return trace.Apdus.Count;
    }

    private Coin OfAnUnknownKey(ISigningKey key) =>
        Hers with { NU = key.PublicKey.Compress(), Terms = Hers.Terms with { IssuerKey = new KeyId(0xF00D) } };

    private static ForgedCard Forger(ISigningKey key, Coin coin)
    {
        var made = coin with { SI = key.Sign(coin.Message) };
        ushort seq = 0;
        return new ForgedCard(pay =>
        {
            var h = new CashPayment(made, pay.Mode == PayMode.Repeat ? Math.Max(seq, (ushort)1)
                : ++seq, made.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
            return h with { SU = key.Sign(h.Message) };
        });
    }

    /// <summary>
    /// No card: it answers PAY with one status, with a payment under a key of its own where that is 9000, and takes every VOID.
    /// </summary>
    private sealed class YesCard(ISigningKey key, Coin coin, ushort answer) : ICardChannel
    {
        public List<byte> Instructions { get; } = [];

        public ReadOnlyMemory<byte> Atr => new byte[] { 0x3B, 0x00 };

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            var reply = new BerTlvWriter(new byte[300]);
            CommandApdu.Parse(command, out var apdu);
            Instructions.Add(apdu.Ins);
            ushort status = 0x9000;
            if (apdu.Ins == SelectCommand.Ins)
            {
                new SelectReply(SelectCommand.Wallet, SelectReply.CurrentVersion, Coin.Suite1).Write(ref reply);
            }
            else if (apdu.Ins == PayCommand.Ins && PayCommand.Parse(apdu, out var pay).IsSuccess)
            {
                status = answer;
                if (answer == 0x9000)
                {
                    var own = coin with { NU = key.PublicKey.Compress() };
                    var h = new CashPayment(own, 1, own.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
                    new PayReply(own, 1, own.Terms.FaceValue, null, key.Sign(h.Message)).Write(ref reply);
                }
            }

            reply.Written.CopyTo(response);
            BinaryPrimitives.WriteUInt16BigEndian(response[reply.Written.Length..], status);
            return reply.Written.Length + 2;
        }

        public void Reset()
        {
        }

        public void Dispose() => key.Dispose();
    }

    private sealed class Counting(ILink inner) : ILink
    {
        public List<MessageType> Seen { get; } = [];

        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            Seen.Add(request.Type);
            return inner.Call(request, cancel);
        }
    }
}
