using System.Security.Cryptography.X509Certificates;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Shop;

/// <summary>An enrolled till for one command, with its way to the issuer, which is dialled when it is used.</summary>
internal sealed class OpenedTill : IDisposable
{
    private const string Role = "shop";
    private static readonly BclSuite Suite = new();
    private readonly IDisposable? _lock;
    private readonly X509Certificate2 _certificate;
    private readonly TcpLink _issuer;

    /// <param name="isScreen">True for the till's screen, which says itself what it waits for.</param>
    /// <param name="reads">True for a command that only looks, which runs beside a till that takes payments.</param>
    /// <param name="beside">Another till of the shop, which knows the issuer's address: the folder of one that was put away long ago may name one that is no more.</param>
    public OpenedTill(string directory, bool isScreen = false, bool reads = false, OpenedTill? beside = null)
    {
        Folder = PartyFolder<EnrolledSettings>.Open(directory, Role);
        Grant = Enrolled.Grant(Folder, Role, Suite);
        _lock = reads ? null : Folder.Lock();
        Store = Database.OpenFile(Folder.DatabasePath, ShopTill.Schema);
        _certificate = ShopTill.LinkCertificate(Store, Suite, Grant.LinkCertificate);
        _issuer = Enrolled.IssuerLink((beside ?? this).Folder, Grant, _certificate, Suite, isScreen ? null : Console.Error.WriteLine);
        Issuer = new OwnLink(_issuer, Store);
        Till = new ShopTill(Store, Suite, Grant.Scheme, TimeProvider.System, NullLogger.Instance, NoCrashPoints.Instance) { Online = Issuer };
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
        _lock?.Dispose();
    }
}
