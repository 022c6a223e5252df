using System.Security.Cryptography.X509Certificates;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
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
    private const string Role = "shop";
    private static readonly BclSuite Suite = new();
    private readonly IDisposable? _selling;
    private readonly IDisposable? _settling;
    private readonly X509Certificate2 _certificate;
    private readonly TcpLink _issuer;

    /// <param name="isScreen">True for the till's screen, which says itself what it waits for.</param>
    /// <param name="beside">Another till of the shop, which knows the issuer's address: the folder of one that was put away long ago may
    /// name one that is no more.</param>
    public TillSession(string directory, TillUse use = TillUse.Sells, bool isScreen = false, TillSession? beside = null)
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

        Store = Database.OpenFile(Folder.DatabasePath, ShopTill.Schema);
        _certificate = ShopTill.LinkCertificate(Store, Suite, Grant.LinkCertificate);
        _issuer = EnrolmentVerbs.IssuerLink((beside ?? this).Folder, Grant, _certificate, Suite, isScreen ? null : Console.Error.WriteLine);
        Issuer = new OwnLink(_issuer, Store);
        Till = new ShopTill(Store, Suite, Grant.Scheme, TimeProvider.System, NullLogger.Instance,
            NoCrashPoints.Instance) { Online = Issuer };
    }

    public PartyFolder<EnrolledSettings> Folder { get; }

    public EnrolmentGrant Grant { get; }

    public Database Store { get; }

    public ShopTill Till { get; }

    public ILink Issuer { get; }

    public void Dispose()
    {
        _issuer.Dispose();
        _certificate.Dispose();
        Store.Dispose();
        _settling?.Dispose();
        _selling?.Dispose();
    }
}
