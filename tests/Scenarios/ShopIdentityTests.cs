using HierCash.Shop;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>A shop is a number with an account, not a name (R18).</summary>
[Parallelizable]
public sealed class ShopIdentityTests
{
    private readonly List<Database> _stores = [];
    private SimulatedTown _town = null!;

    [SetUp]
    public void MakeTown() => _town = Towns.Make();

    [TearDown]
    public void EndTown()
    {
        _stores.ForEach(s => s.Dispose());
        _stores.Clear();
        _town.Dispose();
    }

    /// <summary>
    /// A stranger's request says "Cafe". It becomes another shop with another account: it takes nothing of Cafe's back, and Cafe's money
    /// does not go there.
    /// </summary>
    [Test, Rule(18)]
    public async Task AStrangerWithAShopsNameIsAnotherShop()
    {
        string cafe = _town.AddTill("Cafe");
        using var alice = _town.User("Alice", 5000);
        var paid = _town.Pay(cafe, alice, 3000).Payments.Single();
        await _town.Settle(cafe);
        var (stranger, grant) = Stranger("Cafe");
        Assert.That((grant.Name, grant.Holder == _town.ShopOf(cafe), grant.Account!.Value.Bank),
            Is.EqualTo(("Cafe", false, _town.ShopBank.Id)));
        Assert.That(grant.Account!.Value.Reference, Is.Not.EqualTo(_town.AccountOf("Cafe")));

        // Even with Cafe's own S_W, which a customer may show it.
        using var key = _town.TillKey(cafe);
        var link = _town.IssuerLink(new LinkPeer(LinkRole.Shop, grant.Holder, stranger.PublicKey), "stranger");
        Assert.That(RawMessages.Reverse(link, key, paid), Is.False);
        await _town.RunCycles();
        Assert.That((_town.ShopAccount("Cafe").Minor, _town.ShopBank.BalanceOfShop(grant.Account.Value.Reference).Minor),
            Is.EqualTo((3000UL, 0UL)));
        _town.AssertSound(alice);
    }

    /// <summary>The stranger was first: the shop that comes later under its own name has its own number and its own money.</summary>
    [Test, Rule(18)]
    public async Task AShopWhoseNameIsTakenGetsItsOwnAccount()
    {
        var (_, grant) = Stranger("Stall");
        string stall = _town.AddTill("Stall");
        using var alice = _town.User("Alice", 5000);
        _town.Pay(stall, alice, 2000);
        await _town.Settle(stall);
        await _town.RunCycles();
        Assert.That((_town.ShopAccount("Stall").Minor, _town.ShopBank.BalanceOfShop(grant.Account!.Value.Reference).Minor),
            Is.EqualTo((2000UL, 0UL)));
        Assert.That(_town.ShopBank.ShopAccounts.Count(s => s.Name == "Stall"), Is.EqualTo(2));
    }

    /// <summary>
    /// A further till needs the signature of a valid till of that shop, or of its bank for that account; the grant says whose it is.
    /// </summary>
    [Test, Rule(18)]
    public void AFurtherTillNeedsTheWordOfItsShopOrItsBank()
    {
        string cafe = _town.AddTill("Cafe");
        string kiosk = _town.AddTill("Kiosk");
        var shop = _town.ShopOf(cafe);
        using var key = _town.Options.Suite.GenerateKey();
        var request = EnrolmentRequest.Sign(key, EnrolmentRole.Shop, "whatever it is called");
        Assert.That(_town.Issuer.Enrol(request, Amount.Zero).Refused?.Sentence,
            Does.Contain("names no account"));

        // Kiosk's till for Cafe; and its word with another number put in.
        Assert.That(_town.Issuer.Enrol(_town.Till(kiosk).Vouch(request, shop).OrRefuse(), Amount.Zero).Refused?.Sentence,
            Does.Contain("not signed by a till of shop"));
        var its = _town.Till(kiosk).Vouch(request, _town.ShopOf(kiosk)).OrRefuse();
        Assert.That(_town.Issuer.Enrol(its with { Voucher = its.Voucher! with { Party = shop } }, Amount.Zero).Refused?.Sentence,
            Does.Contain("altered"));

        // The bank's word for Cafe's account, under another till's request.
        var vouched = _town.ShopBank.Vouch(EnrolmentRequest.Sign(_town.TillKey(kiosk), EnrolmentRole.Shop, "Cafe"),
            _town.AccountOf("Cafe")).OrRefuse();
        Assert.That(_town.Issuer.Enrol(request with { Account = vouched.Account }, Amount.Zero).Refused?.Sentence,
            Does.Contain("not signed by a bank"));
        Assert.That(_town.ShopBank.Vouch(request, Digest.Of("nobody's"u8)).Refused?.Sentence, Does.Contain("no such shop account"));

        var grant = _town.Issuer.Enrol(_town.Till(cafe).Vouch(request, shop).OrRefuse(), Amount.Zero).OrRefuse();
        Assert.That((grant.Holder, grant.Name, grant.Account),
            Is.EqualTo((shop, "Cafe", ((PartyId, Digest)?)(_town.ShopBank.Id, _town.AccountOf("Cafe")))));
        var read = EnrolmentGrant.Decode(grant.Encode(), _town.Options.Suite);
        Assert.That(read!.Account, Is.EqualTo(grant.Account), "and join reads it");
    }

    /// <summary>
    /// A thief copied the key of Cafe's till at noon, had a till enrolled with it, and with that one another. Cafe had enrolled a till of
    /// its own in the morning. The revocation since noon takes the thief's tills with it, and leaves Cafe's.
    /// </summary>
    [Test, Rule(18), Rule(17)]
    public async Task ATillThatAThiefEnrolledGoesWithTheStolenKey()
    {
        string cafe = _town.AddTill("Cafe");
        var shop = _town.ShopOf(cafe);
        string morning = _town.AddTill("Cafe", r => _town.Till(cafe).Vouch(r, shop).OrRefuse());
        _town.Clock.Advance(TimeSpan.FromHours(3));
        var noon = Timestamp.Now(_town.Clock);
        _town.Clock.Advance(TimeSpan.FromHours(1));
        string thiefs = _town.AddTill("Cafe", r => _town.Till(cafe).Vouch(r, shop).OrRefuse());
        string next = _town.AddTill("Cafe", r => _town.Till(thiefs).Vouch(r, shop).OrRefuse());
        _town.Clock.Advance(TimeSpan.FromHours(1));

        var gone = _town.Issuer.Revoke(_town.Till(cafe).W, noon).OrRefuse();
        Assert.That(gone, Is.EqualTo(new[] { cafe, thiefs, next }.Select(t => _town.Till(t).W)));
        foreach (var (till, answered) in new[] { (cafe, false), (morning, true), (thiefs, false), (next, false) })
        {
            var reply = await _town.TillLink(till).Call(
                new HotListMessage(0, _town.Till(till).W, Timestamp.Now(_town.Clock)).ToMessage(), default);
            Assert.That(Refusal.Read(reply) is null, Is.EqualTo(answered), till);
        }

        // What the thief's till signs from now on counts no more than what the stolen key signs; and neither enrols anything.
        using var mallory = _town.User("Mallory", 5000);
        _town.Clock.Advance(TimeSpan.FromMinutes(1));
        var paid = _town.Sign(mallory, thiefs, 1000);
        using var stolen = _town.TillKey(thiefs);
        Assert.That(RawMessages.Settle(_town.TillLink(morning), stolen, [paid], Timestamp.Now(_town.Clock)),
            Is.EqualTo(new[] { Verdict.TillUnknown }));
        using var key = _town.Options.Suite.GenerateKey();
        var request = EnrolmentRequest.Sign(key, EnrolmentRole.Shop, "Cafe");
        Assert.That(_town.Issuer.Enrol(_town.Till(next).Vouch(request, shop).OrRefuse(), Amount.Zero).Refused?.Sentence,
            Does.Contain("is revoked"));
        Assert.That(_town.Issuer.Enrol(_town.Till(morning).Vouch(request, shop).OrRefuse(), Amount.Zero).OrRefuse().Holder,
            Is.EqualTo(shop));
    }

    /// <summary>
    /// The till's key is revoked at once; that the theft was older comes out a day later. The till that the thief enrolled goes then, and
    /// the first date stays.
    /// </summary>
    [Test, Rule(18)]
    public void ATheftThatWasOlderTakesTheThiefsTillsLater()
    {
        string cafe = _town.AddTill("Cafe");
        var shop = _town.ShopOf(cafe);
        var stolen = Timestamp.Now(_town.Clock);
        _town.Clock.Advance(TimeSpan.FromHours(1));
        string thiefs = _town.AddTill("Cafe", r => _town.Till(cafe).Vouch(r, shop).OrRefuse());
        _town.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That(_town.Issuer.Revoke(_town.Till(cafe).W).OrRefuse(), Is.EqualTo(new[] { _town.Till(cafe).W }));
        _town.Clock.Advance(TimeSpan.FromDays(1));
        Assert.That(_town.Issuer.Revoke(_town.Till(cafe).W, stolen).OrRefuse(), Is.EqualTo(new[] { _town.Till(thiefs).W }));
        Assert.That(_town.Issuer.Revoke(_town.Till(cafe).W, stolen).Refused?.Sentence,
            Does.Contain("already"));
    }

    /// <summary>
    /// Names that steer a terminal, or look like another: refused wherever a name enters, with what is wrong in plain letters.
    /// </summary>
    [TestCase("Cafe\u001b[2J", "\\u001B")]
    [TestCase("Cafe\u009b31m", "\\u009B")]
    [TestCase("Cafe\nAll invariants hold.", "\\u000A")]
    [TestCase("Cafe\u202eefac", "\\u202E")]
    [TestCase("Ca\u200bfe", "\\u200B")]
    [TestCase("Cafe\u2028", "\\u2028")]
    [TestCase("Cafe\u3164", "\\u3164")]
    [TestCase("Ca\u034ffe", "\\u034F")]
    [TestCase("Cafe\ufe0f", "\\uFE0F")]
    [TestCase("\u2800", "\\u2800")]
    [TestCase("Cafe\U000e0100", "\\uDB40\\uDD00")]
    [Rule(18)]
    public void ANameThatSteersATerminalIsRefused(string name, string shown)
    {
        var suite = _town.Options.Suite;
        using var key = suite.GenerateKey();
        var shops = EnrolmentRequest.Sign(key, EnrolmentRole.Shop, name);
        string cafe = _town.AddTill("Cafe");
        Assert.That(EnrolmentRequest.Decode(shops.Encode()), Is.Null);
        var banks = EnrolmentRequest.Sign(key, EnrolmentRole.Bank, name);
        using var card = _town.NewCard(name);
        foreach (var refused in new[]
        {
            _town.ShopBank.Vouch(shops).Refused, _town.ShopBank.Vouch(shops, _town.AccountOf("Cafe")).Refused,
            _town.ShopBank.OpenShopAccount(name).Refused,
            _town.UserBank.OpenAccount(name, new WalletCard(card.Card), ActivationCode.Random(suite.Random)).Refused,
            _town.Till(cafe).Vouch(shops, _town.ShopOf(cafe)).Refused, _town.Issuer.Enrol(shops, _town.Options.Cap).Refused,
            _town.Issuer.Enrol(banks, _town.Options.Cap).Refused,
        })
        {
            Assert.That(refused?.Sentence, Does.Contain("control or format character").And.Contain(shown));
        }

        // A grant, or an evidence file, with such a name is none.
        using var root = suite.GenerateKey();
        var grant = EnrolmentGrant.Sign(root, new PartyId(1), name,
            new Scheme(new PartyId(1), root.PublicKey, [], new SchemeParameters(), suite), null, [0x30, 0]);
        Assert.That(EnrolmentGrant.Decode(grant.Encode(), suite), Is.Null);
        Assert.That(EnrolmentGrant.Decode((EnrolmentGrant.Sign(root, new PartyId(1), "Café 東京 ☕", grant.Scheme, null, [0x30, 0])).Encode(),
            suite), Is.Not.Null);
    }

    /// <summary>A name that looks empty, or like another one with a blank behind it.</summary>
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("Cafe ")]
    [TestCase("\u00a0Cafe")]
    [TestCase("Cafe\u3000")]
    [Rule(18)]
    public void ANameThatLooksLikeAnotherOrLikeNoneIsRefused(string name)
    {
        using var key = _town.Options.Suite.GenerateKey();
        var request = EnrolmentRequest.Sign(key, EnrolmentRole.Shop, name);
        Assert.That(EnrolmentRequest.Decode(request.Encode()), Is.Null);
        Assert.That(_town.ShopBank.Vouch(request).Refused, Is.Not.Null);
        Assert.That(EnrolmentRequest.Decode(EnrolmentRequest.Sign(key, EnrolmentRole.Shop, "Corner Cafe").Encode()), Is.Not.Null);
    }

    /// <summary>
    /// A stranger's shop is called like the number of Cafe's account, whole or as people shorten it. Whoever names that number means Cafe.
    /// </summary>
    [TestCase(64)]
    [TestCase(16)]
    [TestCase(4)]
    [Rule(18)]
    public void AShopThatIsCalledLikeAnothersAccountTakesNothing(int digits)
    {
        _town.AddTill("Cafe");
        var account = _town.AccountOf("Cafe");
        string called = account.ToString()[..digits];
        var strangers = _town.ShopBank.OpenShopAccount(called).OrRefuse();
        Assert.That(_town.ShopBank.FindShopAccounts(called).Select(s => s.Account), Is.EqualTo(new[] { account }));
        Assert.That(_town.ShopBank.FindShopAccounts(called.ToUpperInvariant()).Select(s => s.Account), Is.EqualTo(new[] { account }));
        Assert.That(_town.ShopBank.FindShopAccounts("Cafe").Select(s => s.Account), Is.EqualTo(new[] { account }));
        Assert.That(_town.ShopBank.FindShopAccounts(strangers.ToString()).Select(s => s.Account), Is.EqualTo(new[] { strangers }));
        Assert.That(_town.ShopBank.FindShopAccounts(called[..3]), Is.Empty, "3 digits are no number, and nobody's name");
    }

    /// <summary>What a peer says is shown, and does nothing.</summary>
    [Test, Rule(18)]
    public void WhatAPeerSaysIsEscapedWhereItComesIn()
    {
        const string Evil = "no\u001b[2J\nAll invariants hold.";
        var refusal = Refusal.Read(new Refusal(RefusalReason.NotAllowed, Evil).ToMessage())!;
        Assert.That(refusal, Is.EqualTo(new Refusal(RefusalReason.NotAllowed, "no\\u001B[2J\\u000AAll invariants hold.")));
        Assert.That(PlainText.EscapeLines("a\u001b]0;x\u0007\nb\t\ud83d\ude00\ud83d"),
            Is.EqualTo("a\\u001B]0;x\\u0007\nb\t\ud83d\ude00\\uD83D"));
    }

    private (ISigningKey Key, EnrolmentGrant Grant) Stranger(string name)
    {
        var store = Database.OpenMemory(ShopTill.Schema);
        _stores.Add(store);
        var request = ShopTill.RequestEnrolment(store, _town.Options.Suite, name);
        var grant = _town.Issuer.Enrol(_town.ShopBank.Vouch(request).OrRefuse(), Amount.Zero)
            .OrRefuse();
        return (_town.Options.Suite.ImportKey(store.Read(db => db.First("SELECT secret FROM till", r => r.Bytes(0)))!), grant);
    }
}
