using HierCash.Bank;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Tests.Suite;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A bank that is put back to an older copy, and orders of its holders, also such as only a card that was broken into signs (rule R27).
/// </summary>
public abstract class OrderScenario : RestoredScenario
{
    private readonly Database _database = Database.OpenMemory(WalletRecords.Schema);
    private protected WalletRecords Records { get; }
    private protected List<string> Said { get; } = [];
    private protected KeepingSuite Suite { get; }
    private protected TownCard Bob { get; }

    protected OrderScenario()
        : this(new KeepingSuite(new BclSuite()))
    {
    }

    private OrderScenario(KeepingSuite suite)
        : base(suite)
    {
        Suite = suite;
        Records = new WalletRecords(_database);
        Bob = Town.User("Bob", 1000);
    }

    protected override void Dispose(bool disposing)
    {
        Bob.Dispose();
        _database.Dispose();
        base.Dispose(disposing);
    }

    private protected WalletTerminal Wallet(WalletRecords? records) => Town.WalletWith(records, showed: Said.Add);

    /// <summary>What happens after the copy; then the bank is put back to it, and recovers.</summary>
    private protected async Task Restored(Func<Task> since)
    {
        await Trade(400);
        var copy = Town.StoreBytes("bank-1");
        await since();
        await Trade(1000);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("bank-1", copy);
        (await Town.UserBank.Recover(default)).OrRefuse();
    }

    private protected async Task Withdrawn(TownCard card, ulong minor, WalletRecords? records) =>
        Assert.That((await Town.WalletWith(records).Withdraw(card.Card, card.Pin, new Amount(minor), default)).Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));

    private protected AccountEntry Account(string name) => Town.UserBank.Accounts.Single(a => a.Name == name);

    /// <summary>An order of that account for a withdrawal that no card began, signed with the account's key.</summary>
    private protected WithdrawalOrder Order(string name, uint number, ulong minor, byte[]? ei = null, Timestamp? date = null)
    {
        var account = Account(name);
        using var key = Suite.SecretOf(account.Key.Compress());
        using var holder = Suite.GenerateKey();
        var pe = WithdrawalTests.PE(Town);
        ei ??= CoinRequest.Create(holder, pe.Id, new byte[32], new Amount(minor), Currency.Eur, 0).Encipher(Suite, pe);
        var order = new WithdrawalOrder(account.User, Town.UserBank.Id, new Amount(minor), Currency.Eur, pe.Id, ei, number, date
            ?? Timestamp.Now(Town.Clock), []);
        return order with { Signature = key.Sign(order.Message) };
    }

    private protected async Task<LinkMessage> Send(WithdrawalOrder order) =>
        await Town.UserBank.Handle(LinkPeer.Wallet, new WithdrawMessage(order).ToMessage(), default);

    /// <returns>Until when the bank waits; null if the number is closed.</returns>
    private protected async Task<Timestamp?> Renounce(string name, uint number)
    {
        var account = Account(name);
        using var key = Suite.SecretOf(account.Key.Compress());
        var now = Timestamp.Now(Town.Clock);
        var word = new Renunciation(account.User, Town.UserBank.Id, number, now,
            key.Sign(SignedMessage.Renunciation(account.User, Town.UserBank.Id, number, now)));
        var reply = await Town.UserBank.Handle(LinkPeer.Wallet, new RenounceMessage(word).ToMessage(), default);
        Assert.That(reply.As<RenounceReply>(), Is.Not.Null, Refusal.Read(reply)?.Text);
        var until = reply.As<RenounceReply>()!.Until;
        return until;
    }

    private protected void AssertBalanced()
    {
        Assert.That(Town.UserBank.Audit.Unordered, Is.EqualTo((0L, 0L)));
        Town.AssertSoundAfterCycle(Alice, Bob);
        Assert.That(Audit(), Is.Empty);
    }

    private protected async Task WithdrawnBy(WalletRecords? records, ulong minor)
    {
        var done = await Wallet(records).Withdraw(Alice.Card, Alice.Pin, new Amount(minor), default);
        Assert.That(done.Outcome, Is.EqualTo(WithdrawalOutcome.Issued), done.Message);
    }
}
