using HierCash.Issuer;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Scenarios;

/// <summary>How far the word of an issuer that was restored from a copy goes, and no farther (rule R27).</summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredBoundsTests : RestoredScenario
{
    /// <summary>
    /// Whoever stole the coin key of the copy's time makes good coins while the issuer honours such; with a key that was made after the
    /// recovery nobody does.
    /// </summary>
    [Test, Rule(27)]
    public async Task AKeyOfAfterTheRecoveryMakesNoGoodCoins()
    {
        await Restore("issuer");
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        await Recover();
        Town.Clock.Advance(TimeSpan.FromDays(3));
        await Town.RunCycles();
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        foreach (var (rotations, verdict) in new[] { (0, Verdict.Settled), (1, Verdict.UnknownCoin) })
        {
            using var holder = Town.Options.Suite.GenerateKey();
            using var stolen = Town.CoinKeyAfter(rotations);
            var like = Alice.Coins()[0].Coin.Terms;
            var unsigned = new Coin(like with { IssuerKey = stolen.PublicKey.Id }, holder.PublicKey.Compress(), []);
            var x = unsigned.Terms.FaceValue;
            var h = new CashPayment(unsigned with { SI = stolen.Sign(unsigned.Message) }, 1, x, Timestamp.Now(Town.Clock),
                Town.Till(Till).W, new Amount(700), []);
            Assert.That((await Town.Submit(Till, h with { SU = holder.Sign(h.Message) })).Single().Verdict, Is.EqualTo(verdict));
        }
    }

    /// <summary>
    /// What a till shows bears the issuer's own signature. Only a word that a copy may lack, of a payment that counts, in this scheme,
    /// stops the issuer.
    /// </summary>
    [TestCase("as it is", true)]
    [TestCase("of tomorrow", false)]
    [TestCase("older than a backup", false)]
    [TestCase("of another issuer", false)]
    [TestCase("of another currency", false)]
    [TestCase("refused", false)]
    [Rule(27)]
    public async Task OnlyAWordThatACopyMayLackStopsTheIssuer(string which, bool stops)
    {
        await Trade(400);
        var now = Timestamp.Now(Town.Clock);
        bool isRefused = which == "refused";
        using var key = Town.StatementKey;
        await Show(Receipt.Sign(
            key,
            which == "of another issuer" ? new PartyId(77) : Town.Issuer.Id,
            Digest.Of([7]),
            isRefused ? Verdict.UnknownCoin : Verdict.Settled,
            new Amount(100),
            which == "of another currency" ? new Currency(840) : Currency.Eur,
            isRefused ? Share.None : new Share(new Amount(100), Amount.Zero, Amount.Zero, default),
            1,
            which switch { "of tomorrow" => now.Plus(TimeSpan.FromDays(1)), "older than a backup" =>
                now.Minus(Town.Options.Terms.BackupMaxAge + TimeSpan.FromDays(1)), _ => now }));
        Assert.That(Town.Issuer.Behind is not null, Is.EqualTo(stops));
    }

    /// <summary>
    /// Whoever has a signature has a second one of the same message: a coin with the mirrored S_I is the same coin. Of what exceeds it as
    /// much is promised as ever, and a dossier proves it.
    /// </summary>
    [Test, Rule(27), Hole(5)]
    public async Task AMirroredSignatureIsNoOtherCoin()
    {
        await Restore("issuer");
        await Recover();
        using var bob = Town.User("Bob", 5000);
        using var clone = bob.Clone();
        string kiosk = Town.AddTill("Kiosk");
        var h = Town.Sign(bob, Till, 5000);
        var mirrored = h with { Coin = h.Coin with { SI = RawMessages.Mirrored(h.Coin.SI) } };
        Assert.That((await Town.Submit(Till, mirrored)).Single().Share.Credited.Minor, Is.EqualTo(5000));
        Assert.That((await Town.Submit(kiosk, Town.Sign(clone, kiosk, 3000))).Single().Share.Guaranteed.Minor, Is.EqualTo(3000));
    }

    /// <summary>
    /// A shop has seen a coin, and its bank gives it back as a withdrawal of its own, with a request that no key has signed: nobody could
    /// prove anything of it, and the holder's money would go there.
    /// </summary>
    [Test, Rule(27), Hole(20)]
    public async Task WhoHasSeenACoinAtAShopDoesNotGiveItBack()
    {
        await Restore("issuer");
        Town.Issuer.Recover().OrRefuse();
        var (suite, id, now) = (Town.Options.Suite, Town.ShopBank.Id, Timestamp.Now(Town.Clock));
        var coin = Alice.Coins().Single(c => c.Coin.Terms.FaceValue.Minor == 4000).Coin;
        var pe = WithdrawalTests.PE(Town);
        var (seed, x) = (new byte[32], coin.Terms.FaceValue);
        byte[] ei = new CoinRequest(seed, x, Currency.Eur, coin.Terms.TM, coin.NU, new byte[64]).Encipher(suite, pe);
        using var key = Town.BankKey("bank-2");
        var asked = new IssueRequest(id, x, Currency.Eur, pe.Id, ei, now,
            key.Sign(SignedMessage.IssueRequest(id, x, Currency.Eur, pe.Id, new WithdrawalId(Digest.Of(ei)), now)));
        var words = new ReturnMessage(false, [(asked, CashCipher.Encrypt(seed, CashAnswer.Of(coin).Encode()))], [], []);
        var reply = await Town.IssuerLink(new LinkPeer(LinkRole.Bank, id), "bank-2").Call(words.ToMessage(), default);
        Assert.That(Refusal.Read(reply)?.Reason, Is.EqualTo(RefusalReason.BadSignature));
        await Recover();
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// A coin that no bank gave back is honoured until its terms are over by any clock that is tolerated: what was forgotten by then is not
    /// paid a second time.
    /// </summary>
    [Test, Rule(27)]
    public async Task ACoinIsHonouredUntilItsTermsAreOver([Values] bool isOver)
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        using var bob = Town.User("Bob", 4000);
        var h = Town.Sign(bob, Till, 700);
        var word = (await Town.Submit(Till, h)).Single();
        await Trade(100);
        await IssuerIsPutBack(copy, 4000);
        var end = Town.Options.Terms.KnownUntil(h.Coin.Terms.Expiry).Minus(isOver ? TimeSpan.FromHours(3) : TimeSpan.FromHours(30))
            .ToDate()!.Value;
        while (Town.Clock.GetUtcNow() < end)
        {
            var left = end - Town.Clock.GetUtcNow();
            Town.Clock.Advance(left < TimeSpan.FromDays(90) ? left : TimeSpan.FromDays(90));
            await Town.RunCycles();
        }

        using var till = Town.TillKey(Till);
        var reply = await Town.TillLink(Till).Call(
            SettleMessage.Sign(till, Town.Issuer.Id, [h], Timestamp.Now(Town.Clock), earlier: [word]).ToMessage(), default);
        Assert.That(reply.As<SettleReply>()!.Receipts.Single().Verdict, Is.EqualTo(isOver ? Verdict.UnknownCoin : Verdict.Settled));
    }

    /// <summary>
    /// A coin of no bank: nothing of it is to go back, a payment of it is dead only once all banks have been there, and what the issuer
    /// bears is what such coins paid.
    /// </summary>
    [Test, Rule(27)]
    public async Task ACoinOfNoBankHasNoHolder()
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        using var bob = Town.User("Bob", 4000);
        using var clone = bob.Clone();
        await Trade(100);
        await IssuerIsPutBack(copy, 4000);
        await Town.Submit(Till, Town.Sign(bob, Till, 200));
        var lost = Town.Sign(bob, Till, 500);
        Assert.That((await Town.Submit(Till, Town.Sign(clone, Till, 300))).Single().Verdict, Is.EqualTo(Verdict.Equivocation));
        using var all = Assert.EnterMultipleScope();
        Assert.That((Town.Issuer.Waits.Shows(WaitingKind.HonouredCoin), Town.Issuer.Waits.Shows(WaitingKind.ReturnToCome)),
            Is.EqualTo((true, false)));
        Town.Clock.Advance(TimeSpan.FromDays(10));
        await Town.RunCycles();
        Cut = "bank-2";
        Town.Restart("issuer");
        Cut = null;
        Assert.That(RawMessages.AskDead(Town, lost), Is.False, "a bank may know better");
        await Town.RunCycle();
        Assert.That(RawMessages.AskDead(Town, lost));
        Assert.That((Town.Issuer.Audit.Borne.Minor, Town.Issuer.Audit.Run()), Is.EqualTo((500UL, Array.Empty<string>())));
        using (var store = new SqliteConnection($"Data Source={IssuerFile}"))
        {
            store.Open();
            using var change = store.CreateCommand();
            change.CommandText = "UPDATE transfer_delta SET amount = amount + 1 WHERE bank = 0";
            Assert.That(change.ExecuteNonQuery(), Is.EqualTo(1));
        }

        Assert.That(Town.Issuer.Audit.Run(), Has.Some.Contains("they have paid 500, but the issuer bears 501"));
    }

    /// <summary>Only banks and shops show certificates.</summary>
    [Test, Rule(27)]
    public async Task AStrangerShowsNoCertificates()
    {
        var refused = await Town.Issuer.Handle(LinkPeer.Wallet, new ShowCertificatesMessage([Made()]).ToMessage(), default);
        Assert.That((Refusal.Read(refused)?.Reason, Town.Issuer.LostKeys.Count), Is.EqualTo((RefusalReason.NotAllowed, 0)));
    }

    /// <summary>So many lost keys are kept.</summary>
    [Test, Rule(27), Rule(10)]
    public async Task SoManyLostKeysAreKept()
    {
        for (int i = 0; i < 5; i++)
        {
            await Town.TillLink(Till).Call(new ShowCertificatesMessage(
                [.. Enumerable.Range(0, ShowCertificatesMessage.Max).Select(_ => Made())]).ToMessage(), default);
        }

        Assert.That(Town.Issuer.LostKeys, Has.Count.EqualTo(256));
    }

    /// <summary>Another process of the issuer hears of a lost key: the one that serves knows it with its next answer.</summary>
    [Test, Rule(27), Rule(17)]
    public async Task AProcessThatServesKnowsWhatAnotherHasHeard()
    {
        await Trade(400);
        using var bank = Town.BankKey("bank-1");
        var lost = Made();
        using (var store = Database.OpenOrCreateFile(IssuerFile, IssuerParty.Schema))
        {
            var other = new IssuerParty(Town.Issuer.Id, store, Town.Options.Suite, Town.Options.Terms, Town.Clock, NullLogger.Instance,
                Town.Options.Crash);
            await other.Handle(
                new LinkPeer(LinkRole.Bank, Town.UserBank.Id, bank.PublicKey), new ShowCertificatesMessage([lost]).ToMessage(), default);
        }

        var given = (await Town.TillLink(Till).Ask(new CertificatesMessage(), default)).Reply!;
        Assert.That(given.Certificates.Select(c => c.Key), Has.Some.EqualTo(lost.Key));
    }

    /// <summary>A key that the issuer's root key has certified, and that the issuer does not know.</summary>
    private KeyCertificate Made()
    {
        using var root = Town.RootKey;
        using var key = Town.Options.Suite.GenerateKey();
        var now = Timestamp.Now(Town.Clock);
        return KeyCertificate.Issue(root, KeyUsage.IssuerCoin, Town.Issuer.Id, now.Minus(TimeSpan.FromHours(1)),
            now.Plus(TimeSpan.FromDays(9)), key.PublicKey);
    }
}
