using HierCash.Card.Client;
using HierCash.Card.Wallet;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// CLOSE ends a coin (R24): it is sent until it was answered, counts whenever it comes, and what is taken back of the coin later goes to
/// the account.
/// </summary>
[Parallelizable]
public sealed class ClosedCoinTests
{
    private SimulatedTown _town = null!;
    private TownCard _alice = null!;
    private Database _store = null!;
    private WalletRecords _records = null!;
    private string _cafe = "";

    [SetUp]
    public void MakeTown()
    {
        _town = Towns.Make();
        _cafe = _town.AddTill("Cafe");
        _alice = _town.User("Alice", 2000, 2000);
        _store = Database.OpenMemory(WalletRecords.Schema);
        _records = new WalletRecords(_store);
    }

    [TearDown]
    public void EndTown()
    {
        _store.Dispose();
        _alice.Dispose();
        _town.Dispose();
    }

    private WalletTerminal Wallet => _town.WalletWith(_records);

    /// <summary>
    /// The issuer is away when both coins are redeemed; the card forgets them for 16 others before it is back. The wallet's records send
    /// what it signed.
    /// </summary>
    [Test, Rule(24), Hole(9)]
    public async Task ARedemptionThatTheCardHasForgottenIsSentFromTheRecords()
    {
        var deaf = new WalletTerminal(
            new Broken(new ToBank(_town), m => m.Type == MessageType.Relay), _town.Options.Suite, _town.Clock, _town.Options.Crash,
            _records);
        Assert.That(async () => await deaf.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse(), Throws.TypeOf<LinkException>());
        _records.Keep(_alice.Card, _alice.Pin);
        for (int i = 0; i < WalletApplet.SlotCount; i++)
        {
            RawMessages.Withdraw(_town, _alice, _alice.Pin, PinRole.Holder, new Amount(100));
        }

        Assert.That(WalletTerminal.ReadPayments(_alice.Card, _alice.Pin), Is.Empty, "the card knows nothing of it any more");
        var redeemed = await Wallet.Redeem(_alice.Card, _alice.Pin, _ => false, default).OrRefuse();
        Assert.That(redeemed.Select(r => (r.Amount.Minor, r.Done)), Is.EqualTo(new[] { (2000UL, true), (2000UL, true) }));
        Assert.That(await Wallet.Redeem(_alice.Card, _alice.Pin, _ => false, default).OrRefuse(), Is.Empty, "once");
        await _town.RunCycles();
        Assert.That(_town.Account(_alice).Minor, Is.GreaterThanOrEqualTo(100_000UL - (WalletApplet.SlotCount * 100)));
        _town.AssertSound();
    }

    /// <summary>
    /// Both coins are spent and settled, their places taken by others, and then the shop takes the payments back: the account gets them.
    /// </summary>
    [Test, Rule(24), Hole(3)]
    public async Task ARefundOfACoinWhosePlaceIsTakenGoesToTheAccount()
    {
        var paid = _town.Pay(_cafe, _alice, 4000);
        Assert.That(paid.Payments, Has.Count.EqualTo(2));
        await _town.Settle(_cafe);
        _records.Keep(_alice.Card, _alice.Pin, isPaid: true);
        for (int i = 0; i < WalletApplet.SlotCount; i++)
        {
            Assert.That((await Wallet.Withdraw(_alice.Card, _alice.Pin, new Amount(100), default)).Outcome,
                Is.EqualTo(WithdrawalOutcome.Issued), $"{i}");
        }

        Assert.That(_alice.Coins().Count(c => c.Coin.Terms.FaceValue.Minor == 2000), Is.Zero);
        await _town.Till(_cafe).Refund(paid.Sale.Time, _alice.Card, _town.TillLink(_cafe), default).OrRefuse();
        await _town.RunCycles();
        ulong before = _town.Account(_alice).Minor;
        await _town.LetDaysPass(_town.Options.Terms.SettlePeriod.TotalDays + 2);
        await _town.RunCycles();
        Assert.That(_town.Account(_alice).Minor - before, Is.EqualTo(4000));
        Assert.That(_town.ShopAccount().IsZero);
        Assert.That(_town.Issuer.Queues.Cases, Is.Zero);
        _town.AssertSound();
    }

    /// <summary>
    /// A wallet whose clock is eight days behind, and one that reaches the issuer a month after it signed: what closes a coin is never
    /// late.
    /// </summary>
    [Test, Rule(24)]
    public async Task ARedemptionIsNeverLate()
    {
        CloseBoth(before: TimeSpan.FromDays(8));
        await _town.LetDaysPass(30);
        var redeemed = await Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        Assert.That(redeemed.Select(r => r.Done), Is.EqualTo(new[] { true, true }));
        Assert.That(redeemed[0].Message, Is.EqualTo("20.00 EUR are redeemed. The bank books them on your account with its next bookings."));
        await _town.RunCycles();
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000));
    }

    /// <summary>
    /// A till lost what Alice paid it, and she redeemed the rest. A copy of her card pays on two days later at a shop without a new list:
    /// all that was signed fits X, so it would be taken for hers. It does not count, and her account gets what the lost till never settled.
    /// </summary>
    [Test, Rule(24)]
    public async Task ACopyPaysNothingOfACoinThatIsClosed()
    {
        using var copy = _alice.Clone();
        _town.Sign(_alice, _cafe, 500);
        var redeemed = await Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        Assert.That(redeemed.Sum(r => (long)r.Amount.Minor), Is.EqualTo(3500));
        _town.Clock.Advance(TimeSpan.FromDays(2));
        var stolen = _town.Sign(copy, _cafe, 500);
        Assert.That((await _town.Submit(_cafe, stolen)).Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        await _town.LetDaysPass(_town.Options.Terms.SettlePeriod.TotalDays + 2);
        await _town.RunCycles();
        Assert.That((_town.Account(_alice).Minor, _town.ShopAccount().Minor), Is.EqualTo((100_000UL, 0UL)));
        _town.AssertSound();
    }

    /// <summary>What a copy signs beyond X is an excess as ever, with evidence: closing a coin acquits nobody.</summary>
    [Test, Rule(24), Rule(1)]
    public async Task WhatExceedsAClosedCoinIsEvidence()
    {
        using var copy = _alice.Clone();
        await Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        _town.Clock.Advance(TimeSpan.FromDays(2));
        var beyond = _town.Sign(copy, _cafe, 2000);
        Assert.That((await _town.Submit(_cafe, beyond)).Single().Verdict, Is.EqualTo(Verdict.Excess));
        await _town.RunCycles();
        Assert.That(RawMessages.Files(_town.UserBank).Single().Dossier.Header.Coin, Is.EqualTo(beyond.Coin.Id));
    }

    /// <summary>
    /// A till's clock was two days ahead: what it was paid came before its TIME, and was refused as early; then Alice closed her coin. It
    /// was paid before that, and counts.
    /// </summary>
    [Test, Rule(24)]
    public async Task APaymentThatCameEarlyWasMadeBeforeTheCoinWasClosed()
    {
        var h = _town.Sign(_alice, _cafe, 500, Timestamp.Now(_town.Clock).Plus(TimeSpan.FromDays(2)));
        Assert.That((await _town.Submit(_cafe, h)).Single().Verdict, Is.EqualTo(Verdict.Early));
        await Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        _town.Clock.Advance(TimeSpan.FromDays(3));
        Assert.That((await _town.Submit(_cafe, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        await _town.RunCycles();
        Assert.That((_town.Account(_alice).Minor, _town.ShopAccount().Minor), Is.EqualTo((99_500UL, 500UL)));
    }

    /// <summary>A till voids after the coin was closed: the card keeps S_W, and gives nothing back that the account gets.</summary>
    [Test, Rule(24), Rule(4)]
    public async Task WhatIsVoidedAfterwardsComesToTheAccountOnce()
    {
        var h = _town.Sign(_alice, _cafe, 500);
        await Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        using var key = _town.TillKey(_cafe);
        Assert.That(RawMessages.Void(_alice, h, key));
        Assert.That(_alice.Balance().IsZero);
        Assert.That(WalletTerminal.ReadPayments(_alice.Card, _alice.Pin).Single(e => e.H.Id == h.Id).State, Is.EqualTo(LogState.Restored),
            "S_W is kept");
        await Wallet.Recover(_alice.Card, _alice.Pin, _ => false, default).OrRefuse();
        await _town.LetDaysPass(_town.Options.Terms.SettlePeriod.TotalDays + 2);
        await _town.RunCycles();
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000));
        _town.AssertSound();
    }

    /// <summary>
    /// A broken card answers a till with what closes its coin: no issuer pays a shop for that, and the till gives no goods.
    /// </summary>
    [Test, Rule(24)]
    public async Task NoShopTakesWhatClosesACoin()
    {
        using var coin = await OwnKeyCoin.Withdraw(_town, new Amount(2000));
        using var card = coin.Card(CashPayment.CloseSeq, 2000);
        var paid = _town.Till(_cafe).Pay(card, new Amount(2000));
        Assert.That(paid.Outcome, Is.EqualTo(TillOutcome.Refused));
        Assert.That(paid.Message, Does.Contain("only its issuer takes that"));
        var h = coin.Pay(Timestamp.Now(_town.Clock), _town.Till(_cafe).W, CashPayment.CloseSeq, 2000, 2000);
        Assert.That((await _town.Submit(_cafe, h)).Single().Verdict, Is.Not.EqualTo(Verdict.Settled));
        await _town.RunCycles();
        Assert.That(_town.ShopAccount().IsZero);
    }

    private void CloseBoth(TimeSpan before)
    {
        var card = new WalletCard(_alice.Card);
        card.Select();
        Assert.That(card.Verify(_alice.Pin), Is.EqualTo(StatusWord.Success));
        var time = Timestamp.FromLedger(Timestamp.Now(_town.Clock).ToLedger() - (long)before.TotalMicroseconds);
        for (byte slot = 0; slot < 2; slot++)
        {
            Assert.That(card.Close(slot, time, out _), Is.EqualTo(StatusWord.Success));
        }
    }
}
