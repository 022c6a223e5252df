using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>What banks say, or do not, of their instructions, and when it has consequences (R8, R10).</summary>
[Parallelizable]
public sealed class ClearingTermsTests
{
    /// <summary>
    /// A bank that speaks of instructions which were never made fills no table, and starts no term of what is made later.
    /// </summary>
    [Test, Rule(10)]
    public async Task ABankSpeaksOnlyOfInstructionsThatWereMade()
    {
        using var town = Towns.Make();
        await Spend(town);
        var bank = new BankThatLies(town, "bank-1");
        var invented = Enumerable.Range(2, 100).Select(n => bank.Sign((ulong)n, BookingOutcome.BeyondFloat)).ToArray();
        foreach (ulong seen in new ulong[] { 1_000_000, long.MaxValue })
        {
            var refusal = Refusal.Read(await bank.Say(seen, invented));
            Assert.That(refusal?.Reason, Is.EqualTo(RefusalReason.NotAllowed));
            Assert.That(refusal.Text, Is.EqualTo($"This bank speaks of instruction {seen}, and only 1 were ever made for it."));
        }

        Assert.That(Refusal.Read(await bank.Say(2))?.Reason, Is.EqualTo(RefusalReason.NotAllowed), "the next one");
        Assert.That((town.Rows("issuer")["parked"], town.Issuer.Queues.Unfetched), Is.EqualTo((0L, 2L)),
            "nothing is stored, nothing acknowledged");
        Assert.That(town.Issuer.Alarms.Select(a => (a.Kind, a.Times)), Is.EqualTo(new[] { ("word about what was never instructed", 3L) }));
        Assert.That(Refusal.Read(await bank.Say(1, bank.Sign(1, BookingOutcome.BeyondFloat))), Is.Null, "of what was made it may speak");
        Assert.That(town.Issuer.Parked.Single().Reason, Is.EqualTo(BookingOutcome.BeyondFloat));
    }

    /// <summary>
    /// A shop's bank that fetched its credit and never comes for what its shop gave back: the issuer says so, once, and stops nothing.
    /// </summary>
    [Test, Rule(8)]
    public async Task WhatABankNeverFetchesRaisesAnAlarmOnce()
    {
        using var town = Towns.Make();
        var paid = await Spend(town);
        await town.RunCycle();
        await town.Till("till-1").Refund(paid.Sale.Time, null, town.TillLink("till-1"), default);
        town.Issuer.CloseCycle();
        (await town.UserBank.Run(default)).ThrowIfAny();
        town.Clock.Advance(town.Options.Terms.DisputeTerm - TimeSpan.FromHours(1));
        town.Issuer.CloseCycle();
        Assert.That(town.Issuer.Alarms, Is.Empty, "before the term");
        for (int day = 0; day < 3; day++)
        {
            town.Clock.Advance(TimeSpan.FromDays(1));
            town.Issuer.CloseCycle();
            (await town.UserBank.Run(default)).ThrowIfAny();
        }

        var missing = town.Issuer.Parked.Single();
        Assert.That((missing.Bank, missing.Kind, missing.TermOver, missing.StopsIssuing),
            Is.EqualTo((town.ShopBank.Id, TransferKind.ShopDebit, true, false)));
        Assert.That(town.Issuer.Alarms.Select(a => (a.Kind, a.Subject, a.Times)),
            Is.EqualTo(new[] { ("instruction not fetched", $"{missing.Bank.Value:x8}{missing.Number:x16}", 1L) }));
        await town.RunCycle();
        Assert.That((town.Issuer.Parked.Count, town.ShopAccount().Minor), Is.EqualTo((0, 0UL)));
        town.AssertSound();
    }

    /// <summary>
    /// A bank that comes on day 61 gets dossier and claim at once. It books on day 91, when the term of its notice ends, and nobody stops
    /// it on the morning of that day; only if it lets the day go by.
    /// </summary>
    [TestCase(true)]
    [TestCase(false)]
    [Rule(8)]
    public async Task ABankThatWasAwayIsNotStoppedBeforeItCanBook(bool books)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var alice = town.User("Alice", 500);
        using var copy = mallory.Clone();
        town.Pay(cafe, mallory, 5000);
        town.Pay(kiosk, copy, 2000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        town.Clock.Advance((town.Options.Terms.DisputeTerm * 2) + TimeSpan.FromHours(1));
        town.Issuer.CloseCycle();
        await town.RunCycle();
        Assert.That(town.UserBank.Parked.Single().Reason, Is.EqualTo(BookingOutcome.ClaimNotVerified));

        town.Clock.Advance(town.Options.Terms.DisputeTerm);
        town.Issuer.CloseCycle();
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(Wallet.WithdrawalOutcome.Issued),
            "the morning of the day on which it can book");
        if (books)
        {
            await town.RunCycle();
            Assert.That((town.UserBank.Parked.Count, town.UserBank.Audit.Claims), Is.EqualTo((0, -2000L)));
        }

        town.Clock.Advance(TimeSpan.FromHours(25));
        town.Issuer.CloseCycle();
        Assert.That(town.Withdraw(alice, 200).Outcome,
            Is.EqualTo(books ? Wallet.WithdrawalOutcome.Issued : Wallet.WithdrawalOutcome.Reversed));
    }

    /// <summary>
    /// A bank says of a claim that is proven that it is not, until the coin is forgotten and the proof with it: it stays stopped.
    /// </summary>
    [Test, Rule(8)]
    public async Task WhatWasProvenStaysADebtWhenItsCoinIsForgotten()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { LifetimeQuarters = 1 } });
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var alice = town.User("Alice", 500);
        using var copy = mallory.Clone();
        town.Pay(cafe, mallory, 5000);
        town.Pay(kiosk, copy, 2000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        var bank = new BankThatLies(town, "bank-1");
        var seen = new List<ClearingInstruction>();
        bool wasStopped = false;
        for (int i = 0; i < 90; i++)
        {
            town.Clock.Advance(TimeSpan.FromDays(7));
            town.Issuer.CloseCycle();
            town.Issuer.Purge();
            seen.AddRange((await bank.Fetch()).Where(t => seen.Count == 0 || t.Number > seen[^1].Number));
            await bank.Say(seen.Count == 0 ? 0 : seen[^1].Number,
                [.. seen.Where(t => t.Kind == TransferKind.ClaimDebit).Select(t => bank.Sign(t.Number, BookingOutcome.ClaimNotVerified))]);
            wasStopped |= town.Issuer.Parked.Any(p => p.StopsIssuing);
        }

        Assert.That((wasStopped, town.Rows("issuer")["trace_case"]), Is.EqualTo((true, 0L)), "the coin is forgotten");
        Assert.That(town.Issuer.Parked.Single(p => p.Kind == TransferKind.ClaimDebit).StopsIssuing);
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(Wallet.WithdrawalOutcome.Reversed));
    }

    /// <summary>
    /// In a coin's last hour Den voids Alice's 30.00 and settles them on top of her 50.00. Her bank comes on day 20, her wallet shows S_W
    /// on day 45: in time. The coin's terms are over by then, but not the promise: nothing is claimed, and nobody of that bank is stopped.
    /// </summary>
    [Test, Rule(4), Rule(5), Rule(8)]
    public async Task ARebuttalInTimeStopsNoBank()
    {
        using var town = Towns.Make();
        string den = town.AddTill("Den");
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        using var bob = town.User("Bob", 1000);
        var expiry = alice.Coins()[0].Coin.Terms.Expiry.End;
        town.Clock.Advance(TimeSpan.FromMicroseconds(expiry.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(1));
        var h = town.SignAndVoid(alice, den, 3000);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(town.Pay(cafe, alice, 5000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        await town.Settle(cafe);
        Assert.That((await town.Submit(den, h)).Single().Share.Guaranteed.Minor, Is.EqualTo(3000));
        for (int day = 1; day <= 120; day++)
        {
            town.Clock.Advance(TimeSpan.FromDays(1));
            town.Issuer.CloseCycle();
            (await town.ShopBank.Run(default)).ThrowIfAny();
            if (day >= 20)
            {
                (await town.UserBank.Run(default)).ThrowIfAny();
            }

            if (day == 45)
            {
                Assert.That((await town.Wallet.Rebut(alice.Card, alice.Pin, default)).Single().Stands, Is.False);
            }

            Assert.That(town.Issuer.Parked.Where(p => p.StopsIssuing), Is.Empty, $"day {day}");
        }

        Assert.That((town.ShopAccount("Den").Minor, town.UserBank.Audit.Claims, town.UserBank.Parked.Count), Is.EqualTo((0UL, 0L, 0)));
        Assert.That(town.Withdraw(bob, 200).Outcome, Is.EqualTo(Wallet.WithdrawalOutcome.Issued));
    }

    /// <summary>
    /// Holder and shop, in the last hours of a coin: 45.00 to the friend, and copies. An honest shop refunds weeks later, so there is a
    /// second dossier, whose notice runs beyond all terms of the coin. The friend's S_W, stamped by the issuer on its last day but one,
    /// acquits the holder, whenever it is shown: it costs the friend what it had, and the bank nothing. When the issuer forgets the coin,
    /// it moves no claim any more.
    /// </summary>
    [TestCase(0, false)]
    [TestCase(100, false)]
    [TestCase(165, true)]
    [Rule(4), Rule(5), Rule(8)]
    public async Task WhatAcquitsTheHolderInTheLastDaysMovesTheMoneyToo(int shownLater, bool isTooLate)
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var other = mallory.Clone();
        string friend = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        string bakery = town.AddTill("Bakery");
        var expiry = mallory.Coins()[0].Coin.Terms.Expiry.End;
        town.Clock.Advance(TimeSpan.FromMicroseconds(expiry.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(2));
        await town.RunCycle();
        var sale = town.Pay(friend, mallory, 4500).Payments.Single();
        town.Pay(kiosk, copy, 5000);
        var third = town.Pay(bakery, other, 5000);
        town.Clock.Advance(TimeSpan.FromHours(1));
        await town.Settle(friend);
        await town.Settle(kiosk);
        await town.Settle(bakery);
        await Days(town, 20);
        await town.Till(bakery).Refund(third.Sale.Time, null, town.TillLink(bakery), default);
        await town.RunCycle();
        var until = town.UserBank.EvidenceFiles.Single().Notice.Until;
        Assert.That(until, Is.GreaterThan(expiry.Plus(town.Options.Terms.SettlePeriod + town.Options.Terms.DisputeTerm)));
        await Days(town, 28);
        Assert.That((town.UserBank.Audit.Claims, town.ShopAccount("Kiosk").Minor), Is.EqualTo((-4500L, 5000UL)),
            "the bank has paid for the holder by then");
        using var key = town.TillKey(friend);
        using var issuer = town.StatementKey;
        var rebuttal = new Rebuttal([VoidStatement.Sign(key, sale)], [], []);
        rebuttal = rebuttal.With(Stamp.Sign(issuer, new PartyId(1), StampRole.Issuer, rebuttal.Digest, Timestamp.Now(town.Clock)), []);
        await Days(town, shownLater);
        var answer = await town.UserBank.Handle(LinkPeer.Wallet, new RebutMessage(sale.Coin.Id, rebuttal).ToMessage(), default);
        Assert.That(answer.As<RebutReply>()!.Stands, Is.EqualTo(isTooLate));
        Assert.That(
            answer.As<RebutReply>()!.Stamp.Role, Is.EqualTo(
                isTooLate ? StampRole.Witness : StampRole.Bank), "no shop is named where no reversal can come any more");
        await Days(town, 20);
        Assert.That(
            (town.UserBank.Audit.Claims, town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor),
            Is.EqualTo(isTooLate ? (-4500L, 4500UL, 5000UL) : (0L, 0UL, 5000UL)));
        town.AssertSound();
        await Days(town, 150);
        Assert.That(town.Rows("issuer")["trace_case"], Is.Zero, "and then it is forgotten");
    }

    /// <summary>
    /// Holder and shop show two S_W early, one of a payment that no dossier holds yet, and bring a third on the last day of the case's
    /// term. A dossier that is made then holds the second: its S_W comes too late for the issuer, so it acquits nobody for money.
    /// </summary>
    [Test, Rule(4), Rule(5)]
    public async Task WhatWasHeardEarlyAcquitsNobodyOnceItMovesNothing()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var second = mallory.Clone();
        using var third = mallory.Clone();
        string friend = town.AddTill("Den");
        string kiosk = town.AddTill("Kiosk");
        using var key = town.TillKey(friend);
        var expiry = mallory.Coins()[0].Coin.Terms.Expiry.End;
        town.Clock.Advance(TimeSpan.FromMicroseconds(expiry.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(2));
        await town.RunCycle();
        CashPayment At(TownCard card)
        {
            town.Clock.Advance(TimeSpan.FromSeconds(1));
            return town.Sign(card, friend, 4500);
        }

        CashPayment[] sales = [town.Pay(friend, mallory, 4500).Payments.Single(), At(second), At(third)];
        sales = [.. sales.OrderBy(h => h.Id.ToString(), StringComparer.Ordinal)];
        await town.Settle(friend);
        town.Pay(kiosk, copy, 5000);
        await town.Settle(kiosk);
        await Days(town, 3);
        await town.Submit(friend, sales[0], sales[1], sales[2]);
        await Days(town, 60);
        Evidence Newest() => town.UserBank.EvidenceFiles.Single();
        var inFile = sales.First(h => Newest().Dossier.Payments.Any(p => p.Id == h.Id));
        var others = sales.Where(h => h.Id != inFile.Id).ToList();
        using var issuer = town.StatementKey;
        var shown = new Rebuttal([VoidStatement.Sign(key, inFile), VoidStatement.Sign(key, others[1])], [], []);
        shown = shown.With(Stamp.Sign(issuer, new PartyId(1), StampRole.Issuer, shown.Digest, Newest().Date), []);
        (await town.UserBank.Rebut(inFile.Coin.Id, shown, default)).OrRefuse();
        await Days(town, 2);
        Assert.That(Newest().Dossier.Payments.Select(h => h.Id), Does.Contain(others[0].Id).And.Not.Contain(others[1].Id));
        var lastDay = expiry.Plus(town.Options.Terms.DisputedTerm);
        town.Clock.Advance(TimeSpan.FromMicroseconds(lastDay.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(
            1));
        Assert.That(RawMessages.UploadVoid(town, others[0], key), "one hour before the end");
        await town.RunCycle();
        Assert.That(Newest().Dossier.Payments.Select(h => h.Id), Does.Contain(others[1].Id));
        await Days(town, 3);
        Assert.That(town.UserBank.Notices(Newest().Order.User), Has.Count.EqualTo(1),
            "the accusation stands: nothing was given back for that");
    }

    private static async Task Days(SimulatedTown town, int days)
    {
        for (int day = 0; day < days; day++)
        {
            town.Clock.Advance(TimeSpan.FromDays(1));
            await town.RunCycle();
        }
    }

    /// <summary>
    /// A bank that has the claim says only on the last day of its term that the dossier proves it: its debt is put off by a day, and no
    /// more.
    /// </summary>
    [Test, Rule(8)]
    public async Task ABankThatFindsLatePutsNothingOff()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var alice = town.User("Alice", 500);
        using var copy = mallory.Clone();
        town.Pay(cafe, mallory, 5000);
        town.Pay(kiosk, copy, 2000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        town.Clock.Advance((town.Options.Terms.DisputeTerm * 2) + TimeSpan.FromHours(1));
        town.Issuer.CloseCycle();
        var bank = new BankThatLies(town, "bank-1");
        var claim = (await bank.Fetch()).Single(t => t.Kind == TransferKind.ClaimDebit);
        await bank.Say(claim.Number, bank.Sign(claim.Number, BookingOutcome.ClaimNotVerified));
        town.Clock.Advance(town.Options.Terms.DisputeTerm - TimeSpan.FromHours(2));
        var link = town.UserBankLink();
        var header = (await link.Ask(new DossiersMessage(null), default)).Reply?.Header;
        await link.Call(new DossierOutcomeMessage(header!.Coin, header.Revision, Proof.Excess).ToMessage(), default);
        town.Issuer.CloseCycle();
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(Wallet.WithdrawalOutcome.Issued));
        town.Clock.Advance(TimeSpan.FromDays(3));
        town.Issuer.CloseCycle();
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(Wallet.WithdrawalOutcome.Reversed));
    }

    /// <summary>A bank finds nothing proven, and no dossier proves it either, because it would be too large: nothing is claimed.</summary>
    [Test, Rule(8), Rule(9)]
    public async Task NothingIsClaimedThatNoDossierProves()
    {
        var suite = new Suite.KeepingSuite(new Protocol.Suite.BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        town.Issuer.MostDossierPages = 1;
        string till = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 260);
        var coin = mallory.Coins().Single().Coin;
        using var key = suite.SecretOf(coin.NU);
        var start = Timestamp.Now(town.Clock);
        var last = await town.Submit(till, [.. Enumerable.Range(1, 261).Select(seq =>
        {
            var unsigned = new CashPayment(coin, (ushort)seq, new Amount(260), start.Plus(TimeSpan.FromMicroseconds(seq)),
                town.Till(till).W, new Amount(1), []);
            return unsigned with { SU = key.Sign(unsigned.Message) };
        })]);
        Assert.That(last[^1].Share.Guaranteed.Minor, Is.EqualTo(1));
        await town.LetDaysPass(62);
        Assert.That((town.UserBank.Parked.Count, town.UserBank.Audit.Claims, town.Rows("issuer")["claim_payment"]),
            Is.EqualTo((0, 0L, 0L)));
    }

    /// <summary>
    /// A bank whose clock was set back between two words about one instruction: the later word is dated later, or the issuer would take it
    /// for the earlier.
    /// </summary>
    [Test, Rule(8)]
    public async Task TheLaterWordIsDatedLater()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var order = RawMessages.Orders(town).First();
        var issuer = new InventedInstructions(town, town.UserBank.Id);
        issuer.Sign(TransferKind.ReturnCredit, order.Request.Value, 9000);
        var bank = town.BankOver("bank-1", issuer);
        (await bank.Run(default)).ThrowIfAny();
        (await bank.Run(default)).ThrowIfAny();
        town.Withdraw(alice, 8000);
        town.Clock.Advance(TimeSpan.FromHours(-2));
        (await bank.Run(default)).ThrowIfAny();
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(issuer.Heard[^1].Outcome, Is.EqualTo(BookingOutcome.Booked));
        Assert.That(issuer.Heard[^1].Date, Is.GreaterThan(issuer.Heard[0].Date));
    }

    /// <summary>What the float did not hold waits for another reason once it does: the bank signs that one too.</summary>
    [Test, Rule(8)]
    public async Task ABankSignsEachNewReason()
    {
        using var town = Towns.Make();
        var issuer = new InventedInstructions(town, town.ShopBank.Id);
        issuer.Sign(TransferKind.ReturnCredit, Digest.Of("nobody's"u8), 100);
        var bank = town.BankOver("bank-2", issuer);
        (await bank.Run(default)).ThrowIfAny();
        issuer.Sign(TransferKind.FloatRestore, default, 200);
        (await bank.Run(default)).ThrowIfAny();
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(issuer.Heard.Select(s => (s.Number, s.Outcome)),
            Is.EqualTo(new[] { (1UL, BookingOutcome.BeyondFloat), (1UL, BookingOutcome.NoWithdrawal) }));
    }

    /// <summary>10.00 at the cafe, settled, and the cycle closed: one instruction for each bank.</summary>
    private static async Task<Shop.TillResult> Spend(SimulatedTown town)
    {
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var paid = town.Pay(till, alice, 1000);
        await town.Settle(till);
        town.Issuer.CloseCycle();
        return paid;
    }
}
