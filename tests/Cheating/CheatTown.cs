using System.Globalization;
using HierCash.Bank;
using HierCash.Oracle;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Cheating;

/// <summary>
/// A town with honest people and cheaters: real parties, the real applet, real messages, virtual time. It tells the oracle what truly
/// happens, and keeps the story in plain words. This file: who lives there, and what passes on the wires.
/// </summary>
internal sealed partial class CheatTown : IDisposable
{
    private readonly Dictionary<string, ShopEntry> _tillOwners = [];
    private readonly List<Database> _wallets = [];
    private readonly Dictionary<string, (Person Holder, Coin Coin)> _coinsTold = [];
    private readonly HashSet<string> _coinsSettled = [];
    private readonly Dictionary<string, DateTimeOffset> _away = [];
    private int _lose;
    private Move? _loser;

    /// <param name="folder">Where the parties keep their databases; null: in memory.</param>
    public CheatTown(ulong seed, IReadOnlyCollection<CheatKind> kinds, string? folder = null)
    {
        Kinds = kinds;
        World = Towns.Make(seed, o => o with { Suite = new BclSuite(), Faults = Watch, Directory = folder });
        var terms = World.Options.Terms;
        Truth = new Truth(new Limits(
            terms.FloorLimit.ToLedger(), terms.GuaranteeCap.ToLedger(), TimeSpan.FromDays(30), terms.GuaranteeWindow, terms.HotListMaxAge,
            TimeSpan.FromHours(24), terms.SettlePeriod, TimeSpan.FromMinutes(15), terms.NoPinLimit.ToLedger()));
        Truth.Knows(new Party("issuer", PartyKind.Issuer, Has(CheatKind.Issuer), ""));
        Truth.Knows(new Party("bank-1", PartyKind.Bank, Has(CheatKind.Bank), ""));
        Truth.Knows(new Party("bank-2", PartyKind.Bank, false, ""));
        Cafe = Open("Cafe");
        Kiosk = Open("Kiosk");
        Bakery = Open("Bakery", lazy: true);
        Market = Open("Market");
        Den = Open("Den", cheats: true);
        Alice = Move("Alice", false, 5000, 2000);
        Bob = Move("Bob", false, 5000);
        Carol = Move("Carol", false, 5000);
        Mallory = Move("Mallory", true, 5000, 5000);
        Story.Clear();
    }

    public IReadOnlyCollection<CheatKind> Kinds { get; }

    public SimulatedTown World { get; }

    public Truth Truth { get; }

    /// <summary>What happened, a sentence each.</summary>
    public List<string> Story { get; } = [];

    public ShopEntry Cafe { get; }

    public ShopEntry Kiosk { get; }

    public ShopEntry Bakery { get; }

    public ShopEntry Market { get; }

    /// <summary>The shop that cheats, if one does.</summary>
    public ShopEntry Den { get; }

    public Person Alice { get; }

    public Person Bob { get; }

    /// <summary>Whose card is stolen, if one is.</summary>
    public Person Carol { get; }

    /// <summary>The holder who cheats, if one does; else nobody.</summary>
    public Person Mallory { get; }

    public List<ShopEntry> Shops { get; } = [];

    public List<Person> People { get; } = [];

    public List<Purchase> Sales { get; } = [];

    /// <summary>What the cheating shop has taken from cards and may do anything with.</summary>
    public List<Held> Held { get; } = [];

    /// <summary>Who could not go on, and what it said last; cleared when it can again.</summary>
    public SortedDictionary<string, string> Trouble { get; } = new(StringComparer.Ordinal);

    /// <summary>Whose move it is, and in which play; null: an honest one's.</summary>
    public Move? Actor { get; set; }

    /// <summary>
    /// The plays in which somebody did cheat: a card signed, a party had a message before it. A move that came to nothing is not in it.
    /// </summary>
    public HashSet<Move> Done { get; } = [];

    /// <summary>Evidence files of the cheaters' own making.</summary>
    public List<Evidence> Forged { get; } = [];

    /// <summary>Banks that hear a lying issuer.</summary>
    public Dictionary<string, BankParty> Deceived { get; } = [];

    public Timestamp Now => Timestamp.Now(World.Clock);

    public bool Has(CheatKind kind) => Kinds.Contains(kind);

    public Person Honest(int i) => (i % 3) switch { 0 => Alice, 1 => Bob, _ => Carol };

    public ShopEntry HonestShop(int i) => (i % 4) switch { 0 => Cafe, 1 => Kiosk, 2 => Bakery, _ => Market };

    /// <summary>Loses the answers, or the requests, of the next calls between parties.</summary>
    public void LoseNext(int calls) => (_lose, _loser) = (calls, Actor);

    /// <summary>A bank does not visit the issuer for so long; nobody cheats in that.</summary>
    public void StayAway(string bank, TimeSpan span)
    {
        _away[bank] = World.Clock.GetUtcNow() + span;
        Tell($"{bank} does not visit the issuer for {span.TotalDays:0} days.");
    }

    public void EndFaults()
    {
        _lose = 0;
        _away.Clear();
        EndBadDays();
    }

    /// <summary>A sentence for the story, with the day and the hour.</summary>
    public void Tell(string sentence) =>
        Story.Add($"{World.Clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} {sentence}");

    /// <summary>The same of a cheat that was carried out.</summary>
    public void Did(string sentence)
    {
        Did(Actor);
        Tell(sentence);
    }

    private void Did(Move? actor)
    {
        if (actor is { } move)
        {
            Done.Add(move);
        }
    }

    /// <summary>Runs what may be refused or cut short; whoever began it repeats it later.</summary>
    public bool Try(Action work, string? whose = null)
    {
        try
        {
            work();
            if (whose is not null)
            {
                Trouble.Remove(whose);
            }

            return true;
        }
        catch (Exception e) when (e is not (
            LinkException or CardChannelException or CardRefusedException or RefusedException or UnusableFileException
            or ArgumentException))
        {
            // No sentence for people, but a crash: whoever has it stands still for good.
            Trouble[$"{whose ?? "a program"}, which crashed,"] = $"{e.GetType().Name}: {e.Message}";
            Tell($"{whose ?? "A program"} crashes: {e.GetType().Name}: {e.Message}");
            return false;
        }
        catch (Exception e)
        {
            if (whose is not null)
            {
                Trouble[whose] = e.Message;
                Tell($"{whose}: \"{e.Message}\"");
            }

            return false;
        }
    }

    /// <summary>Opens a shop with one till.</summary>
    public ShopEntry Open(string name, bool cheats = false, bool lazy = false)
    {
        var shop = new ShopEntry(name, World.AddTill(name), cheats, lazy);
        Truth.Knows(new Party(name, PartyKind.Shop, cheats, "bank-2"));
        _tillOwners[shop.Till] = shop;
        Shops.Add(shop);
        return shop;
    }

    /// <summary>A holder moves into the town with 1,000.00 and some coins.</summary>
    public Person Move(string name, bool cheats, params ulong[] coins)
    {
        var store = Database.OpenMemory(WalletRecords.Schema);
        _wallets.Add(store);
        var person = new Person(name, World.NewCard(name), new WalletRecords(store), cheats);
        World.OpenAccount(person.Card, new Amount(100_000));
        Truth.Knows(new Party(name, PartyKind.Holder, cheats, "bank-1"));
        Truth.Deposited(name, 100_000);
        People.Add(person);
        foreach (ulong coin in coins)
        {
            Withdraw(person, coin);
        }

        person.Report = WalletTerminal.SignLostReport(person.Card.Card, person.Card.Pin, Now);
        return person;
    }

    public bool Withdraw(Person person, ulong minor)
    {
        bool issued = false;
        Try(() => issued = World.Withdraw(person.Card, minor).Outcome == WithdrawalOutcome.Issued);
        TellCoins(person);
        Tell($"{person.Name} withdraws {Money(minor)}{(issued ? "" : ": not yet")}.");
        return issued;
    }

    /// <summary>Tells the oracle of coins that came onto a card.</summary>
    public void TellCoins(Person person) => Try(() =>
    {
        foreach (var (coin, _, _) in person.Card.Coins())
        {
            if (_coinsTold.TryAdd(coin.Id.ToString(), (person, coin)))
            {
                Truth.Withdrew(coin.Id.ToString(), person.Name, coin.Terms.FaceValue.ToLedger());
            }
        }
    });

    public static string Money(ulong minor) => (minor / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Every message between parties passes here: what a shop submits is a fact, whatever the issuer makes of it.</summary>
    private LinkFault Watch(string from, string to, LinkMessage message)
    {
        var fault = _lose == 0 ? LinkFault.None : _lose-- % 2 == 0 ? LinkFault.LoseReply : LinkFault.LoseRequest;
        Did(fault == LinkFault.None ? null : _loser);
        if (fault == LinkFault.LoseRequest)
        {
            return fault;
        }

        if (to == SimulatedTown.IssuerName && _tillOwners.TryGetValue(from, out var shop) && RawMessages.IsContact(message))
        {
            var now = World.Clock.GetUtcNow();
            foreach (var h in RawMessages.Settled(message).Where(h => IsOwn(h, shop)))
            {
                _coinsSettled.Add(h.Coin.Id.ToString());
                Truth.Arrived(h.Id.ToString(), now);
            }

            // What the till says that it still has to send, it took before this answer.
            var queued = RawMessages.StillQueued(message);
            Truth.Contact(shop.Name, queued < now ? queued.Value : now, now);
        }

        return fault;
    }

    private bool IsOwn(CashPayment h, ShopEntry shop) => h.Till == World.Till(shop.Till).W;

    public void Dispose()
    {
        foreach (var person in People)
        {
            person.Copies.ForEach(c => c.Dispose());
            person.Card.Dispose();
        }

        _wallets.ForEach(w => w.Dispose());
        World.Dispose();
    }
}
