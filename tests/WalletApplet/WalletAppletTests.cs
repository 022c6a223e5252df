using HierCash.Card.Client;
using HierCash.Card.Runtime;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Tests.Runtime;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Instructions;

/// <summary>The wallet's commands: their status words in the order that each page gives, and what they leave behind.</summary>
[Parallelizable]
public sealed class WalletAppletTests
{
    private const string Select = "00A404000AF0484945524341534801";
    private const string RightPin = "0020008208 30303030FFFFFFFF";
    private const string WrongPin = "0020008208 39393939FFFFFFFF";
    private SimulatedTown _town = null!;
    private TownCard _card = null!;

    [SetUp]
    public void MakeTown()
    {
        _town = Towns.Make();
        _card = _town.User("Alice", 5000, 2000);
        _card.Card.Reset();
        _card.Card.Send(Select);
    }

    [TearDown]
    public void EndTown()
    {
        _card.Dispose();
        _town.Dispose();
    }

    private string Send(string hex) => _card.Card.Send(hex);

    /// <summary>An unauthenticated SELECT returns nothing that tells one card from another.</summary>
    [Test]
    public void AllCardsAnswerSelectAlike()
    {
        using var blank = _town.NewCard("Bob");
        string expected = Convert.ToHexString(Vectors.SpecVectors.Bytes("select-reply")) + "9000";
        Assert.That(blank.Card.Send(Select + "00"), Is.EqualTo(expected));
        Assert.That(Send(Select + "00"), Is.EqualTo(expected));
        Assert.That(blank.Card.Atr.ToArray(), Is.EqualTo(_card.Card.Atr.ToArray()));
    }

    [TestCase("8012000000", "6A80", Description = "PERSONALISE, malformed")]
    [TestCase("8020000010C40400001388C50203D2C304AABBCCDD00", "6982", Description = "BEGIN WITHDRAWAL")]
    [TestCase("802200000AD608000000000000000000", "6982", Description = "AUTHORISE WITHDRAWAL")]
    [TestCase("8040000000", "6982", Description = "GET COIN")]
    [TestCase("8042000000", "6982", Description = "GET BALANCE")]
    [TestCase("8044000000", "6982", Description = "READ LOG")]
    [TestCase("8046000022DE20000000000000000000000000000000000000000000000000000000000000000000", "6982", Description = "ACKNOWLEDGE LOG")]
    public void PrivateThingsWantThePin(string command, string status)
    {
        Assert.That(Send(command), Is.EqualTo(status));
        Assert.That(Send(RightPin), Is.EqualTo("9000"));
        Assert.That(Send(command), Is.Not.EqualTo("6982"));
    }

    [TestCase("8010000100", "6A86")]
    [TestCase("801000000101", "6700")]
    [TestCase("8032030026CC0800060D47AC5A4001CD1000000000000000000000000000000000CF0400000001C50203D200", "6A86")]
    [TestCase("8032000003CC010100", "6A80")]
    [TestCase("8032000000", "6A80")]
    [TestCase("8032000026CC0800060D47AC5A4001CD1000000000000000000000000000000000CF0400000001C5020348 00", "9412")]
    [TestCase("8032000026CC0800060D47AC5A4001CD1000000000000000000000000000000000CF0400000000C50203D2 00", "9410")]
    [TestCase("8032000026CC0800060D47AC5A4001CD1000000000000000000000000000000000CF0400001B59C50203D2 00", "9411")]
    [TestCase("8032010038CC0800060D47AC5A4001CD1000000000000000000000000000000000CE1000000000000000000000000000000000CF0400000001C50203D2 00", "9413")]
    [TestCase("8034000026DF2F200000000000000000000000000000000000000000000000000000000000000000CA02000100", "6700")]
    [TestCase("8034000027DF2F200000000000000000000000000000000000000000000000000000000000000000CA02000100", "6A88")]
    [TestCase("8022100 00AD608000000000000000000", "6982")]
    [TestCase("8024630073D3700000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", "6700")]
    [TestCase("80240000", "6A80")]
    [TestCase("00240082", "6700")]
    [TestCase("00240181", "6700")]
    [TestCase("00240081", "6A86")]
    [TestCase("00240182", "6A86")]
    [TestCase("0020008004 31323334", "6A86")]
    [TestCase("0020008104 31323334", "6700")]
    [TestCase("0020008109 3132333431323334FF", "6700")]
    [TestCase("0020008108 3132FFFFFFFFFFFF", "6A80")]
    [TestCase("00B0000000", "6D00")]
    [TestCase("80B0000000", "6D00")]
    [TestCase("8320000000", "6881")]
    public void WhatEachCommandRefuses(string command, string status)
    {
        Assert.That(Send(command), Is.EqualTo(status));
        Assert.That(_card.Balance().Minor, Is.EqualTo(7000), "nothing changed");
    }

    [Test]
    public void PinTriesPukAndTheirSentences()
    {
        string puk = Convert.ToHexString(Pin.ToBlock(_card.Puk));
        Assert.That(Send("00200082"), Is.EqualTo("63C3"), "asking costs nothing");
        Assert.That(Send(WrongPin), Is.EqualTo("63C2"));
        Assert.That(Send(RightPin), Is.EqualTo("9000"));
        Assert.That(Send("00200082"), Is.EqualTo("9000"), "given already");
        Assert.That(Send(WrongPin), Is.EqualTo("63C2"));
        Assert.That(Send("00200082"), Is.EqualTo("63C2"), "a wrong PIN takes the right one back");
        Assert.That(Send(WrongPin), Is.EqualTo("63C1"));
        Assert.That(Send(WrongPin), Is.EqualTo("63C0"));
        Assert.That(Send(RightPin), Is.EqualTo("6983"));
        Assert.That(Send("002C008210 39393939FFFFFFFF 39393939FFFFFFFF"), Is.EqualTo("63C9"), "wrong PUK");
        Assert.That(Send($"002C008210 {puk} 39393939FFFFFFFF"), Is.EqualTo("9000"));
        Assert.That(Send(RightPin), Is.EqualTo("63C2"));
        Assert.That(Send("0020008208 39393939FFFFFFFF"), Is.EqualTo("9000"));
        Assert.That(Send("0024008210 39393939FFFFFFFF 3838383838383838"), Is.EqualTo("9000"));
        Assert.That(Send("0020008208 3838383838383838"), Is.EqualTo("9000"));
        Assert.That(PinWords.ExplainPuk(StatusWord.WrongPin(9)), Is.EqualTo("Wrong PUK; 9 tries are left."),
            "a wrong PUK is not called a wrong PIN");
        Assert.That(PinWords.ExplainPuk(StatusWord.AuthenticationMethodBlocked), Does.Contain("The PUK is blocked").And.Contain("bank"));
        Assert.That(PinWords.Explain(StatusWord.WrongPin(1), PinRole.Holder), Is.EqualTo("Wrong holder PIN; 1 try is left."));
        Assert.That(PinWords.Explain(StatusWord.AuthenticationMethodBlocked, PinRole.Payment),
            Does.Contain("holder PIN").And.Not.Contain("PUK"));
    }

    /// <summary>Without PIN up to the limit, counted over resets; only a correct PIN begins anew.</summary>
    [Test, Hole(12)]
    public void TheLimitWithoutPinIsKeptOverResets()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { NoPinLimit = new Amount(1000) } });
        using var card = town.User("Bob", 5000);
        string till = town.AddTill("Cafe");
        Shop.TillOutcome PayWithout(ulong minor)
        {
            card.Card.Reset();
            return town.Till(till).Pay(card.Card, new Amount(minor)).Outcome;
        }

        Assert.That(PayWithout(600), Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(PayWithout(401), Is.EqualTo(Shop.TillOutcome.PinRequired));
        Assert.That(PayWithout(400), Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(PayWithout(1), Is.EqualTo(Shop.TillOutcome.PinRequired));
        Assert.That(town.Till(till).Pay(card.Card, new Amount(1), "9999").Outcome, Is.EqualTo(Shop.TillOutcome.PinWrong));
        Assert.That(PayWithout(1), Is.EqualTo(Shop.TillOutcome.PinRequired), "a wrong PIN resets nothing");
        Assert.That(town.Till(till).Pay(card.Card, new Amount(2000), card.PaymentPin).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(PayWithout(1000), Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(PayWithout(1), Is.EqualTo(Shop.TillOutcome.PinRequired));
    }

    /// <summary>PIN required at the till, then the same ticket with the PIN.</summary>
    [Test]
    public void APaymentGoesOnWithThePin()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { NoPinLimit = Amount.Zero } });
        using var card = town.User("Bob", 5000);
        string till = town.AddTill("Cafe");
        card.Card.Reset();
        var asked = town.Till(till).Pay(card.Card, new Amount(100));
        Assert.That(asked.Outcome, Is.EqualTo(Shop.TillOutcome.PinRequired));
        var wrong = town.Till(till).Continue(asked.Sale, card.Card, "9999");
        Assert.That((wrong.Outcome, wrong.Message), Is.EqualTo((Shop.TillOutcome.PinWrong, "Wrong payment PIN; 2 tries are left.")));
        Assert.That(town.Till(till).Continue(asked.Sale, card.Card, card.PaymentPin).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(town.Till(till).OpenSales, Is.Empty);
    }

    /// <summary>A full log refuses to sign rather than forget; entries that the wallet copied make room.</summary>
    [Test, Hole(1)]
    public void AFullLogForgetsOnlyWhatTheWalletHas()
    {
        string till = _town.AddTill("Cafe");
        for (int i = 0; i < Card.Wallet.WalletApplet.LogSize; i++)
        {
            Assert.That(_town.Pay(till, _card, 1).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        }

        var full = _town.Pay(till, _card, 1);
        Assert.That((full.Outcome, full.Message), Is.EqualTo((Shop.TillOutcome.Refused, WalletStatus.LogFull.Explain())));
        var client = new WalletCard(_card.Card);
        client.Select();
        client.Verify(_card.Pin);
        Assert.That(client.AcknowledgeLog(7, client.ReadLog(7).Content).IsSuccess);
        Assert.That(_town.Pay(till, _card, 1).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        client.Verify(_card.Pin);
        Assert.That(client.ReadLog(7).Payment!.Acknowledged, Is.False, "the new entry took its place");
    }

    [Test]
    public void TheSmallestCoinThatCanPays()
    {
        string till = _town.AddTill("Cafe");
        Assert.That(_town.Pay(till, _card, 1500).Payments.Single().Coin.Terms.FaceValue.Minor, Is.EqualTo(2000));
        Assert.That(_town.Pay(till, _card, 600).Payments.Single().Coin.Terms.FaceValue.Minor, Is.EqualTo(5000));
        var all = _town.Pay(till, _card, 4900);
        Assert.That(all.Payments.Select(h => h.Paid.Minor), Is.EqualTo(new[] { 4400UL, 500UL }), "the largest first, then the rest");
        Assert.That(all.Payments.Select(h => h.Time).Distinct().Count(), Is.EqualTo(1));
        Assert.That(_card.Coins().Count(c => c.Balance.IsZero), Is.EqualTo(2));
    }

    [Test, Rule(26)]
    public void AnExpiredCoinDoesNotPay()
    {
        string till = _town.AddTill("Cafe");
        _town.Clock.Advance(TimeSpan.FromDays(600));
        var refused = _town.Pay(till, _card, 1);
        Assert.That(refused.Message, Does.Contain(refused.Sale.Time.ToString())
            .And.Contain($"{_card.Coins()[0].Coin.Terms.Expiry.End.ToDate():yyyy-MM-dd}"), "both dates");
        Assert.That(refused.Message, Does.Contain("If the clock is wrong").And.Not.Contain("too small"));
        Assert.That(_town.Pay(till, _card, 2_000_000).Message, Is.EqualTo(WalletStatus.BalanceTooSmall.Explain()),
            "more than it ever held");
    }

    [Test]
    public void SixteenCoinsFitAndASpentOneMakesRoomOnceItsPaymentsAreCopied()
    {
        for (int i = 2; i < Card.Wallet.WalletApplet.SlotCount; i++)
        {
            _town.Withdraw(_card, 10);
        }

        Assert.That(() => _town.Withdraw(_card, 10),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(StatusWord.NotEnoughMemory));
        string till = _town.AddTill("Cafe");
        _town.Pay(till, _card, 10);
        Assert.That(() => _town.Withdraw(_card, 10), Throws.TypeOf<CardRefusedException>(), "its payment is only on the card");
        var client = new WalletCard(_card.Card);
        client.Select();
        client.Verify(_card.Pin);
        client.AcknowledgeLog(0, client.ReadLog(0).Content);
        byte spent = (byte)Enumerable.Range(0, Card.Wallet.WalletApplet.SlotCount)
            .First(i => client.GetCoin((byte)i).State == SlotState.Closed);
        Assert.That(() => _town.Withdraw(_card, 10), Throws.TypeOf<CardRefusedException>(), "what it paid may still come back (R24)");
        Assert.That(client.Close(spent, Timestamp.Now(_town.Clock), out _), Is.EqualTo(StatusWord.Success));
        client.AcknowledgeLog(1, client.ReadLog(1).Content);
        Assert.That(_town.Withdraw(_card, 33).Outcome, Is.EqualTo(HierCash.Wallet.WithdrawalOutcome.Issued));
        Assert.That(_card.Balance().Minor, Is.EqualTo(7000 + (13 * 10) + 33));
    }

    /// <summary>Power goes at every cell of BEGIN WITHDRAWAL: a slot is pending with a whole E_I, or free.</summary>
    [Test, Hole(7)]
    public void ATornBeginLeavesAWholeRequestOrNone([Values] TornCell torn)
    {
        // A card of its own each time: the bank takes a number of an account's orders once, and two copies of a card would give the same
        // one.
        using var town = Towns.Make();
        var key = WithdrawalTests.PE(town);
        for (int cut = 0; ; cut++)
        {
            using var card = town.User($"Alice {cut}");
            var client = new WalletCard(card.Card);
            client.Select();
            client.Verify(card.Pin);
            card.Card.CutPowerAfter(cut, torn);
            bool completed = true;
            try
            {
                client.BeginWithdrawal(new Amount(300), Currency.Eur, key.Id);
            }
            catch (CardChannelException)
            {
                completed = false;
            }

            card.Card.Reset();
            Assert.That(card.Pending(), Is.EqualTo(1).Or.EqualTo(completed ? 1 : 0), $"cut {cut}");
            var resumed = town.Wallet.Resume(card.Card, card.Pin, default).AsTask().GetAwaiter().GetResult();
            Assert.That(resumed.All(r => r.Outcome == HierCash.Wallet.WithdrawalOutcome.Issued));
            Assert.That(card.Balance().Minor, Is.EqualTo(300 * resumed.Count));
            if (completed)
            {
                Assert.That(cut, Is.GreaterThan(80));
                break;
            }
        }
    }

    /// <summary>Truncated, mutated and random APDUs: a status word each time, and the card pays afterwards what it could before.</summary>
    [Test]
    public void RandomApdusChangeNoBalanceAndStopNothing()
    {
        var random = new SeededRandom(11);
        string till = _town.AddTill("Cafe");
        var samples = Vectors.SpecVectors.Names
            .Where(n => !n.EndsWith("-reply", StringComparison.Ordinal) && Vectors.SpecVectors.Bytes(n) is { Length: > 3 and < 262 } b
            && b[0] is 0 or 0x80)
            .Where(n => n is not ("verify" or "change-pin" or "unblock-pin"))
            .Select(Vectors.SpecVectors.Bytes).ToList();
        Assert.That(samples, Has.Count.GreaterThan(15));
        var response = new byte[1024];
        for (int i = 0; i < 20_000; i++)
        {
            var apdu = random.Next(3) == 0 ? new byte[random.Next(300)] : (byte[])samples[random.Next(samples.Count)].Clone();
            if (apdu.Length > 0 && random.Next(3) == 0)
            {
                random.Fill(apdu.AsSpan(random.Next(apdu.Length)));
            }
            else if (apdu.Length > 0)
            {
                apdu[random.Next(apdu.Length)] ^= (byte)(1 << random.Next(8));
                apdu = apdu[..(random.Next(2) == 0 ? apdu.Length : random.Next(apdu.Length))];
            }

            // PINs would only block the card.
            if (apdu.Length > 1 && apdu[1] is 0x20 or 0x24 or 0x2C && apdu[0] == 0)
            {
                continue;
            }

            int length = _card.Card.Transmit(apdu, response);
            Assert.That(length, Is.GreaterThanOrEqualTo(2));
            Assert.That(response[length - 2] is 0x90 or (>= 0x61 and <= 0x6F) or 0x94, Convert.ToHexString(apdu));
            Assert.That((response[length - 2] << 8) | response[length - 1], Is.Not.EqualTo(0x6F00), Convert.ToHexString(apdu));
        }

        var paid = _card.Log().Where(e => e.State == LogState.Signed).Aggregate(Amount.Zero, (sum, e) => sum + e.Payment.Paid);
        Assert.That((_card.Balance() + paid).Minor, Is.EqualTo(7000));
        Assert.That(TownAudit.RunCard(_card), Is.Empty);
        Assert.That(_town.Pay(till, _card, 1).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted).Or.EqualTo(Shop.TillOutcome.Refused));
    }
}
