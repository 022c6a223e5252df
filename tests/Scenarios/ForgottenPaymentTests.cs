using HierCash.Card.Client;
using HierCash.Card.Wallet;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// What a wallet keeps for the card is enough to get the money back (R24): the card takes a payment back that its log has forgotten, and
/// takes it back once.
/// </summary>
[Parallelizable]
public sealed class ForgottenPaymentTests
{
    private const int MoreThanTheLog = WalletApplet.LogSize;
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
        _alice = _town.User("Alice", 9000);
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
    /// The till is unknown to the scheme, so nobody settles it; 64 small payments later the card has forgotten it, and the records have
    /// not.
    /// </summary>
    [Test, Rule(24)]
    public async Task ThePaymentOfATillThatNobodyKnowsComesBack()
    {
        using var stranger = _town.Options.Suite.GenerateKey();
        var lost = RawMessages.Pay(_alice, Timestamp.Now(_town.Clock), Derivations.W(stranger.PublicKey), 6000, _alice.PaymentPin)!;
        Forget(lost);
        Assert.That(_alice.Balance().Minor, Is.EqualTo(3000 - MoreThanTheLog));
        var recovered = await Wallet.Recover(_alice.Card, _alice.Pin, e => e.Time == lost.Time, default).OrRefuse();
        Assert.That(recovered.Single(), Is.EqualTo(
            new RecoveryResult(new Amount(6000), true, $"60.00 EUR of {lost.Time} are on the card again: the shop never settled them.")));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(9000 - MoreThanTheLog));
        Assert.That(await Wallet.Recover(_alice.Card, _alice.Pin, e => e.Time == lost.Time, default).OrRefuse(), Is.Empty, "once");
        _town.AssertSound();
    }

    /// <summary>
    /// A refund while the card is away: the shop's account pays it, and the card gets it from the issuer's word, which the wallet brings
    /// with the kept payment.
    /// </summary>
    [Test, Rule(24)]
    public async Task ARefundReachesACardThatHasForgottenThePayment()
    {
        var paid = _town.Pay(_cafe, _alice, 6000);
        await _town.Settle(_cafe);
        Forget(paid.Payments.Single());
        await _town.Till(_cafe).Refund(paid.Sale.Time, null, _town.TillLink(_cafe), default).OrRefuse();
        var recovered = await Wallet.Recover(_alice.Card, _alice.Pin, e => e.Time == paid.Sale.Time, default).OrRefuse();
        Assert.That(recovered.Single(), Is.EqualTo(
            new RecoveryResult(new Amount(6000), true,
                $"60.00 EUR of {paid.Sale.Time} are on the card again: the shop took the payment back.")));

        // The records get the card's new entry before it may go, and with it what speaks for her.
        Assert.That(_records.Keep(_alice.Card, _alice.Pin), Is.EqualTo(1));
        Assert.That((await Wallet.MakeRebuttal(_alice.Card, _alice.Pin, default)).Dead, Has.Count.EqualTo(1));

        // The till still offers its S_W: the card has its money.
        _town.Till(_cafe).ComesBack(_alice.Card);
        Assert.That(_alice.Balance().Minor, Is.EqualTo(9000 - MoreThanTheLog));
        await _town.RunCycles();
        Assert.That(_town.ShopAccount().IsZero);
        _town.AssertSound();
    }

    /// <summary>What the shop did settle stays spent, and makes no noise: a wallet has thousands of such payments.</summary>
    [Test, Rule(24)]
    public async Task WhatWasSettledStaysSpent()
    {
        var paid = _town.Pay(_cafe, _alice, 6000);
        await _town.Settle(_cafe);
        Forget(paid.Payments.Single());
        Assert.That(await Wallet.Recover(_alice.Card, _alice.Pin, e => e.Time == paid.Sale.Time, default).OrRefuse(), Is.Empty);
        Assert.That(_alice.Balance().Minor, Is.EqualTo(3000 - MoreThanTheLog));
    }

    /// <summary>
    /// A holder has S_W of a payment, and shows it again and again: in the log, after the log has forgotten it, and after a power cut.
    /// </summary>
    [Test, Rule(24)]
    public void WhatTheLogHasForgottenComesBackOnce()
    {
        var h = _town.Sign(_alice, _cafe, 6000);
        using var key = _town.TillKey(_cafe);
        Assert.That(RawMessages.Void(_alice, h, key));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(9000));
        Forget(h);
        var card = Opened();
        Assert.That(Void(card, h, key), Is.EqualTo(StatusWord.ReferencedDataNotFound), "it does not know it any more");
        Assert.That(card.Show(h), Is.EqualTo(StatusWord.Success));
        Assert.That(Void(card, h, key), Is.EqualTo(StatusWord.Success));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(9000 - MoreThanTheLog), "and gives nothing for it twice");
        _alice.Card.Reset();
        card = Opened();
        card.PutCertificate(_town.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerStatement));
        Assert.That(card.Show(h), Is.EqualTo(StatusWord.Success));
        Assert.That(card.Restore(Dead(h)), Is.EqualTo(StatusWord.Success));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(9000 - MoreThanTheLog), "not by the issuer's word either");
    }

    /// <summary>
    /// S_W for a forgotten payment: the entry that the card writes is no newest one, holds the proof, and stays until the wallet has it.
    /// </summary>
    [Test, Rule(24), Rule(13)]
    public void TheProofStandsInTheLogAgain()
    {
        var h = _town.Sign(_alice, _cafe, 6000);
        Forget(h);
        using var key = _town.TillKey(_cafe);
        var card = Opened();
        byte newest = card.GetStatus().Private!.NewestEntry;
        Assert.That(card.Show(h), Is.EqualTo(StatusWord.Success));
        Assert.That(Void(card, h, key), Is.EqualTo(StatusWord.Success));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(9000 - MoreThanTheLog));
        Assert.That(card.GetStatus().Private!.NewestEntry, Is.EqualTo(newest));
        var entry = WalletTerminal.ReadPayments(_alice.Card, _alice.Pin).Single(e => e.H.Id == h.Id);
        Assert.That(entry.State, Is.EqualTo(LogState.Restored));
        Assert.That(entry.Entry.Acknowledged, Is.False);
        Assert.That(entry.H.SU, Is.EqualTo(h.SU));
        Assert.That(entry.Entry.Proof!.TillKey, Is.EqualTo(key.PublicKey.Bytes.ToArray()));
    }

    /// <summary>A log without room: nothing changes, and what is lacking is said.</summary>
    [Test, Rule(24)]
    public void ALogWithoutRoomTakesNothingBack()
    {
        var h = _town.Sign(_alice, _cafe, 6000);
        Forget(h);
        for (int i = 0; i < WalletApplet.LogSize; i++)
        {
            _town.Sign(_alice, _cafe, 1, Timestamp.Now(_town.Clock).Plus(TimeSpan.FromSeconds(1000 + i)));
        }

        using var key = _town.TillKey(_cafe);
        var card = Opened();
        Assert.That(card.Show(h), Is.EqualTo(StatusWord.Success));
        Assert.That(Void(card, h, key), Is.EqualTo(WalletStatus.LogFull));
        _records.Keep(_alice.Card, _alice.Pin);
        card = Opened();
        Assert.That(Void(card, h, key), Is.EqualTo(StatusWord.ReferencedDataNotFound), "what was shown is gone with the selection");
        Assert.That(card.Show(h), Is.EqualTo(StatusWord.Success));
        Assert.That(Void(card, h, key), Is.EqualTo(StatusWord.Success));
    }

    /// <summary>
    /// A holder with a till of their own invents payments, and raises what a real one paid: only what this card's key has signed is taken.
    /// </summary>
    [Test, Rule(24)]
    public void OnlyWhatTheCardSignedIsTaken()
    {
        var h = _town.Sign(_alice, _cafe, 1000);
        Forget(h);
        var card = Opened();
        Assert.That(card.Show(h with { Paid = new Amount(9000) }), Is.EqualTo(WalletStatus.InvalidSignature));
        Assert.That(card.Show(h with { Time = h.Time.Plus(TimeSpan.FromTicks(10)) }), Is.EqualTo(WalletStatus.InvalidSignature));
        Assert.That(card.Show(h with { Seq = ushort.MaxValue }), Is.EqualTo(StatusWord.ReferencedDataNotFound),
            "newer than any that it signed");
        using var key = _town.TillKey(_cafe);
        Assert.That(Void(card, h, key), Is.EqualTo(StatusWord.ReferencedDataNotFound), "what was refused was not shown");
        using var bela = _town.User("Bela", 9000);
        var theirs = _town.Sign(bela, _cafe, 1000);
        Assert.That(card.Show(theirs), Is.EqualTo(StatusWord.ReferencedDataNotFound), "another card's");
    }

    /// <summary>The ring has 256 bits. What is older could have come back before: the card does not know, and gives nothing.</summary>
    [Test, Rule(24)]
    public void WhatIsOlderThanTheRingIsNotTaken()
    {
        var first = _town.Sign(_alice, _cafe, 1000);
        var second = _town.Sign(_alice, _cafe, 1000, first.Time.Plus(TimeSpan.FromSeconds(1)));
        for (int i = 0; i < ShowPaymentCommand.RingBits - 1; i++)
        {
            if (i % 50 == 49)
            {
                _records.Keep(_alice.Card, _alice.Pin, isPaid: true);
            }

            _town.Sign(_alice, _cafe, 1, first.Time.Plus(TimeSpan.FromSeconds(2 + i)));
        }

        var card = Opened();
        Assert.That(card.Show(first), Is.EqualTo(StatusWord.ReferencedDataNotFound), "256 payments before the newest");
        Assert.That(card.Show(second), Is.EqualTo(StatusWord.Success), "255 before it");
    }

    /// <summary>256 payments later another one has the bit of a payment that was taken back. It is taken back as well.</summary>
    [Test, Rule(24)]
    public void ABitServesTheNextPaymentThatHasIt()
    {
        using var key = _town.TillKey(_cafe);
        var first = _town.Sign(_alice, _cafe, 1000);
        Assert.That(RawMessages.Void(_alice, first, key));
        for (int i = 1; i < ShowPaymentCommand.RingBits; i++)
        {
            if (i % 50 == 49)
            {
                _records.Keep(_alice.Card, _alice.Pin, isPaid: true);
            }

            _town.Sign(_alice, _cafe, 1, first.Time.Plus(TimeSpan.FromSeconds(i)));
        }

        _town.Clock.Advance(TimeSpan.FromHours(1));
        var second = _town.Sign(_alice, _cafe, 1000);
        Assert.That(second.Seq, Is.EqualTo(first.Seq + ShowPaymentCommand.RingBits));
        Forget(second);
        ulong before = _alice.Balance().Minor;
        var card = Opened();
        Assert.That(card.Show(second), Is.EqualTo(StatusWord.Success));
        Assert.That(Void(card, second, key), Is.EqualTo(StatusWord.Success));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(before + 1000));
    }

    /// <summary>Pays cents until the log holds only them, keeping the records.</summary>
    private void Forget(CashPayment h)
    {
        _records.Keep(_alice.Card, _alice.Pin, isPaid: true);
        for (int i = 0; i < MoreThanTheLog; i++)
        {
            _town.Sign(_alice, _cafe, 1, Timestamp.Now(_town.Clock).Plus(TimeSpan.FromSeconds(1 + i)));
            if (i == MoreThanTheLog / 2)
            {
                _records.Keep(_alice.Card, _alice.Pin, isPaid: true);
            }
        }

        _records.Keep(_alice.Card, _alice.Pin, isPaid: true);
        Assert.That(WalletTerminal.ReadPayments(_alice.Card, _alice.Pin).Any(e => e.H.Id == h.Id), Is.False);
    }

    private WalletCard Opened()
    {
        var card = new WalletCard(_alice.Card);
        card.Select();
        Assert.That(card.Verify(_alice.Pin), Is.EqualTo(StatusWord.Success));
        return card;
    }

    private static StatusWord Void(WalletCard card, CashPayment h, ISigningKey key) =>
        card.Void(h.Coin.Id, h.Seq, key.PublicKey, RawMessages.SignVoid(key, h));

    private NonSettlementStatement Dead(CashPayment h)
    {
        using var statement = _town.StatementKey;
        return RawMessages.Dead(statement, h.Coin.Terms.Issuer, h, Timestamp.Now(_town.Clock));
    }
}
