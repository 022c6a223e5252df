using HierCash.Card.Client;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>Rule R3: a void or a reversal after the evidence frames nobody, and who did it is named.</summary>
[Parallelizable]
public sealed class BlameTests
{
    /// <summary>
    /// Finding 4: a clone pays 30.00 and 30.00 of 50.00; the first shop refunds by the book. It is not blamed, the second gets its money,
    /// no claim is left.
    /// </summary>
    [Test, Rule(3)]
    public async Task ARefundByTheBookAfterTheEvidenceBlamesNobody()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var first = town.Pay(cafe, mallory, 3000);
        town.Pay(kiosk, copy, 3000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        Assert.That(town.Check(file).Culprit, Is.EqualTo(Culprit.User));

        await town.Till(cafe).Refund(first.Sale.Time, mallory.Card, town.TillLink(cafe), default).OrRefuse();
        var rebuttal = await town.Wallet.MakeRebuttal(mallory.Card, mallory.Pin, default);
        Assert.That(rebuttal.Voids, Has.Count.EqualTo(1));
        var before = town.Check(file, new Defence([rebuttal], []));
        Assert.That((before.IsProven, before.Culprit), Is.EqualTo((false, Culprit.ShopToAnswer)), before.Finding);
        var answer = ShopAnswer.Decode(town.Till(cafe).Answer(first.Payments.Single().Id.ToString()).OrRefuse().Encode())!;
        var asked = town.Check(file, new Defence([rebuttal], [answer], ShopIsSilent: true));
        Assert.That((asked.IsProven, asked.Culprit), Is.EqualTo((false, Culprit.Nobody)), asked.Finding);

        // The issuer's reversal is filed with the evidence: from then on the file itself says so, whatever the shop does.
        await town.RunCycle();
        var filed = Evidence.Decode(town.UserBank.EvidenceFiles.Single().Encode())!;
        Assert.That(filed.Reversals, Has.Count.EqualTo(1));
        Assert.That(town.Check(filed, new Defence([rebuttal], [], ShopIsSilent: true)).Culprit, Is.EqualTo(Culprit.Nobody));
        Assert.That(town.UserBank.Notices(town.UserBank.Accounts.Single().User), Is.Empty);
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromDays(2));
        await town.RunCycle();
        await town.RunCycle();
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims),
            Is.EqualTo((0UL, 3000UL, 0L)));
        town.AssertSound();
    }

    /// <summary>
    /// The same with a third shop: the refund pays part of the excess, another payment takes the place of the refunded one, and the
    /// overspender is not acquitted.
    /// </summary>
    [Test, Rule(3), Rule(9)]
    public async Task ARefundDoesNotAcquitWhoOverspentAllTheSame()
    {
        using var town = Towns.Make();
        using var copied = await CopiedCard.Spend(town, ("Cafe", 3000), ("Kiosk", 3000), ("Bakery", 3000));
        var (mallory, first) = (copied.Cards[0], copied.Paid[0]);
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles.Single().Dossier.Header.Claimed.Minor, Is.EqualTo(4000));
        await town.Till(copied.Tills[0]).Refund(first.Sale.Time, mallory.Card, town.TillLink(copied.Tills[0]), default).OrRefuse();
        var shown = (await town.Wallet.Rebut(mallory.Card, mallory.Pin, default)).Single();
        Assert.That(shown.Rebuttal.Stamps.Select(s => s.Role), Is.EqualTo(new[] { StampRole.Issuer, StampRole.Bank }));
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        Assert.That(file.Dossier.Header.Revision, Is.EqualTo(2));
        Assert.That(file.Dossier.Payments.Select(h => h.Id), Does.Not.Contain(first.Payments.Single().Id));
        Assert.That(file.Reversals.Select(r => r.Payment), Is.EqualTo(new[] { first.Payments.Single().Id }),
            "what was filed stands in each later revision");
        var finding = town.Check(file, new Defence([shown.Rebuttal], []));
        Assert.That((finding.Culprit, finding.Spent.Minor, finding.Claimable.Minor), Is.EqualTo((Culprit.User, 6000UL, 1000UL)));
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromDays(2));
        await town.RunCycle();
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-1000));
        Assert.That(new[] { "Cafe", "Kiosk", "Bakery" }.Select(s => town.ShopAccount(s).Minor), Is.EqualTo(new[] { 0UL, 3000UL, 3000UL }));
        town.AssertSound();
    }

    /// <summary>
    /// A shop takes back and settles: not blamed before it was asked, blamed when it shows nothing; nobody else can answer for it.
    /// </summary>
    [Test, Rule(3)]
    public async Task AShopThatShowsNoReversalIsNamed()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        string till = town.AddTill("Cafe");
        var (file, rebuttal, h) = await SettledAllTheSame(town, alice, till);
        Assert.That(town.Check(file, new Defence([rebuttal], [])).Culprit, Is.EqualTo(Culprit.ShopToAnswer));
        using var key = town.TillKey(till);
        using var strange = town.Options.Suite.GenerateKey();
        var nothing = ShopAnswer.Sign(key, h.Id, file.Date, true, null, null);
        var foreign = ShopAnswer.Sign(strange, h.Id, file.Date, true, null, null);
        var other = ShopAnswer.Sign(key, file.Dossier.Payments.First(p => p.Id != h.Id).Id, file.Date, true, null, null);
        using var statement = town.StatementKey;
        var forged = ShopAnswer.Sign(key, h.Id, file.Date, true, Reversal.Sign(key, new PartyId(1), h.Id, h.Paid, h.Paid, file.Date),
            file.Dossier.Header.StatementKeys[0]);
        using var bank = town.BankKey("bank-1");
        rebuttal = rebuttal.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, file.Date), []);
        Assert.That(town.Check(file, new Defence([rebuttal], [nothing])).Culprit, Is.EqualTo(Culprit.Shop));
        Assert.That(town.Check(file, new Defence([rebuttal], [forged])).Culprit, Is.EqualTo(Culprit.Shop),
            "a reversal that the issuer did not sign");
        Assert.That(town.Check(file, new Defence([rebuttal], [], ShopIsSilent: true)).Culprit, Is.EqualTo(Culprit.Shop));
        Assert.That(town.Check(file, new Defence([rebuttal], [foreign, other])).Culprit, Is.EqualTo(Culprit.ShopToAnswer),
            "not that till's answer, or not about that payment");

        // The bank brings {H, S_W} to the issuer, which takes it back at the shop's cost: made good.
        (await town.UserBank.Rebut(h.Coin.Id, rebuttal, default)).OrRefuse();
        await town.RunCycle();
        Assert.That(town.Check(town.UserBank.EvidenceFiles.Single(), new Defence([rebuttal], [nothing])).Culprit,
            Is.EqualTo(Culprit.Nobody));
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor), Is.EqualTo((0UL, 5000UL)));
    }

    /// <summary>
    /// A thief has a till's key, and pays there with a coin that he overspends. When nothing can be taken back any more he signs S_W with
    /// it and shows that: the payment is struck out, and the shop, which can only be silent, is not named.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task AStolenKeyNamesNoShopWhenTheTermIsOver([Values("", "late", "issuer")] string stamped)
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        string cafe = town.AddTill("Cafe");
        var h = town.Pay(cafe, mallory, 3000).Payments.Single();
        string kiosk = town.AddTill("Kiosk");
        town.Pay(kiosk, copy, 3000);
        await town.Settle(kiosk);
        await town.Settle(cafe);
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        using var stolen = town.TillKey(cafe);
        using var statement = town.StatementKey;
        var shown = new Rebuttal([VoidStatement.Of(h, stolen.PublicKey.Bytes.ToArray(), stolen.Sign(SignedMessage.Void(h.Id, h.Till)))], [],
            []);
        using var bank = town.BankKey("bank-1");
        var heard = Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, shown.Digest, file.Date);
        shown = stamped switch
        {
            "late" => shown.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, shown.Digest, file.Notice.Until), []),

            // He had the issuer stamp its hash in time, and showed it to nobody.
            "issuer" => shown.With(Stamp.Sign(statement, new PartyId(1), StampRole.Issuer, shown.Digest, file.Date),
                file.Dossier.Header.StatementKeys),
            _ => shown,
        };
        var finding = town.Check(file, new Defence([shown], [], ShopIsSilent: true));
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Nobody)), finding.Finding);
        Assert.That(
            town.Check(file, new Defence([shown.With(heard, [])], [], ShopIsSilent: true)).Culprit, Is.EqualTo(Culprit.Shop),
            "the bank that sees it in time brings it to the issuer, which takes the payment back");
    }

    /// <summary>
    /// Two shops have taken back what they settled; of one that was shown in time, and it was asked. That says nothing of the other, whose
    /// key was stolen: each is judged by its own payment.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task AShopIsNamedByItsOwnPaymentOnly()
    {
        using var town = Towns.Make();
        using var copied = await CopiedCard.Spend(town, ("Cafe", 4500), ("Den", 4000), ("Kiosk", 4200));
        var (large, small) = (copied.Paid[0].Payments.Single(), copied.Paid[1].Payments.Single());
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        Assert.That(file.Dossier.Payments.Select(p => p.Id), Is.SupersetOf(new[] { large.Id, small.Id }));
        using var cafe = town.TillKey(copied.Tills[0]);
        using var den = town.TillKey(copied.Tills[1]);
        Rebuttal Shown(ISigningKey key, CashPayment h) =>
            new([VoidStatement.Of(h, key.PublicKey.Bytes.ToArray(), key.Sign(SignedMessage.Void(h.Id, h.Till)))], [], []);
        var inTime = Shown(den, small);
        using var bank = town.BankKey("bank-1");
        inTime = inTime.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, inTime.Digest, file.Date), []);
        var answer = ShopAnswer.Sign(den, small.Id, file.Date, true, null, null);
        var partly = town.Check(file, new Defence([inTime, Shown(cafe, large)], [answer]));
        Assert.That(partly.Culprit, Is.EqualTo(Culprit.Shop), partly.Finding + " (the stamp's certificate stands in the file)");
        Assert.That(partly.Finding, Does.Contain(small.Till.ToString()).And.Not.Contain(large.Till.ToString()));
        var silent = town.Check(file, new Defence([Shown(den, small), Shown(cafe, large)], [], ShopIsSilent: true));
        Assert.That(silent.Culprit, Is.EqualTo(Culprit.Nobody), "nothing was shown in time");
        var open = town.Check(file, new Defence([Shown(den, small), Shown(cafe, large)], [answer]));
        Assert.That((open.Culprit, open.Finding.Contains(large.Id.ToString(), StringComparison.Ordinal)),
            Is.EqualTo((Culprit.ShopToAnswer, true)), "the other was not asked");
    }

    /// <summary>An issuer settles what no shop submitted, and its till had taken back: S_W names the issuer, not the shop.</summary>
    [Test, Rule(3)]
    public async Task AnIssuerThatCountsWhatNoShopSubmittedIsNamed()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var (file, rebuttal, h) = await SettledAllTheSame(town, alice, town.AddTill("Cafe"));
        var invented = town.Resign(file.Dossier, d =>
            d, [.. file.Dossier.Entries.Select(e => e.H.Id == h.Id ? e with { Submission = null } : e)]);
        Assert.That(town.Check(town.Bear(file, invented)).Culprit, Is.EqualTo(Culprit.Issuer),
            "nobody is accused with what no shop submitted");
        Assert.That(town.Check(town.Bear(file, invented), new Defence([rebuttal], [], ShopIsSilent: true)).Culprit,
            Is.EqualTo(Culprit.Issuer));

        // Nor can it pass another batch's signature off as this payment's.
        var foreign = file.Dossier.Entries.First(e => e.H.Id != h.Id).Submission;
        var passed = town.Resign(file.Dossier, d =>
            d, [.. file.Dossier.Entries.Select(e => e.H.Id == h.Id ? e with { Submission = foreign } : e)]);
        Assert.That(passed.Check(town.Options.Suite, town.Scheme.Root, file.Order.EI), Is.EqualTo(Proof.ReceiptInvalid));
        Assert.That(town.Check(town.Bear(file, passed)).Culprit, Is.EqualTo(Culprit.Issuer));
    }

    /// <summary>After a reversal the issuer pronounces the payment dead, as it must: that does not make it a liar.</summary>
    [Test, Rule(3)]
    public async Task ADeadStatementAfterAReversalDoesNotBlameTheIssuer()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var h = file.Dossier.Payments.Single(p => p.Paid.Minor == 5000);
        var after = file.Date.Plus(TimeSpan.FromDays(1));
        Assert.That(town.Check(file, new Defence([town.Dead(h, DeathBasis.Voided, after)], [])).Culprit, Is.EqualTo(Culprit.Nobody));
        Assert.That(town.Check(file, new Defence([town.Dead(h, DeathBasis.TermOver, after)], [])).Culprit, Is.EqualTo(Culprit.Issuer),
            "never settled, it says of what it settled");
        var earlier = new Timestamp(file.Dossier.Header.Date.Microseconds - 1);
        Assert.That(town.Check(file, new Defence([town.Dead(h, DeathBasis.Voided, earlier)], [])).Culprit, Is.EqualTo(Culprit.Issuer),
            "dead, and counted afterwards");
    }

    /// <summary>
    /// The issuer's clock steps back by a second between the dossier and a refund by the book. Mallory has nothing to show but the dead
    /// statement, and somebody keeps the reversal from the judge: the issuer is no liar by that.
    /// </summary>
    [Test, Rule(3)]
    public async Task AClockThatStepsBackBlamesNoIssuer([Values] bool isRevoked)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var first = town.Pay(cafe, mallory, 3000);
        town.Pay(kiosk, copy, 3000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        if (isRevoked)
        {
            town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        }

        town.Clock.Advance(TimeSpan.FromHours(1));
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        town.Clock.Advance(TimeSpan.FromSeconds(-1));
        if (isRevoked)
        {
            // Struck for what the coin's excess needs: the issuer signs that reversal anew each time that changes.
            using var key = town.TillKey(cafe);
            Assert.That(RawMessages.UploadVoid(town, first.Payments.Single(), key));
        }
        else
        {
            await town.Till(cafe).Refund(first.Sale.Time, null, town.TillLink(cafe), default).OrRefuse();
        }

        var dead = RawMessages.Dead(town, first.Payments.Single())!;
        var shown = new Rebuttal([], [dead], [.. town.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement)]);
        Assert.That(dead.Date, Is.GreaterThan(Timestamp.Now(town.Clock)));
        Assert.That(town.Check(file, new Defence([shown], [])).Culprit, Is.EqualTo(Culprit.Nobody));
    }

    /// <summary>
    /// The issuer's clock was a year ahead at one visit of the bank, which took no dossier of that date. What is taken back after that is
    /// dead today, and not next year: dated so far ahead the holder's own proof would count for nothing.
    /// </summary>
    [Test, Rule(3)]
    public async Task AClockThatRanAheadOnceDatesNoDeadStatementAhead([Values(0, 1)] int stepsBack, [Values] bool isLater)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var other = mallory.Clone();
        var first = town.Pay(cafe, mallory, 3000);
        town.Pay(kiosk, copy, 3000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        if (isLater)
        {
            // The bank has a dossier already, and what is signed under next year's date is a later revision, which it never takes.
            await town.RunCycle();
            await town.Submit(kiosk, town.Sign(other, kiosk, 4000));
        }

        town.Clock.Advance(TimeSpan.FromDays(365));
        var ahead = (await town.UserBankLink().Ask(new DossiersMessage(null), default)).Reply!.Header;
        town.Clock.Advance(TimeSpan.FromDays(-365));
        town.Issuer.AcceptClock();
        Assert.That(ahead!.Date, Is.GreaterThan(Timestamp.Now(town.Clock).Plus(TimeSpan.FromDays(300))),
            "a dossier was signed under next year's date");

        if (!isLater)
        {
            await town.RunCycle();
        }

        var file = town.UserBank.EvidenceFiles.Single();

        // Nor does it hide the date of the dossier that the bank took, when the clock steps back after that.
        town.Clock.Advance(TimeSpan.FromSeconds(isLater ? stepsBack : -stepsBack));
        await town.Till(cafe).Refund(first.Sale.Time, null, town.TillLink(cafe), default).OrRefuse();
        var dead = RawMessages.Dead(town, first.Payments.Single())!;
        var shown = new Rebuttal([], [dead], [.. town.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement)]);
        Assert.That(dead.Date, Is.LessThan(file.Notice.Until).And.GreaterThanOrEqualTo(file.Dossier.Header.Date));
        Assert.That(town.Check(file, new Defence([shown], [])).Culprit, Is.EqualTo(Culprit.Nobody));
    }

    /// <summary>
    /// Alice's payment of 12.50 that a till took back and settled all the same; then she spends the whole coin elsewhere, in good faith.
    /// </summary>
    internal static async Task<(Evidence File, Rebuttal Rebuttal, CashPayment H)> SettledAllTheSame(
        SimulatedTown town, TownCard alice, string till)
    {
        using var key = town.TillKey(till);
        var wallet = new WalletCard(alice.Card);
        wallet.Select();
        var time = Timestamp.Now(town.Clock);
        var w = Derivations.W(key.PublicKey);
        Assert.That(wallet.Pay(PayCommand.Fast(time, w, new Amount(1250), Currency.Eur), out var reply).IsSuccess);
        var h = new CashPayment(reply!.Coin!, reply.Seq, reply.Balance, time, w, new Amount(1250), reply.SU);
        Assert.That(wallet.Void(h.Coin.Id, h.Seq, key.PublicKey, key.Sign(SignedMessage.Void(h.Id, w))).IsSuccess);
        Assert.That((await town.Submit(till, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        string honest = town.AddTill("Kiosk");
        town.Pay(honest, alice, 5000);
        await town.Settle(honest);
        await town.RunCycle();
        return (town.UserBank.EvidenceFiles.Single(), await town.Wallet.MakeRebuttal(alice.Card, alice.Pin, default), h);
    }
}
