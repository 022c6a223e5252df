using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Anybody may date what they sign 2^64 - 1: it is refused like any other date of the future, and nobody's program falls over it.</summary>
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
        var order = new AccountRequest(status.User, status.Bank, new Amount(500), Currency.Eur, key.Id, begun.EI, Far, client.AuthoriseWithdrawal(begun.Slot, Far));
        var refusal = Refusal.Read(await town.UserBank.Handle(LinkPeer.Wallet, WithdrawMessage.Write(order), default));
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
        Assert.That(await town.UserBank.ReportLost(report, default), Is.EqualTo(1));
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

    [Test]
    public void DatesEndAndGoNeitherRoundNorBack()
    {
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
