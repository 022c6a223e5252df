using HierCash.Bank;
using HierCash.Shop;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Wallets;

/// <summary>
/// The issuer counted a payment that it had pronounced dead, Alice is accused, and the bank that accuses her answers with certificates of
/// its own making: what her card has checked stays, and the file itself holds the genuine ones (rule R3).
/// </summary>
[Parallelizable]
public sealed class LyingAccuserTests
{
    private SimulatedTown _town = null!;
    private TownCard _alice = null!;
    private Database _store = null!;
    private WalletRecords _records = null!;
    private Evidence _file = null!;
    private CashPayment _h = null!;

    private ICashSuite Suite => _town.Options.Suite;

    private PublicKey Root => _town.Scheme.Root;

    [SetUp]
    public async Task Accuse()
    {
        _town = Towns.Make();
        _alice = _town.User("Alice", 5000);
        _store = Database.OpenMemory(WalletRecords.Schema);
        _records = new WalletRecords(_store);
        string cafe = _town.AddTill("Cafe");
        string kiosk = _town.AddTill("Kiosk");
        _h = _town.Pay(cafe, _alice, 1250).Payments.Single();
        await _town.Settle(cafe);
        await _town.WalletWith(_records).Resume(_alice.Card, _alice.Pin, default).OrRefuse();
        var card = new WalletCard(_alice.Card);
        card.Select();
        card.Verify(_alice.Pin);
        Assert.That(card.Restore(_town.Dead(_h, DeathBasis.TermOver, Timestamp.Now(_town.Clock)).Dead[0]).IsSuccess,
            "the contact before has brought the key");
        _records.Keep(_alice.Card, _alice.Pin);
        Assert.That(_town.Pay(kiosk, _alice, 5000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        await _town.Settle(kiosk);
        await _town.RunCycle();
        _file = _town.UserBank.EvidenceFiles.Single();
        Assert.That(_town.Check(_file).Culprit, Is.EqualTo(Culprit.User));
    }

    [TearDown]
    public void Dispose()
    {
        _store.Dispose();
        _alice.Dispose();
        _town.Dispose();
    }

    /// <summary>
    /// The key is right, and the certificate is not; or there is none; or so many that nobody reads them; or the wallet cannot even reach
    /// the issuer.
    /// </summary>
    [TestCase("signature")]
    [TestCase("dates")]
    [TestCase("many")]
    [TestCase("none")]
    [TestCase("encryption")]
    [TestCase("beside", false)]
    [Rule(3), Hole(19)]
    public async Task WhatTheAccuserSaysTakesNoPlaceOfWhatTheCardHasChecked(string lie, bool hasRecords = true)
    {
        Rebuttal? kept = null;
        var shown = (await Wallet(lie, hasRecords ? _records : null)
            .Rebut(_alice.Card, _alice.Pin, default, (_, r) => kept = Rebuttal.Decode(r.Encode())!)).Single();
        Assert.That((kept!.Dead.Count, kept.Certificates.Count), Is.EqualTo((1, kept.Certificates.DistinctBy(c => c.Digest).Count())));
        Assert.That(kept.Certificates.Select(c => c.Verify(Suite, Root)), Is.All.True,
            "what the root key did not sign takes no room in the file");
        Assert.That(kept.DeathOf(Suite, Root, _h, _file.Notice.Until), Is.Not.Null, "by itself, beside any file");
        Assert.That(kept.Stamps.Select(s => (kept with { Stamps = [s] }).IsStampedBefore(Suite, Root, _file.Notice.Until)),
            Is.Not.Empty.And.All.True);
        Assert.That((_town.Check(_file, new Defence([kept], [])).Culprit, shown.Stands), Is.EqualTo((Culprit.Issuer, (bool?)false)));
    }

    /// <summary>Without the issuer's stamp a rebuttal is shown all the same, and its holder is told why there is none.</summary>
    [Test, Rule(5)]
    public async Task WhyThereIsNoStampIsSaid()
    {
        var wallet = new WalletTerminal(new NoRelay(new AsWallet(_town.UserBank)), Suite, _town.Clock, NoCrashPoints.Instance, _records);
        var shown = (await wallet.Rebut(_alice.Card, _alice.Pin, default, (_, made) => made)).Single();
        Assert.That((shown.NoStamp, shown.Held.IsEmpty), Is.EqualTo(("The issuer is away.", false)));
        Assert.That(shown.Rebuttal.Stamps.Select(s => s.Role), Has.None.EqualTo(StampRole.Issuer));
    }

    /// <summary>A file that has the issuer's stamp of an earlier time lacks none.</summary>
    [Test, Rule(5)]
    public async Task AStampOfAnEarlierTimeIsNotMissed()
    {
        var wallet = new WalletTerminal(new NoRelay(new AsWallet(_town.UserBank)), Suite, _town.Clock, NoCrashPoints.Instance, _records);
        using var statement = _town.StatementKey;
        var again = (await wallet.Rebut(_alice.Card, _alice.Pin, default, (_, made) =>
            made.With(Stamp.Sign(statement, new PartyId(1), StampRole.Issuer, made.Digest, _file.Date), []))).Single();
        Assert.That((again.NoStamp, again.Held.Stamps.Any(s => s.Role == StampRole.Issuer)), Is.EqualTo(((string?)null, true)));
    }

    /// <summary>The bank is there, and brings nothing to the issuer.</summary>
    private sealed class NoRelay(ILink bank) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            request.Type == MessageType.Relay ? throw new LinkException("The issuer is away.") : bank.Call(request, cancel);
    }

    /// <summary>A wallet without records has what the bank says and nothing else: whoever judges has the file.</summary>
    [Test, Rule(3), Hole(19)]
    public async Task TheCertificatesOfTheFileCountForWhoIsAccused()
    {
        var rebuttal = (await Wallet("signature", null).MakeRebuttal(_alice.Card, _alice.Pin, default)).About(_h.Coin.Id);
        using var statement = _town.StatementKey;
        rebuttal = rebuttal.With(Stamp.Sign(statement, new PartyId(1), StampRole.Issuer, rebuttal.Digest, _file.Date), []);
        Assert.That(rebuttal.DeathOf(Suite, Root, _h, _file.Notice.Until), Is.Null, "by itself it is nothing");
        Assert.That(_town.Check(_file, new Defence([rebuttal], [])).Culprit, Is.EqualTo(Culprit.Issuer));
        Assert.That(_file.Beside(rebuttal).IsStampedBefore(Suite, Root, _file.Notice.Until));
        using var own = Suite.GenerateKey();
        var invented = rebuttal with { Dead = [NonSettlementStatement.Sign(own, new PartyId(1), _h, DeathBasis.TermOver, _file.Date)] };
        Assert.That(_town.Check(_file, new Defence([invented], [])).Culprit, Is.EqualTo(Culprit.User),
            "what the issuer did not sign acquits nobody");

        Assert.That(((await _town.UserBank.Rebut(_h.Coin.Id, invented, default)).OrRefuse()).Culprit, Is.EqualTo(Culprit.User));
        Assert.That(((await _town.UserBank.Rebut(_h.Coin.Id, rebuttal, default)).OrRefuse()).Culprit, Is.EqualTo(Culprit.Issuer));
        Assert.That(_town.UserBank.Notices(_file.Order.User), Is.Empty, "the bank hears it, and the accusation falls");
    }

    /// <summary>
    /// Twenty invented certificates at each of five contacts: nothing of them is kept, and the card is asked about a few.
    /// </summary>
    [Test, Rule(10)]
    public async Task ABankFillsNoRecordsWithCertificatesThatItInvents()
    {
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        using var trace = new TracingChannel(_alice.Card);
        for (int i = 0; i < 5; i++)
        {
            await Wallet("many", records).Resume(trace, _alice.Pin, default).OrRefuse();
        }

        Assert.That(records.Certificates, Is.Empty);
        Assert.That(trace.Apdus.Count(a => a.Command is [0x80, 0x14, ..]), Is.EqualTo(5 * 5),
            "four of these, and the key that it seals to");
        await _town.WalletWith(records).Resume(_alice.Card, _alice.Pin, default).OrRefuse();
        Assert.That(records.Certificates.Single().Verify(Suite, Root), "one that the card took");
        var genuine = records.Certificates[0];
        records.KeepCertificates(Enumerable.Range(1, 300).Select(i => genuine with { NotAfter = new Timestamp((ulong)i) }));
        Assert.That(records.Certificates.Select(c => c.NotAfter.Microseconds),
            Is.EqualTo(Enumerable.Range(45, WalletRecords.MaxCertificates).Select(i => (ulong)i)), "up to a number, the newest");
    }

    /// <summary>With what it has kept a wallet also gets back what is dead, while the bank lies about the key.</summary>
    [Test, Rule(3), Hole(4)]
    public async Task WhatIsDeadIsGotBackWithAKeptCertificate()
    {
        using var bela = _town.User("Bela", 900);
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        await _town.WalletWith(records).Resume(bela.Card, bela.Pin, default).OrRefuse();
        _town.Sign(bela, _town.AddTill("Closed"), 200);
        _town.Clock.Advance(_town.Options.Terms.SettlePeriod + TimeSpan.FromDays(1));
        var back = (await Wallet("signature", records).Recover(bela.Card, bela.Pin, null, default).OrRefuse()).Single();
        Assert.That((back.Done, bela.Balance().Minor), Is.EqualTo((true, 900UL)), back.Message);
        Assert.That(records.Certificates, Has.Count.EqualTo(1));
    }

    /// <summary>A wallet whose bank answers with other certificates than it has.</summary>
    private WalletTerminal Wallet(string lie, WalletRecords? records) => new(
        new ChangedAnswer(new AsWallet(_town.UserBank), MessageType.Certificates, reply => Lie(lie, reply)), Suite, _town.Clock,
        NoCrashPoints.Instance, records);

    private static LinkMessage Lie(string lie, LinkMessage reply) =>
        new CertificatesReply([.. reply.As<CertificatesReply>()!.Certificates.SelectMany(c => (lie, c.Usage) switch
    {
        ("encryption", KeyUsage.IssuerEncryption) => [c with { Signature = new byte[64] }],
        (_, not KeyUsage.IssuerStatement) or ("encryption", _) => [c],
        ("signature", _) => [c with { Signature = new byte[64] }],
        ("dates", _) => [c with { NotAfter = new Timestamp(c.NotAfter.Microseconds + 1) }],
        ("many", _) => Enumerable.Range(1, 20).Select(i => c with { Signature = [.. new byte[63], (byte)i] }),
        ("beside", _) => [c with { Signature = new byte[64] }, c],
        _ => Enumerable.Empty<KeyCertificate>(),
    })]).ToMessage();

    private sealed class AsWallet(BankParty bank) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) => bank.Handle(LinkPeer.Wallet, request, cancel);
    }
}
