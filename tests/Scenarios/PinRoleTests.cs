using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>Rule R11: a till is told the payment PIN, which opens nothing that is the holder's.</summary>
[Parallelizable]
public sealed class PinRoleTests
{
    private SimulatedTown _town = null!;
    private TownCard _alice = null!;

    [SetUp]
    public void MakeTown()
    {
        _town = Towns.Make();
        _alice = _town.User("Alice", 20_000);
    }

    [TearDown]
    public void EndTown()
    {
        _alice.Dispose();
        _town.Dispose();
    }

    /// <summary>A shop with her payment PIN and her card in its reader tries all that is hers (finding 7).</summary>
    [Test, Rule(11)]
    public void AShopWithThePaymentPinGetsNothingOfTheHolders()
    {
        var wallet = Opened();
        Assert.That(wallet.Verify(_alice.PaymentPin, PinRole.Payment).IsSuccess);
        var key = WithdrawalTests.PE(_town).Id;
        var tried = new Dictionary<string, StatusWord>
        {
            ["BEGIN"] = wallet.Send<BeginWithdrawalCommand, BeginWithdrawalReply>(
                new BeginWithdrawalCommand(WithdrawalMode.NewKey, 0, new Amount(70_000), Currency.Eur, key), out _),
            ["AUTHORISE"] = wallet.Send<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(0, default), out _),
            ["RENOUNCE"] = wallet.Send<RenounceOrderCommand, SignatureReply>(new RenounceOrderCommand(0, default), out _),
            ["GET COIN"] = wallet.Send<GetCoinCommand, CoinReply>(new GetCoinCommand(0), out _),
            ["GET BALANCE"] = wallet.Send<GetBalanceCommand, BalanceReply>(default, out _),
            ["READ LOG"] = wallet.Send<ReadLogCommand, LogReply>(new ReadLogCommand(0), out _),
            ["ACKNOWLEDGE"] = wallet.AcknowledgeLog(0, default),
            ["LOST CARD"] = wallet.Send<AuthoriseLostCardCommand, SignatureReply>(new AuthoriseLostCardCommand(default), out _),
            ["its own PIN"] = wallet.ChangePaymentPin("7777"),
            ["redemption"] = wallet.Close(0, Timestamp.Now(_town.Clock), out _),
        };
        Assert.That(tried.Where(t => t.Value != StatusWord.SecurityStatusNotSatisfied), Is.Empty);
        Assert.That(wallet.GetStatus().Private, Is.Null, "U, bank and limits are not told");
        Assert.That(wallet.ChangeHolderPin(_alice.PaymentPin, "7777").TriesLeft, Is.EqualTo(2));
        Assert.That((_town.Account(_alice).Minor, _alice.Balance().Minor), Is.EqualTo((80_000UL, 20_000UL)));
    }

    /// <summary>What it is for: the limit, and nothing else; and the holder PIN is no payment PIN.</summary>
    [Test, Rule(11)]
    public void ThePaymentPinLiftsTheLimitAndTheHolderPinDoesNot()
    {
        var wallet = Opened();
        var till = new TillId(Id16.Read(new byte[16]));
        StatusWord Pay(ulong time) => wallet.Pay(PayCommand.Fast(new Timestamp(time), till, new Amount(10_001), Currency.Eur), out _);
        wallet.Verify(_alice.Pin);
        Assert.That(Pay(1), Is.EqualTo(StatusWord.SecurityStatusNotSatisfied), "not with the holder PIN");
        Assert.That(wallet.Verify(_alice.Pin, PinRole.Payment).TriesLeft, Is.EqualTo(2), "which is another one");
        Assert.That(wallet.Verify(_alice.PaymentPin).TriesLeft, Is.EqualTo(2));
        Assert.That(wallet.Verify(_alice.PaymentPin, PinRole.Payment).IsSuccess);
        Assert.That(Pay(1), Is.EqualTo(StatusWord.Success));
    }

    /// <summary>A shop that guesses blocks the payment PIN at most; its holder mends that at home.</summary>
    [Test, Rule(11)]
    public void AShopThatGuessesBlocksOnlyThePaymentPin()
    {
        string till = _town.AddTill("Cafe");
        var asked = _town.Till(till).Pay(_alice.Card, new Amount(15_000));
        Assert.That(asked.Outcome, Is.EqualTo(TillOutcome.PinRequired));
        foreach (string guess in new[] { "2222", "3333" })
        {
            Assert.That(_town.Till(till).Continue(asked.Sale, _alice.Card, guess).Outcome, Is.EqualTo(TillOutcome.PinWrong));
        }

        var blocked = _town.Till(till).Continue(asked.Sale, _alice.Card, "4444");
        Assert.That((blocked.Outcome, blocked.Message), Is.EqualTo((TillOutcome.Refused, "Wrong payment PIN; 0 tries are left.")));
        var next = _town.Till(till).Pay(_alice.Card, new Amount(15_000), _alice.PaymentPin);
        Assert.That((next.Outcome, next.Message.Contains("holder PIN", StringComparison.Ordinal)), Is.EqualTo((TillOutcome.Refused, true)));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(20_000), "which needs the holder PIN, and that is not blocked");
        Assert.That(_town.Till(till).Pay(_alice.Card, new Amount(15_000), _alice.PaymentPin).Outcome, Is.EqualTo(TillOutcome.Accepted));
    }

    /// <summary>Over every way of a payment, a till sends no VERIFY but that of the payment PIN.</summary>
    [Test, Rule(11)]
    public void ATillAsksForThePaymentPinOnly([Values] PaymentProfile profile)
    {
        string till = _town.AddTill("Cafe");
        using var trace = new TracingChannel(_alice.Card);
        Assert.That(_town.Till(till).Pay(trace, new Amount(15_000), _alice.PaymentPin, profile).Outcome, Is.EqualTo(TillOutcome.Accepted));
        var second = _town.Till(till).Pay(trace, new Amount(3000), null, profile);
        Assert.That(_town.Till(till).Cancel(second.Sale, trace).Outcome, Is.EqualTo(TillOutcome.Accepted));
        _town.Till(till).ComesBack(trace);
        var verified = trace.Apdus.Where(a => a.Command is [0x00, 0x20, ..]).Select(a => a.Command[3]).ToList();
        Assert.That(verified, Is.EqualTo(new[] { (byte)PinRole.Payment }));
    }

    private WalletCard Opened()
    {
        _alice.Card.Reset();
        var wallet = new WalletCard(_alice.Card);
        wallet.Select();
        return wallet;
    }
}
