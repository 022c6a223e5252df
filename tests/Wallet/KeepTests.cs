using HierCash.Card.Client;
using HierCash.Card.Wallet;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Wallets;

/// <summary>Rule R13, the wallet's side: which entries the card is told to forget, and which not.</summary>
[Parallelizable]
public sealed class KeepTests : DenScenario
{
    private Database _store = null!;
    private WalletRecords _records = null!;

    [SetUp]
    public void MakeRecords()
    {
        _store = Database.OpenMemory(WalletRecords.Schema);
        _records = new WalletRecords(_store);
    }

    [TearDown]
    public void CloseRecords() => _store.Dispose();

    /// <summary>
    /// A shop pays itself a cent under a TIME far ahead: that is not the newest payment for ever, and the one that is keeps its entry.
    /// </summary>
    [Test, Rule(13)]
    public void TheNewestIsWhatTheCardSignedLastWhateverItsTimeSays()
    {
        using var alice = Town.User("Alice", 5000);
        RawMessages.Pay(alice, new Timestamp(1), W, 5);
        RawMessages.Pay(alice, new Timestamp(1000), W, 1);
        RawMessages.Pay(alice, new Timestamp(2), W, 700);
        Assert.That(_records.Keep(alice.Card, alice.Pin), Is.EqualTo(3));
        Assert.That(Unacknowledged(alice), Is.EqualTo(new[] { new Timestamp(2) }));
        RawMessages.Pay(alice, new Timestamp(3), W, 1);
        _records.Keep(alice.Card, alice.Pin);
        Assert.That(Unacknowledged(alice), Is.EqualTo(new[] { new Timestamp(3) }));
    }

    /// <summary>Several coins pay together: each part may be asked for again.</summary>
    [Test, Rule(13)]
    public void AllPartsOfTheNewestPaymentStay()
    {
        using var bob = Town.User("Bob", 1000, 1000);
        RawMessages.Pay(bob, new Timestamp(9), W, 1);
        RawMessages.Pay(bob, new Timestamp(5), W, 1500);
        RawMessages.Pay(bob, new Timestamp(5), W, 500);
        Assert.That(_records.Keep(bob.Card, bob.Pin), Is.EqualTo(3));
        Assert.That(Unacknowledged(bob), Is.EqualTo(new[] { new Timestamp(5), new Timestamp(5) }));
    }

    /// <summary>Another till asked under the same TIME: of its payment nothing is a part of this one, and only the newest stays.</summary>
    [Test, Rule(13)]
    public void APaymentToAnotherTillUnderTheSameTimeIsNoPartOfIt()
    {
        using var bob = Town.User("Bob", 1000, 1000);
        using var other = Town.TillKey(Town.AddTill("Kiosk"));
        RawMessages.Pay(bob, new Timestamp(5), Derivations.W(other.PublicKey), 1000);
        var last = RawMessages.Pay(bob, new Timestamp(5), W, 500)!;
        Assert.That(_records.Keep(bob.Card, bob.Pin), Is.EqualTo(2));
        Assert.That(bob.Log().Where(e => !e.Payment.Acknowledged).Select(e => (e.Payment.Till, e.Payment.Seq)),
            Is.EqualTo(new[] { (W, last.Seq) }));
    }

    /// <summary>
    /// All coins of a card went in one payment. Its till may repeat it; once the holder says that it said OK, the slots are free.
    /// </summary>
    [Test, Rule(13)]
    public void ACardWhoseCoinsAllWentInOnePaymentTakesMore()
    {
        using var alice = Town.User("Alice", [.. Enumerable.Repeat(100UL, WalletApplet.SlotCount)]);
        var time = Timestamp.Now(Town.Clock);
        for (int i = 0; i < WalletApplet.SlotCount; i++)
        {
            RawMessages.Pay(alice, time, W, (ulong)(WalletApplet.SlotCount - i) * 100);
        }

        Assert.That(_records.Keep(alice.Card, alice.Pin), Is.EqualTo(WalletApplet.SlotCount));
        Assert.That(() => Withdraw(alice), Throws.TypeOf<CardRefusedException>().With.Message.Contains("'keep --paid'"),
            "its till may repeat it");
        Assert.That(_records.Keep(alice.Card, alice.Pin, isPaid: true), Is.Zero);
        Assert.That(Unacknowledged(alice), Is.Empty);
        Assert.That(Withdraw(alice), Is.EqualTo(WithdrawalOutcome.Issued));

        WithdrawalOutcome Withdraw(TownCard card) =>
            Town.WalletWith(_records).Withdraw(card.Card, card.Pin, new Amount(100), default).AsTask().GetAwaiter().GetResult().Outcome;
    }

    /// <summary>
    /// A shop that was told the payment PIN fills the log with payments under one TIME, and takes them back or does not: what it calls
    /// parts of one payment is acknowledged, but for the last, and the card pays elsewhere.
    /// </summary>
    [Test, Rule(13)]
    public void NoShopFillsTheLogForGoodWithPartsOfOnePayment([Values] bool takesBack)
    {
        using var alice = Town.User("Alice", 9000);
        for (uint y = 1; y <= 64; y++)
        {
            var h = RawMessages.Pay(alice, new Timestamp(5), W, y, alice.PaymentPin)!;
            if (takesBack)
            {
                Assert.That(new WalletCard(alice.Card).Void(h.Coin.Id, h.Seq, Den.PublicKey, RawMessages.SignVoid(Den, h)).IsSuccess);
            }
        }

        Assert.That(RawMessages.Pay(alice, new Timestamp(6), W, 1, alice.PaymentPin), Is.Null, "the log is full");
        Assert.That(_records.Keep(alice.Card, alice.Pin), Is.EqualTo(64));
        Assert.That(
            alice.Log().Where(e => !e.Payment.Acknowledged).Select(e => e.Payment.Seq), takesBack ? Is.Empty
                : Is.EqualTo(new[] { (ushort)64 }), "the one that its till may repeat");
        Assert.That(RawMessages.Pay(alice, new Timestamp(6), W, 1, alice.PaymentPin), Is.Not.Null);
    }

    /// <summary>
    /// A shop takes a payment back after the wallet has read it and before the card was told: S_W stays on the card, and is kept the next
    /// time.
    /// </summary>
    [Test, Rule(13)]
    public void WhatChangesBetweenReadingAndAcknowledgingStaysOnTheCard()
    {
        using var alice = Town.User("Alice", 5000);
        var h = RawMessages.Pay(alice, new Timestamp(1), W, 2000)!;
        RawMessages.Pay(alice, new Timestamp(2), W, 1);
        RawMessages.Pay(alice, new Timestamp(3), W, 1);
        using var channel = new Meanwhile(alice.Card, AcknowledgeLogCommand.Ins, () =>
            Assert.That(new WalletCard(alice.Card).Void(h.Coin.Id, h.Seq, Den.PublicKey, RawMessages.SignVoid(Den, h)).IsSuccess));
        Assert.That(_records.Keep(channel, alice.Pin), Is.EqualTo(3));
        Assert.That(Unacknowledged(alice), Is.EquivalentTo(new[] { new Timestamp(1), new Timestamp(3) }),
            "the others are acknowledged all the same");
        Assert.That(_records.All.Single(e => e.H.Id == h.Id).State, Is.EqualTo(LogState.Signed));
        Assert.That(_records.Keep(alice.Card, alice.Pin), Is.EqualTo(1));
        Assert.That(_records.All.Single(e => e.H.Id == h.Id).State, Is.EqualTo(LogState.Restored));
        Assert.That(Unacknowledged(alice), Is.EqualTo(new[] { new Timestamp(3) }));
    }

    /// <summary>
    /// A reader shows the wallet another S_W than the card has. The card forgets nothing for that, and the next reading is kept beside it:
    /// what is shown to a judge holds both, and one of them voids.
    /// </summary>
    [Test, Rule(13), Rule(3)]
    public async Task AnAlteredReadingTakesNoPlaceOfTheTrueOne()
    {
        using var alice = Town.User("Alice", 5000);
        var h = RawMessages.Pay(alice, new Timestamp(1), W, 2000)!;
        Assert.That(new WalletCard(alice.Card).Void(h.Coin.Id, h.Seq, Den.PublicKey, RawMessages.SignVoid(Den, h)).IsSuccess);
        RawMessages.Pay(alice, new Timestamp(2), W, 1);
        for (byte i = 1; i < WalletRecords.MaxProofs; i++)
        {
            CopyAltered(alice, h, i);
        }

        Assert.That(_records.Keep(alice.Card, alice.Pin), Is.EqualTo(2), "this one, and the payment after it");
        Assert.That(Unacknowledged(alice), Is.EqualTo(new[] { new Timestamp(2) }));
        var rebuttal = await Town.WalletWith(_records).MakeRebuttal(alice.Card, alice.Pin, default);
        Assert.That(rebuttal.VoidOf(Town.Options.Suite, h), Is.Not.Null);

        // Whoever alters eight readings fills the place: the true one stays on the card.
        var second = RawMessages.Pay(alice, new Timestamp(3), W, 300)!;
        Assert.That(new WalletCard(alice.Card).Void(second.Coin.Id, second.Seq, Den.PublicKey, RawMessages.SignVoid(Den, second))
            .IsSuccess);
        for (byte i = 1; i <= WalletRecords.MaxProofs; i++)
        {
            CopyAltered(alice, second, i);
        }

        _records.Keep(alice.Card, alice.Pin);
        Assert.That(Unacknowledged(alice), Does.Contain(new Timestamp(3)));
    }

    private void CopyAltered(TownCard card, CashPayment h, byte how)
    {
        var (state, entry) = card.Log().Where(e => e.Payment.SU.AsSpan().SequenceEqual(h.SU)).Select(e => (e.State, e.Payment)).Single();
        byte[] signature = [.. entry.Proof!.Signature];
        signature[^1] ^= how;
        _records.Copy([(0, state, entry with { Proof = entry.Proof with { Signature = signature } }, h)]);
    }

    private static IEnumerable<Timestamp> Unacknowledged(TownCard card) =>
        card.Log().Where(e => !e.Payment.Acknowledged).Select(e => e.Payment.Time);

    /// <summary>Lets something happen on the card before the first command of that kind.</summary>
    private sealed class Meanwhile(ICardChannel inner, byte ins, Action what) : ICardChannel
    {
        private bool _done;

        public ReadOnlyMemory<byte> Atr => inner.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            if (!_done && command[1] == ins)
            {
                _done = true;
                what();
            }

            return inner.Transmit(command, response);
        }

        public void Reset() => inner.Reset();

        public void Dispose()
        {
        }
    }
}
