using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Scenarios;

/// <summary>Rule R5: dossiers are of today, terms run from the bank's notice, and what is said too late counts for nothing.</summary>
[Parallelizable]
public sealed class EvidenceHorizonTests
{
    /// <summary>
    /// An issuer that dates a dossier back, so that the term is over before anybody heard of it, or ahead: the bank keeps nothing of it.
    /// </summary>
    [Test, Rule(5)]
    public async Task ADossierOfAnotherDayIsRefused([Values(-25, 25)] int hours)
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var now = Timestamp.Now(town.Clock);
        var date = new Timestamp((ulong)((long)now.Microseconds + (long)TimeSpan.FromHours(hours).TotalMicroseconds));
        var lying = new ScriptedIssuer([town.Resign(file.Dossier, h => h with { Date = date, Revision = 9 })]);
        var bank = town.BankOver("bank-1", lying);
        Assert.That((await bank.FetchDossiers(default))?.Sentence, Does.Contain(date.ToString()).And.Contain(now.ToString()));
        Assert.That(lying.Outcomes, Is.Empty);
        Assert.That(bank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(1), "the honest one stays");
    }

    /// <summary>
    /// An issuer dates a dossier right, but the payments in it are of the bank's day after tomorrow: void, and the bank keeps nothing of
    /// it.
    /// </summary>
    [Test, Rule(5)]
    public async Task ADossierWithPaymentsOfTheFutureIsRefused()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        town.Clock.Advance(TimeSpan.FromHours(-26));
        var lying = new ScriptedIssuer([town.Resign(file.Dossier, h => h with { Date = Timestamp.Now(town.Clock), Revision = 9 })]);
        var bank = town.BankOver("bank-1", lying);
        Assert.That((await bank.FetchDossiers(default))?.Sentence, Does.Contain("later than this bank's clock"));
        Assert.That(bank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(1));
    }

    /// <summary>
    /// Finding 5: a holder asks for what a shop settled long ago, when the issuer has forgotten it: no "never settled" is signed, and the
    /// card gets nothing.
    /// </summary>
    [Test, Rule(5)]
    public async Task WhatTheIssuerHasForgottenIsNotCalledNeverSettled()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        town.Pay(till, alice, 2000);
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        for (int month = 0; month < 18; month++)
        {
            await town.RunCycle();
            town.Clock.Advance(TimeSpan.FromDays(30));
        }

        await town.RunCycle();
        Assert.That(town.Issuer.CoinCounts, Is.EqualTo((0L, 0L)), "forgotten");
        var asked = await town.Wallet.Recover(alice.Card, alice.Pin, null, default).OrRefuse();
        Assert.That(asked.Single().Done, Is.False, asked.Single().Message);
        Assert.That(alice.Balance().IsZero);
        town.AssertSound(alice);
    }

    /// <summary>A bank's clock within the tolerance makes good evidence, also where it is behind the issuer's.</summary>
    [Test]
    public async Task ABankWhoseClockIsALittleBehindMakesGoodEvidence()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var received = new Timestamp(file.Dossier.Header.Date.Microseconds - 3_600_000_000);
        var made = town.Bear(file, file.Dossier, received);
        Assert.That((made.Date, made.Notice.Date), Is.EqualTo((file.Dossier.Header.Date, file.Dossier.Header.Date)));
        Assert.That(town.Check(made).IsProven);
    }

    /// <summary>A bank and an issuer that date a file before the payments in it, or long after the dossier: void.</summary>
    [Test, Rule(5)]
    public async Task EvidenceWithDatesThatCannotBeIsVoid()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var early = new Timestamp(file.Dossier.Payments.Max(h => h.Time.Microseconds) - (ulong)TimeSpan.FromHours(25).TotalMicroseconds);
        var backdated = town.Bear(file, town.Resign(file.Dossier, h => h with { Date = early }), early);
        var late = town.Bear(file, file.Dossier, file.Dossier.Header.Date.Plus(TimeSpan.FromHours(25)));
        foreach (var made in new[] { backdated, late })
        {
            var finding = town.Check(made);
            Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Nobody)), finding.Finding);
            Assert.That(finding.Finding, Does.Contain("void"));
        }
    }

    /// <summary>
    /// Finding 5: a "never settled" signed after the term, by whoever gets the issuer to sign it, acquits nobody and blames nobody.
    /// </summary>
    [Test, Rule(5)]
    public async Task ADeadStatementAfterTheTermNeverCounts()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var h = file.Dossier.Payments[0];
        var until = file.Notice.Until;
        Assert.That(until, Is.EqualTo(file.Notice.Date.Plus(town.Options.Terms.DisputeTerm)));
        var late = town.Check(file, new Defence([town.Dead(h, DeathBasis.TermOver, new Timestamp(until.Microseconds + 1))], []));
        Assert.That((late.IsProven, late.Culprit), Is.EqualTo((true, Culprit.User)), late.Finding);
        Assert.That(town.Check(file, new Defence([town.Dead(h, DeathBasis.TermOver, until)], [])).Culprit, Is.EqualTo(Culprit.Issuer));
    }

    /// <summary>The term runs from the bank's notice: an issuer that claims as if it had run from the excess gets nothing before.</summary>
    [Test, Rule(5)]
    public async Task NoClaimBeforeTheNoticeAndItsTerm()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        using var key = town.StatementKey;
        var lying = new ScriptedIssuer([], town.UserBankLink());
        var bank = town.BankOver("bank-1", lying);
        async Task Claim()
        {
            lying.Instruction = number => ClearingInstruction.Sign(
                key, new PartyId(1), number, bank.Id, TransferKind.ClaimDebit, file.Dossier.Coin.Value, new Amount(2000), Currency.Eur,
                Timestamp.Now(town.Clock));

            // Refused, or set aside: nothing was booked.
            _ = await bank.FetchInstructions(default);
        }

        town.Clock.Advance(town.Options.Terms.DisputeTerm - TimeSpan.FromMinutes(1));
        await Claim();
        Assert.That(bank.Audit.Claims, Is.Zero);
    }

    /// <summary>
    /// What was heard late moves no claim later either: not with a further rebuttal, not when a reversal is filed, not with the next
    /// revision.
    /// </summary>
    [TestCase("rebuttal")]
    [TestCase("reversal")]
    [TestCase("revision")]
    [Rule(5)]
    public async Task WhatWasHeardLateMovesNoClaimLaterEither(string then)
    {
        using var town = Towns.Make();
        using var copied = await CopiedCard.Spend(town, ("Cafe", 3000), ("Kiosk", 3000), ("Bakery", 3000));
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        CashPayment Of(int i) => copied.Paid[i].Payments.Single();
        Assert.That(file.Dossier.Payments, Has.Count.EqualTo(3));
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        (await town.UserBank.Rebut(file.Dossier.Coin, town.Dead(Of(1), DeathBasis.TermOver, file.Date), default)).OrRefuse();
        Assert.That(town.UserBank.Notices(file.Order.User), Has.Count.EqualTo(1), "late: it stands");
        if (then == "rebuttal")
        {
            (await town.UserBank.Rebut(file.Dossier.Coin, town.Dead(Of(2), DeathBasis.TermOver, file.Date), default)).OrRefuse();
            (await town.UserBank.Rebut(file.Dossier.Coin, town.Dead(Of(0), DeathBasis.TermOver, file.Date), default)).OrRefuse();
        }
        else
        {
            await town.Till(copied.Tills[0]).Refund(copied.Paid[0].Sale.Time, null, town.TillLink(copied.Tills[0]), default).OrRefuse();
            if (then == "reversal")
            {
                (await town.BankOver("bank-1", new ScriptedIssuer([], town.UserBankLink())).FetchDossiers(default)).ThrowIfAny();
                Assert.That(town.UserBank.EvidenceFiles.Single().Reversals, Has.Count.EqualTo(1));
            }
            else
            {
                await town.RunCycle();
                Assert.That(town.UserBank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(2));
            }
        }

        Assert.That(town.UserBank.Notices(file.Order.User), Has.Count.EqualTo(1), "it still stands");
    }

    /// <summary>The same rebuttal comes once more, with the stamp that proves that it was in time: then it is heard.</summary>
    [Test, Rule(5)]
    public async Task WhatWasHeardLateIsHeardInTimeWithItsStamp()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var h = file.Dossier.Payments.Single(p => p.Paid.Minor == 2000);
        using var key = town.StatementKey;
        var rebuttal = town.Dead(h, DeathBasis.TermOver, file.Date);
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        (await town.UserBank.Rebut(file.Dossier.Coin, rebuttal, default)).OrRefuse();
        Assert.That(town.UserBank.Notices(file.Order.User), Has.Count.EqualTo(1));
        (await town.UserBank.Rebut(file.Dossier.Coin,
            rebuttal.With(Stamp.Sign(key, new PartyId(1), StampRole.Issuer, rebuttal.Digest, file.Date), []), default)).OrRefuse();
        Assert.That(town.UserBank.Notices(file.Order.User), Is.Empty);
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.Zero);
    }

    /// <summary>A rebuttal that a stamp shows to be in time is heard whenever it comes; one without moves no claim.</summary>
    [Test, Rule(5)]
    public async Task ALateRebuttalMovesNoClaimUnlessItWasStampedInTime([Values] bool stamped)
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var h = file.Dossier.Payments.Single(p => p.Paid.Minor == 2000);
        using var key = town.StatementKey;
        var rebuttal = town.Dead(h, DeathBasis.TermOver, file.Date.Plus(TimeSpan.FromDays(1)));
        rebuttal = stamped ? rebuttal.With(Stamp.Sign(
            key, new PartyId(1), StampRole.Issuer, rebuttal.Digest, file.Date.Plus(TimeSpan.FromDays(2))), []) : rebuttal;
        rebuttal = Rebuttal.Decode(rebuttal.Encode())!;
        Assert.That(rebuttal.IsStampedBefore(town.Options.Suite, town.Scheme.Root, file.Notice.Until), Is.EqualTo(stamped));
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        var finding = (await town.UserBank.Rebut(file.Dossier.Coin, rebuttal, default)).OrRefuse();
        Assert.That(finding.Culprit, Is.EqualTo(Culprit.Issuer), "for blame it counts");
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(stamped ? 0 : -2000));
    }

    /// <summary>Stamps by strangers, over another rebuttal, or from after the term are none.</summary>
    [Test, Rule(5)]
    public async Task OnlyTheIssuerAndBanksStamp()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var until = file.Notice.Until;
        using var statement = town.StatementKey;
        using var bank = town.BankKey("bank-1");
        using var strange = town.Options.Suite.GenerateKey();
        var rebuttal = town.Dead(file.Dossier.Payments[0], DeathBasis.TermOver, file.Date);
        bool InTime(Stamp stamp) => rebuttal.With(stamp, [file.BankKey]).IsStampedBefore(town.Options.Suite, town.Scheme.Root, until);
        Assert.That(InTime(Stamp.Sign(statement, new PartyId(1), StampRole.Issuer, rebuttal.Digest, file.Date)));
        Assert.That(InTime(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, file.Date)));
        Assert.That(InTime(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Issuer, rebuttal.Digest, file.Date)), Is.False,
            "a bank is no issuer");
        Assert.That(InTime(Stamp.Sign(strange, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, file.Date)), Is.False);
        Assert.That(InTime(Stamp.Sign(statement, new PartyId(1), StampRole.Issuer, Digest.Of("other"u8), file.Date)), Is.False);
        Assert.That(InTime(Stamp.Sign(statement, new PartyId(1), StampRole.Issuer, rebuttal.Digest, until)), Is.False,
            "the end of the term is too late");
    }

    /// <summary>
    /// The wallet hears of the notice at its next contact, rebuts through the bank, and learns nothing about others' cases.
    /// </summary>
    [Test]
    public async Task AWalletHearsOfTheNotice()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        await town.Overspend("Mallet");
        var notice = (await town.Wallet.Notices(file.Order.User, default)).Single();
        Assert.That((notice.Coin, notice.User, notice.Until), Is.EqualTo((file.Dossier.Coin, file.Order.User, file.Notice.Until)));
        Assert.That(notice.Verify(town.Options.Suite, file.BankKey.Key));
        using var bob = town.User("Bob");
        Assert.That(await town.Wallet.Notices(town.UserBank.Accounts.Single(a => a.Name == "Bob").User, default), Is.Empty);
    }
}
