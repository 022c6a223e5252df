using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Bank;

/// <summary>An enrolled bank for one short command.</summary>
internal sealed class BankSession : IDisposable
{
    private const string Role = "bank";
    private static readonly BclSuite Suite = new();
    private readonly Database _store;
    private readonly System.Security.Cryptography.X509Certificates.X509Certificate2 _certificate;
    private readonly TcpLink _issuer;

    /// <param name="wasUsed">For a command that only a bank of before has use for.</param>
    public BankSession(string directory, bool wasUsed = false)
    {
        var folder = PartyFolder<EnrolledSettings>.Open(directory, Role, wasUsed);
        var grant = EnrolmentVerbs.Grant(folder, Role, Suite);
        _store = Database.OpenFile(folder.DatabasePath, BankParty.Schema);
        _certificate = BankParty.LinkCertificate(_store, Suite, grant.LinkCertificate);
        _issuer = EnrolmentVerbs.IssuerLink(folder, grant, _certificate, Suite, Console.Error.WriteLine);
        Scheme = grant.Scheme;
        Party = new BankParty(BankIdentity.Of(grant), _store, Suite, _issuer, TimeProvider.System, NullLogger.Instance,
            NoCrashPoints.Instance);
    }

    public BankParty Party { get; }

    public Scheme Scheme { get; }

    /// <summary>What is wrong with the database file itself (rule R23).</summary>
    public IReadOnlyList<string> Damages => _store.Damages();

    public AccountEntry Account(string name) => Party.Accounts.FirstOrDefault(a => a.Name == name)
        ?? throw new RefusedException(Outcome.NotFound, $"There is no account '{name}' at this bank. 'hiercash-bank accounts' lists them.");

    /// <summary>A shop's account, named by the beginning of its reference, or by the shop's name where only one has it.</summary>
    public (string Name, Digest Account, long Balance) ShopAccount(string named)
    {
        var found = Party.FindShopAccounts(named);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new RefusedException(Outcome.NotFound, $"There is no shop '{named}' at this bank. 'hiercash-bank accounts' lists them."),
            _ => throw new RefusedException(Outcome.NotFound,
                $"There are {found.Count} shop accounts '{named}' at this bank. Name the account as 'hiercash-bank accounts' lists it."),
        };
    }

    public void Dispose()
    {
        _issuer.Dispose();
        _certificate.Dispose();
        _store.Dispose();
    }
}
