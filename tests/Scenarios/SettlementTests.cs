using HierCash.Shop;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>Holes 5, 6, 8, 18, 24: settlement, repeated, late, concurrent, and what it leaves behind.</summary>
[Parallelizable]
public sealed class SettlementTests
{
    [Test, Hole(5)]
    public async Task ARepeatedBatchGetsTheFirstAnswerAndMovesNothing()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        var h = town.Pay(till, card, 1250).Payments.Single();
        var first = await town.Submit(till, h, h);
        Assert.That(first.Select(r => (r.Verdict, r.Repeated)), Is.EqualTo(new[] { (Verdict.Settled, false), (Verdict.Settled, true) }));
        town.Clock.Advance(TimeSpan.FromDays(20));
        var again = await town.Submit(till, h);
        Assert.That(again.Single() with { Repeated = false, Signature = first[0].Signature }, Is.EqualTo(first[0]));
        Assert.That(again.Single().Signature, Is.EqualTo(first[0].Signature), "the first answer to the byte");
        await town.RunCycle();
        Assert.That(town.ShopAccount(), Is.EqualTo(new Amount(1250)));
    }

    /// <summary>The same payment with other signature bytes (ECDSA is malleable) is the same payment.</summary>
    [Test, Hole(5)]
    public async Task AMalleatedSignatureIsARepeat()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        var h = town.Pay(till, card, 1250).Payments.Single();
        var other = h with { SU = RawMessages.Mirrored(h.SU) };
        Assert.That(other.Verify(town.Options.Suite), "the mirrored signature is valid too");
        await town.Submit(till, h);
        Assert.That((await town.Submit(till, other)).Single(),
            Has.Property("Verdict").EqualTo(Verdict.Settled).And.Property("Repeated").True);
        town.AssertSoundAfterCycle(card);
    }

    /// <summary>H is encoded once, by the till: its bytes stand in the issuer's history as they came.</summary>
    [Test]
    public async Task AnHIsKeptAsItCame()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        var h = town.Pay(till, card, 1250).Payments.Single();
        await town.Submit(till, h);
        byte[] kept = town.StoreOf("issuer").Read(db => db.Query("SELECT h FROM history", r => r.GetFieldValue<byte[]>(0))).Single();
        Assert.That(kept, Is.EqualTo(h.Encode()));
        Assert.That(town.Issuer.Audit.Run(), Is.Empty);
    }

    [Test, Hole(5)]
    public async Task APurgedPaymentIsLateNotAnAccusation()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 1250);
        var h = town.Pay(till, card, 1250).Payments.Single();
        await town.Submit(till, h);
        await town.RunCycle();
        Assert.That(town.Issuer.CoinCounts, Is.EqualTo((0L, 1L)));
        town.Clock.Advance(TimeSpan.FromDays(500));
        Assert.That(town.Issuer.Purge(), Is.EqualTo(1));
        Assert.That((await town.Submit(till, h)).Single().Verdict, Is.EqualTo(Verdict.Late));
        Assert.That(town.UserBank.EvidenceFiles, Is.Empty);
        town.AssertSound(card);
    }

    [Test, Hole(6)]
    public async Task OverspendingAfterErasureIsStillTraced()
    {
        using var town = Towns.Make();
        string one = town.AddTill("Cafe");
        string two = town.AddTill("Cafe");
        using var card = town.User("Mallory", 5000);
        using var copy = card.Clone();
        town.Pay(one, card, 5000);
        await town.Settle(one);
        await town.RunCycle();
        Assert.That(town.Issuer.CoinCounts, Is.EqualTo((0L, 1L)), "erased from the inspection database at Y = X");
        town.Pay(two, copy, 2000);
        Assert.That(await town.Settle(two), Is.EqualTo(new SettlementResult(0, 1, 0, 0)));
        await town.RunCycle();
        var finding = town.UserBank.EvidenceFiles.Single().Check(town.Options.Suite, town.Scheme.Root);
        Assert.That((finding.IsProven, finding.Name, finding.Spent.Minor), Is.EqualTo((true, "Mallory", 7000UL)));
        town.AssertSound();
    }

    /// <summary>Used-up coins stay until expiry + settleTerm + disputeTerm, and not longer: the databases stay bounded.</summary>
    [Test, Hole(6)]
    public async Task WhatIsUsedUpIsForgottenAfterItsTermsAndNotBefore()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 1000, 2000);
        town.Pay(till, card, 3000);
        await town.Settle(till);
        await town.RunCycle();
        var terms = town.Options.Terms;
        var expiry = Quarter.Of(Timestamp.Now(town.Clock)).Plus(terms.LifetimeQuarters).End;
        var last = expiry.Plus(terms.SettlePeriod + terms.DisputeTerm).ToDate()!.Value;
        town.Clock.Advance(last - town.Clock.GetUtcNow());
        Assert.That(town.Issuer.Purge(), Is.Zero);
        town.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(town.Issuer.Purge(), Is.EqualTo(2));
        Assert.That(town.Issuer.CoinCounts, Is.EqualTo((0L, 0L)));
        town.AssertSound(card);
    }

    [Test, Hole(8)]
    public void TimeNeverRepeatsAtATillWhateverTheClockDoes()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            using var town = Towns.Make(with: o => o with { Directory = folder });
            string till = town.AddTill("Cafe");
            using var card = town.User("Alice", 5000);
            var times = new List<Timestamp>();
            for (int i = 0; i < 8; i++)
            {
                times.Add(town.Pay(till, card, 1).Sale.Time);
                if (i % 2 == 1)
                {
                    town.Clock.Advance(TimeSpan.FromMinutes(-10));
                    town.Restart(till);
                }
            }

            Assert.That(times, Is.Ordered.Ascending.And.Unique);
            Assert.That(card.Balance(), Is.EqualTo(new Amount(4992)), "every payment is one of its own");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test, Hole(18)]
    public async Task TheUsersBankGetsOneTotalAndTheShopsOneCreditEach()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var alice = town.User("Alice", 5000);
        using var bob = town.User("Bob", 5000);
        town.Pay(cafe, alice, 1000);
        town.Pay(kiosk, alice, 200);
        town.Pay(cafe, bob, 30);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        town.Issuer.CloseCycle();
        var forUsers = await Instructions(town, town.UserBank.Id);
        var forShops = await Instructions(town, town.ShopBank.Id);
        Assert.That(forUsers.Select(t => (t.Kind, t.Total.Minor, t.Reference)),
            Is.EqualTo(new[] { (TransferKind.FloatDebit, 1230UL, default(Digest)) }));
        Assert.That(forShops.Select(t => (t.Kind, t.Total.Minor)),
            Is.EquivalentTo(new[] { (TransferKind.ShopCredit, 1030UL), (TransferKind.ShopCredit, 200UL) }));
        await town.RunCycle();
        await town.RunCycle();
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor), Is.EqualTo((1030UL, 200UL)), "booked once");
        town.AssertSound(alice, bob);
    }

    /// <summary>Instructions that are not the issuer's, or not the next, are not booked.</summary>
    [Test, Hole(18)]
    public async Task AForgedInstructionIsNotBooked()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        town.Pay(till, card, 1000);
        await town.Settle(till);
        town.Issuer.CloseCycle();
        var forger = new TransferForger(town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2"));
        var bank = town.BankOver("bank-2", forger);
        Assert.That((await bank.FetchInstructions(default))?.Sentence, Does.Contain("not signed"));
        Assert.That(town.ShopAccount(), Is.EqualTo(Amount.Zero));
        (await town.ShopBank.FetchInstructions(default)).ThrowIfAny();
        Assert.That(town.ShopAccount(), Is.EqualTo(new Amount(1000)));
    }

    /// <summary>Two shops settle one coin's payments at the same time: Y never passes X.</summary>
    [Test, Hole(24)]
    public async Task TwoShopsSettleAtOnce()
    {
        using var town = Towns.Make();
        string one = town.AddTill("Cafe");
        string two = town.AddTill("Kiosk");
        using var card = town.User("Mallory", 1000);
        using var copy = card.Clone();
        for (int i = 0; i < 10; i++)
        {
            town.Pay(one, card, 100);
            town.Pay(two, copy, 100);
        }

        var results = await Task.WhenAll(
            Task.Run(() => town.Settle(one).AsTask()),
            Task.Run(() => town.Settle(two).AsTask()));
        int settled = results.Sum(r => r.Settled);
        Assert.That(settled, Is.EqualTo(10), "X holds ten payments of 100, whoever comes first");
        Assert.That(results.Sum(r => r.Settled + r.Guaranteed + r.Waiting + r.Refused), Is.EqualTo(20));
        Assert.That(town.Issuer.Audit.Run(), Is.Empty);
    }

    /// <summary>Claim 7: g is the identity, and S_I signs N_U itself. The issuer says which in the coin.</summary>
    [Test]
    public async Task TheRoadWithNAsNU()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { G = GFunction.Identity } });
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        var h = town.Pay(till, card, 1250).Payments.Single();
        Assert.That(h.Coin.N, Is.EqualTo(h.Coin.NU));
        var other = h.Coin with { Terms = h.Coin.Terms with { G = GFunction.Sha256 } };
        Assert.That(other.Verify(town.Options.Suite, town.Issuer.Keys.Certificates.Single(c => c.Usage == KeyUsage.IssuerCoin).Key),
            Is.False);
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        await town.RunCycle();
        town.AssertSound(card);
    }

    [Test]
    public async Task EveryVerdictInItsOrder()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        string other = town.AddTill("Kiosk");
        using var card = town.User("Alice", 5000);
        var h = town.Pay(till, card, 1250).Payments.Single();
        var bad = h with { SU = [.. h.SU.Reverse()] };
        Assert.That((await town.SubmitRaw(till, [0xE1, 0x01, 0x00])).Single().Verdict, Is.EqualTo(Verdict.Malformed));
        Assert.That((await town.Submit(till, bad)).Single().Verdict, Is.EqualTo(Verdict.BadSignature));
        Assert.That((await town.Submit(other, h)).Single().Verdict, Is.EqualTo(Verdict.TillUnknown), "another shop's payment");
        town.Clock.Advance(TimeSpan.FromDays(-2));
        town.Issuer.AcceptClock();
        Assert.That((await town.Submit(till, h)).Single().Verdict, Is.EqualTo(Verdict.Early));
        town.Clock.Advance(TimeSpan.FromDays(2) + town.Options.Terms.SettlePeriod + TimeSpan.FromSeconds(1));
        Assert.That((await town.Submit(till, h)).Single().Verdict, Is.EqualTo(Verdict.Late));
        town.Clock.Advance(-town.Options.Terms.SettlePeriod);
        town.Issuer.AcceptClock();
        Assert.That((await town.Submit(till, h)).Single().Verdict, Is.EqualTo(Verdict.Settled), "no refusal before spoilt it");
        Assert.That((await town.Submit(till, h, bad)).Select(r => r.Verdict), Is.EqualTo(new[] { Verdict.Settled, Verdict.BadSignature }));
    }

    /// <summary>
    /// Somebody has a shop's link, but not its till's key: what it submits under the till's name is refused whole, and nothing is settled.
    /// </summary>
    [Test, Rule(3)]
    public async Task ABatchThatItsTillDidNotSignIsRefused()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 5000);
        var h = town.Pay(till, card, 1250).Payments.Single();
        using var key = town.TillKey(till);
        using var thief = town.Options.Suite.GenerateKey();
        var now = Timestamp.Now(town.Clock);
        var forged = Submission.Sign(thief, new PartyId(1), [h.Id.Value], now) with { TillKey = key.PublicKey.Bytes.ToArray() };
        var moved = Submission.Sign(key, new PartyId(1), [Digest.Of("another payment"u8)], now);
        foreach (var submission in new[] { forged, moved })
        {
            var reply = await town.TillLink(till).Call(SettleMessage.Of(submission, [h]).ToMessage(), default);
            Assert.That(Refusal.Read(reply)?.Reason, Is.EqualTo(RefusalReason.BadSignature));
        }

        Assert.That(town.Issuer.Registry.FindBank(town.UserBank.Id)!.Circulation.Settled.IsZero);
        Assert.That((await town.Submit(till, h)).Single(), Has.Property("Verdict").EqualTo(Verdict.Settled).And.Property("Repeated").False);
    }

    private static async Task<IReadOnlyList<ClearingInstruction>> Instructions(SimulatedTown town, PartyId bank) =>
        (await town.IssuerLink(new LinkPeer(LinkRole.Bank, bank), "test").Ask(new InstructionsMessage(0), default)).Reply!.Transfers;

    private sealed class TransferForger(ILink inner) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await inner.Call(request, cancel);
            var transfers = reply.As<InstructionsReply>()?.Transfers;
            return transfers is null ? reply : LinkBody.Kept<InstructionsReply>(
                transfers.Select(t => (t with { Total = t.Total + new Amount(1) }).Encode()).ToList());
        }
    }
}
