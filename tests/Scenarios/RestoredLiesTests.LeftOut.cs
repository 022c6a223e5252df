using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

public sealed partial class RestoredLiesTests
{
    /// <summary>
    /// A bank that has several later words of a restored issuer shows the oldest first. Once the issuer has recovered the others stop it no
    /// more.
    /// </summary>
    [Test, Rule(27)]
    public async Task OneCopyStopsTheIssuerOnce()
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        var words = new List<Position>();
        for (int i = 0; i < 6; i++)
        {
            Town.Clock.Advance(TimeSpan.FromMinutes(10));
            var hearing = new ChangedAnswer(Town.UserBankLink(), MessageType.Agree, reply =>
            {
                words.Add(reply.As<AgreeReply>()!.Position);
                return reply;
            });
            (await Town.BankOver("bank-1", hearing).Run(default)).ThrowIfAny();
        }

        Town.Replace("issuer", copy);
        var link = Town.UserBankLink();
        await link.Call(new AgreeMessage(Own(false), words[1]).ToMessage(), default);
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        Town.Issuer.Recover(Town.ShopBank.Id).OrRefuse();
        await link.Call(new AgreeMessage(Own(false), words[1]).ToMessage(), default);
        await link.Call(new ReturnMessage(true, [], [], []).ToMessage(), default);
        Assert.That(Town.Issuer.Behind, Is.Null);
        var next = (await link.Ask(new AgreeMessage(Own(true), words[^1]), default)).Reply!.Position;
        Assert.That((Town.Issuer.Behind, next.Number > words[^1].Number), Is.EqualTo(((Timestamp?)null, true)));
    }

    /// <summary>
    /// While it is awaited a bank may ask as often as it likes: numbers have an end, and the issuer's is no nearer for it.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhoAsksAgainAndAgainUsesNoNumbersUp()
    {
        await Restore("issuer");
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Town.Issuer.Recover().OrRefuse();
        var numbers = new List<ulong>();
        for (int i = 0; i < 5; i++)
        {
            numbers.Add((await Town.UserBankLink().Ask(new AgreeMessage(Own(isRestored: false), null), default)).Reply!.Position.Number);
        }

        Assert.That(numbers[0], Is.GreaterThan(1_000_000_000UL));
        Assert.That(numbers.Select(n => n - numbers[0]), Is.EqualTo(new ulong[] { 0, 1, 2, 3, 4 }));
    }

    /// <summary>
    /// A bank stops the issuer, gives nothing back, and is left out. When it comes again that stops nobody; nothing is numbered for it, and
    /// once it gives back it has all that is its own.
    /// </summary>
    [Test, Rule(27)]
    public async Task ABankThatIsLeftOutStopsTheIssuerOnce()
    {
        await Restore("issuer");
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Town.Issuer.Recover(Town.ShopBank.Id).OrRefuse();
        await Visits("bank-1");
        Assert.That(Town.Issuer.Behind, Is.Null);
        for (int i = 0; i < 3; i++)
        {
            Town.Clock.Advance(TimeSpan.FromHours(1));
            await KeepsBack();
            Town.Pay(Till, Alice, 100);
            await Town.Till(Till).Synchronise(Town.TillLink(Till), default).OrRefuse();
            Town.Issuer.CloseCycle();
            await Visits("bank-1");
            Assert.That((Town.Issuer.Behind, Town.ShopAccount().Minor), Is.EqualTo(((Timestamp?)null, 1400UL)));
        }

        Assert.That(Town.Issuer.Recover().Refused?.Sentence, Does.Contain("no older copy"));

        await Visits("bank-2");
        await Town.RunCycles();
        await Visit(Till);
        Assert.That((Town.Issuer.Behind, Town.ShopAccount().Minor, Town.Till(Till).Sum(CoinPaymentState.Settled).Minor),
            Is.EqualTo(((Timestamp?)null, 1700UL, 1700UL)));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// The issuer is put back once more, and the bank is left out once more: it stops nobody, and gives back when it comes.
    /// </summary>
    [Test, Rule(27), Waits(WaitingKind.LeftOutBank)]
    public async Task ABankThatIsLeftOutTwiceStopsNobody()
    {
        await Restore("issuer");
        Town.Issuer.Recover(Town.ShopBank.Id).OrRefuse();
        await Visits("bank-1");
        Assert.That(Town.Issuer.Behind, Is.Null);
        Assert.That(Town.Issuer.Waits.One(WaitingKind.LeftOutBank).What, Does.EndWith($"bank {Town.ShopBank.Id}"));
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Town.Withdraw(Alice, 500).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        await Visits("bank-1");
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        Town.Replace("issuer", copy);
        await Visits("bank-1");
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        Assert.That(Town.Issuer.Recover(Town.ShopBank.Id).OrRefuse(), Is.EqualTo(new[] { Town.UserBank.Id }));
        await Visits("bank-1");
        await Visits("bank-2");
        Assert.That((Town.Issuer.Behind, Town.Issuer.Waits.Shows(WaitingKind.LeftOutBank)), Is.EqualTo(((Timestamp?)null, false)));
        await Town.RunCycles();
        await Visit(Till);
        Assert.That((Town.Issuer.Behind, Town.ShopAccount().Minor), Is.EqualTo(((Timestamp?)null, 1400UL)));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>The shops' bank visits, and gives nothing back.</summary>
    private async Task KeepsBack()
    {
        var way = new Withholding(Town.IssuerLink(new LinkPeer(LinkRole.Bank, Town.ShopBank.Id), "bank-2"));
        try
        {
            TestContext.Out.WriteLine((await Town.BankOver("bank-2", way).Run(default))?.Sentence);
        }
        catch (LinkException e)
        {
            TestContext.Out.WriteLine(e.Message);
        }
    }

    /// <summary>A way to the issuer on which nothing is given back.</summary>
    private sealed class Withholding(ILink inner) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            request.Type == MessageType.Return ? throw new LinkException("Nothing is given back.") : inner.Call(request, cancel);
    }
}
