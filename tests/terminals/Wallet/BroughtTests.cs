using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Wallets;

/// <summary>
/// What a wallet brings to the issuer, and to who judges, from its records alone: another card is in the reader, and an altered reading
/// stands before the true one.
/// </summary>
[Parallelizable]
public sealed class BroughtTests
{
    private readonly List<Rebuttal> _sent = [];
    private SimulatedTown _town = null!;
    private TownCard _alice = null!;
    private TownCard _bela = null!;
    private Database _store = null!;
    private WalletRecords _records = null!;
    private Evidence _file = null!;
    private CashPayment _h = null!;

    [SetUp]
    public async Task SettleAllTheSame()
    {
        _sent.Clear();
        _town = Towns.Make(with: o => o with { Faults = (from, _, message) => Hear(from, message) });
        _alice = _town.User("Alice", 5000);
        _bela = _town.User("Bela");
        _store = Database.OpenMemory(WalletRecords.Schema);
        _records = new WalletRecords(_store);
        (_file, _, _h) = await BlameTests.SettledAllTheSame(_town, _alice, _town.AddTill("Cafe"));
    }

    [TearDown]
    public void Dispose()
    {
        _store.Dispose();
        _bela.Dispose();
        _alice.Dispose();
        _town.Dispose();
    }

    [Test, Rule(3), Rule(4), Rule(13)]
    public async Task TheTrueProofIsBroughtAfterAnAlteredOne()
    {
        Copy(how: 1);
        Copy(how: 0);
        Assert.That(_records.All, Has.Count.EqualTo(2));
        var rebuttal = await _town.WalletWith(_records).MakeRebuttal(_bela.Card, _bela.Pin, default);
        Assert.That(rebuttal.Voids.Select(v => v.Voids(_town.Options.Suite, _h)), Is.EqualTo(new[] { false, true }));
        Assert.That(_town.Check(_file, new Defence([rebuttal], [])).Culprit, Is.EqualTo(Culprit.ShopToAnswer));

        await _town.WalletWith(_records).Resume(_bela.Card, _bela.Pin, default).OrRefuse();
        Assert.That(_records.IsUploaded(_h.Id));
        await _town.RunCycle();
        Assert.That((_town.ShopAccount("Cafe").Minor, _town.ShopAccount("Kiosk").Minor), Is.EqualTo((0UL, 5000UL)),
            "the issuer has taken it back");
    }

    /// <summary>
    /// The issuer refuses an altered S_W, as it refuses one for which it has no room now. That was not the last contact at which S_W of
    /// this payment is brought.
    /// </summary>
    [Test, Rule(4)]
    public async Task AfterARefusalThatEndsNothingItIsBroughtAgain()
    {
        Copy(how: 1);
        await _town.WalletWith(_records).Resume(_bela.Card, _bela.Pin, default).OrRefuse();
        Assert.That(_records.IsUploaded(_h.Id), Is.False);
        Copy(how: 0);
        await _town.WalletWith(_records).Resume(_bela.Card, _bela.Pin, default).OrRefuse();
        Assert.That(_records.IsUploaded(_h.Id));
        await _town.RunCycle();
        Assert.That((_town.ShopAccount("Cafe").Minor, _town.ShopAccount("Kiosk").Minor), Is.EqualTo((0UL, 5000UL)));
    }

    /// <summary>
    /// What keeps a rebuttal knows earlier stamps of it: those go to the bank, which may judge by them, and stand in what the holder gets.
    /// </summary>
    [Test, Rule(5)]
    public async Task EarlierStampsGoToTheBankAndToTheHolder()
    {
        using var statement = _town.StatementKey;
        var dates = new[] { 71, 72 }.Select(s => _file.Date.Plus(TimeSpan.FromSeconds(s))).ToList();
        int kept = 0;
        var shown = (await _town.Wallet.Rebut(_alice.Card, _alice.Pin, default, (_, rebuttal) =>
            rebuttal.With(Stamp.Sign(statement, new PartyId(1), StampRole.Issuer, rebuttal.Digest, dates[kept++]), []))).Single();
        Assert.That(kept, Is.EqualTo(2), "before the bank sees it, and with the bank's stamp");
        Assert.That(_sent.Single().Stamps.Select(s => s.Date), Does.Contain(dates[0]));
        Assert.That(shown.Rebuttal.Stamps.Select(s => s.Date), Is.SupersetOf(dates));
    }

    private LinkFault Hear(string from, LinkMessage message)
    {
        if (from == SimulatedTown.WalletName && message.Type == MessageType.Rebut)
        {
            _sent.Add(message.As<RebutMessage>()!.Rebuttal);
        }

        return LinkFault.None;
    }

    /// <summary>Alice's card as it was read.</summary>
    /// <param name="how">What a bad reading did to the last byte of S_W; 0: nothing.</param>
    private void Copy(byte how)
    {
        var (state, entry, h) = WalletTerminal.ReadPayments(_alice.Card, _alice.Pin).Single(e => e.H.Id == _h.Id);
        byte[] signature = [.. entry.Proof!.Signature];
        signature[^1] ^= how;
        Assert.That(_records.Copy([(0, state, entry with { Proof = entry.Proof with { Signature = signature } }, h)]), Is.EqualTo(1));
    }
}
