using HierCash.Bank;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Who is answered on a link (R17): role, number and key, compared with the registry at every request, also on a connection that is open
/// already.
/// </summary>
[Parallelizable]
public sealed class LinkIdentityTests
{
    /// <summary>
    /// Somebody copied the key of Cafe's till and has a connection open. From the revocation on nothing is answered there, and nothing
    /// moves.
    /// </summary>
    [Test, Rule(17)]
    public async Task ARevokedTillIsNotAnsweredOnItsOpenConnection()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var paid = town.Pay(cafe, alice, 3000).Payments.Single();
        await town.Settle(cafe);
        using var key = town.TillKey(cafe);
        var open = town.TillLink(cafe);
        var taken = town.Sign(alice, cafe, 500);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        var now = Timestamp.Now(town.Clock);
        var requests = new[]
        {
            new CertificatesMessage().ToMessage(), new HotListMessage(0, town.Till(cafe).W, now).ToMessage(), SettleMessage.Sign(
                key, town.Issuer.Id, [taken], now).ToMessage(),
            new ForwardVoidMessage(new(paid, new VoidStatement(
                paid.Coin.Id, paid.Seq, key.PublicKey.Bytes.ToArray(), RawMessages.SignVoid(key, paid)))).ToMessage(),
        };
        foreach (var request in requests)
        {
            var refusal = Refusal.Read(await open.Call(request, default));
            Assert.That(
                (refusal?.Reason, refusal?.Text.StartsWith("This till's key was revoked on ", StringComparison.Ordinal)),
                Is.EqualTo((RefusalReason.KeyRevoked, true)),
                request.Type.ToString());
            Assert.That(refusal!.Revoked, Is.EqualTo(now));
        }

        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(3000), "nothing was taken back, and nothing came");
        town.AssertSound();
    }

    /// <summary>
    /// Cafe's till sold for 10.00 offline; then its key was revoked. A further till of Cafe brings the queue: what was sold before counts,
    /// what the key signs later does not. The receipts, and the submissions of the till that was paid, are as ever; and the dead statement
    /// waits for the term.
    /// </summary>
    [Test, Rule(17)]
    public async Task AnotherTillOfTheShopBringsWhatARevokedOneHasQueued()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var alice = town.User("Alice", 5000);
        using var mallory = town.User("Mallory", 5000);
        var honest = town.Pay(cafe, alice, 1000).Payments.Single();
        var stolen = town.Sign(mallory, cafe, 700);
        string second = town.AddTill("Cafe");
        Assert.That((await town.Till(cafe).HandOver(town.TillLink(second), default)).Refused?.Sentence,
            Does.Contain("whose key was revoked"), "not yet");
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        var later = town.Pay(cafe, alice, 500).Payments.Single();

        // The thief has the key and no link; another shop has a link and no till of Cafe.
        using var key = town.TillKey(cafe);
        Assert.That(RawMessages.Settle(town.TillLink(cafe), key, [stolen], Timestamp.Now(town.Clock)), Is.Empty);
        Assert.That(RawMessages.Settle(town.TillLink(kiosk), key, [stolen], Timestamp.Now(town.Clock)),
            Is.All.EqualTo(Verdict.TillUnknown));
        Assert.That(RawMessages.AskDead(town, honest), Is.False, "W counts as registered until the term is over");

        var result = await town.Till(cafe).HandOver(town.TillLink(second), default).OrRefuse();
        Assert.That((result.Settled, result.Refused, result.StillQueued), Is.EqualTo((1, 1, 0)));
        var parts = town.Till(cafe).CoinPayments(honest.Time).Concat(town.Till(cafe).CoinPayments(later.Time))
            .Select(p => p.Receipt?.Verdict);
        Assert.That(parts, Is.EqualTo(new Verdict?[] { Verdict.Settled, Verdict.TillUnknown }));
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(1000));
        town.Clock.Advance(town.Options.Terms.SettlePeriod + TimeSpan.FromHours(1));
        Assert.That(RawMessages.AskDead(town, stolen), Is.True, "after the term as ever");
    }

    /// <summary>What a revoked till had settled is still proof: the evidence holds its own submission, whoever brought it.</summary>
    [Test, Rule(17), Rule(3)]
    public async Task WhatAnotherTillBroughtIsEvidenceLikeAnyOther()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        string second = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        town.Pay(cafe, mallory, 5000);
        town.Pay(kiosk, copy, 2000);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        await town.Settle(kiosk);
        await town.Till(cafe).HandOver(town.TillLink(second), default).OrRefuse();
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        Assert.That(town.Check(file).Culprit, Is.EqualTo(Culprit.User));
        Assert.That(file.Dossier.Entries.Select(e => e.Submission?.Proves(town.Options.Suite, e.H)), Is.All.True);
    }

    /// <summary>
    /// bank-1 announces its next key by its present one. Both are answered until the next is used; from then on the old one is refused at
    /// once, on its open connection too, while all that the bank signed with it stands.
    /// </summary>
    [Test, Rule(17)]
    public async Task TheFirstRequestWithTheNextKeyRetiresTheOldOne()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(cafe, alice, 1000);
        await town.Settle(cafe);
        var old = town.UserBankLink();
        using var oldKey = town.BankKey("bank-1");
        var grant = town.Issuer.Enrol(town.RequestNextKey("bank-1"), town.Options.Cap).OrRefuse();
        Assert.That((await old.Ask(new DossiersMessage(null), default)).Refusal, Is.Null, "announced, and not used yet");
        Assert.That(town.Issuer.Enrol(town.RequestNextKey("bank-1"), town.Options.Cap).OrRefuse().Holder, Is.EqualTo(town.UserBank.Id),
            "asked for again");

        town.Rejoin("bank-1", grant);
        await town.RunCycles();
        var refused = (await old.Ask(new DossiersMessage(null), default)).Refusal;
        Assert.That((refused?.Reason, refused?.Text.Contains("is retired since", StringComparison.Ordinal)),
            Is.EqualTo((RefusalReason.NotAllowed, true)));
        Assert.That(town.Issuer.Enrol(EnrolmentRequest.Sign(oldKey, EnrolmentRole.Bank, "Another"), town.Options.Cap).Refused?.Sentence,
            Does.Contain("was a bank's before"));
        using var present = town.BankKey("bank-1");
        var back = EnrolmentRequest.Sign(oldKey, EnrolmentRole.Bank, "bank-1") with
        {
            Voucher = KeyVoucher.Sign(present, EnrolmentRole.Bank, town.UserBank.Id, oldKey.PublicKey),
        };
        Assert.That(town.Issuer.Enrol(back, town.Options.Cap).Refused?.Sentence,
            Does.Contain("was a bank's before"), "also on the present one's word");
        Assert.That(town.Withdraw(alice, 500).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), "the bank goes on with the new one");

        // A word about an instruction that the bank had signed before counts, because the bank brings it; anybody else's does not.
        var statement = BookingStatement.Sign(oldKey, town.UserBank.Id, 1, BookingOutcome.Booked, Timestamp.Now(town.Clock));
        using var stranger = town.Options.Suite.GenerateKey();
        var forged = BookingStatement.Sign(stranger, town.UserBank.Id, 1, BookingOutcome.Booked, Timestamp.Now(town.Clock));
        Assert.That((await town.UserBankLink().Ask(new InstructionsMessage(1, [statement]), default)).Reply?.Transfers, Is.Not.Null);
        Assert.That((await town.UserBankLink().Ask(new InstructionsMessage(1, [forged]), default)).Refusal?.Reason, Is.EqualTo(
            RefusalReason.BadSignature));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// bank-1 has lost the next key that it announced, and announces another: whoever finds the lost one is not the bank.
    /// </summary>
    [Test, Rule(17)]
    public async Task ALaterAnnouncementTakesThePlaceOfAnEarlierOne()
    {
        using var town = Towns.Make();
        var lost = town.RequestNextKey("bank-1");
        town.Issuer.Enrol(lost, town.Options.Cap).OrRefuse();
        var grant = town.Issuer.Enrol(town.RequestNextKey("bank-1", isFresh: true), town.Options.Cap).OrRefuse();
        var finder = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.UserBank.Id, lost.Key), "finder");
        Assert.That((await finder.Ask(new DossiersMessage(null), default)).Refusal?.Text, Does.Contain("is retired since"));
        Assert.That(town.Issuer.Enrol(lost, town.Options.Cap).Refused?.Sentence,
            Does.Contain("was a bank's before"));
        Assert.That((await town.UserBankLink().Ask(new DossiersMessage(null), default)).Refusal, Is.Null, "nothing is retired yet");
        town.Rejoin("bank-1", grant);
        Assert.That((await town.UserBankLink().Ask(new DossiersMessage(null), default)).Refusal, Is.Null);
    }

    /// <summary>
    /// Above the floor limit the issuer settles Alice's 60.00, somebody on the network swallows its answer, and the till's key is revoked
    /// before it asks again. No goods: another till of the shop has the payment taken back, and the card gets it when it comes to the old
    /// till.
    /// </summary>
    [TestCase(true)]
    [TestCase(false)]
    [Rule(17), Rule(4)]
    public async Task WhatARevokedTillNeverAcceptedComesBack(bool isCancelled)
    {
        bool swallows = true;
        using var town = Towns.Make(with: o => o with
        {
            Faults = (_, to, message) => swallows && to == SimulatedTown.IssuerName && message.Type == MessageType.Settle
                ? LinkFault.LoseReply : LinkFault.None,
        });
        string cafe = town.AddTill("Cafe");
        string next = town.AddTill("Cafe");
        using var alice = town.User("Alice", 10_000);
        var paid = town.Pay(cafe, alice, 6000);
        Assert.That((paid.Outcome, alice.Balance().Minor), Is.EqualTo((TillOutcome.IssuerGone, 4000UL)));
        swallows = false;
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        town.Clock.Advance(TimeSpan.FromMinutes(5));
        if (isCancelled)
        {
            Assert.That((await town.Till(cafe).Cancel(paid.Sale, null, town.TillLink(cafe), default)).Refused?.Sentence,
                Does.Contain("revoked"));
        }

        // As 'settle --for' does: only at a till whose key is revoked nobody is paying.
        Assert.That(await town.Till(cafe).AskIfRevoked(town.TillLink(cafe), default), Is.True);
        await town.Till(cafe).HandOver(town.TillLink(next), default).OrRefuse();
        alice.Card.Reset();
        await town.Till(cafe).Cancel(paid.Sale, alice.Card, town.TillLink(cafe), default).OrRefuse();
        Assert.That(alice.Balance().Minor, Is.EqualTo(10_000));
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").IsZero);
        town.AssertSound(alice);
    }

    /// <summary>
    /// The key of the users' bank was stolen and revoked; the bank has a new one, enrolled by its number. The thief's connection was open
    /// all the time: no dossier with its opening, no finding, no instruction, no cash, and no way back by announcing a key.
    /// </summary>
    [Test, Rule(17)]
    public async Task ARevokedBankKeyFetchesAndClearsNothing()
    {
        using var town = Towns.Make();
        string one = town.AddTill("Cafe");
        string two = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var thief = town.UserBankLink();
        using var stolen = town.BankKey("bank-1");
        var announced = town.RequestNextKey("bank-1");
        town.Issuer.Enrol(announced, town.Options.Cap).OrRefuse();
        town.Issuer.Revoke(town.UserBank.Id).ThrowIfAny();
        var bank = town.UserBank.Id;
        Assert.That(town.Issuer.Enrol(announced, town.Options.Cap).Refused, Is.Not.Null,
            "announced by a key that was revoked");
        Assert.That(town.Issuer.Enrol(announced, town.Options.Cap, bank).Refused?.Sentence,
            Does.Contain("was a bank's before"));

        // Before a person has enrolled the bank's new key: another one on the revoked key's word, and the revoked key's own grant once
        // more.
        foreach (var request in new[] { town.RequestNextKey("bank-1", isFresh: true),
            EnrolmentRequest.Sign(stolen, EnrolmentRole.Bank, "bank-1") })
        {
            Assert.That(town.Issuer.Enrol(request, town.Options.Cap).Refused?.Sentence,
                Does.Contain("of bank 1 was revoked on"));
        }

        town.Rejoin("bank-1", town.Issuer.Enrol(town.RequestNextKey("bank-1", isFresh: true), town.Options.Cap, bank).OrRefuse());

        // The key that the thief had announced is nobody's: it retires nothing.
        var next = town.IssuerLink(new LinkPeer(LinkRole.Bank, bank, announced.Key), "thief");
        Assert.That((await next.Ask(new DossiersMessage(null), default)).Refusal?.Text, Does.StartWith("This bank's key was revoked."));
        Assert.That((await town.UserBankLink().Ask(new DossiersMessage(null), default)).Refusal, Is.Null);

        // The shops' bank's key was stolen too, and is not replaced yet: the thief enrols no till under Cafe's account.
        using var own = town.Options.Suite.GenerateKey();
        var till = town.ShopBank.Vouch(EnrolmentRequest.Sign(own, EnrolmentRole.Shop, "Cafe"), town.AccountOf("Cafe")).OrRefuse();
        town.Issuer.Revoke(town.ShopBank.Id).ThrowIfAny();
        Assert.That(town.Issuer.Enrol(till, Amount.Zero).Refused?.Sentence,
            Does.Contain($"key of bank {town.ShopBank.Id} was revoked"));
        town.Rejoin("bank-2", town.Issuer.Enrol(town.RequestNextKey("bank-2", isFresh: true), town.Options.Cap, town.ShopBank.Id)
            .OrRefuse());

        town.Pay(one, mallory, 5000);
        town.Pay(two, copy, 2000);
        await town.Settle(one);
        await town.Settle(two);
        town.Issuer.CloseCycle();
        var requests = new[]
        {
            new DossiersMessage(null).ToMessage(), new DossierOutcomeMessage(
                mallory.Coins()[0].Coin.Id, 1, Proof.Nothing).ToMessage(), new InstructionsMessage(0).ToMessage(),
            new AuditStatementsMessage(0).ToMessage(), new CertificatesMessage().ToMessage(),
        };
        foreach (var request in requests)
        {
            var refusal = Refusal.Read(await thief.Call(request, default));
            Assert.That(
                (refusal?.Reason, refusal?.Text.StartsWith("This bank's key was revoked.", StringComparison.Ordinal)),
                Is.EqualTo((RefusalReason.NotAllowed, true)),
                request.Type.ToString());
        }

        var order = RawMessages.Orders(town).First();
        Assert.That(RawMessages.Issue(thief, stolen, bank, order, 5000, Timestamp.Now(town.Clock)), Is.False);
        await town.RunCycles();
        Assert.That(town.Check(town.UserBank.EvidenceFiles.Single()).Culprit, Is.EqualTo(Culprit.User), "the bank itself got the dossier");
        Assert.That(town.Withdraw(town.User("Bob"), 500).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        town.AssertSound();
    }

    /// <summary>
    /// A bank's key was stolen and replaced. Somebody carries the old grant to it once more: it is not joined, nor is one for a next key
    /// that was given up. The grant of the key that it has, and of the one that it made last, are.
    /// </summary>
    [Test, Rule(17)]
    public void NoGrantTakesABankBackToAFormerKey()
    {
        using var town = Towns.Make();
        using var store = Database.OpenMemory(BankParty.Schema);
        var suite = town.Options.Suite;
        var first = town.Issuer.Enrol(BankParty.RequestEnrolment(store, suite, "North"), town.Options.Cap).OrRefuse();
        BankParty.RequestNextKey(store, suite, BankIdentity.Of(first));
        var second = town.Issuer.Enrol(BankParty.RequestNextKey(store, suite, BankIdentity.Of(first), isFresh: true), town.Options.Cap)
            .OrRefuse();
        var keys = BankParty.Keys(store, suite);
        Assert.That(keys.Select(k => PartyEnrolment.IsFormer(k, null, keys)), Is.EqualTo(new[] { false, false, false }),
            "before the first grant");
        Assert.That(keys.Select(k => PartyEnrolment.IsFormer(k, first, keys)), Is.EqualTo(new[] { false, true, false }), "announced");
        Assert.That(keys.Select(k => PartyEnrolment.IsFormer(k, second, keys)), Is.EqualTo(new[] { true, true, false }), "joined");
    }

    /// <summary>A bank's number belongs to its key: not to its name, not to another bank's word, and no key comes back.</summary>
    [Test, Rule(17)]
    public void ABankIsFoundByNumberAndKeyAndNotByName()
    {
        using var town = Towns.Make();
        var suite = town.Options.Suite;
        using var key = suite.GenerateKey();
        using var other = town.BankKey("bank-2");
        using var own = town.BankKey("bank-1");
        var bank = town.UserBank.Id;
        var plain = EnrolmentRequest.Sign(key, EnrolmentRole.Bank, "bank-1");
        string Refused(EnrolmentRequest request, PartyId? number = null) =>
            town.Issuer.Enrol(request, town.Options.Cap, number).Refused?.Sentence ?? "enrolled";

        Assert.That(Refused(plain), Does.StartWith("There is a bank 'bank-1' with another key, number 1."));
        Assert.That(Refused(plain, bank), Does.StartWith("The key of bank 1 is not revoked."));
        Assert.That(Refused(plain with { Voucher = KeyVoucher.Sign(other, EnrolmentRole.Bank, bank, key.PublicKey) }),
            Does.StartWith("The request is not signed by the present key of bank 1."));
        var signed = KeyVoucher.Sign(own, EnrolmentRole.Bank, bank, key.PublicKey);
        Assert.That(Refused(plain with { Voucher = signed with { Signature = new byte[64] } }), Does.Contain("the request was altered"));
        Assert.That(Refused(plain with { Voucher = signed with { Party = town.ShopBank.Id } }), Does.Contain("the request was altered"));
        Assert.That(Refused(plain, new PartyId(9)), Does.StartWith("There is no bank 9."));

        // Another bank's certificate opens nothing in this one's name, and this one's number nothing with another key.
        foreach (var (number, shown) in new[] { (bank, other.PublicKey), (bank, key.PublicKey), (new PartyId(9), key.PublicKey) })
        {
            Assert.That(town.Issuer.Registry.Refuses(new LinkPeer(LinkRole.Bank, number, shown), Timestamp.Now(town.Clock))?.Reason,
                Is.EqualTo(RefusalReason.NotAllowed));
        }

        Assert.That(Refused(plain with { Voucher = signed }), Is.EqualTo("enrolled"));
    }

    /// <summary>
    /// A bank's word of how far it is was lost on its way; then its key was revoked and another one enrolled. The word is given anew, under
    /// the new key, and visits go on.
    /// </summary>
    [Test, Rule(17), Rule(27)]
    public async Task AWordUnderAFormerKeyIsGivenAnew()
    {
        bool silent = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (_, _, m) => silent && m.Type == MessageType.Agree ? LinkFault.LoseRequest : LinkFault.None });
        silent = true;
        Assert.That(async () => await town.UserBank.Run(default), Throws.Exception, "its word is lost");
        town.Issuer.Revoke(town.UserBank.Id).ThrowIfAny();
        town.Rejoin("bank-1", town.Issuer.Enrol(town.RequestNextKey("bank-1", isFresh: true), town.Options.Cap, town.UserBank.Id)
            .OrRefuse());
        silent = false;
        Assert.That(await town.UserBank.Run(default), Is.Null);
        Assert.That(town.Issuer.CloseCycle(), Is.Not.Negative);
        Assert.That(town.UserBank.Alarms, Is.Empty);
    }
}
