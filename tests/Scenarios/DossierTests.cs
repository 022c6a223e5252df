using HierCash.Tests.Suite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Rule R9, and what a bank checks of a dossier: by pages, by revisions, as few payments as prove it; a lying issuer gets nothing.
/// </summary>
[Parallelizable]
public sealed class DossierTests
{
    /// <summary>
    /// Finding 2: one coin copied at four shops, whose settlements arrive one after the other. Each excess is proven and paid, and nothing
    /// else stands still.
    /// </summary>
    [Test, Rule(9)]
    public async Task ACoinCopiedAtFourShopsIsProvenAgainForEach()
    {
        using var town = Towns.Make();
        string[] tills = [.. Enumerable.Range(0, 4).Select(i => town.AddTill($"Shop {i}"))];
        using var mallory = town.User("Mallory", 5000);
        using var bob = town.User("Bob", 2000);
        foreach (string till in tills)
        {
            using var copy = mallory.Clone();
            town.Pay(till, copy, 5000);
        }

        foreach (string till in tills)
        {
            await town.Settle(till);
            await town.RunCycle();
            town.Clock.Advance(TimeSpan.FromHours(1));
        }

        var file = town.UserBank.EvidenceFiles.Single();
        Assert.That((file.Dossier.Header.Revision, file.Dossier.Header.Claimed.Minor, file.Dossier.Payments.Count),
            Is.EqualTo((3U, 15_000UL, 4)));
        town.Clock.Advance(town.Options.Terms.DisputeTerm);
        Assert.That((await town.Wallet.Redeem(bob.Card, bob.Pin, null, default).OrRefuse()).Single().Done);
        await town.RunCycle();
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-15_000));
        Assert.That(Enumerable.Range(0, 4).Select(i => town.ShopAccount($"Shop {i}").Minor), Is.All.EqualTo(5000));
        Assert.That(town.Account(bob).Minor, Is.EqualTo(100_000), "the next instruction was booked");
        town.AssertSound(bob);
    }

    /// <summary>
    /// Finding 3: a broken card signs 4,200 payments of 0.01, and one of 20.00 on top. The dossier has pages, all of it is proven, and
    /// other cases go on.
    /// </summary>
    [Test, Rule(9)]
    public async Task FourThousandPaymentsOfACentAndAnExcess()
    {
        var suite = new KeepingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        string till = town.AddTill("Cafe");
        string other = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 4200);
        var coin = mallory.Coins().Single().Coin;
        using var key = suite.SecretOf(coin.NU);
        var start = Timestamp.Now(town.Clock);
        CashPayment Sign(int seq, ulong x, ulong y)
        {
            var unsigned = new CashPayment(coin, (ushort)seq, new Amount(x), start.Plus(TimeSpan.FromMicroseconds(seq)),
                town.Till(seq > 4200 ? other : till).W, new Amount(y), []);
            return unsigned with { SU = key.Sign(unsigned.Message) };
        }

        foreach (var batch in Enumerable.Range(1, 4200).Select(i => Sign(i, 4201 - (ulong)i, 1)).Chunk(SettleMessage.MaxPayments))
        {
            Assert.That((await town.Submit(till, batch)).Select(r => r.Verdict), Is.All.EqualTo(Verdict.Settled));
        }

        Assert.That((await town.Submit(other, Sign(4201, 4200, 2000))).Single().Share.Guaranteed.Minor, Is.EqualTo(2000));
        var second = await town.Overspend("Mallet");
        var file = town.UserBank.EvidenceFiles.Single(f => f.Name == "Mallory");
        Assert.That((file.Dossier.Pages.Count, file.Dossier.Payments.Count, file.Dossier.Spent.Minor), Is.EqualTo((17, 4201, 6200UL)));
        Assert.That(file.Dossier.Pages.Max(p => p.Encode().Length), Is.LessThan(LinkFrame.MaxLength - LinkFrame.HeaderSize));
        Assert.That(town.Check(Evidence.Decode(file.Encode())!).Claimable.Minor, Is.EqualTo(2000));
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        await town.RunCycle();
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-4000), "both");
        Assert.That(second.Dossier.Header.Revision, Is.EqualTo(1));
    }

    /// <summary>More dust than a dossier holds: the case stays open and somebody looks; the next large payment proves it.</summary>
    [Test, Rule(9)]
    public async Task AnExcessInMorePaymentsThanADossierHoldsIsNoLessAnExcess()
    {
        var suite = new KeepingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        town.Issuer.MostDossierPages = 1;
        string till = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 260);
        var coin = mallory.Coins().Single().Coin;
        using var key = suite.SecretOf(coin.NU);
        var start = Timestamp.Now(town.Clock);
        CashPayment Sign(int seq, ulong y)
        {
            var unsigned = new CashPayment(coin, (ushort)seq, new Amount(260), start.Plus(TimeSpan.FromMicroseconds(seq)),
                town.Till(till).W, new Amount(y), []);
            return unsigned with { SU = key.Sign(unsigned.Message) };
        }

        foreach (var batch in Enumerable.Range(1, 261).Select(i => Sign(i, 1)).Chunk(SettleMessage.MaxPayments))
        {
            await town.Submit(till, batch);
        }

        await town.RunCycle();
        await town.RunCycle();
        Assert.That((town.Issuer.Queues.Cases, town.UserBank.EvidenceFiles.Count), Is.EqualTo((1L, 0)));
        Assert.That(town.Issuer.Alarms.Single(), Is.EqualTo(("dossier too large", coin.Id.ToString(), 1L, Timestamp.Now(town.Clock))));
        await town.Submit(till, Sign(262, 200));
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles.Single().Name, Is.EqualTo("Mallory"));
    }

    /// <summary>A bank that finds something invalid in a dossier: a person at the issuer hears of it, whoever is wrong.</summary>
    [Test, Rule(9)]
    public async Task ADossierThatABankFindsInvalidRaisesAnAlarm([Values(Proof.ReceiptInvalid, Proof.Nothing)] Proof found)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        string other = town.AddTill("Kiosk");
        town.Pay(till, mallory, 5000);
        town.Pay(other, copy, 5000);
        await town.Settle(till);
        await town.Settle(other);
        var link = town.UserBankLink();
        var header = (await link.Ask(new DossiersMessage(null), default)).Reply?.Header;
        await link.Call(new DossierOutcomeMessage(header!.Coin, header.Revision, found).ToMessage(), default);
        Assert.That(town.Issuer.Alarms.Select(a => a.Kind), found == Proof.Nothing ? Is.Empty : Is.EqualTo(new[] { "dossier refused" }));
    }

    /// <summary>What is needed and no more: the guaranteed payment, then the largest.</summary>
    [Test, Rule(9)]
    public async Task TheFewestPaymentsThatProveIt()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        string other = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        foreach (ulong y in new[] { 100UL, 4000UL, 200UL, 700UL })
        {
            town.Pay(till, mallory, y);
            town.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        town.Pay(other, copy, 1500);
        await town.Settle(till);
        await town.Settle(other);
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles.Single().Dossier.Payments.Select(h => h.Paid.Minor),
            Is.EqualTo(new[] { 1500UL, 4000UL, 700UL, 200UL, 100UL }), "65.00 are needed for 50.00 and 15.00");
    }

    /// <summary>
    /// A lying issuer that claims what was spent, not what exceeds X, or what no receipt guarantees: the bank says so, and pays nothing.
    /// </summary>
    [Test, Rule(9)]
    public async Task AnIssuerThatClaimsTooMuchGetsNothing()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        using var statement = town.StatementKey;
        var unguaranteed = file.Dossier.Entries.Select(e => e with
        {
            Receipt = Receipt.Sign(
                statement, new PartyId(1), e.H.Id.Value, e.Receipt.Verdict, e.H.Paid, Currency.Eur,
                new Share(Amount.Zero, Amount.Zero, e.H.Paid, default), 2, file.Date),
        }).ToArray();
        Dossier[] lies =
        [
            town.Resign(file.Dossier, h => h with { Claimed = file.Dossier.Spent, Revision = 2 }),
            town.Resign(file.Dossier, h => h with { Claimed = new Amount(2001), Revision = 3 }),
            town.Resign(file.Dossier, h => h with { Revision = 4 }, unguaranteed),
        ];
        foreach (var lie in lies)
        {
            var lying = new ScriptedIssuer([lie], town.UserBankLink());
            var bank = town.BankOver("bank-1", lying);
            (await bank.FetchDossiers(default)).ThrowIfAny();
            Assert.That(lying.Outcomes.Single().Proof, Is.EqualTo(Proof.ClaimInvalid));
            Assert.That(bank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(1), "what was proven stays, and no more");
            var finding = town.Check(town.Bear(file, lie));
            Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Issuer)), finding.Finding);
        }
    }

    /// <summary>A case that cannot be judged stops neither another one nor the instructions.</summary>
    [Test, Rule(9)]
    public async Task OneUnsoundCaseStopsNoOther()
    {
        using var town = Towns.Make();
        var first = (await town.Overspend("Mallory")).Dossier;
        var second = (await town.Overspend("Mallet")).Dossier;
        using var strange = town.Options.Suite.GenerateKey();
        foreach (bool swap in new[] { false, true })
        {
            var (bad, good) = swap ? (second, first) : (first, second);
            uint revision = swap ? 8U : 5U;
            var lying = new ScriptedIssuer([(bad with { Header = bad.Header with { Revision = revision } }),
                town.Resign(good, h => h with { Revision = revision })]);
            var refused = await town.BankOver("bank-1", lying).FetchDossiers(default);
            Assert.That((refused?.Outcome, refused?.Sentence.Contains("not signed by the issuer", StringComparison.Ordinal)),
                Is.EqualTo(((Outcome?)Outcome.PeerRefused, (bool?)true)));
            Assert.That(lying.Outcomes.Single(), Is.EqualTo(new DossierOutcomeMessage(good.Coin, revision, Proof.Excess)));
        }
    }

    /// <summary>A page that changed on the way is not the one that the issuer signed.</summary>
    [Test, Rule(9)]
    public async Task APageThatChangedOnTheWayIsRefused()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var lying = new ScriptedIssuer([town.Resign(file.Dossier, h => h with { Revision = 2 })])
        {
            OnTheWay = p => new DossierPage([.. p.Entries.Select(e => e with { Receipt = e.Receipt with { Repeated = true } })]),
        };
        Assert.That((await town.BankOver("bank-1", lying).FetchDossiers(default))?.Sentence, Does.Contain("Page 0"));
        Assert.That(lying.Outcomes, Is.Empty);
    }

    /// <summary>The bank verifies S_U of a dossier: an issuer cannot make up a payment.</summary>
    [Test, Rule(9)]
    public async Task ABankVerifiesSUInADossier()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var forged = file.Dossier.Entries.Select((e, i) => i == 0 ? e with { H = e.H with { SU = file.Dossier.Entries[1].H.SU } } : e)
            .ToArray();
        await IsSaidToBe(town, file, Proof.PaymentInvalid, forged);
    }

    /// <summary>The bank verifies S_I of a dossier: an issuer cannot accuse with a coin that it did not issue.</summary>
    [Test, Rule(9)]
    public async Task ABankVerifiesSIInADossier()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var forged = file.Dossier.Entries.Select((e, i) => i == 1 ? e with { H = e.H with { Coin = e.H.Coin with { SI = e.H.SU } } } : e)
            .ToArray();
        await IsSaidToBe(town, file, Proof.PaymentInvalid, forged);
    }

    /// <summary>The bank verifies receipts of a dossier: what the issuer did not sign guarantees nothing.</summary>
    [Test, Rule(9)]
    public async Task ABankVerifiesReceiptsInADossier()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var forged = file.Dossier.Entries.Select(
            e => e with { Receipt = e.Receipt with { Share = new Share(Amount.Zero, e.H.Paid, Amount.Zero, file.Date) } }).ToArray();
        await IsSaidToBe(town, file, Proof.ReceiptInvalid, forged);
    }

    /// <summary>A dossier is signed by the issuer: what a bank changes names the bank, what the issuer signed falsely the issuer.</summary>
    [Test, Rule(9)]
    public async Task AChangedDossierNamesTheBankAndALyingOneTheIssuer()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var header = file.Dossier.Header;
        var second = (await town.Overspend("Mallet")).Dossier;
        var fewer = DossierPage.Cut(file.Dossier.Entries.Take(1));
        Dossier[] changed =
        [
            file.Dossier with { Header = header with { Claimed = new Amount(1) } },
            file.Dossier with { Header = header with { Date = header.Date.Plus(TimeSpan.FromMinutes(1)) } },
            file.Dossier with { Header = header with { Opening = second.Header.Opening } },
            file.Dossier with { Header = header with { StatementKeys = [header.StatementKeys[0], header.StatementKeys[0]] } },
            new Dossier(header with { Pages = [.. fewer.Select(p => p.Hash)] }, fewer),
            second,
        ];
        foreach (var dossier in changed)
        {
            var finding = town.Check(town.Bear(file, dossier, file.Date.Plus(TimeSpan.FromMinutes(2))));
            Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Bank)), finding.Finding);
        }

        // Pages that the bank's signature does not name were put in by anybody: neither is blamed.
        var swapped = file with { Dossier = file.Dossier with { Pages = second.Pages } };
        Assert.That(town.Check(Evidence.Decode(swapped.Encode())!).Culprit, Is.EqualTo(Culprit.Nobody));
        var lie = town.Resign(file.Dossier, h => h with { FaceValue = new Amount(1000), Claimed = new Amount(2000) });
        Assert.That(lie.Check(town.Options.Suite, town.Scheme.Root, file.Order.EI), Is.EqualTo(Proof.OtherCoin));
    }

    /// <summary>
    /// Finding 2, the second road: a rebuttal is heard while the issuer is away. Nothing is lost: it is told at the next visit.
    /// </summary>
    [Test, Rule(9)]
    public async Task ARebuttalThatIsHeardWhileTheIssuerIsAwayIsToldLater()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var rebuttal = town.Dead(file.Dossier.Payments.Single(h => h.Paid.Minor == 2000), DeathBasis.TermOver, file.Date);
        var alone = town.BankOver("bank-1", new ReversalTests.DeadLink());
        Assert.That(((await alone.Rebut(file.Dossier.Coin, rebuttal, default)).OrRefuse()).Culprit, Is.EqualTo(Culprit.Issuer));
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        (await town.UserBank.FetchDossiers(default)).ThrowIfAny();
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.Zero, "the issuer knows, and claims nothing");
        Assert.That(town.Issuer.Queues.Cases, Is.Zero);
    }

    private static async Task IsSaidToBe(SimulatedTown town, Evidence file, Proof proof, DossierEntry[] forged)
    {
        var lie = town.Resign(file.Dossier, h => h with { Revision = 2 }, forged);
        var lying = new ScriptedIssuer([lie], town.UserBankLink());
        var bank = town.BankOver("bank-1", lying);
        (await bank.FetchDossiers(default)).ThrowIfAny();
        Assert.That(lying.Outcomes.Single().Proof, Is.EqualTo(proof));
        Assert.That(bank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(1));
        var finding = town.Check(town.Bear(file, lie));
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Issuer)), finding.Finding);
    }
}
