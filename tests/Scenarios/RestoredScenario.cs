using HierCash.Auditor;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A town on disk with two banks, a shop and a holder, whose parties are put back to older copies in mid-traffic (rule R27).
/// </summary>
public abstract partial class RestoredScenario : IDisposable
{
    private int _audits;
    private readonly string _folder = Directory.CreateTempSubdirectory("hiercash-restored-").FullName;
    private protected SimulatedTown Town { get; }
    private protected TownCard Alice { get; }
    private protected string Till { get; }

    /// <summary>The issuer's database, for what no message makes.</summary>
    private protected string IssuerFile => Path.Combine(_folder, "issuer.db");

    /// <summary>The way from that party to the issuer is cut; from all that begin so.</summary>
    private protected string? Cut { get; set; }

    protected RestoredScenario()
        : this(new BclSuite())
    {
    }

    private protected RestoredScenario(ICashSuite suite)
    {
        Town = Towns.Make(with: o => o with
        {
            Directory = _folder, Suite = suite, Faults = (from, _, _) =>
                Cut is { } cut && from.StartsWith(cut, StringComparison.Ordinal) ? LinkFault.LoseRequest : LinkFault.None,
        });
        Till = Town.AddTill("Cafe");
        Alice = Town.User("Alice", 5000);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Alice.Dispose();
        Town.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private protected async Task Trade(ulong minor)
    {
        Town.Pay(Till, Alice, minor);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Town.Settle(Till);
        await Town.RunCycle();
    }

    /// <summary>What a party's database is now; then more happens with it, and it is put back.</summary>
    private protected async Task Restore(string party)
    {
        await Trade(400);
        var copy = Town.StoreBytes(party);
        Assert.That(Town.Withdraw(Alice, 4000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        await Trade(1000);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace(party, copy);
    }

    /// <summary>The restored issuer recovers from its banks, and goes on.</summary>
    private protected async Task Recover()
    {
        Town.Issuer.Recover().OrRefuse();
        foreach (var bank in Town.Banks)
        {
            Assert.That(await bank.Run(default), Is.Not.Null);
        }

        Assert.That((Town.Issuer.Behind, Town.Issuer.Awaited.Count), Is.EqualTo(((Timestamp?)null, 0)));
        await Town.RunCycle();
        await Town.RunCycle();
    }

    /// <summary>The same, and no number is given twice, no bank loses or gains a cent.</summary>
    private protected async Task RecoverToTheCent()
    {
        ulong[] numbers = [.. Town.Banks.Select(b => b.Audit.LastInstruction)];
        long[] clearing = [.. Town.Banks.Select(b => b.Audit.Clearing)];
        await Recover();
        Assert.That(Town.Banks.Select(b => b.Audit.LastInstruction), Is.EqualTo(numbers), "nothing is instructed a second time");
        Assert.That(Town.Banks.Select(b => b.Audit.Clearing), Is.EqualTo(clearing));
        Assert.That(Town.Issuer.Audit.Run(), Is.Empty);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>The issuer alone is put back, and the users' bank gives it all but the withdrawals of those amounts.</summary>
    private protected async Task IssuerIsPutBack(byte[] copy, params ulong[] keeps)
    {
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("issuer", copy);
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Town.Issuer.Recover().OrRefuse();
        Assert.That(await Town.ShopBank.Run(default), Is.Not.Null);
        Assert.That(await Town.BankOver("bank-1", new KeepingBack(Town.UserBankLink(), keeps)).Run(default), Is.Not.Null);
        Assert.That((Town.Issuer.Behind, Town.Issuer.Awaited.Count), Is.EqualTo(((Timestamp?)null, 0)));
        await Town.RunCycle();
        await Town.RunCycle();
    }

    /// <summary>A till visits the issuer with all that it has, and cycles follow.</summary>
    private protected async Task Visit(string till)
    {
        await Town.Till(till).Synchronise(Town.TillLink(till), default).OrRefuse();
        await Town.RunCycles();
    }

    private protected IReadOnlyList<Finding> Audit() => Audit("bank-1", "bank-2").Findings;

    /// <summary>The auditor looks at the issuer's books, and at those of some banks.</summary>
    private protected AuditResult Audit(params string[] banks)
    {
        string Books(string party)
        {
            string path = Path.Combine(_folder, $"{party}-{++_audits}.audited");
            Town.Export(party, path);
            return path;
        }

        return AuditRun.Run(Books("issuer"), [.. banks.Select(b => (b, Books(b)))], Town.Scheme.Root, new BclSuite()).OrRefuse();
    }

    /// <summary>A bank's way to the issuer on which withdrawals of some amounts are not given back.</summary>
    private protected sealed class KeepingBack(ILink inner, ulong[] amounts) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) => inner.Call(
            request.Type == MessageType.Return && request.As<ReturnMessage>() is { } words
                ? (words with { Issued = words.Issued.FindAll(i => !amounts.Contains(i.Asked.FaceValue.Minor)) }).ToMessage()
                : request,
            cancel);
    }
}
