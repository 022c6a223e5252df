using HierCash.Issuer;
using HierCash.Shop;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Scenarios;

/// <summary>What a request to take part has to show, and what stays of one that is refused (R17, R18).</summary>
[Parallelizable]
public sealed class EnrolmentTests
{
    private SimulatedTown _town = null!;

    [SetUp]
    public void MakeTown() => _town = Towns.Make();

    [TearDown]
    public void EndTown() => _town.Dispose();

    /// <summary>
    /// Somebody has others' public keys, and asks with them under a name of his choice. Nobody signs it, and nobody takes it.
    /// </summary>
    [Test, Rule(18)]
    public void ARequestProvesThatItsKeyIsHeld()
    {
        string cafe = _town.AddTill("Cafe");
        var shop = _town.ShopOf(cafe);
        using var key = _town.Options.Suite.GenerateKey();
        var honest = EnrolmentRequest.Sign(key, EnrolmentRole.Shop, "Stall");
        var forged = honest with { Name = "Stale" };
        Assert.That(_town.Till(cafe).Vouch(forged, shop).Refused?.Sentence, Does.Contain("was altered"));
        Assert.That(_town.ShopBank.Vouch(forged).Refused?.Sentence, Does.Contain("was altered"));
        Assert.That(_town.ShopBank.Vouch(forged, _town.AccountOf("Cafe")).Refused?.Sentence, Does.Contain("was altered"));
        foreach (var altered in new[]
        {
            _town.Till(cafe).Vouch(honest, shop).OrRefuse() with { Name = "Stale" },
            _town.ShopBank.Vouch(honest, _town.AccountOf("Cafe")).OrRefuse() with { Name = "Stale" },
            EnrolmentRequest.Sign(key, EnrolmentRole.Bank, "North") with { Name = "South" },
        })
        {
            Assert.That(_town.Issuer.Enrol(altered, _town.Options.Cap).Refused?.Sentence, Does.Contain("was altered"));
        }

        // A bank's request is no shop's.
        var banks = EnrolmentRequest.Sign(key, EnrolmentRole.Bank, "Stall");
        Assert.That(_town.Till(cafe).Vouch(banks, shop).Refused?.Sentence, Does.Contain("no till's request"));
        Assert.That(_town.ShopBank.Vouch(banks).Refused?.Sentence, Does.Contain("no shop's request"));
        Assert.That(_town.Issuer.Enrol(_town.Till(cafe).Vouch(honest, shop).OrRefuse(), Amount.Zero).OrRefuse().Holder, Is.EqualTo(shop));
    }

    /// <summary>A bank calls itself "2": who sets bank 2's cap, or stops it, means the number.</summary>
    [Test, Rule(18)]
    public void ABanksNameIsNoOthersNumber()
    {
        using var key = _town.Options.Suite.GenerateKey();
        var named = _town.Issuer.Enrol(EnrolmentRequest.Sign(key, EnrolmentRole.Bank, "2"), _town.Options.Cap).OrRefuse();
        Assert.That(named.Holder, Is.EqualTo(new PartyId(3)));
        Assert.That(_town.Issuer.Registry.FindBank("2")?.Id, Is.EqualTo(new PartyId(2)));
        Assert.That(_town.Issuer.Registry.FindBank("3")?.Name, Is.EqualTo("2"));
        Assert.That(_town.Issuer.Registry.FindBank("bank-1")?.Id, Is.EqualTo(new PartyId(1)));
        Assert.That(_town.Issuer.Registry.FindBank("4"), Is.Null);
    }

    /// <summary>
    /// Kiosk's till would be Cafe's, too: with the word of a till of Cafe, with that of Cafe's bank, or by showing Cafe's number on a link.
    /// It stays Kiosk's.
    /// </summary>
    [Test, Rule(18), Rule(17)]
    public async Task ATillsKeyIsOneShopsAlone()
    {
        string cafe = _town.AddTill("Cafe");
        string kiosk = _town.AddTill("Kiosk");
        using var key = _town.TillKey(kiosk);
        var request = EnrolmentRequest.Sign(key, EnrolmentRole.Shop, "Cafe");
        foreach (var vouched in new[] { _town.Till(cafe).Vouch(request, _town.ShopOf(cafe)).OrRefuse(),
            _town.ShopBank.Vouch(request, _town.AccountOf("Cafe")).OrRefuse() })
        {
            Assert.That(_town.Issuer.Enrol(vouched, Amount.Zero).Refused?.Sentence,
                Does.Contain("belongs to another shop"));
        }

        var ask = new HotListMessage(0, _town.Till(kiosk).W, Timestamp.Now(_town.Clock)).ToMessage();
        foreach (var (shop, answered) in new[] { (_town.ShopOf(cafe), false), (_town.ShopOf(kiosk), true) })
        {
            var refusal = Refusal.Read(await _town.IssuerLink(new LinkPeer(LinkRole.Shop, shop, key.PublicKey), "kiosk")
                .Call(ask, default));
            Assert.That(refusal is null, Is.EqualTo(answered), $"{refusal?.Text}");
            Assert.That(answered || refusal!.Text.Contains($"is not registered for shop {shop}", StringComparison.Ordinal),
                $"{refusal?.Text}");
        }

        Assert.That(_town.Issuer.Enrol(_town.ShopBank.Vouch(request, _town.AccountOf("Kiosk")).OrRefuse(), Amount.Zero).OrRefuse().Holder,
            Is.EqualTo(_town.ShopOf(kiosk)));
    }

    /// <summary>
    /// Who stole a till's key finds somebody who vouches for it once more after its revocation. It is nobody's till again, and nothing of
    /// the request stays.
    /// </summary>
    [Test, Rule(18), Rule(17)]
    public void ARevokedTillIsNotEnrolledAgain()
    {
        string cafe = _town.AddTill("Cafe");
        string second = _town.AddTill("Cafe");
        using var stolen = _town.TillKey(cafe);
        var request = EnrolmentRequest.Sign(stolen, EnrolmentRole.Shop, "Cafe");
        _town.Issuer.Revoke(_town.Till(cafe).W).OrRefuse();
        var stall = _town.ShopBank.OpenShopAccount("Stall").OrRefuse();
        var before = _town.Rows(SimulatedTown.IssuerName);
        foreach (var vouched in new[]
        {
            _town.Till(second).Vouch(request, _town.ShopOf(cafe)).OrRefuse(), _town.ShopBank.Vouch(request, _town.AccountOf("Cafe"))
                .OrRefuse(),
            _town.ShopBank.Vouch(request, stall).OrRefuse(),
        })
        {
            Assert.That(_town.Issuer.Enrol(vouched, Amount.Zero).Refused?.Sentence,
                Does.Contain("Make a till with a new key"));
        }

        Assert.That(_town.Rows(SimulatedTown.IssuerName), Is.EqualTo(before), "no shop for Stall's account either");
    }

    /// <summary>
    /// The issuer's operator revokes a till while another process enrols a further one on its word: at each moment at which the enrolment
    /// looks at the clock. It comes before the enrolment, which is refused, or after it, and takes the new till with it.
    /// </summary>
    [Test, Rule(18), Rule(17)]
    public void ARevocationComesBeforeAnEnrolmentOrAfterIt()
    {
        var suite = _town.Options.Suite;
        using var store = Database.OpenMemory(IssuerParty.Schema);
        var clock = new WatchedClock(_town.Clock);
        var issuer = new IssuerParty(new PartyId(1), store, suite, _town.Options.Terms, clock, NullLogger.Instance, NoCrashPoints.Instance);
        using var bankKey = suite.GenerateKey();
        var bank = issuer.Enrol(EnrolmentRequest.Sign(bankKey, EnrolmentRole.Bank, "North"), _town.Options.Cap).OrRefuse().Holder;
        int happened = 0;
        for (bool happens = true; happens; happened += happens ? 1 : 0)
        {
            int at = happened + 1;
            var account = Digest.Of([(byte)at]);
            using var till = suite.GenerateKey();
            using var further = suite.GenerateKey();
            var first = EnrolmentRequest.Sign(till, EnrolmentRole.Shop, "Cafe") with
            {
                Account = new ShopAccount(bank, account, bankKey.Sign(SignedMessage.ShopAccount(bank, account, till.PublicKey.Bytes))),
            };
            var shop = issuer.Enrol(first, Amount.Zero).OrRefuse().Holder;
            var w = Derivations.W(till.PublicKey);
            clock.Watch(at, () => issuer.Revoke(w).OrRefuse());
            var request = EnrolmentRequest.Sign(
                further, EnrolmentRole.Shop, "Cafe") with { Voucher = KeyVoucher.Sign(till, EnrolmentRole.Shop, shop, further.PublicKey) };
            string? refused = issuer.Enrol(request, Amount.Zero).Refused?.Sentence;
            bool isRefused = refused is not null;
            Assert.That(refused ?? "is revoked", Does.Contain("is revoked"));

            happens = clock.Looks == at;
            var rows = issuer.Registry.Tills.Where(t => t.Shop == shop).ToList();
            Assert.That(rows.Count, Is.EqualTo(isRefused ? 1 : 2), $"look {at}");
            Assert.That(!happens || rows.TrueForAll(t => t.Revoked is not null), $"look {at}: a till that a revoked one enrolled is good");
        }

        Assert.That(happened, Is.GreaterThan(0));
    }

    /// <summary>
    /// The bank has signed for a further till of Cafe (`--account`), the print was lost, and the same request is signed again, without the
    /// account: it is Cafe's again. Somebody else who calls himself Cafe gets an account of his own, and a person who names another account
    /// means that one.
    /// </summary>
    [Test, Rule(18)]
    public void SignedAgainATillsRequestNamesTheSameAccount()
    {
        _town.AddTill("Cafe");
        var cafe = _town.AccountOf("Cafe");
        using var key = _town.Options.Suite.GenerateKey();
        using var other = _town.Options.Suite.GenerateKey();
        var request = EnrolmentRequest.Sign(key, EnrolmentRole.Shop, "Cafe");
        Assert.That(_town.ShopBank.Vouch(request, cafe).OrRefuse().Account!.Reference, Is.EqualTo(cafe));
        Assert.That(_town.ShopBank.Vouch(request).OrRefuse().Account!.Reference, Is.EqualTo(cafe));
        Assert.That(_town.ShopBank.ShopAccounts.Count(s => s.Name == "Cafe"), Is.EqualTo(1));
        Assert.That(_town.ShopBank.Vouch(EnrolmentRequest.Sign(other, EnrolmentRole.Shop, "Cafe")).OrRefuse().Account!.Reference,
            Is.Not.EqualTo(cafe));
        var stall = _town.ShopBank.OpenShopAccount("Stall").OrRefuse();
        Assert.That(
            new[] { _town.ShopBank.Vouch(request, stall), _town.ShopBank.Vouch(request) }.Select(r => r.OrRefuse().Account!.Reference),
            Is.All.EqualTo(stall));
    }

    /// <summary>Does something at one look at the clock.</summary>
    private sealed class WatchedClock(TimeProvider inner) : TimeProvider
    {
        private Action? _then;
        private int _at;

        /// <summary>Looks since the last <see cref="Watch"/>, those of what is done not counted.</summary>
        public int Looks { get; private set; }

        public void Watch(int at, Action then)
        {
            (_then, _at, Looks) = (then, at, 0);
        }

        public override DateTimeOffset GetUtcNow()
        {
            if (_then is not null && ++Looks == _at)
            {
                var then = _then;
                _then = null;
                then();
            }

            return inner.GetUtcNow();
        }
    }

    /// <summary>
    /// The issuer's clock was a year ahead when a bank announced a key; then the bank's key is stolen and revoked. The bank gets a new key
    /// all the same.
    /// </summary>
    [Test, Rule(17)]
    public void AnImpossibleDateOfADroppedKeyKeepsNoBankFromTheNext()
    {
        var bank = _town.UserBank.Id;
        _town.Clock.Advance(TimeSpan.FromDays(365));
        _town.Issuer.Enrol(_town.RequestNextKey("bank-1"), _town.Options.Cap).OrRefuse();
        _town.Clock.Advance(-TimeSpan.FromDays(365));
        _town.Issuer.Revoke(bank).ThrowIfAny();
        using var key = _town.Options.Suite.GenerateKey();
        var grant = _town.Issuer.Enrol(EnrolmentRequest.Sign(key, EnrolmentRole.Bank, "bank-1"), _town.Options.Cap, bank).OrRefuse();
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(grant.LinkCertificate);
        Assert.That(grant.Holder, Is.EqualTo(bank));
        Assert.That(certificate.NotBefore.ToUniversalTime(),
            Is.EqualTo(_town.Clock.GetUtcNow().UtcDateTime.AddDays(-1)).Within(TimeSpan.FromMinutes(1)));
    }

    /// <summary>
    /// A till was enrolled while the issuer's clock was ahead, and is enrolled again when it is right: what it sells counts from then on,
    /// not weeks later.
    /// </summary>
    [Test, Rule(10)]
    public async Task ATillThatWasEnrolledUnderAWrongClockIsPaidOnceItIsEnrolledAgain()
    {
        // Nobody got anything dated of it on that day: the issuer has signed nothing that its clock is behind.
        bool hears = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (_, _, m) => m.Type == MessageType.HotList && !hears ? LinkFault.LoseRequest : LinkFault.None });
        using var alice = town.User("Alice", 5000);
        town.Clock.Advance(TimeSpan.FromDays(40));
        string cafe = town.AddTill("Cafe");
        town.Clock.Advance(-TimeSpan.FromDays(40));
        using (var key = town.TillKey(cafe))
        {
            town.Issuer.Enrol(
                town.ShopBank.Vouch(EnrolmentRequest.Sign(key, EnrolmentRole.Shop, "Cafe"), town.AccountOf("Cafe")).OrRefuse(),
                Amount.Zero).OrRefuse();
        }

        hears = true;
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Restart(cafe);
        Assert.That(town.Pay(cafe, alice, 2000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        var settled = await town.Settle(cafe);
        Assert.That((settled.Settled, settled.Refused), Is.EqualTo((1, 0)));
        await town.RunCycles();
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(2000));
    }
}
