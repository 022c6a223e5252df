using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>Malformed messages, cards of other issuers and currencies, cards that lie: a sentence each, and nothing changes.</summary>
[Parallelizable]
public sealed class BadInputTests
{
    [Test]
    public async Task MalformedMessagesAreRefusedAndThePartiesGoOn()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        town.Pay(till, card, 1250);
        var random = new SeededRandom(3);
        var samples = Vectors.SpecVectors.Names.Where(n => n.StartsWith("frame-", StringComparison.Ordinal))
            .Select(n => LinkFrame.Decode(Vectors.SpecVectors.Bytes(n).AsSpan(4))!.Message).ToList();
        var peers = new[] { LinkPeer.Wallet, new LinkPeer(LinkRole.Bank, town.UserBank.Id), new LinkPeer(LinkRole.Shop, new PartyId(1)) };
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            var sample = samples[random.Next(samples.Count)];
            var body = (byte[])sample.Body.Clone();
            if (body.Length > 0)
            {
                body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
                body = body[..(random.Next(2) == 0 ? body.Length : random.Next(body.Length))];
            }

            var type = random.Next(5) == 0 ? (MessageType)random.Next(0x10000) : sample.Type;
            ILinkHandler party = random.Next(2) == 0 ? town.Issuer : town.UserBank;
            var reply = await party.Handle(peers[random.Next(peers.Length)], new LinkMessage(type, body), default);
            if (Refusal.Read(reply) is { } refusal)
            {
                refused++;
                Assert.That(refusal.Text, Does.EndWith("."));
                Assert.That(refusal.Text, Has.Length.LessThanOrEqualTo(200));
            }
        }

        Assert.That(refused, Is.GreaterThan(1000));
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        await town.RunCycle();
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(1250));
        town.AssertSound(card);
    }

    [Test]
    public async Task ABatchIsAnsweredPaymentByPayment()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        var h = town.Pay(till, card, 1250).Payments.Single();
        byte[][] items = [[0xE1, 0x02, 0xAA, 0xBB], h.Encode(), [0xE1, 0x00]];
        Digest[] subjects = [Digest.Of(items[0]), h.Id.Value, Digest.Of(items[2])];
        using var key = town.TillKey(till);
        var submission = Submission.Sign(key, new PartyId(1), subjects, Timestamp.Now(town.Clock));
        byte[] batch = [.. BerTlv.Encode(Submission.MaxEncodedSize, submission.Write), .. items.SelectMany(i => i)];
        var receipts = (await town.TillLink(till).Call(new LinkMessage(MessageType.Settle, batch), default)).As<SettleReply>()!.Receipts;
        Assert.That(receipts.Select(r => r.Verdict), Is.EqualTo(new[] { Verdict.Malformed, Verdict.Settled, Verdict.Malformed }));
        Assert.That(receipts.All(r => town.Scheme.IsStatement(k => r.Verify(town.Options.Suite, k))), "each is signed");
    }

    [Test]
    public void ACardOfAnotherIssuerIsRefusedWithASentenceAndNothingIsQueued()
    {
        using var town = Towns.Make(1);
        using var other = Towns.Make(2);
        string till = town.AddTill("Cafe");
        using var foreign = other.User("Frank", 5000);
        var result = town.Pay(till, foreign, 1250);
        Assert.That((result.Outcome, result.Message.Contains("issuer", StringComparison.Ordinal)), Is.EqualTo((TillOutcome.Refused, true)));
        Assert.That(town.Till(till).Accepted, Is.EqualTo(Amount.Zero));
        Assert.That(foreign.Balance().Minor, Is.EqualTo(5000), "what the card signed in vain came back");
    }

    [Test]
    public void ACardOfAnotherCurrencyIsRefusedBeforeItSigns()
    {
        using var town = Towns.Make(1);
        using var other = Towns.Make(2, o => o with { Terms = new SchemeParameters { Currency = new Currency(392) } });
        string till = town.AddTill("Cafe");
        using var yen = other.User("Yuko", 5000);
        var result = town.Pay(till, yen, 1250);
        Assert.That(result.Message, Is.EqualTo(WalletStatus.OtherCurrency.Explain()));
        Assert.That(yen.Balance().Minor, Is.EqualTo(5000));
    }

    [TestCase(0UL)]
    [TestCase(1UL << 32)]
    public void AnImpossibleAmountIsNotAPayment(ulong minor)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        Assert.That(() => town.Pay(till, card, minor), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(town.Till(till).OpenSales, Is.Empty);
        Assert.That(card.Balance().Minor, Is.EqualTo(5000));
    }

    [Test]
    public void ACardThatIsNoWalletIsRefused()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var empty = new Card.Runtime.EmulatedCard(new Card.Runtime.MemoryImage());
        Assert.That(town.Till(till).Pay(empty, new Amount(1)).Message, Does.Contain("Is it a HierCash card?"));
        using var blank = town.NewCard("Bob");
        Assert.That(town.Till(till).Pay(blank.Card, new Amount(1)).Message,
            Does.StartWith("This card belongs to no bank yet. A bank opens its account first"));
    }

    /// <summary>A card whose answers are altered on the way: the till gives nothing for them.</summary>
    [Test]
    public void AnAlteredAnswerIsNotAPayment()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        int accepted = 0;
        for (int at = 0; at < 200; at += 9)
        {
            var result = town.Till(till).Pay(new AlteringChannel(card.Card, at), new Amount(10));
            accepted += result.Outcome == TillOutcome.Accepted ? 1 : 0;
        }

        Assert.That(accepted, Is.Zero);
        Assert.That(town.Till(till).Accepted, Is.EqualTo(Amount.Zero));
        Assert.That(town.Pay(till, card, 10).Outcome, Is.EqualTo(TillOutcome.Accepted), "the same card, unaltered");
        Assert.That(TownAudit.RunCard(card), Is.Empty);
    }

    private sealed class AlteringChannel(ICardChannel inner, int at) : ICardChannel
    {
        public void Reset() => inner.Reset();

        public ReadOnlyMemory<byte> Atr => inner.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            int length = inner.Transmit(command, response);
            if (command[1] == 0x32 && length > at + 2)
            {
                response[at] ^= 1;
            }

            return length;
        }

        public void Dispose()
        {
        }
    }
}
