using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Shop;

/// <summary>What a command does with a till, and so what may not run beside it.</summary>
internal enum TillUse
{
    /// <summary>It only looks: beside everything.</summary>
    Looks,

    /// <summary>
    /// It takes payments, or ends them: one at a time, because each payment has a TIME of its own and a card in the reader.
    /// </summary>
    Sells,

    /// <summary>It settles: one at a time, beside whoever sells (rule R31).</summary>
    Settles,

    /// <summary>It does both for a till that nobody serves any more.</summary>
    StandsIn,
}

/// <summary>An enrolled till for one command, with its way to the issuer, which is dialled when it is used.</summary>
internal sealed class TillSession : IDisposable
{
    public const string Role = "shop";
    public static readonly BclSuite Suite = new();
    public static readonly Option<string> Directory = CommonOptions.Directory(Role);
    private readonly IDisposable? _selling;
    private readonly IDisposable? _settling;
    private readonly Database _store;
    private readonly X509Certificate2 _certificate;
    private readonly TcpLink _issuer;

    private TillSession(string directory, TillUse use, bool isScreen, TillSession? beside)
    {
        Folder = PartyFolder<EnrolledSettings>.Open(directory, Role);
        Grant = EnrolmentVerbs.Grant(Folder, Role, Suite);
        bool finer = true;
        Switches.Off("R31 beside", ref finer);
        _selling = use is TillUse.Sells or TillUse.StandsIn || (use == TillUse.Settles && !finer) ? Folder.Lock() : null;
        try
        {
            _settling = use is TillUse.Settles or TillUse.StandsIn ? Folder.LockSettling() : null;
        }
        catch
        {
            _selling?.Dispose();
            throw;
        }

        _store = Database.OpenFile(Folder.DatabasePath, ShopTill.Schema);
        _certificate = ShopTill.LinkCertificate(_store, Suite, Grant.LinkCertificate);
        _issuer = EnrolmentVerbs.IssuerLink((beside ?? this).Folder, Grant, _certificate, Suite, isScreen ? null : Console.Error.WriteLine);
        Issuer = new OwnLink(_issuer, _store);
        Till = new ShopTill(_store, Suite, Grant.Scheme, TimeProvider.System, NullLogger.Instance,
            NoCrashPoints.Instance) { Online = Issuer };
    }

    public PartyFolder<EnrolledSettings> Folder { get; }

    public EnrolmentGrant Grant { get; }

    public Currency Currency => Grant.Scheme.Terms.Currency;

    public ShopTill Till { get; }

    public ILink Issuer { get; }

    /// <param name="isScreen">True for the till's screen, which says itself what it waits for.</param>
    public static TillSession Open(ParseResult given, TillUse use = TillUse.Sells, bool isScreen = false)
    {
        var open = new TillSession(given.GetValue(Directory)!, use, isScreen, null);
        open.Till.IsDespiteClock = given.GetValue(CommonOptions.DespiteClock);
        return open;
    }

    /// <summary>
    /// Another till of this shop, for which this one stands in. This one knows the issuer's address: the folder of one that was put away
    /// long ago may name one that is no more.
    /// </summary>
    public TillSession Beside(string directory) =>
        new(directory, TillUse.StandsIn, isScreen: false, this) { Till = { IsDespiteClock = Till.IsDespiteClock } };

    /// <summary>The sale of that receipt.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public Sale Find(string receipt) => Till.Journal.FirstOrDefault(t => t.Time.ToString() == receipt)
        ?? throw new RefusedException(Outcome.NotFound, $"There is no payment '{receipt}' at this till. 'hiercash-shop journal' lists them.");

    public string Show(Amount amount) => amount.Show(Currency);

    public Money Money(Amount amount) => Terminals.Consoles.Money.Of(amount, Currency);

    public void Dispose()
    {
        _issuer.Dispose();
        _certificate.Dispose();
        _store.Dispose();
        _settling?.Dispose();
        _selling?.Dispose();
    }
}
