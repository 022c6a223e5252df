using HierCash.Card.Client;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Anybody may date what they sign 2^64 - 1: it is refused like any other date of the future, and nobody's program falls over it.
/// </summary>
[Parallelizable]
public sealed class FarDateTests
{
    private static readonly Timestamp Far = new(ulong.MaxValue);

    [Test]
    public async Task AnOrderOfTheLastMomentIsRefused()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory");
        var client = new WalletCard(mallory.Card);
        client.Select();
        client.Verify(mallory.Pin);
        var status = client.GetStatus().Private!;
        var key = WithdrawalTests.PE(town);
        var begun = client.BeginWithdrawal(new Amount(500), Currency.Eur, key.Id);
        var signed = client.AuthoriseWithdrawal(begun.Slot, Far);
        var order = new WithdrawalOrder(status.User, status.Bank, new Amount(500), Currency.Eur, key.Id, begun.EI, signed.Number, Far,
            signed.Signature);
        var refusal = Refusal.Read(await town.UserBank.Handle(LinkPeer.Wallet, new WithdrawMessage(order).ToMessage(), default));
        Assert.That(refusal?.Reason, Is.EqualTo(RefusalReason.OutOfDate));
        Assert.That(town.Account(mallory).Minor, Is.EqualTo(100_000));
        town.AssertSoundAfterCycle(mallory);
    }

    [Test]
    public async Task AReportOfTheLastMomentCancelsByTheBanksClock()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 500);
        var report = WalletTerminal.SignLostReport(alice.Card, alice.Pin, Far);
        Assert.That((await town.UserBank.ReportLost(report, default)).OrRefuse(), Is.EqualTo(1));
        town.Clock.Advance(TimeSpan.FromDays(1));
        town.AssertSoundAfterCycle();
    }

    /// <summary>By a bank that dates its own file so. The file is void, and says so.</summary>
    [Test, Rule(5)]
    public async Task EvidenceOfTheLastMomentIsVoid()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        using var bank = town.BankKey("bank-1");
        var far = Evidence.Sign(bank, file.Order, file.AccountKey, file.Name, file.Dossier, file.BankKey, Far);
        var finding = Evidence.Decode(far.Encode())!.Check(town.Options.Suite, town.Scheme.Root);
        Assert.That((finding.IsProven, finding.IsSigned), Is.EqualTo((false, true)), finding.Finding);
        Assert.That(file.Check(town.Options.Suite, town.Scheme.Root).IsProven, "the same file, dated as it was");
    }

    /// <summary>
    /// A thing in the till's slot that shows a coin of a key that nobody knows, good until a quarter that there is not. The till says no,
    /// and takes the next customer's card.
    /// </summary>
    [TestCase(300)]
    [TestCase(32_115)]
    [TestCase(32_200)]
    [TestCase(65_535)]
    public async Task ACoinOfAnyQuarterStopsNoTill(int quarter)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var real = alice.Coins().Single().Coin;
        using var secret = town.Options.Suite.GenerateKey();
        var unsigned = real with { NU = secret.PublicKey.Compress(),
            Terms = real.Terms with { IssuerKey = new KeyId(4711), Expiry = new Quarter((ushort)quarter) } };
        var coin = unsigned with { SI = secret.Sign(unsigned.Message) };
        using var thing = new ForgedCard(pay =>
        {
            var h = new CashPayment(coin, 1, coin.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
            return h with { SU = secret.Sign(h.Message) };
        });
        Assert.That(town.Till(cafe).Pay(thing, new Amount(100)).Outcome, Is.EqualTo(TillOutcome.Refused));
        Assert.That(town.Pay(cafe, alice, 100).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await town.Settle(cafe)).Settled, Is.EqualTo(1));
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
    }

    [Test]
    public void DatesEndAndGoNeitherRoundNorBack()
    {
        Assert.That(new Quarter(65_535).End, Is.EqualTo(Far));
        Assert.That(new Quarter((9999 - 1970) * 4).End, Is.EqualTo(Far));
        Assert.That(new Quarter(((9999 - 1970) * 4) - 1).End.ToString(), Is.EqualTo("9999-01-01T00:00:00.000000Z"));

        var near = new Timestamp(ulong.MaxValue - 5);
        Assert.That(near.Plus(TimeSpan.FromMicroseconds(5)), Is.EqualTo(Far));
        Assert.That(near.Plus(TimeSpan.FromDays(400)), Is.EqualTo(Far));
        Assert.That(new Timestamp(7).Plus(TimeSpan.FromMicroseconds(5)), Is.EqualTo(new Timestamp(12)));
        Assert.That(Far.ToLedger(), Is.EqualTo(long.MaxValue));
        Assert.That(new Timestamp(long.MaxValue).ToLedger(), Is.EqualTo(long.MaxValue));
        Assert.That(new Timestamp(1764000000000000).ToLedger(), Is.EqualTo(1764000000000000));
        Assert.That(Far.ToString(), Is.EqualTo("after the year 9999"));
    }
}
