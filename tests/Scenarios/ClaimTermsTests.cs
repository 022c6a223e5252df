using HierCash.Protocol.Cash;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Scenarios;

/// <summary>An issuer that claims more than stands at the time of booking, and struck payments in dossiers (R9).</summary>
[Parallelizable]
public sealed class ClaimTermsTests
{
    /// <summary>
    /// A coin of 50.00 paid three times 30.00; the issuer had called the first dead. Of its 40.00 only 10.00 exceed X, so 10.00 are booked.
    /// </summary>
    [Test, Rule(9)]
    public async Task NoClaimBeyondTheExcessThatStands()
    {
        using var town = Towns.Make();
        var claims = await Claims(town, 3000, 3000, 3000);
        await claims.Strike(p => p.Receipt.Share.Guaranteed.IsZero);
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        Assert.That(await claims.Book(1001), Is.Zero);
        Assert.That(await claims.Book(1000), Is.EqualTo(-1000));
    }

    /// <summary>All that stands is within X: the case is over, and its guarantee with it.</summary>
    [Test, Rule(9)]
    public async Task NoClaimOnACaseThatIsOver()
    {
        using var town = Towns.Make();
        var claims = await Claims(town, 5000, 2000);
        await claims.Strike(p => p.Receipt.Share.Guaranteed.IsZero);
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        Assert.That(await claims.Book(2000), Is.Zero);
    }

    /// <summary>
    /// 45.00, two guaranteed payments of 20.00, and 50.00 that are above the floor limit. One of the two is struck out: 20.00 exceed X,
    /// 15.00 are promised.
    /// </summary>
    [Test, Rule(9)]
    public async Task NoClaimBeyondThePromisesThatStand()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { FloorLimit = new Amount(3000) } });
        var claims = await Claims(town, 4500, 2000, 2000, 5000);
        await claims.Strike(p => p.Receipt.Share.Guaranteed.Minor == 2000);
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        Assert.That(await claims.Book(1501), Is.Zero);
        Assert.That(await claims.Book(1500), Is.EqualTo(-1500));
    }

    /// <summary>
    /// Another copy pays 30.00 a day later. Of these the user has had notice for less than the term; of the 20.00 before the term is over.
    /// </summary>
    [Test, Rule(9), Rule(5)]
    public async Task NoClaimBeyondWhatTheUserHadNoticeOf()
    {
        using var town = Towns.Make();
        var claims = await Claims(town, 5000, 2000);
        town.Clock.Advance(TimeSpan.FromHours(20));
        string bakery = town.AddTill("Bakery");
        using var copy = claims.Card.Clone();
        Assert.That(await town.Shares(bakery, town.Sign(copy, bakery, 3000)), Is.EqualTo((0UL, 3000UL, 0UL)));
        await town.RunCycle();
        Assert.That(claims.File.Dossier.Header.Claimed.Minor, Is.EqualTo(5000));
        town.Clock.Advance(town.Options.Terms.DisputeTerm - TimeSpan.FromHours(19));
        Assert.That(await claims.Book(2001), Is.Zero);
        Assert.That(await claims.Book(2000), Is.EqualTo(-2000));
    }

    /// <summary>The same claim under another number is not booked again.</summary>
    [Test, Rule(9)]
    public async Task AClaimIsBookedOnce()
    {
        using var town = Towns.Make();
        var claims = await Claims(town, 5000, 2000);
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        Assert.That(await claims.Book(2000), Is.EqualTo(-2000));
        Assert.That(await claims.Book(2000), Is.EqualTo(-2000));
    }

    /// <summary>
    /// The largest payment is refunded by the book: the next dossier proves the rest without it, and the overspender does not get away.
    /// </summary>
    [Test, Rule(9)]
    public async Task WhatWasTakenBackIsInNoDossier()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string[] tills = [town.AddTill("Kiosk"), town.AddTill("Bakery")];
        using var mallory = town.User("Mallory", 5000);
        var first = town.Pay(cafe, mallory.Clone(), 5000);
        await town.Settle(cafe);
        foreach (string till in tills)
        {
            using var copy = mallory.Clone();
            await town.Submit(till, town.Sign(copy, till, 3000));
        }

        await town.RunCycle();
        await town.Till(cafe).Refund(first.Sale.Time, null, town.TillLink(cafe), default).OrRefuse();
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        Assert.That(file.Dossier.Payments.Select(h => h.Paid.Minor), Is.EqualTo(new[] { 3000UL, 3000UL }));
        var finding = town.Check(file);
        Assert.That((finding.Culprit, finding.Claimable.Minor), Is.EqualTo((Culprit.User, 1000UL)));
        await town.LetDaysPass(33);
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-1000));
        Assert.That(tills.Select((_, i) => town.ShopAccount(i == 0 ? "Kiosk" : "Bakery").Minor), Is.All.EqualTo(3000));
        town.AssertSound();
    }

    /// <summary>
    /// The bank learns of no more payments than prove the excess: of 1.00, 2.00, 47.00 and a copy's 50.00 two are enough.
    /// </summary>
    [Test, Rule(9)]
    public async Task ADossierHasNoMoreThanProvesIt()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { Excess = ExcessPolicy.Refuse } });
        var claims = await Claims(town, 100, 200, 4700, 5000);
        Assert.That(claims.File.Dossier.Payments.Select(h => h.Paid.Minor), Is.EqualTo(new[] { 5000UL, 4700UL }));
        Assert.That(town.Check(claims.File).Culprit, Is.EqualTo(Culprit.User));
    }

    /// <summary>
    /// A coin of 50.00 of which copies pay these, each at another till; the bank has the case, and from here on an issuer of our own
    /// making.
    /// </summary>
    private static async Task<Claimer> Claims(SimulatedTown town, params ulong[] payments)
    {
        var card = town.User("Mallory", 5000);
        foreach (ulong minor in payments)
        {
            string till = town.AddTill($"Shop {town.Tills.Count}");
            using var copy = card.Clone();
            await town.Submit(till, town.Sign(copy, till, minor));
        }

        await town.RunCycle();
        return new Claimer(town, card);
    }

    private sealed class Claimer(SimulatedTown town, TownCard card)
    {
        public TownCard Card => card;

        public Evidence File => town.UserBank.EvidenceFiles.Single();

        /// <summary>The issuer had pronounced dead what it counted, and the user says so in time.</summary>
        public async Task Strike(Func<DossierEntry, bool> which)
        {
            var h = File.Dossier.Entries.First(which).H;
            (await town.UserBank.Rebut(File.Dossier.Coin, town.Dead(h, DeathBasis.TermOver, File.Date), default)).OrRefuse();
        }

        /// <summary>The issuer instructs the bank to pay this out of its claims.</summary>
        /// <returns>The bank's claims account afterwards.</returns>
        public async Task<long> Book(ulong minor)
        {
            using var key = town.StatementKey;
            var lying = new ScriptedIssuer([], town.UserBankLink())
            {
                Instruction = number => ClearingInstruction.Sign(
                    key, new PartyId(1), number, town.UserBank.Id, TransferKind.ClaimDebit, File.Dossier.Coin.Value, new Amount(minor),
                    Currency.Eur, Timestamp.Now(town.Clock)),
            };
            (await town.BankOver("bank-1", lying).FetchInstructions(default)).ThrowIfAny();
            return town.UserBank.Audit.Claims;
        }
    }
}
