using HierCash.Oracle;
using HierCash.Shop;
using HierCash.Wallet;

namespace HierCash.Tests.Cheating;

/// <summary>Who cheats (adversaries.md). Any two of holder, shop and bank work together; the others are independent.</summary>
internal enum CheatKind
{
    /// <summary>A holder with a copied or broken card.</summary>
    Holder,

    /// <summary>A finder or thief of somebody's card.</summary>
    Thief,

    /// <summary>A shop with its own key, the payment PIN and a clock of its choice.</summary>
    Shop,

    /// <summary>Somebody without a shop who takes another's name, or keeps a revoked key.</summary>
    Stranger,

    Bank,

    /// <summary>A clerk of a bank, who has what the counter has, but not the bank's key.</summary>
    Clerk,
    Issuer,

    /// <summary>Anybody who can repeat, hold back or garble messages.</summary>
    Network,
}

/// <summary>A holder with her card, her wallet's records, and what she was given.</summary>
internal sealed class Person(string name, TownCard card, WalletRecords records, bool cheats)
{
    public string Name { get; } = name;

    public TownCard Card { get; } = card;

    public WalletRecords Records { get; } = records;

    public bool Cheats { get; } = cheats;

    /// <summary>Copies of the card, from whenever they were made.</summary>
    public List<TownCard> Copies { get; } = [];

    /// <summary>The card is in a thief's hands.</summary>
    public bool IsRobbed { get; set; }

    public LostCardReport? Report { get; set; }

    /// <summary>What she shows against an accusation, by coin.</summary>
    public Dictionary<string, Rebuttal> Rebuttals { get; } = [];
}

/// <summary>A shop with its till.</summary>
/// <param name="Lazy">Settles when it thinks of it, and never asks for the hot list by itself.</param>
internal sealed record ShopEntry(string Name, string Till, bool Cheats, bool Lazy);

/// <summary>A payment at an honest till, or one that a cheating shop took like one.</summary>
internal sealed class Purchase(ShopEntry shop, Person person, TownCard card, Sale ticket, Hand hand)
{
    public ShopEntry Shop { get; } = shop;

    public Person Person { get; } = person;

    public TownCard Card { get; } = card;

    public Sale Sale { get; } = ticket;

    public Hand Hand { get; } = hand;

    /// <summary>The till said OK.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>Cut short; the till goes on with it or gives it up.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The shop signed that it takes it back.</summary>
    public bool IsRefunded { get; set; }
}

/// <summary>A payment that a cheating shop has in its hands.</summary>
internal sealed record Held(ShopEntry Shop, Person Person, TownCard Card, CashPayment H)
{
    /// <summary>The card has S_W.</summary>
    public bool IsVoided { get; set; }
}

/// <summary>A kind of cheater's part in a play.</summary>
internal readonly record struct Move(CheatKind Kind, string Play);

/// <summary>One step of a history, made from the seed; whoever it needs and whatever it amounts to is fixed in it.</summary>
/// <param name="Kind">Of the cheater; null: an honest step.</param>
internal sealed record Step(CheatKind? Kind, string Name, Action<CheatTown> Run)
{
    /// <summary>The play that it is a part of; null: it is nobody's, only life.</summary>
    public string? Play { get; init; }
}
