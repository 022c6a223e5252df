using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Bank;

/// <summary>An enrolled bank for one command.</summary>
internal sealed class BankSession : IDisposable
{
    public const string Role = "bank";
    private const int FewestDigits = 4;

    /// <summary>Closed with the session, the last first.</summary>
    private readonly Stack<IDisposable> _open = [];
    private PartyFolder<EnrolledSettings> _folder;
    private EnrolmentGrant _grant = null!;
    private BankParty? _party;

    private BankSession(PartyFolder<EnrolledSettings> folder) => _folder = folder;

    public static BclSuite Suite { get; } = new();

    public static Option<string> Folder { get; } = CommonOptions.Directory(Role);

    public Database Store { get; private set; } = null!;

    public X509Certificate2 Certificate { get; private set; } = null!;

    public Scheme Scheme => _grant.Scheme;

    public Currency Currency => Scheme.Terms.Currency;

    public BankIdentity Identity => BankIdentity.Of(_grant);

    /// <summary>The bank of a short command: it says at the terminal when the issuer takes long, and keeps no log.</summary>
    public BankParty Party => _party ??= new BankParty(
        Identity, Store, Suite, Link(Console.Error.WriteLine), TimeProvider.System, NullLogger.Instance, NoCrashPoints.Instance);

    /// <param name="wasUsed">For a command that only a bank of before has use for: a new one is not offered.</param>
    /// <exception cref="RefusedException">The bank is not there, is not enrolled, or cannot be used beside another process.</exception>
    public static BankSession Open(ParseResult given, SessionLock beside = SessionLock.Shared, bool wasUsed = false)
    {
        string directory = given.GetValue(Folder)!;
        var session = new BankSession(PartyFolder<EnrolledSettings>.Open(directory, Role, wasUsed));
        try
        {
            if (beside == SessionLock.Exclusive)
            {
                // Read again behind the lock: 'join' changes it, and holds the same one.
                session.Keep(session._folder.Lock());
                session._folder = PartyFolder<EnrolledSettings>.Open(directory, Role, wasUsed);
            }

            session._grant = PartyEnrolment.Grant(session._folder, Role, Suite);
            session.Store = session.Keep(Database.OpenFile(session._folder.DatabasePath, BankParty.Schema));
            session.Certificate = session.Keep(BankParty.LinkCertificate(session.Store, Suite, session._grant.LinkCertificate).OrRefuse());
            RequireBank(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>A grant that is no bank's, or for two keys, comes from an issuer that errs or lies.</summary>
    private static void RequireBank(BankSession session)
    {
        if (session._grant.BankCertificate is not { } own)
        {
            throw new RefusedException(Outcome.Damaged,
                "This grant is not a bank's. Have the bank's own request enrolled, and join with its grant.");
        }

        using var its = BankKeys.Find(session.Store, Suite, own.Key);
        if (its is null)
        {
            throw new RefusedException(BankKeys.OfAnother);
        }
    }

    /// <summary>A verb that only looks.</summary>
    /// <param name="look">What it prints of an open bank: its JSON, and what people read.</param>
    public static Verb Looks<T>(string name, string what, JsonTypeInfo<T> shape, Func<BankSession, (T Json, string Text)> look)
    {
        var json = new JsonOption<T>(shape);
        return new Verb(name, what, $"hiercash-bank {name} --dir north") { Folder, json }.Does(given =>
        {
            using var open = Open(given);
            var (value, text) = look(open);
            json.Print(given, value, text);
        });
    }

    /// <summary>The bank of the process that serves.</summary>
    public BankParty Serve(Serving serving, bool isDespiteClock) => _party = new BankParty(
        Identity, Store, Suite, Link(null), TimeProvider.System, serving.Log.CreateLogger(Role), NoCrashPoints.Instance, Link(null))
    {
        IsDespiteClock = isDespiteClock, Faults = serving.Faults,
    };

    public AccountEntry Account(string name) =>
        Party.Accounts.FirstOrDefault(a => a.Name == name) ?? throw new RefusedException(BankParty.NoAccountOf(name));

    /// <summary>A shop's account, named by the beginning of its reference, or by the shop's name where only one has it.</summary>
    public (string Name, Digest Account, long Balance) ShopAccount(string named)
    {
        var found = Party.FindShopAccounts(named);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new RefusedException(
                Outcome.NotFound, $"There is no shop '{named}' at this bank. 'hiercash-bank accounts' lists them."),
            _ => throw new RefusedException(Outcome.NotFound,
                $"There are {found.Count} shop accounts '{named}' at this bank. Name the account as 'hiercash-bank accounts' lists it."),
        };
    }

    /// <summary>The case of a coin, which is named by the beginning of its number.</summary>
    public Result<Evidence> Case(string coin)
    {
        _ = TypedHex.Digits(coin, FewestDigits) ?? throw new UsageException(
            $"Give at least {FewestDigits} hexadecimal digits of the coin's number. 'hiercash-bank evidence' lists the cases.");
        var found = Party.EvidenceFiles.Where(e => e.Dossier.Coin.ToString().StartsWith(coin, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count == 1 ? found[0]
            : new Refused(Outcome.NotFound, $"{found.Count} cases begin with '{coin}'. 'hiercash-bank evidence' lists them.");
    }

    /// <summary>As people name an account.</summary>
    public static string Short(Digest account) => account.ToString()[..16];

    private TcpLink Link(Action<string>? sayWaiting) => Keep(PartyEnrolment.IssuerLink(_folder, _grant, Certificate, Suite, sayWaiting));

    private T Keep<T>(T opened) where T : IDisposable
    {
        _open.Push(opened);
        return opened;
    }

    public void Dispose()
    {
        while (_open.TryPop(out var opened))
        {
            opened.Dispose();
        }
    }
}
