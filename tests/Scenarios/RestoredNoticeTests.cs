using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A party that is restored from an older copy in mid-traffic is noticed at the next visit, by its own signed word of a later one, and
/// stops (rule R27). Nobody makes another party stop without that party's own signature.
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredNoticeTests : RestoredScenario
{
    /// <summary>
    /// The bank withdraws nothing, books nothing and signs nothing; its people are told what ends that, and the auditor names it.
    /// </summary>
    [Test, Rule(27)]
    public async Task ARestoredBankIsNoticedAndStops()
    {
        await Restore("bank-1");
        var bank = Town.UserBank;
        Assert.That(bank.Behind, Is.Not.Null);
        Assert.That((await bank.Run(default))?.Sentence, Does.Contain("hiercash-bank recover"));
        Assert.That(bank.Alarms[0].Advice, Does.Contain("hiercash-bank recover"));
        ulong booked = bank.Audit.LastInstruction;
        var refused = Town.Withdraw(Alice, 100);
        Assert.That(refused.Outcome, Is.EqualTo(WithdrawalOutcome.Refused));
        Assert.That(refused.Message, Does.Contain("hiercash-bank recover")
            .And.EndWith("The withdrawal of 1.00 EUR waits on the card: 'hiercash-wallet resume' asks for it again."));
        Assert.That(bank.Deposit(bank.Accounts[0].User, new Amount(100), 77).Refused?.Sentence, Does.Contain("recover"));
        Assert.That(await bank.Run(default), Is.Not.Null);
        Assert.That(bank.Audit.LastInstruction, Is.EqualTo(booked), "nothing is booked");
        var findings = Audit();
        Assert.That(findings.Where(f => f.What.Contains("restored from an older copy", StringComparison.Ordinal))
            .Select(f => (f.Books, f.Table)), Is.EqualTo(new[] { ("bank-1", "position") }));
        Assert.That(findings.Select(f => f.Books), Has.All.EqualTo("bank-1"));
        Assert.That(findings.Select(f => f.Table), Has.Some.EqualTo("withdrawal"), "the issuance that its books lack");

        // Why its visits fail is said once.
        var faults = new Terminals.Store.Faults(Town.Clock);
        faults.Note(ServeLoop.Work, "It is an older copy", "");
        Assert.That(bank.WaitsBeside(faults.All).Shows(WaitingKind.FailedVisit), Is.False);
        Assert.That(Town.ShopBank.WaitsBeside(faults.All).One(WaitingKind.FailedVisit).Ends,
            Is.EqualTo("'hiercash-bank serve' tries again at each visit."));

        // The other bank, and its shops, go on.
        (await Town.ShopBank.Run(default)).ThrowIfAny();
        Assert.That(Town.ShopBank.Behind, Is.Null);
    }

    /// <summary>The issuer signs nothing, settles nothing and gives no number twice; the auditor names it, and no bank.</summary>
    [Test, Rule(27)]
    public async Task ARestoredIssuerIsNoticedAndStops()
    {
        await Restore("issuer");
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        Assert.That(Town.Issuer.Alarms.Select(a => a.Kind), Has.Some.EqualTo("issuer restored from an older copy"));
        Town.Pay(Till, Alice, 300);
        Assert.That(async () => await Town.Settle(Till), Throws.TypeOf<RefusedException>().With.Message.Contain("hiercash-issuer recover"));
        Assert.That(Town.Withdraw(Alice, 100).Outcome, Is.EqualTo(WithdrawalOutcome.Pending), "the bank keeps the order");
        Assert.That(Town.Issuer.CloseCycle(), Is.Zero);
        foreach (var bank in Town.Banks)
        {
            Assert.That((await bank.Run(default))?.Sentence, Does.Contain("restored from an older copy"));
            Assert.That(bank.Behind, Is.Null);
        }

        var named = Audit().Where(f => f.What.Contains("restored from an older copy", StringComparison.Ordinal)).ToList();
        Assert.That(named.Select(f => (f.Books, f.Table)), Is.EqualTo(new[] { ("issuer", "position"), ("issuer", "position") }));
    }

    /// <summary>
    /// Between its start and a bank's visit the issuer cannot know that it is an older copy: so it makes no instruction and no statement
    /// for that bank before.
    /// </summary>
    [Test, Rule(27)]
    public async Task NothingNumberedIsSignedBeforeTheBankHasVisited()
    {
        await Trade(400);
        Cut = "bank-2";
        Town.Restart("issuer");
        Town.Pay(Till, Alice, 1000);
        await Town.Settle(Till);
        Town.Clock.Advance(TimeSpan.FromDays(2));
        Assert.That(Town.Issuer.CloseCycle(), Is.EqualTo(1), "the other bank's, which has visited");
        Cut = null;
        ulong statement = Town.ShopBank.CirculationStatements[^1].Number;
        (await Town.ShopBank.Run(default)).ThrowIfAny();
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(400));
        Assert.That(Town.ShopBank.CirculationStatements[^1].Number, Is.EqualTo(statement));
        await Town.RunCycle();
        Assert.That((Town.ShopAccount().Minor, Town.ShopBank.CirculationStatements[^1].Number), Is.EqualTo((1400UL, statement + 1)));
        Town.AssertSound(Alice);
    }

    /// <summary>
    /// An issuer that says that a bank is behind: with nothing, with what somebody else signed, with what that bank said of another or long
    /// ago. The bank goes on at the next honest answer.
    /// </summary>
    [Test, Rule(27)]
    public async Task NobodyStopsABankWithoutItsOwnWord([Values("key", "old", "bank")] string lie)
    {
        await Trade(400);
        Position? old = null;
        var link = new ChangedAnswer(Town.UserBankLink(), MessageType.Agree, reply => reply);
        using var other = Town.Options.Suite.GenerateKey();
        using var own = Town.BankKey("bank-1");
        var position = new Position(PositionRole.Bank, Town.Issuer.Id, Town.UserBank.Id, 10_000, 10_000, 10_000, 10_000, false,
            Timestamp.Now(Town.Clock), []);
        var watched = new WatchedAgreement(link, p => old ??= p);
        (await Town.BankOver("bank-1", watched).Run(default)).ThrowIfAny();
        var said = lie switch
        {
            "key" => Position.Sign(other, position),
            "bank" => Position.Sign(own, position with { Bank = Town.ShopBank.Id }),
            _ => old!,
        };
        var bank = Town.BankOver(
            "bank-1", new ChangedAnswer(Town.UserBankLink(), MessageType.Agree, _ => new AgreeReply(said).ToMessage()));
        Assert.That((await bank.Run(default))?.Sentence, Does.Contain("not believed"));
        Assert.That((bank.Behind, bank.Alarms[0].Kind), Is.EqualTo(((Timestamp?)null, "falsely said to be restored")));
        (await Town.UserBank.Run(default)).ThrowIfAny();
        Assert.That(Town.Withdraw(Alice, 100).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
    }

    /// <summary>A bank that says that the issuer is behind, with what the issuer has not signed, stops nobody.</summary>
    [Test, Rule(27)]
    public async Task NobodyStopsTheIssuerWithoutItsOwnWord([Values] bool isOfAnother)
    {
        await Trade(400);
        using var own = Town.BankKey("bank-1");
        using var other = Town.Options.Suite.GenerateKey();
        using var statement = Town.StatementKey;
        var now = Timestamp.Now(Town.Clock);
        var said = new Position(PositionRole.Bank, Town.Issuer.Id, Town.UserBank.Id, 5000, 1, 1, 1, false, now, []);
        var lie = new Position(PositionRole.Issuer, Town.Issuer.Id, isOfAnother ? Town.ShopBank.Id
            : Town.UserBank.Id, 10_000, 9, 9, 9, false, now, []);
        var reply = await Town.UserBankLink().Call(
            new AgreeMessage(Position.Sign(own, said), Position.Sign(isOfAnother ? statement : other, lie)).ToMessage(), default);
        Assert.That(reply.As<AgreeReply>()?.Position.Role, Is.EqualTo(PositionRole.Issuer));
        Assert.That(Town.Issuer.Behind, Is.Null);

        // Nor does one that speaks in another bank's name, or under another key.
        foreach (var forged in new[] { Position.Sign(other, said with { Number = 6000 }),
            Position.Sign(own, said with { Number = 6000, Bank = Town.ShopBank.Id }) })
        {
            Assert.That((await Town.UserBankLink().Ask(new AgreeMessage(forged, null), default)).Refusal?.Reason, Is.EqualTo(
                RefusalReason.BadSignature));
        }
    }

    /// <summary>An issuer that does not admit that it is an older copy: the bank takes nothing from it.</summary>
    [Test, Rule(27)]
    public async Task ABankTakesNothingFromAnIssuerThatIsBehindAndDoesNotSaySo()
    {
        await Trade(400);
        Position? old = null;
        (await Town.BankOver("bank-1", new WatchedAgreement(Town.UserBankLink(), _ => { }, p => old = p)).Run(default)).ThrowIfAny();
        await Town.RunCycle();
        var bank = Town.BankOver(
            "bank-1", new ChangedAnswer(Town.UserBankLink(), MessageType.Agree, _ => new AgreeReply(old!).ToMessage()));
        ulong booked = bank.Audit.LastInstruction;
        await Trade(100);
        Assert.That((await bank.Run(default))?.Sentence, Does.Contain("The issuer was restored from an older copy"));
        Assert.That(bank.Alarms[0].Kind, Is.EqualTo("issuer restored from an older copy"));
        using var other = Town.Options.Suite.GenerateKey();
        var forged = Position.Sign(other, old! with { Number = 900 });
        var deceived = Town.BankOver(
            "bank-1", new ChangedAnswer(Town.UserBankLink(), MessageType.Agree, _ => new AgreeReply(forged).ToMessage()));
        Assert.That((await deceived.Run(default))?.Sentence, Does.Contain("not signed"));
        Assert.That(booked, Is.LessThanOrEqualTo(bank.Audit.LastInstruction));
    }

    /// <summary>A bank that has heard nothing since its start asks for no cash under its signature before it agrees.</summary>
    [Test, Rule(27)]
    public async Task ARestoredBankAsksForNothingBeforeItHasHeard()
    {
        await Trade(400);
        var copy = Town.StoreBytes("bank-1");
        await Trade(1000);
        Cut = "bank-1";
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("bank-1", copy);
        Cut = null;
        Assert.That(Town.UserBank.Behind, Is.Null, "it could not ask yet");
        Assert.That(Town.Withdraw(Alice, 100).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        Assert.That(Town.UserBank.Behind, Is.Not.Null);
    }
}

/// <summary>Sees what a bank says, and hears, of how far both are.</summary>
internal sealed class WatchedAgreement(ILink inner, Action<Position> said, Action<Position>? heard = null) : ILink
{
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        var reply = await inner.Call(request, cancel);
        if (request.Type == MessageType.Agree)
        {
            said(request.As<AgreeMessage>()!.Own);
            heard?.Invoke(reply.As<AgreeReply>()!.Position);
        }

        return reply;
    }
}
