using HierCash.Card.Wallet;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Rule R13: the card forgets only what its wallet has seen as it is now.</summary>
[Parallelizable]
public sealed class LogMarkTests : DenScenario
{
    private TownCard _alice = null!;

    [SetUp]
    public void MakeCard() => _alice = Town.User("Alice", 20_000);

    [TearDown]
    public void EndCard() => _alice.Dispose();

    /// <summary>
    /// A shop voids what the wallet has kept already, and makes payments until the card has no room: S_W stays (finding 6).
    /// </summary>
    [Test, Rule(13)]
    public void AShopCannotHaveTheCardForgetAVoid()
    {
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        var h = RawMessages.Pay(_alice, new Timestamp(1), W, 2000)!;
        RawMessages.Pay(_alice, new Timestamp(2), W, 1);
        records.Keep(_alice.Card, _alice.Pin);
        Assert.That(Entry(h).Payment.Acknowledged, "kept as it was");
        Assert.That(RawMessages.Void(_alice, h, Den));
        Assert.That(Entry(h).Payment.Acknowledged, Is.False, "and not as it is");
        int paid = 0;
        for (ulong i = 10; i < 100; i++)
        {
            if (RawMessages.Pay(_alice, new Timestamp(i), W, 1, _alice.PaymentPin) is { } dust)
            {
                RawMessages.Void(_alice, dust, Den);
                paid++;
            }
        }

        Assert.That(paid, Is.EqualTo(WalletApplet.LogSize - 2), "then the log is full");
        Assert.That(Entry(h).State, Is.EqualTo(LogState.Restored));
        var rebuttal = Town.WalletWith(records).MakeRebuttal(_alice.Card, _alice.Pin, default).AsTask().GetAwaiter().GetResult();
        Assert.That(rebuttal.About(h.Coin.Id).Voids.Any(v => v.Seq == h.Seq), "she can prove it");
        records.Keep(_alice.Card, _alice.Pin);
        Assert.That(RawMessages.Pay(_alice, new Timestamp(200), W, 1, _alice.PaymentPin), Is.Not.Null,
            "and once she has a copy there is room again");
    }

    /// <summary>Acknowledging wants the holder PIN, and to have read what is there.</summary>
    [Test, Rule(13)]
    public void NobodyAcknowledgesWhatIsNotRead()
    {
        var h = RawMessages.Pay(_alice, new Timestamp(1), W, 2000)!;
        var wallet = new WalletCard(_alice.Card);
        wallet.Select();
        wallet.Verify(_alice.Pin);
        var before = wallet.ReadLog(0).Content;
        RawMessages.Void(_alice, h, Den);
        wallet.Select();
        wallet.Verify(_alice.PaymentPin, PinRole.Payment);
        Assert.That(wallet.AcknowledgeLog(0, before), Is.EqualTo(StatusWord.SecurityStatusNotSatisfied));
        wallet.Verify(_alice.Pin);
        Assert.That(wallet.AcknowledgeLog(0, before), Is.EqualTo(WalletStatus.EntryChanged), "what it was before the void");
        Assert.That(wallet.AcknowledgeLog(0, default), Is.EqualTo(WalletStatus.EntryChanged));
        Assert.That(wallet.AcknowledgeLog(0, wallet.ReadLog(0).Content), Is.EqualTo(StatusWord.Success));
    }

    /// <summary>CONFIRM is no change: what was kept stays kept.</summary>
    [Test, Rule(13)]
    public void ConfirmIsNoChange()
    {
        var h = RawMessages.Pay(_alice, new Timestamp(1), W, 2000)!;
        var wallet = new WalletCard(_alice.Card);
        wallet.Select();
        wallet.Verify(_alice.Pin);
        var content = wallet.ReadLog(0).Content;
        Assert.That(wallet.AcknowledgeLog(0, content).IsSuccess);
        Assert.That(wallet.Confirm(h.Coin.Id, h.Seq).IsSuccess);
        var entry = wallet.ReadLog(0);
        Assert.That((entry.Payment!.Confirmed, entry.Payment.Acknowledged, entry.Content), Is.EqualTo((true, true, content)));
    }

    /// <summary>Without the payment PIN 16 payments, voided or not; then the card wants it, and a right one begins anew.</summary>
    [Test, Rule(13)]
    public void WithoutThePinSixteenPayments([Values] bool voided)
    {
        int paid = 0;
        for (ulong i = 1; i <= 64; i++)
        {
            if (RawMessages.Pay(_alice, new Timestamp(i), W, 1) is { } h)
            {
                paid++;
                Assert.That(!voided || RawMessages.Void(_alice, h, Den));
            }
        }

        Assert.That(paid, Is.EqualTo(16));
        var wallet = new WalletCard(_alice.Card);
        wallet.Select();
        Assert.That(wallet.Pay(PayCommand.Fast(new Timestamp(100), W, new Amount(1), Currency.Eur), out _),
            Is.EqualTo(StatusWord.SecurityStatusNotSatisfied));
        wallet.Verify(_alice.Pin);
        Assert.That(wallet.GetStatus().Private!.NoPinCount, Is.EqualTo(16));
        Assert.That(wallet.Pay(PayCommand.Fast(new Timestamp(100), W, new Amount(1), Currency.Eur), out _),
            Is.EqualTo(StatusWord.SecurityStatusNotSatisfied), "the holder PIN is not the one");
        Assert.That(RawMessages.Pay(_alice, new Timestamp(101), W, 1, _alice.PaymentPin), Is.Not.Null);
        Assert.That(RawMessages.Pay(_alice, new Timestamp(102), W, 1), Is.Not.Null, "it was right, so it begins anew");
    }

    /// <summary>A payment that takes several coins counts as many, and does not stop in its middle.</summary>
    [Test, Rule(13)]
    public void SeveralCoinsCountBeforeTheFirstOfThemPays()
    {
        using var bob = Town.User("Bob", 1000, 1000);
        for (ulong i = 1; i <= 15; i++)
        {
            Assert.That(RawMessages.Pay(bob, new Timestamp(i), W, 1), Is.Not.Null);
        }

        var wallet = new WalletCard(bob.Card);
        wallet.Select();
        Assert.That(wallet.Pay(PayCommand.Fast(new Timestamp(100), W, new Amount(1500), Currency.Eur), out _),
            Is.EqualTo(StatusWord.SecurityStatusNotSatisfied), "two coins, and one payment is left");
        Assert.That(wallet.Pay(PayCommand.Fast(new Timestamp(100), W, new Amount(500), Currency.Eur), out _),
            Is.EqualTo(StatusWord.Success));
    }

    private (LogState State, LoggedPayment Payment, CoinId Coin) Entry(CashPayment h) => _alice.Log().Single(e => e.Payment.Seq == h.Seq);
}
