using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Issuer;

/// <summary>What an issuer's folder says of it.</summary>
/// <param name="IssuerKeys">Makes keys for users who ask (claim 2).</param>
/// <param name="G">Identity (claim 7) or Sha256.</param>
/// <param name="Fingerprint">Of the scheme: the database beside has to be that scheme's (rule R23).</param>
public sealed record IssuerSettings(
    string Currency, ExcessPolicy Excess, bool IssuerKeys = false, GFunction G = GFunction.Sha256, string? Fingerprint = null);

/// <summary>An issuer's folder while a verb works on it. Its database is opened when the verb first asks for it.</summary>
internal sealed class IssuerSession : IDisposable
{
    public const string Role = "issuer";
    private readonly PartyFolder<IssuerSettings> _folder;
    private readonly IDisposable? _held;
    private readonly SchemeParameters _terms;
    private Database? _store;
    private IssuerParty? _party;

    private IssuerSession(PartyFolder<IssuerSettings> folder, SessionLock beside)
    {
        _folder = folder;
        var settings = folder.Settings;
        _terms = new SchemeParameters
        {
            Currency = Currency.TryParse(settings.Currency)
                ?? throw new RefusedException(Outcome.Damaged,
                    $"The settings name the unknown currency '{settings.Currency}'. Put back a good copy of them."),
            Excess = settings.Excess,
            IssuerKeys = settings.IssuerKeys,
            G = settings.G,
        };

        // Last: what throws before leaves no lock behind.
        _held = beside == SessionLock.Exclusive ? folder.Lock() : null;
    }

    public static BclSuite Suite { get; } = new();

    public static Option<string> Folder { get; } = CommonOptions.Directory(Role);

    public Currency Currency => _terms.Currency;

    public ILogger Log { get; set; } = NullLogger.Instance;

    public Database Store => _store ??= Database.OpenFile(_folder.DatabasePath, IssuerParty.Schema);

    /// <summary>The issuer that 'init' made: its root key is in its database, and no other is made in its place (rule R23).</summary>
    /// <exception cref="RefusedException">The database is another issuer's, or was emptied.</exception>
    public IssuerParty Party => _party ??= Find();

    /// <param name="wasUsed">For a verb that only an issuer of before has use for: a new one is not offered.</param>
    public static IssuerSession Open(ParseResult given, SessionLock beside = SessionLock.Shared, bool wasUsed = false) =>
        new(PartyFolder<IssuerSettings>.Open(given.GetValue(Folder)!, Role, wasUsed), beside);

    /// <summary>Makes a new issuer: its folder, and its keys.</summary>
    public static IssuerSession Create(ParseResult given, IssuerSettings settings)
    {
        var folder = PartyFolder<IssuerSettings>.Create(given.GetValue(Folder)!, Role, settings, IssuerParty.Schema);
        var session = new IssuerSession(folder, SessionLock.Shared);
        session._party = session.Make();
        folder.Save(settings with { Fingerprint = session._party.Scheme.Fingerprint.ToString() });
        return session;
    }

    private IssuerParty Find()
    {
        if (!Store.Read(db => SecretKeyTable.Has(db, IssuerKeys.RootName)))
        {
            throw new RefusedException(Outcome.NotFound,
                $"The database '{_folder.DatabasePath}' has lost the issuer's root key. Put back its newest good copy.");
        }

        var party = Make();
        string actual = party.Scheme.Fingerprint.ToString();
        bool isOther = _folder.Settings.Fingerprint is { } own && own != actual;
        return !isOther ? party : throw new RefusedException(Outcome.Damaged, $"The database '{_folder.DatabasePath}' is that of the "
            + $"scheme {actual}, and this folder's scheme is {_folder.Settings.Fingerprint}. Put back the right one.");
    }

    private IssuerParty Make() => new(new PartyId(1), Store, Suite, _terms, TimeProvider.System, Log, NoCrashPoints.Instance);

    public void Dispose()
    {
        try
        {
            _store?.Dispose();
        }
        finally
        {
            _held?.Dispose();
        }
    }
}
