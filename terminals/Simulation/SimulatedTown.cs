using System.Globalization;
using HierCash.Bank;
using HierCash.Issuer;

namespace HierCash.Simulation;

/// <summary>
/// An issuer, two banks, shops and users in one process, on virtual time. Every party can be thrown away and started again from
/// its store. Names: issuer, bank-1, bank-2, till-1 and so on, wallet.
/// </summary>
public sealed class SimulatedTown : IDisposable
{
    public const string IssuerName = "issuer";
    public const string WalletName = "wallet";
    private readonly Dictionary<string, Database> _stores = [];
    private readonly Dictionary<string, ShopTill> _tills = [];
    private readonly Dictionary<string, PartyId> _tillShops = [];
    private readonly Dictionary<string, Digest> _shopAccounts = [];
    private readonly Dictionary<string, TimeProvider> _clocks = [];
    private readonly Dictionary<string, BankIdentity> _identities = [];
    private readonly Dictionary<string, BankParty> _banks = [];
    private ulong _receipts;

    public SimulatedTown(TownOptions options)
    {
        Options = options;
        Clock = new VirtualClock(options.Start);
        Issuer = StartIssuer();
        Scheme = Issuer.Scheme;
        for (int i = 1; i <= 2; i++)
        {
            string name = $"bank-{i}";
            var request = BankParty.RequestEnrolment(Store(name, BankParty.Schema), options.Suite, name);
            var grant = Issuer.Enrol(request, options.Cap).OrRefuse();
            _identities[name] = BankIdentity.Of(grant);
            _banks[name] = StartBank(name);
            Agree(name);
        }
    }

    /// <summary>The first thing that a serving bank does, and the first thing that it does after its issuer came back.</summary>
    private void Agree(string bank)
    {
        try
        {
            _banks[bank].Agree(default).AsTask().GetAwaiter().GetResult();
        }
        catch (LinkException)
        {
            // Lost: the next visit says so, and also that one of the two was restored.
        }
    }

    public TownOptions Options { get; }

    public VirtualClock Clock { get; }

    public TownRecords Records { get; } = new();

    public Scheme Scheme { get; }

    public IssuerParty Issuer { get; private set; }

    /// <summary>The users' bank.</summary>
    public BankParty UserBank => _banks["bank-1"];

    /// <summary>The shops' bank.</summary>
    public BankParty ShopBank => _banks["bank-2"];

    public IReadOnlyCollection<BankParty> Banks => _banks.Values;

    public IReadOnlyCollection<ShopTill> Tills => _tills.Values;

    public IEnumerable<string> PartyNames => _stores.Keys;

    /// <summary>The wallet terminal of whoever; it keeps nothing, so a new one each time.</summary>
    public WalletTerminal Wallet => WalletWith(null);

    /// <summary>The wallet terminal of a holder who keeps records.</summary>
    /// <param name="ask">What the holder says when asked about a withdrawal that this wallet did not begin; null: it is theirs.</param>
    /// <param name="resumed">Told what became of withdrawals that were cut short.</param>
    /// <param name="showed">Told what was done about orders that the bank did not know.</param>
    public WalletTerminal WalletWith(WalletRecords? records, Func<Amount, bool>? ask = null, Action<WithdrawalResult>? resumed = null,
        Action<string>? showed = null) =>
        new(Link(LinkPeer.Wallet, WalletName, "bank-1", () => UserBank), Options.Suite, ClockOf(WalletName), Options.Crash, records)
        {
            AskHolder = ask ?? (_ => true), Resumed = resumed, ShowedOrder = showed,
        };

    /// <summary>A new card, unpersonalised, in memory.</summary>
    public TownCard NewCard(string owner) => TownCard.Make(owner, Options.Suite);

    /// <summary>Opens an account at the users' bank, activates the card, and pays cash into it.</summary>
    /// <param name="channel">The way to the card; null: in this process.</param>
    public AccountEntry OpenAccount(TownCard card, Amount deposit, ICardChannel? channel = null)
    {
        var letter = ActivationCode.Random(Options.Suite.Random);
        var account = UserBank.OpenAccount(card.Owner, new WalletCard(channel ?? card.Card), letter).OrRefuse();
        card.Activate(letter, channel);
        if (!deposit.IsZero)
        {
            UserBank.Deposit(account.User, deposit, ++_receipts).OrRefuse();
        }

        return account;
    }

    /// <summary>A shop with its account at the shops' bank, or a further till of it.</summary>
    /// <param name="vouch">Who vouches for it, and how; null: its bank, which knows the shops that this town has opened.</param>
    public string AddTill(string shop, Func<EnrolmentRequest, EnrolmentRequest>? vouch = null)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"till-{_tills.Count + 1}");
        var request = ShopTill.RequestEnrolment(Store(name, ShopTill.Schema), Options.Suite, shop);
        Digest? known = _shopAccounts.TryGetValue(shop, out var account) ? account : null;
        var grant = Issuer.Enrol(vouch is null ? ShopBank.Vouch(request, known).OrRefuse() : vouch(request), Amount.Zero).OrRefuse();
        _tillShops[name] = grant.Holder;
        _shopAccounts.TryAdd(shop, grant.Account!.Value.Reference);
        _tills[name] = StartTill(name);
        try
        {
            _tills[name].FetchHotList(TillLink(name), default).OrRefuse().AsTask().GetAwaiter().GetResult();
        }
        catch (LinkException)
        {
            // A lost message: the till asks again when it is needed.
        }

        return name;
    }

    public ShopTill Till(string name) => _tills[name];

    /// <summary>The number of the shop that a till is of.</summary>
    public PartyId ShopOf(string till) => _tillShops[till];

    /// <summary>The account at the shops' bank of a shop that this town has opened; of any other, a new one.</summary>
    public Digest AccountOf(string shop)
    {
        if (!_shopAccounts.TryGetValue(shop, out var account))
        {
            _shopAccounts[shop] = account = ShopBank.OpenShopAccount(shop).OrRefuse();
        }

        return account;
    }

    /// <summary>A bank goes on with another grant, once it has its own new key's; as a bank does that joins and starts again.</summary>
    public void Rejoin(string bank, EnrolmentGrant grant)
    {
        _identities[bank] = BankIdentity.Of(grant);
        Restart(bank);
    }

    /// <summary>A bank's request for its next key, signed by its present one.</summary>
    public EnrolmentRequest RequestNextKey(string bank, bool isFresh = false) =>
        BankParty.RequestNextKey(_stores[bank], Options.Suite, _identities[bank], isFresh);

    /// <summary>Starts a party again with a clock of its own; a wallet begins anew each time anyway.</summary>
    public void GiveClock(string party, TimeProvider clock)
    {
        _clocks[party] = clock;
        if (party != WalletName)
        {
            Restart(party);
        }
    }

    private TimeProvider ClockOf(string party) => _clocks.GetValueOrDefault(party, Clock);

    /// <summary>Settles what a till has queued.</summary>
    public ValueTask<SettlementResult> Settle(string till, CancellationToken cancel = default) =>
        _tills[till].Settler.Settle(TillLink(till), cancel).OrRefuse();

    /// <summary>
    /// A link as the given party would have it, for tests that speak in its name; with that party's own key, if no other is given.
    /// </summary>
    public ILink IssuerLink(LinkPeer peer, string name) =>
        Link(peer.Key is null ? peer with { Key = KeyOf(peer) } : peer, name, IssuerName, () => Issuer);

    private PublicKey? KeyOf(LinkPeer peer) => peer.Role switch
    {
        LinkRole.Bank => _identities.Values.FirstOrDefault(i => i.Id == peer.Id)?.Certificate.Key,
        LinkRole.Shop when _tillShops.FirstOrDefault(t => t.Value == peer.Id).Key is { } till =>
            ShopTill.Keys(_stores[till], Options.Suite)[0],
        _ => null,
    };

    /// <summary>A bank over another link to the issuer, for tests that forge what it hears.</summary>
    public BankParty BankOver(string name, ILink issuer, ILink? relay = null) => new(
        _identities[name], _stores[name], Options.Suite, issuer, ClockOf(name), Records.Logger(name), Options.Crash, relay);

    /// <summary>What a bank was granted, and works with.</summary>
    public BankIdentity Identity(string bank) => _identities[bank];

    /// <summary>A party's store, for whoever looks into it behind the party's back.</summary>
    public Database StoreOf(string party) => _stores[party];

    /// <summary>Closes the issuer's cycle and lets both banks book.</summary>
    public async ValueTask RunCycle(CancellationToken cancel = default)
    {
        Issuer.CloseCycle();
        foreach (var bank in _banks.Values)
        {
            (await bank.Run(cancel)).ThrowIfAny();
        }
    }

    /// <summary>Throws a party away and starts it again from its store.</summary>
    public void Restart(string name)
    {
        if (Options.Directory is not null && _stores.Remove(name, out var store))
        {
            store.Dispose();
        }

        if (name == IssuerName)
        {
            Issuer = StartIssuer();
            foreach (string bank in _banks.Keys.ToList())
            {
                Agree(bank);
            }
        }
        else if (_banks.ContainsKey(name))
        {
            _banks[name] = StartBank(name);
            Agree(name);
        }
        else
        {
            _tills[name] = StartTill(name);
        }
    }

    /// <summary>The bytes of a party's store as they are on disk; only where the town has a folder.</summary>
    public byte[] StoreBytes(string name)
    {
        _stores[name].Checkpoint();
        return File.ReadAllBytes(PathOf(name));
    }

    private string PathOf(string name) =>
        Path.Combine(Options.Directory ?? throw new InvalidOperationException("This town keeps its stores in memory."), name + ".db");

    /// <summary>Puts older bytes in the place of a party's store, as a restored backup would; only where the town has a folder.</summary>
    public void Replace(string name, byte[] bytes)
    {
        string path = PathOf(name);
        _stores[name].Dispose();
        _stores.Remove(name);
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
        File.WriteAllBytes(path, bytes);
        Restart(name);
    }

    /// <summary>Writes a copy of a party's store to a file, for whoever audits it.</summary>
    public void Export(string name, string path) => _stores[name].Export(path);

    private IssuerParty StartIssuer() => new(
        new PartyId(1), Store(IssuerName, IssuerParty.Schema), Options.Suite, Options.Terms, ClockOf(IssuerName),
        Records.Logger(IssuerName), Options.Crash);

    private BankParty StartBank(string name)
    {
        var identity = _identities[name];
        var link = Link(new LinkPeer(LinkRole.Bank, identity.Id, identity.Certificate.Key), name, IssuerName, () => Issuer);
        return new BankParty(identity, Store(name, BankParty.Schema), Options.Suite, link, ClockOf(name), Records.Logger(name),
            Options.Crash);
    }

    private ShopTill StartTill(string name) =>
        new(Store(name, ShopTill.Schema), Options.Suite, Scheme.Copy(Options.Suite), ClockOf(name), Records.Logger(name),
            Options.Crash) { Online = TillLink(name) };

    /// <summary>A till's own link to the issuer.</summary>
    public ILink TillLink(string till) => new OwnLink(
        Link(new LinkPeer(LinkRole.Shop, _tillShops[till], ShopTill.Keys(_stores[till], Options.Suite)[0]), till, IssuerName, () => Issuer),
        _stores[till]);

    private ILink Link(LinkPeer self, string from, string to, Func<ILinkHandler> peer)
    {
        var link = new InProcessLink(self, from, to, peer, () => Timestamp.Now(ClockOf(to)), Records);
        return Options.Faults is { } faults ? new LossyLink(link, message => faults(from, to, message)) : link;
    }

    private Database Store(string name, Schema schema)
    {
        if (!_stores.TryGetValue(name, out var store))
        {
            store = Options.Directory is { } directory
                ? Database.OpenOrCreateFile(Path.Combine(directory, name + ".db"), schema)
                : Database.OpenMemory(schema);
            _stores.Add(name, store);
        }

        return store;
    }

    public void Dispose()
    {
        foreach (var store in _stores.Values)
        {
            store.Dispose();
        }
    }
}
