using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Shop;

/// <summary>An enrolled till for one command, with its way to the issuer, which is dialled when it is used.</summary>
internal sealed class TillSession : IDisposable
{
    public const string Role = "shop";
    public static readonly BclSuite Suite = new();
    public static readonly Option<string> Directory = CommonOptions.Directory(Role);
    private readonly Stack<IDisposable> _opened = new();

    private TillSession(string directory, bool sells, bool settles, bool isScreen = false, TillSession? beside = null)
    {
        Folder = PartyFolder<EnrolledSettings>.Open(directory, Role);
        Grant = PartyEnrolment.Grant(Folder, Role, Suite);
        try
        {
            if (sells)
            {
                Keep(Folder.Lock());
            }

            if (settles)
            {
                Keep(Folder.LockSettling());
            }

            var store = Keep(Database.OpenFile(Folder.DatabasePath, ShopTill.Schema));
            var certificate = Keep(ShopTill.LinkCertificate(store, Suite, Grant.LinkCertificate));
            var link = Keep(PartyEnrolment.IssuerLink((beside ?? this).Folder, Grant, certificate, Suite,
                isScreen ? null : Console.Error.WriteLine));
            Issuer = new OwnLink(link, store);
            Till = new ShopTill(store, Suite, Grant.Scheme, TimeProvider.System, NullLogger.Instance, NoCrashPoints.Instance)
            {
                Online = Issuer,
            };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public PartyFolder<EnrolledSettings> Folder { get; }

    public EnrolmentGrant Grant { get; }

    public Currency Currency => Grant.Scheme.Terms.Currency;

    public ShopTill Till { get; }

    public ILink Issuer { get; }

    /// <param name="sells">
    /// It takes payments, or ends them: one command at a time, because each payment has a TIME of its own and a card in the reader.
    /// </param>
    /// <param name="settles">It settles: one command at a time, beside whoever sells (rule R31). Who does neither runs beside all.</param>
    /// <param name="isScreen">True for the till's screen, which says itself what it waits for.</param>
    public static TillSession Open(ParseResult given, bool sells = false, bool settles = false, bool isScreen = false)
    {
        var open = new TillSession(given.GetValue(Directory)!, sells, settles, isScreen);
        open.Till.IsDespiteClock = given.GetValue(CommonOptions.DespiteClock);
        return open;
    }

    /// <summary>
    /// Another till of this shop, for which this one stands in. This one knows the issuer's address: the folder of one that was put away
    /// long ago may name one that is no more.
    /// </summary>
    public TillSession Beside(string directory) =>
        new(directory, sells: true, settles: true, beside: this) { Till = { IsDespiteClock = Till.IsDespiteClock } };

    /// <summary>The sale of that receipt.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public Sale Find(string receipt) => Till.Journal.FirstOrDefault(t => t.Time.ToString() == receipt)
        ?? throw new RefusedException(Outcome.NotFound,
            $"There is no payment '{receipt}' at this till. 'hiercash-shop journal' lists them.");

    public string Show(Amount amount) => amount.Show(Currency);

    public Money Money(Amount amount) => Terminals.Consoles.Money.Of(amount, Currency);

    /// <summary>What was opened last is closed first.</summary>
    public void Dispose()
    {
        while (_opened.TryPop(out var opened))
        {
            opened.Dispose();
        }
    }

    private T Keep<T>(T opened) where T : IDisposable
    {
        _opened.Push(opened);
        return opened;
    }
}
