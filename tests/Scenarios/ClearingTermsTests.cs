using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>What banks say, or do not, of their instructions, and when it has consequences (R8, R10).</summary>
[Parallelizable]
public sealed partial class ClearingTermsTests
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
        await town.Till("till-1").Refund(paid.Sale.Time, null, town.TillLink("till-1"), default).OrRefuse();
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
