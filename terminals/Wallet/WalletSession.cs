namespace HierCash.Wallet;

/// <summary>
/// A holder's card for one command, with its holder PIN given. The holder's records are opened by who needs them; the bank is dialled when
/// it is used.
/// </summary>
internal sealed class WalletSession : IDisposable
{
    public static readonly BclSuite Suite = new();
    public static readonly Option<string?> Pin = CommonOptions.PinOption();
    public static readonly Option<HostPort> Bank = CommonOptions.Peer("--bank", "bank", CommonOptions.BankPort);
    public static readonly Option<string> Records = CommonOptions.Directory("wallet's own records, wallet.db");
    private readonly ParseResult _given;
    private Database? _store;
    private TcpLink? _link;

    private WalletSession(ParseResult given, ICardChannel channel)
    {
        (_given, Channel, Card) = (given, channel, new WalletCard(channel));
        HolderPin = CommonOptions.ReadPin(given.GetValue(Pin));
        Card.Select();
        var verified = Card.Verify(HolderPin);
        Status = verified.IsSuccess ? Card.GetStatus().Private!
            : throw new RefusedException(verified == StatusWord.ConditionsNotSatisfied
                ? new Refused(Outcome.CardRefused, WalletTerminal.NoBank)
                : new Refused(Outcome.PinRefused, PinWords.Explain(verified, PinRole.Holder)
                    + CommonOptions.WhosePin(given.GetValue(Pin))));
    }

    public ICardChannel Channel { get; }

    public WalletCard Card { get; }

    public string HolderPin { get; }

    public PrivateStatus Status { get; }

    /// <summary>Null until they are opened, and where there are none.</summary>
    public WalletRecords? Kept { get; private set; }

    public static async Task<WalletSession> Open(ParseResult given, CancellationToken cancel)
    {
        var channel = await CardOptions.Open(given, Suite, cancel);
        try
        {
            return new WalletSession(given, channel);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    /// <summary>The folder of the wallet's records.</summary>
    /// <exception cref="RefusedException">There is none: a slip in its name would leave out all that is kept.</exception>
    public static string Folder(ParseResult given)
    {
        string folder = given.GetValue(Records)!;
        return Directory.Exists(folder) ? folder : throw new RefusedException(Outcome.NotFound,
            $"There is no folder '{folder}' for the wallet's records. Name one that is there with --dir.");
    }

    /// <summary>Goes on with these records; null: there are none.</summary>
    public WalletRecords? Use(Database? store) => Kept = (_store = store) is null ? null : new WalletRecords(store!);

    /// <summary>The holder's terminal, with the records that are open.</summary>
    public WalletTerminal Terminal(
        Func<Amount, bool>? ask = null, Action<WithdrawalResult>? resumed = null, Action<string>? showedOrder = null) => new(
        _link ??= Dial(_given, Status.Scheme, Status.Bank, Kept), Suite, TimeProvider.System, NoCrashPoints.Instance, Kept)
    {
        AskHolder = ask, Resumed = resumed, ShowedOrder = showedOrder, IsDespiteClock = _given.GetValue(CommonOptions.DespiteClock),
    };

    /// <summary>The way to the bank that a card names, and to no other one of the scheme (rule R19).</summary>
    /// <param name="records">Where the wallet has them: they know the bank's key.</param>
    public static TcpLink Dial(ParseResult given, Digest scheme, PartyId bank, WalletRecords? records) => new(
        new LinkTarget(given.GetValue(Bank).Host, given.GetValue(Bank).Port, LinkRole.Bank, scheme, bank)
        {
            Remembered = records is null ? null : certificate => records.Doubt(scheme, bank, certificate),
        },
        null, Suite, TimeProvider.System, new LinkLimits())
    {
        SayWaiting = Console.Error.WriteLine,
    };

    public string Show(Amount amount) => amount.Show(Status.Currency);

    public Money Money(Amount amount) => Terminals.Consoles.Money.Of(amount, Status.Currency);

    /// <summary>A withdrawal that this wallet did not begin is not carried out unasked: somebody may have planted it (rule R16).</summary>
    public bool IsTheirs(Amount amount)
    {
        string what = $"A withdrawal of {Show(amount)} waits on the card that this wallet did not begin.";
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine($"{what} It is left alone. If it is yours, run 'hiercash-wallet resume' at a terminal, or with --all.");
            return false;
        }

        return CommonOptions.Confirm($"{what} Is it yours? It debits your account.");
    }

    public void Dispose()
    {
        _link?.Dispose();
        _store?.Dispose();
        Channel.Dispose();
    }
}
