using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>Whose case it is, which word on it is the newest, and what a redemption may be (R1, R9).</summary>
[Parallelizable]
public sealed class CaseBoundsTests
{
    /// <summary>The issuer hands out a revision that was replaced, so that what was struck out since counts again.</summary>
    [Test, Rule(9)]
    public async Task AnOlderRevisionIsNotJudgedAnew()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var newer = town.Resign(file.Dossier, h => h with { Revision = 3 });
        var older = town.Resign(file.Dossier, h => h with { Revision = 2, Claimed = new Amount(1) });
        (await town.BankOver("bank-1", new ScriptedIssuer([newer], town.UserBankLink())).FetchDossiers(default)).ThrowIfAny();
        Assert.That(town.UserBank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(3), "as it should be");
        var bank = town.BankOver("bank-1", new ScriptedIssuer([older], town.UserBankLink()));
        Assert.That((await bank.FetchDossiers(default))?.Sentence, Does.Contain("revision 2, and 3 was judged"));
        Assert.That(town.UserBank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(3));
    }

    /// <summary>Another bank wants to know of whom a case is, and tells the issuer that it proves nothing.</summary>
    [Test, Rule(9), Hole(19)]
    public async Task NoBankSeesOrJudgesAnothersCase()
    {
        using var town = Towns.Make();
        string one = town.AddTill("Cafe");
        string two = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        town.Pay(one, mallory, 5000);
        town.Pay(two, copy, 2000);
        await town.Settle(one);
        await town.Settle(two);
        var stranger = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2");
        var seen = (await stranger.Ask(new DossiersMessage(null), default)).Reply!.Header;
        Assert.That(seen, Is.Null, "the case is another bank's");
        var link = town.UserBankLink();
        var own = (await link.Ask(new DossiersMessage(null), default)).Reply!.Header;
        var page = await stranger.Call(new DossierPageMessage(own!.Coin, own.Revision, 0).ToMessage(), default);
        Assert.That(Refusal.Read(page)?.Reason, Is.EqualTo(RefusalReason.OutOfDate));
        Assert.That((await link.Ask(new DossierPageMessage(own.Coin, own.Revision, 0), default)).Reply?.Page, Is.Not.Null);
        await stranger.Call(new DossierOutcomeMessage(own.Coin, own.Revision, Proof.Nothing).ToMessage(), default);
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles.Single().Name, Is.EqualTo("Mallory"), "the finding of a stranger closed nothing");
    }

    /// <summary>
    /// The opening of an order in which P is not by the key that it names: whoever made it may have seen that key elsewhere. No account is
    /// blamed.
    /// </summary>
    [Test, Rule(9), Hole(19)]
    public async Task AnOpeningWithoutPossessionProvesNothing()
    {
        using var town = Towns.Make();
        var suite = town.Options.Suite;
        var file = await town.Overspend();
        var real = CoinRequest.Decode(file.Dossier.Header.Opening)!;
        using var other = suite.GenerateKey();
        var key = file.Dossier.Header.EncryptionKey.Key;
        var forged = real with { Possession =
            other.Sign(SignedMessage.Possession(key.Id, real.FaceValue, real.Currency, real.TM, real.NU, real.Seed)) };
        foreach (var (m, proof) in new[] { (real, Proof.Excess), (forged, Proof.OpeningMismatch) })
        {
            var dossier = town.Resign(file.Dossier, h => h with { Opening = m.Encode() });
            Assert.That(dossier.Check(suite, town.Scheme.Root, m.Encipher(suite, key)), Is.EqualTo(proof));
        }
    }

    /// <summary>
    /// A holder redeems a part of a coin and keeps the rest, or sends the issuer the whole coin that she paid a shop: no redemption is
    /// split, and none is a shop's.
    /// </summary>
    [Test, Rule(1)]
    public async Task ARedemptionIsOfAllThatIsLeftAndOfNoSale([Values] bool isSale)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 5000);
        using var own = await OwnKeyCoin.Withdraw(town, new Amount(5000));
        var h = isSale ? town.Sign(mallory, till, 5000) : own.Pay(Timestamp.Now(town.Clock), town.Scheme.RedemptionTill, 1, 5000, 1000);
        Assert.That(h.Paid == h.Balance, Is.EqualTo(isSale));
        Assert.That(Refusal.Read(Redeem(town, h)!)?.Reason, Is.EqualTo(isSale ? RefusalReason.NotAllowed : RefusalReason.BadSignature));
        await town.RunCycle();
        Assert.That(town.Account(mallory).Minor, Is.EqualTo(100_000 - 5000));
        if (isSale)
        {
            Assert.That((await town.Submit(till, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
            await town.RunCycle();
            Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(5000));
        }
    }

    /// <summary>A redemption waits for a shop whose payment is taken back later: it is paid then, and the holder is told so.</summary>
    [Test, Rule(1)]
    public async Task ARedemptionThatWaitedIsSaidToBePaid()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        using var copy = alice.Clone();
        var paid = town.Pay(till, copy, 3000);
        await town.Settle(till);
        var waits = (await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).Single();
        Assert.That(waits.Done, Is.False);
        Assert.That(waits.Message, Does.Contain("wait at the issuer"));
        await town.Till(till).Refund(paid.Sale.Time, copy.Card, town.TillLink(till), default).OrRefuse();
        var done = (await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).Single();
        Assert.That(done.Done, done.Message);
        Assert.That(done.Message, Does.Contain("50.00 EUR are redeemed"));
        Assert.That(await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse(), Is.Empty);
        await town.RunCycles();
        Assert.That(town.Account(alice).Minor, Is.EqualTo(100_000));
    }

    private static LinkMessage? Redeem(SimulatedTown town, CashPayment h)
    {
        var issuer = town.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key;
        var (message, seed) = SealedMessage.Seal(town.Options.Suite, issuer, new RedeemMessage(h).ToMessage());
        var reply = town.UserBank.Handle(LinkPeer.Wallet, new RelayMessage(message).ToMessage(), default).AsTask().GetAwaiter().GetResult();
        return reply.As<RelayReply>()?.Answer is { } answer ? SealedMessage.OpenAnswer(seed, answer) : null;
    }
}
