using System.Buffers.Binary;
using HierCash.Card.Runtime;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Tests.Cheating;
using HierCash.Town;

namespace HierCash.Tests.Scenarios;

/// <summary>What a till owes to cards: who gets it, who is believed to have got it, for how long, and what that costs everybody else.</summary>
[Parallelizable]
public sealed class OwedMoneyTests
{
    private TownWorld _town = null!;
    private string _cafe = null!;
    private TownCard _alice = null!;
    private Coin _coin = null!;

    private ShopTill Till => _town.Till(_cafe);

    [SetUp]
    public void MakeTown()
    {
        _town = Towns.Make();
        _cafe = _town.AddTill("Cafe");
        _alice = _town.User("Alice", 10_000);
        _coin = _alice.Coins()[0].Coin;
    }

    [TearDown]
    public void EndTown()
    {
        _alice.Dispose();
        _town.Dispose();
    }

    /// <summary>
    /// A stranger puts something in that says 9000 to every VOID. Whatever it says before that, the till believes it nothing, and tells it no coin and no
    /// S_W of another customer: Alice gets her money when she comes.
    /// </summary>
    [TestCase((ushort)0x6A88, 6000UL)]
    [TestCase((ushort)0x9000, 6000UL, TestName = "A stranger shows a payment of his own making")]
    [TestCase((ushort)0x9417, 0UL, TestName = "A stranger says that he has it already")]
    [Rule(4)]
    public void WhoSaysYesToEverythingTakesNothingFromAnybody(ushort answer, ulong owed)
    {
        var ticket = Owe(_alice, 6000);
        using var liar = new YesCard(_town.Options.Suite.GenerateKey(), _coin, answer);
        Assert.That(Till.GiveBack(liar).IsZero);
        Till.MakeGood(liar);
        Assert.That(liar.Instructions, Does.Not.Contain(VoidCommand.Ins));
        Assert.That(Owed(), Is.EqualTo(owed));
        Assert.That(string.Join('\n', Till.Explain(ticket)), Does.Not.Contain("The card has it.").And.Contain(owed == 0 ? "It stays on offer" : "The card gets it when it comes to this till again."));
        Assert.That((Till.GiveBack(_alice.Card).Minor, _alice.Balance().Minor), Is.EqualTo((6000UL, 10_000UL)));
        Assert.That((Owed(), Till.HasOffers), Is.EqualTo((0UL, false)));
        Assert.That(string.Join('\n', Till.Explain(Till.Journal[0])), Does.Contain("The card has it."));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>S_W arrived, and the answer to it did not. The card shows no S_U any more: nothing is owed, and nothing is said that the till does not know.</summary>
    [Test, Rule(4)]
    public void ACardThatHasItSaysSo()
    {
        var ticket = Owe(_alice, 6000);
        using (var deaf = new WithoutVoid(_alice.Card, arrives: true))
        {
            Assert.That(Till.GiveBack(deaf).IsZero);
        }

        Assert.That((Owed(), _alice.Balance().Minor), Is.EqualTo((6000UL, 10_000UL)));
        _alice.Card.Reset();
        Assert.That((Till.GiveBack(_alice.Card).Minor, Owed(), _alice.Balance().Minor), Is.EqualTo((0UL, 0UL, 10_000UL)));
        Assert.That(string.Join('\n', Till.Explain(ticket)), Does.Contain("A card said that it has it"));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>The card has forgotten the payment (its wallet had a copy, and 64 more came). It is owed still, the till says so truly, and the account gets it when the coin has expired.</summary>
    [Test, Rule(4)]
    public async Task WhatTheCardHasForgottenComesBackToTheAccount()
    {
        var ticket = Owe(_alice, 6000);
        var elsewhere = new TillId(Id16.Read(new byte[16]));
        for (ulong i = 0; i < Card.Wallet.WalletApplet.LogSize; i++)
        {
            RawMessages.AcknowledgeAll(_alice, _alice.Pin);
            Assert.That(RawMessages.Pay(_alice, new Timestamp(1 + i), elsewhere, 1, _alice.PaymentPin), Is.Not.Null);
        }

        Assert.That((Till.GiveBack(_alice.Card).Minor, Owed()), Is.EqualTo((0UL, 6000UL)));
        var expiry = _coin.Terms.Expiry;
        Assert.That(
            string.Join('\n', Till.Explain(ticket)),
            Does.Contain("The card gets it when it comes to this till again. A card that does not show the payment any more gets it on the holder's account, "
                + $"after the coin has expired at the end of {expiry}."));
        _town.Clock.Advance(expiry.End.ToDate()!.Value + _town.Options.Terms.SettleTerm + TimeSpan.FromDays(2) - _town.Clock.GetUtcNow());
        await _town.LetDaysPass(2);
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000), "all of the coin: nobody settled anything of it");
    }

    /// <summary>Somebody pays with coins of his own making, again and again: no money of anybody. Nothing is owed for it, the issuer is sent nothing, and no customer sees it.</summary>
    [Test, Rule(10)]
    public async Task AForgedCoinIsOwedToNobody()
    {
        using var key = _town.Options.Suite.GenerateKey();
        var forger = Forger(key, _coin with { NU = key.PublicKey.Compress() });
        for (int i = 0; i < 20; i++)
        {
            var refused = Till.Pay(forger, new Amount(100));
            Assert.That((refused.Outcome, refused.Message), Is.EqualTo((TillOutcome.Refused, "The issuer's signature on the card's cash is not valid. Do not give the goods.")));
            _town.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That((Till.HeldPayments.Count, Till.HasOffers), Is.EqualTo((0, false)));
        var link = new Counting(_town.TillLink(_cafe));
        await Till.RunOnline(link, default);
        Assert.That(link.Seen, Does.Not.Contain(MessageType.ForwardVoid));
        Assert.That(Apdus(_alice, 100), Is.EqualTo(2));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>The same under a key that the till does not know, which may be the issuer's newest: it is owed until the issuer says that no key of it signed, is sent once, and so many at most.</summary>
    [Test, Rule(10)]
    public async Task ACoinOfAnUnknownKeyIsOwedUntilTheIssuerHasLookedAtIt()
    {
        using var key = _town.Options.Suite.GenerateKey();
        var forger = Forger(key, OfAnUnknownKey(key));
        for (int i = 0; i < 20; i++)
        {
            Assert.That(Till.Pay(forger, new Amount(100)).Message, Does.StartWith("The card's cash is from an issuer that this till does not know."));
            _town.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(Owed(), Is.EqualTo(1600), "of 20, 16");
        Assert.That(Apdus(_alice, 100), Is.EqualTo(2));
        var link = new Counting(_town.TillLink(_cafe));
        await Till.RunOnline(link, default);
        Assert.That(link.Seen.Count(m => m == MessageType.ForwardVoid), Is.EqualTo(16));
        Assert.That(Owed(), Is.Zero);
        Assert.That(string.Join('\n', Till.Explain(Till.Journal[0])), Does.Contain("It is owed to nobody any more: no key that this till knows has signed the coin."));
        link.Seen.Clear();
        await Till.RunOnline(link, default);
        Assert.That(link.Seen, Does.Not.Contain(MessageType.ForwardVoid));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>An honest card with a coin under a key that the till has not heard of is pulled before S_W comes. The till learns the key, and owes it the money as to anybody.</summary>
    [Test, Rule(10)]
    public async Task ACoinOfANewKeyIsOwed()
    {
        _town.Clock.Advance(TimeSpan.FromDays(1));
        string deaf = _town.AddTill("Kiosk");
        _town.Issuer.Rotate(KeyUsage.IssuerCoin);
        _town.Restart(TownWorld.IssuerName);
        await _town.RunCycle();
        using var bob = _town.User("Bob", 900);
        using (var pulled = new WithoutVoid(bob.Card, arrives: false))
        {
            Assert.That(_town.Till(deaf).Pay(pulled, new Amount(100)).Message, Does.StartWith("The card's cash is from an issuer that this till does not know."));
        }

        bob.Card.Reset();
        Assert.That(bob.Balance().Minor, Is.EqualTo(800));
        for (int i = 0; i < 2; i++)
        {
            await _town.Till(deaf).RunOnline(_town.TillLink(deaf), default);
            Assert.That(_town.Till(deaf).HeldPayments.Single().Owed.Minor, Is.EqualTo(100));
        }

        Assert.That((_town.Till(deaf).GiveBack(bob.Card).Minor, bob.Balance().Minor), Is.EqualTo((100UL, 900UL)));
        _town.AssertSoundAfterCycle(_alice, bob);
    }

    /// <summary>Many are owed something here. Who is not pays by two APDUs, and hears of nobody's payment; who is gets it with the next payment, unasked.</summary>
    [Test, Rule(10)]
    public void WhoIsOwedNothingPaysByTwoApdus()
    {
        var cards = Enumerable.Range(0, 4).Select(i => _town.User($"Bob {i}", 5000)).ToList();
        cards.ForEach(c => Owe(c, 700));
        Assert.That(Apdus(_alice, 100), Is.EqualTo(2));
        Assert.That(Apdus(_alice, 100), Is.EqualTo(2));
        var paid = Till.Pay(cards[2].Card, new Amount(1000));
        Assert.That((paid.Outcome, paid.Message.Contains("7.00 EUR of an earlier payment are on the card again.", StringComparison.Ordinal)), Is.EqualTo((TillOutcome.Accepted, true)), paid.Message);
        Assert.That((cards[2].Balance().Minor, Owed()), Is.EqualTo((4000UL, 2100UL)));
        _town.AssertSoundAfterCycle([_alice, .. cards]);
        cards.ForEach(c => c.Dispose());
    }

    /// <summary>What is owed is given first where the card cannot pay without it.</summary>
    [Test, Rule(4)]
    public void WhatIsOwedPays()
    {
        Owe(_alice, 6000);
        Assert.That(Till.Pay(_alice.Card, new Amount(4500), _alice.PaymentPin).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((_alice.Balance().Minor, Owed()), Is.EqualTo((5500UL, 0UL)));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>A card that is put in without an amount is asked about the newest, and no more than so many.</summary>
    [Test, Rule(10)]
    public void ACardIsAskedAboutTheNewest()
    {
        using var bob = _town.User("Bob", 5000);
        for (int i = 0; i < 2 * ShopTill.MostAsked; i++)
        {
            Owe(bob, 10);
        }

        using var trace = new TracingChannel(_alice.Card);
        Assert.That(Till.GiveBack(trace).IsZero);
        Assert.That(trace.Apdus, Has.Count.EqualTo(1 + ShopTill.MostAsked));
        Assert.That(trace.Apdus.Skip(1).Select(a => (a.Command[1], a.Command[2])), Has.All.EqualTo((PayCommand.Ins, (byte)PayMode.Repeat)));
        Assert.That((Till.GiveBack(bob.Card).Minor, Till.GiveBack(bob.Card).Minor, bob.Balance().Minor), Is.EqualTo((160UL, 160UL, 5000UL)));
    }

    /// <summary>Years later: all terms of the coin are over, and nothing of it is offered to a card or to the issuer.</summary>
    [Test, Rule(10)]
    public async Task NothingIsOwedForEver()
    {
        var ticket = Owe(_alice, 700);
        _town.Clock.Advance(TimeSpan.FromDays(800));
        Assert.That((Owed(), Till.HasOffers), Is.EqualTo((0UL, false)));
        using var trace = new TracingChannel(_alice.Card);
        Till.GiveBack(trace);
        Till.MakeGood(trace);
        Assert.That(trace.Apdus, Is.Empty);
        var link = new Counting(_town.TillLink(_cafe));
        await Till.RunOnline(link, default);
        Assert.That(link.Seen, Does.Not.Contain(MessageType.ForwardVoid));
        Assert.That(string.Join('\n', Till.Explain(ticket)), Does.Contain("all terms of its coin are over"));
    }

    /// <summary>
    /// A card was pulled before its answer came. Others are not asked about it if their coins' last payments are all known here; the card itself is found
    /// with its next payment, by the payment that is missing before it.
    /// </summary>
    [Test, Hole(1), Rule(4)]
    public void APaymentThatWasCutShortIsFoundWithTheNextOne()
    {
        using var bob = _town.User("Bob", 5000);
        using (var rehearsal = _alice.Clone())
        {
            _town.Till(_town.AddTill("Elsewhere")).Pay(rehearsal.Card, new Amount(1250));
            _alice.Card.Reset();
            _alice.Card.CutPowerAfter(rehearsal.Card.CellsWritten - 1, TornCell.New);
        }

        Assert.That(_town.Pay(_cafe, _alice, 1250).Outcome, Is.EqualTo(TillOutcome.CardGone));
        Assert.That((Apdus(bob, 100), Apdus(bob, 100)), Is.EqualTo((2, 2)));
        using var key = _town.Options.Suite.GenerateKey();
        Till.MakeGood(Forger(key, OfAnUnknownKey(key)));
        Assert.That(Till.OpenTickets, Has.Count.EqualTo(1), "who signs it with a coin of his own making ends nothing");
        _alice.Card.PowerOn();
        var paid = Till.Pay(_alice.Card, new Amount(1250));
        Assert.That((paid.Outcome, paid.Ended.Single().Ticket.Amount.Minor), Is.EqualTo((TillOutcome.Accepted, 1250UL)));
        Assert.That((_alice.Balance().Minor, Till.OpenTickets.Count, Till.HeldPayments.Count), Is.EqualTo((8750UL, 0, 0)));
        Assert.That(Apdus(_alice, 100), Is.EqualTo(2));
        _town.AssertSoundAfterCycle(_alice, bob);
    }

    /// <summary>Accepted and taken back, and the card is away.</summary>
    private Ticket Owe(TownCard card, ulong minor)
    {
        using var pulled = new WithoutVoid(card.Card, arrives: false);
        var paid = Till.Pay(pulled, new Amount(minor), card.PaymentPin);
        Assert.That(paid.Outcome, Is.EqualTo(TillOutcome.Accepted));
        Till.Refund(paid.Ticket.Time, null, _town.TillLink(_cafe), default).AsTask().GetAwaiter().GetResult();
        card.Card.Reset();
        return Till.Journal.Single(t => t.Time == paid.Ticket.Time);
    }

    private ulong Owed() => Till.HeldPayments.Aggregate(0UL, (sum, h) => sum + h.Owed.Minor);

    /// <summary>What one payment costs.</summary>
    private int Apdus(TownCard card, ulong minor)
    {
        card.Card.Reset();
        using var trace = new TracingChannel(card.Card);
        Assert.That(Till.Pay(trace, new Amount(minor)).Outcome, Is.EqualTo(TillOutcome.Accepted));
        return trace.Apdus.Count;
    }

    private Coin OfAnUnknownKey(ISigningKey key) =>
        _coin with { NU = key.PublicKey.Compress(), Terms = _coin.Terms with { IssuerKey = new KeyId(0xF00D) } };

    private static ForgedCard Forger(ISigningKey key, Coin coin)
    {
        var made = coin with { SI = key.Sign(coin.Message) };
        ushort seq = 0;
        return new ForgedCard(pay =>
        {
            var h = new CashPayment(made, pay.Mode == PayMode.Repeat ? Math.Max(seq, (ushort)1) : ++seq, made.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
            return h with { SU = key.Sign(h.Message) };
        });
    }

    /// <summary>No card: it answers PAY with one status, with a payment under a key of its own where that is 9000, and takes every VOID.</summary>
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
                new SelectReply(Aid.Wallet, SelectReply.CurrentVersion, Coin.Suite1).Write(ref reply);
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

    /// <summary>A card that is pulled at VOID: before it arrives, or before its answer does.</summary>
    private sealed class WithoutVoid(ICardChannel card, bool arrives) : ICardChannel
    {
        public ReadOnlyMemory<byte> Atr => card.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            bool isVoid = command[1] == VoidCommand.Ins;
            int length = isVoid && !arrives ? 0 : card.Transmit(command, response);
            return isVoid ? throw new CardChannelException("The card was pulled.") : length;
        }

        public void Reset() => card.Reset();

        public void Dispose()
        {
        }
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
