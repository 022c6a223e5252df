using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Tests.Cheating;
using HierCash.Tests.Scenarios;
using HierCash.Town;
using HierCash.Wallet;

namespace HierCash.Tests.Wallets;

/// <summary>Rule R13, the wallet's side: which entries the card is told to forget, and which not.</summary>
public sealed class KeepTests
{
    private TownWorld _town = null!;
    private ISigningKey _den = null!;
    private Database _store = null!;
    private WalletRecords _records = null!;

    [SetUp]
    public void MakeTown()
    {
        _town = Towns.Make();
        _den = _town.TillKey(_town.AddTill("Den"));
        _store = Database.OpenMemory(WalletRecords.Schema);
        _records = new WalletRecords(_store);
    }

    [TearDown]
    public void EndTown()
    {
        _store.Dispose();
        _den.Dispose();
        _town.Dispose();
    }

    private TillId W => OneWay.W(_den.PublicKey);

    /// <summary>A shop pays itself a cent under a TIME far ahead: that is not the newest payment for ever, and the one that is keeps its entry.</summary>
    [Test, Rule(13)]
    public void TheNewestIsWhatTheCardSignedLastWhateverItsTimeSays()
    {
        using var alice = _town.User("Alice", 5000);
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
        using var bob = _town.User("Bob", 1000, 1000);
        RawMessages.Pay(bob, new Timestamp(9), W, 1);
        RawMessages.Pay(bob, new Timestamp(5), W, 1500);
        RawMessages.Pay(bob, new Timestamp(5), W, 500);
        Assert.That(_records.Keep(bob.Card, bob.Pin), Is.EqualTo(3));
        Assert.That(Unacknowledged(bob), Is.EqualTo(new[] { new Timestamp(5), new Timestamp(5) }));
    }

    /// <summary>A shop takes a payment back after the wallet has read it and before the card was told: S_W stays on the card, and is kept the next time.</summary>
    [Test, Rule(13)]
    public void WhatChangesBetweenReadingAndAcknowledgingStaysOnTheCard()
    {
        using var alice = _town.User("Alice", 5000);
        var h = RawMessages.Pay(alice, new Timestamp(1), W, 2000)!;
        RawMessages.Pay(alice, new Timestamp(2), W, 1);
        RawMessages.Pay(alice, new Timestamp(3), W, 1);
        using var channel = new Meanwhile(alice.Card, AcknowledgeLogCommand.Ins, () =>
            Assert.That(new WalletCard(alice.Card).Void(h.Coin.Id, h.Seq, _den.PublicKey, RawMessages.SignVoid(_den, h)).IsSuccess));
        Assert.That(_records.Keep(channel, alice.Pin), Is.EqualTo(3));
        Assert.That(Unacknowledged(alice), Is.EquivalentTo(new[] { new Timestamp(1), new Timestamp(3) }), "the others are acknowledged all the same");
        Assert.That(_records.All.Single(e => e.H.Id == h.Id).State, Is.EqualTo(LogState.Signed));
        Assert.That(_records.Keep(alice.Card, alice.Pin), Is.EqualTo(1));
        Assert.That(_records.All.Single(e => e.H.Id == h.Id).State, Is.EqualTo(LogState.Restored));
        Assert.That(Unacknowledged(alice), Is.EqualTo(new[] { new Timestamp(3) }));
    }

    private static IEnumerable<Timestamp> Unacknowledged(TownCard card) => card.Log().Where(e => !e.Payment.Acknowledged).Select(e => e.Payment.Time);

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
