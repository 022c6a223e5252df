using HierCash.Card.Runtime;
using HierCash.Card.Wallet;
using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>Rule R14: claims 4 and 5 to the letter, and what a card shows to whom has no PIN.</summary>
[Parallelizable]
public sealed class ClaimToTheLetterTests
{
    private static readonly TillId Anybody = new(Id16.Read(new byte[16]));

    /// <summary>
    /// A card that shows a coin which nobody issued: the till verifies S_I before e leaves, and sends nothing after that.
    /// </summary>
    [Test, Rule(14)]
    public void AfterABadSINothingIsSent()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Mallory", 5000);
        using var forged = new ForgingChannel(card.Card);
        using var trace = new TracingChannel(forged);
        var result = town.Till(till).Pay(trace, new Amount(1250), card.PaymentPin, PaymentProfile.Claim);
        Assert.That((result.Outcome, result.Message),
            Is.EqualTo((TillOutcome.Refused, "The issuer's signature on the card's cash is not valid. Do not give the goods.")));
        Assert.That(trace.Apdus.Select(a => a.Command[1]), Is.EqualTo(new byte[] { 0xA4, GetCashCommand.Ins }), "SELECT and GET CASH");
        Assert.That(trace.Apdus.Any(a => a.Command.AsSpan()
            .IndexOf(Derivations.F(result.Sale.Time, town.Till(till).W).Value.ToArray()) >= 0), Is.False, "e did not leave");
        Assert.That(card.Balance().Minor, Is.EqualTo(5000), "and nothing was debited");
    }

    /// <summary>
    /// In the fast profile the coin comes with S_U, so S_I is verified then: no second PAY, no OK, and at most S_W, which gives an honest
    /// card its money back.
    /// </summary>
    [TestCase(1250UL, 5000UL)]
    [TestCase(1250UL, 1000UL, 2000UL)]
    [TestCase(2400UL, 1000UL, 2000UL)]
    [Rule(14)]
    public void InTheFastProfileABadSIEndsThePayment(ulong amount, params ulong[] coins)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Mallory", coins);
        using var forged = new ForgingChannel(card.Card);
        using var trace = new TracingChannel(forged);
        var result = town.Till(till).Pay(trace, new Amount(amount));
        Assert.That((result.Outcome, result.Message),
            Is.EqualTo((TillOutcome.Refused, "The issuer's signature on the card's cash is not valid. Do not give the goods.")));
        Assert.That(trace.Apdus.Select(a => a.Command[1]), Is.EqualTo(new byte[] { 0xA4, PayCommand.Ins, VoidCommand.Ins }),
            "SELECT, PAY and what undoes it");
        Assert.That(card.Balance().Minor, Is.EqualTo((ulong)coins.Sum(c => (long)c)));
    }

    /// <summary>Two coins, the first good and paid, the second forged: nothing follows its S_I, neither e nor S_W for the first.</summary>
    [TestCase(PaymentProfile.Claim, new byte[] { 0xA4, 0x30, 0x32, 0x30 })]
    [TestCase(PaymentProfile.Fast, new byte[] { 0xA4, 0x32, 0x32 })]
    [Rule(14)]
    public void AfterABadSIOfTheSecondCoinNothingIsSentEither(PaymentProfile profile, byte[] sent)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Mallory", 1000, 2000);
        using var forged = new ForgingChannel(card.Card) { Only = 1000, SUToo = true };
        using var trace = new TracingChannel(forged);
        var result = town.Till(till).Pay(trace, new Amount(2400), card.PaymentPin, profile);
        Assert.That(result.Outcome, Is.EqualTo(TillOutcome.Refused));
        Assert.That(result.Message, Does.StartWith("The issuer's signature on the card's cash is not valid. Do not give the goods."));
        Assert.That(trace.Apdus.Select(a => a.Command[1]), Is.EqualTo(sent));
        Assert.That(result.Payments.Select(h => h.Coin.Terms.FaceValue.Minor), Has.None.EqualTo(1000));
    }

    /// <summary>A good card: GET CASH, S_I, then PAY with e, CONFIRM; 928 bits, and the fast profile 2 APDUs and 800 bits.</summary>
    [TestCase(PaymentProfile.Claim, 4, 928)]
    [TestCase(PaymentProfile.Fast, 2, 800)]
    [Rule(14)]
    public void APaymentHasSoManyApdusAndBits(PaymentProfile profile, int apdus, int bits)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        using var trace = new TracingChannel(card.Card);
        Assert.That(town.Till(till).Pay(trace, new Amount(1250), null, profile).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((trace.Apdus.Count, PaymentBits.Count(trace.Apdus)), Is.EqualTo((apdus, bits)));
    }

    /// <summary>
    /// Whoever has the card for a minute asks GET CASH and PAY for this and that: beyond the limit without PIN nothing is told (finding
    /// 15).
    /// </summary>
    [Test, Rule(14)]
    public void WithoutThePinNobodyLearnsTheBalance()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { NoPinLimit = new Amount(1000) } });
        using var poor = town.User("Poor", 1500);
        using var rich = town.User("Rich", 90_000);
        var answers = new[] { poor, rich }.Select(card =>
        {
            var wallet = Selected(card);
            return Enumerable.Range(0, 32).Select(i =>
            {
                var y = new Amount(1001 + ((uint)i * 3000));
                return (wallet.GetCash(new Timestamp(1), y, Currency.Eur, out _),
                    wallet.Pay(PayCommand.Fast(new Timestamp(1), Anybody, y, Currency.Eur), out _));
            }).ToList();
        }).ToList();
        Assert.That(answers[0], Is.EqualTo(answers[1]));
        Assert.That(answers[0].Distinct(), Is.EqualTo(
            new[] { (StatusWord.SecurityStatusNotSatisfied, StatusWord.SecurityStatusNotSatisfied) }));
    }

    /// <summary>
    /// GET CASH carries TIME: neither a coin that has expired then is offered, nor one of which only the last seq is left.
    /// </summary>
    [Test, Rule(14)]
    public void NoExpiredCoinAndNoReservedSeqIsOffered()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 1000);
        town.Clock.Advance(TimeSpan.FromDays(200));
        town.Withdraw(alice, 5000);
        var coins = alice.Coins().ToDictionary(c => c.Coin.Terms.FaceValue.Minor, c => c.Coin);
        var wallet = Selected(alice);
        var old = coins[1000].Terms.Expiry.End;
        Assert.That(coins[5000].Terms.Expiry.End, Is.GreaterThan(old));
        wallet.GetCash(new Timestamp(old.Microseconds - 1), new Amount(500), Currency.Eur, out var before);
        wallet.GetCash(old, new Amount(500), Currency.Eur, out var after);
        Assert.That((before!.Coin.Id, after!.Coin.Id), Is.EqualTo((coins[1000].Id, coins[5000].Id)));
        Assert.That(wallet.GetCash(coins[5000].Terms.Expiry.End, new Amount(500), Currency.Eur, out _), Is.EqualTo(WalletStatus.Expired));

        using var exhausted = FixtureCard.Make(FixtureCard.Exhausted, Repository.PathOf("apdu-spec", "traces", "fixtures"));
        var last = new WalletCard(exhausted);
        last.Select();
        for (ulong time = 1; time <= 2; time++)
        {
            last.GetCash(new Timestamp(time), new Amount(100), Currency.Eur, out _);
            Assert.That(last.Pay(PayCommand.Claim(new Timestamp(time), Anybody, new Amount(100), Currency.Eur), out _).IsSuccess,
                $"seq 65,534 of coin {time}");
        }

        Assert.That(last.GetCash(new Timestamp(9), new Amount(100), Currency.Eur, out _), Is.EqualTo(WalletStatus.CounterExhausted));
        Assert.That(last.Pay(PayCommand.Claim(new Timestamp(9), Anybody, new Amount(100), Currency.Eur), out _),
            Is.EqualTo(WalletStatus.CounterExhausted));
    }

    /// <summary>What was shown is what pays: a till cannot show one coin and take another.</summary>
    [Test, Rule(14)]
    public void TheCoinThatWasShownPays()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 1000, 5000);
        var wallet = Selected(alice);
        wallet.GetCash(new Timestamp(1), new Amount(500), Currency.Eur, out var cash);
        Assert.That(cash!.Coin.Terms.FaceValue.Minor, Is.EqualTo(1000));
        Assert.That(wallet.Pay(PayCommand.Claim(new Timestamp(1), Anybody, new Amount(3000), Currency.Eur), out _),
            Is.EqualTo(StatusWord.ConditionsNotSatisfied));
        Assert.That(wallet.Pay(PayCommand.Claim(new Timestamp(1), Anybody, new Amount(500), Currency.Eur), out var paid),
            Is.EqualTo(StatusWord.Success));
        Assert.That((paid!.Coin, paid.Balance), Is.EqualTo(((Coin?)null, cash.Balance)), "GET CASH gave the coin");
        foreach (var again in new[]
        {
            PayCommand.Claim(new Timestamp(1), Anybody, new Amount(500), Currency.Eur),
                PayCommand.Fast(new Timestamp(1), Anybody, new Amount(500), Currency.Eur),
            PayCommand.Repeat(new Timestamp(1), Anybody, new Amount(500), Currency.Eur),
        })
        {
            Assert.That(wallet.Pay(again, out var reply), Is.EqualTo(StatusWord.Success), again.Mode.ToString());
            Assert.That((reply!.Coin?.Id, reply.Seq, Convert.ToHexString(reply.SU)),
                Is.EqualTo(((CoinId?)cash.Coin.Id, paid.Seq, Convert.ToHexString(paid.SU))), "with its coin");
        }

        Assert.That(wallet.Pay(PayCommand.Repeat(new Timestamp(2), Anybody, new Amount(500), Currency.Eur), out _),
            Is.EqualTo(StatusWord.ReferencedDataNotFound), "and never something new");
    }

    /// <summary>
    /// Two coins, the card pulled at every write, put in again and repeated: accepted or refused, never stuck (finding 14). Nothing is lost
    /// either way.
    /// </summary>
    [Test, Rule(14), Hole(1)]
    public void TwoCoinsTornAtAnyCellEndPaidOrRefused([Values] PaymentProfile profile, [Values] TornCell torn)
    {
        using var town = Towns.Make();
        using var original = town.User("Alice", 2000, 1000);
        string till = town.AddTill("Cafe");
        int cut = 0;
        int refused = 0;
        for (bool completed = false; !completed; cut++)
        {
            using var card = original.Clone();
            card.Card.CutPowerAfter(cut, torn);
            var first = town.Till(till).Pay(card.Card, new Amount(2400), null, profile);
            completed = first.Outcome == TillOutcome.Accepted;
            card.Card.Reset();
            var second = town.Till(till).Continue(first.Sale, card.Card, null, profile);
            Assert.That(second.Outcome, Is.EqualTo(TillOutcome.Accepted).Or.EqualTo(TillOutcome.Refused), $"cut {cut}: {second.Message}");
            refused += second.Outcome == TillOutcome.Refused ? 1 : 0;
            Assert.That(card.Balance().Minor, Is.EqualTo(second.Outcome == TillOutcome.Accepted ? 600 : 3000),
                $"cut {cut}: {second.Message}");
            Assert.That(town.Till(till).OpenSales, Is.Empty, $"cut {cut}");
            Assert.That(TownAudit.RunCard(card), Is.Empty, $"cut {cut}");
            town.Clock.Advance(TimeSpan.FromSeconds(1));

            // The clones are one coin for this till: what they paid is out of its way.
            till = town.AddTill($"Cafe {cut}");
        }

        Assert.That(cut, Is.GreaterThan(120));
        TestContext.Out.WriteLine($"{cut} cut points, {refused} of them refused");
        Assert.That(refused, Is.Zero, "a card that comes back pays");
    }

    private static WalletCard Selected(TownCard card)
    {
        card.Card.Reset();
        var wallet = new WalletCard(card.Card);
        wallet.Select();
        return wallet;
    }

    /// <summary>Changes one bit of S_I in what GET CASH and PAY show.</summary>
    private sealed class ForgingChannel(ICardChannel inner) : ICardChannel
    {
        /// <summary>Of coins of that face value; null: of all.</summary>
        public ulong? Only { get; init; }

        /// <summary>And one bit of S_U.</summary>
        public bool SUToo { get; init; }

        public ReadOnlyMemory<byte> Atr => inner.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            int length = inner.Transmit(command, response);
            if (command[0] == 0x80 && command[1] == GetCashCommand.Ins && CashReply.Decode(response[..(length - 2)]) is { } cash
                && Forges(cash.Coin))
            {
                cash.Coin.SI[0] ^= 1;
                var writer = new BerTlvWriter(response);
                cash.Write(ref writer);
            }

            if (command[0] == 0x80 && command[1] == PayCommand.Ins && PayReply.Decode(response[..(length - 2)]) is { Coin: { } coin } paid
                && Forges(coin))
            {
                coin.SI[0] ^= 1;
                paid.SU[0] ^= (byte)(SUToo ? 1 : 0);
                var writer = new BerTlvWriter(response);
                paid.Write(ref writer);
            }

            return length;
        }

        public void Reset() => inner.Reset();

        public void Dispose()
        {
        }

        private bool Forges(Coin coin) => Only is null || coin.Terms.FaceValue.Minor == Only;
    }
}
