namespace HierCash.Oracle;

/// <summary>What happened to a payment at the issuer.</summary>
internal enum Turn
{
    /// <summary>The till that was paid brought it.</summary>
    Arrived,

    /// <summary>The shop took it back.</summary>
    TakenBack,

    /// <summary>Somebody took it back with the shop's stolen key, after the revocation.</summary>
    TakenByThief,
}

/// <summary>A coin: whose, and how much.</summary>
internal sealed class CoinFact(string id, string holder, long faceValue)
{
    public string Id { get; } = id;

    public string Holder { get; } = holder;

    public long FaceValue { get; } = faceValue;
}

/// <summary>One signed payment and everything that truly happened about it.</summary>
internal sealed class PaymentFact(string id, CoinFact coin, string shop, long y, DateTimeOffset time, Hand hand)
{
    public string Id { get; } = id;

    public CoinFact Coin { get; } = coin;

    public string Shop { get; } = shop;

    public long Y { get; } = y;

    /// <summary>TIME as the till claims it.</summary>
    public DateTimeOffset Time { get; } = time;

    public Hand Hand { get; } = hand;

    /// <summary>The shop said OK: the goods, or whatever was agreed, changed hands.</summary>
    public bool Accepted { get; set; }

    /// <summary>The goods went back, or the shop signed that it takes nothing.</summary>
    public bool TakenBack { get; set; }

    /// <summary>The goods stayed with the customer although the payment was taken back in writing: only between cheaters.</summary>
    public bool TakenBackInSecret { get; set; }

    /// <summary>Somebody brought S_W of it that was made with the shop's stolen key, after the key's revocation.</summary>
    public bool IsTakenByThief { get; set; }

    /// <summary>First arrival at the issuer from the till that was paid.</summary>
    public DateTimeOffset? Arrived { get; set; }

    /// <summary>What of it the printed limits leave with the shop; found out at the end.</summary>
    public long LeftWithShop { get; set; }

    /// <summary>It came too late, or a report of the lost card stopped it: nothing of it is an excess.</summary>
    public bool IsOutOfTerm { get; set; }

    /// <summary>What of it a bank has to guarantee; found out at the end.</summary>
    public long Guaranteed { get; set; }
}

/// <summary>
/// Who cheated and what everybody truly did, told by whoever makes the history: plain facts, in the order in which they happened.
/// It knows no message, no signature and no database.
/// </summary>
public sealed class Truth(Limits limits)
{
    /// <summary>Instead of a shop: the issuer itself, which pays the coin's holder.</summary>
    public const string Redemption = "redemption";

    private readonly Dictionary<string, Party> _parties = [];
    private readonly Dictionary<string, CoinFact> _coins = [];
    private readonly Dictionary<string, PaymentFact> _payments = [];
    private readonly Dictionary<string, long> _deposits = [];
    private readonly Dictionary<string, DateTimeOffset> _lost = [];
    private readonly Dictionary<string, List<(DateTimeOffset Covers, DateTimeOffset When)>> _contacts = [];
    private readonly List<(PaymentFact Payment, Turn Turn)> _order = [];

    internal Limits Limits { get; } = limits;

    internal IEnumerable<Party> Parties => _parties.Values;

    internal IEnumerable<PaymentFact> Payments => _payments.Values;

    internal IEnumerable<CoinFact> Coins => _coins.Values;

    /// <summary>Arrivals at the issuer, and payments taken back by shops and thieves, in the order in which they happened.</summary>
    internal IReadOnlyList<(PaymentFact Payment, Turn Turn)> Order => _order;

    public void Knows(Party party) => _parties[party.Name] = party;

    public void Deposited(string holder, long amount) => _deposits[holder] = Deposits(holder) + amount;

    /// <summary>A holder withdrew a coin.</summary>
    public void Withdrew(string coin, string holder, long faceValue) => _coins.TryAdd(coin, new CoinFact(coin, holder, faceValue));

    /// <summary>A card signed a payment for a till. Told once for each payment; a coin that nobody withdrew is no fact.</summary>
    public void Signed(string payment, string coin, string shop, long y, DateTimeOffset time, Hand hand)
    {
        if (_coins.TryGetValue(coin, out var fact))
        {
            _payments.TryAdd(payment, new PaymentFact(payment, fact, shop, y, time, hand));
        }
    }

    /// <summary>The shop said OK and handed over goods for y.</summary>
    public void HandedOver(string payment)
    {
        if (_payments.TryGetValue(payment, out var fact))
        {
            fact.Accepted = true;
        }
    }

    /// <summary>The shop took the payment back: no goods, or returned goods, and its word in writing for the holder.</summary>
    /// <param name="secret">Both cheat: the goods stay where they are.</param>
    public void TookBack(string payment, bool secret = false)
    {
        if (_payments.TryGetValue(payment, out var fact) && !fact.TakenBack)
        {
            fact.TakenBack = true;
            fact.TakenBackInSecret = secret;
            _order.Add((fact, Turn.TakenBack));
        }
    }

    /// <summary>A payment reached the issuer from the till that was paid.</summary>
    public void Arrived(string payment, DateTimeOffset when)
    {
        if (_payments.TryGetValue(payment, out var fact) && fact.Arrived is null)
        {
            fact.Arrived = when;
            _order.Add((fact, Turn.Arrived));
        }
    }

    /// <summary>Somebody had a payment taken back with the shop's stolen key, after the shop had it revoked.</summary>
    public void TakenByThief(string id)
    {
        if (_payments.TryGetValue(id, out var fact) && !fact.IsTakenByThief)
        {
            fact.IsTakenByThief = true;
            _order.Add((fact, Turn.TakenByThief));
        }
    }

    /// <summary>The issuer answered a till of the shop.</summary>
    /// <param name="covers">What was paid before this moment the till had sent by then, as it says itself.</param>
    public void Contact(string shop, DateTimeOffset covers, DateTimeOffset when)
    {
        if (!_contacts.TryGetValue(shop, out var list))
        {
            _contacts[shop] = list = [];
        }

        list.Add((covers, when));
    }

    /// <summary>The bank took the holder's report that the card is gone.</summary>
    public void ReportedLost(string holder, DateTimeOffset when) => _lost.TryAdd(holder, when);

    internal long Deposits(string holder) => _deposits.GetValueOrDefault(holder);

    internal Party? Find(string name) => _parties.GetValueOrDefault(name);

    internal bool Cheats(string name) => Find(name)?.Cheats ?? false;

    internal DateTimeOffset? Lost(string holder) => _lost.TryGetValue(holder, out var when) ? when : null;

    /// <summary>True if the issuer answered the shop after the one moment and before the other.</summary>
    internal bool HadContact(string shop, DateTimeOffset after, DateTimeOffset before) =>
        _contacts.TryGetValue(shop, out var list) && list.Exists(c => c.Covers > after && c.When < before);
}
