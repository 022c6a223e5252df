using System.Globalization;

namespace HierCash.Tests.Faults;

/// <summary>
/// What people do all day: each user withdraws, pays at both tills, now and then above the floor limit, and keeps the card's log; tills
/// settle and refund. One command after the other for each user, all users at once. Random numbers follow from the seed; the order of what
/// happens at once does not.
/// </summary>
internal sealed class Load(FaultWorld world, ulong seed)
{
    private const long AboveFloorLimit = 6000;
    private const int PercentAboveFloor = 5;
    private readonly Dictionary<FaultParty, SeededRandom> _random = world.Users.Select((u, i) => (u, i))
        .ToDictionary(p => p.u, p => new SeededRandom(seed + (ulong)p.i));
    private readonly Dictionary<FaultParty, long> _cards = world.Users.ToDictionary(u => u, _ => 0L);

    public Ledger Ledger { get; } = new();

    /// <summary>So many commands of each user.</summary>
    public void Run(int each) => Run(each, () => false);

    /// <summary>The same, until somebody says that it is enough.</summary>
    public void Run(int each, Func<bool> isEnough) => Task.WaitAll([.. world.Users.Select(u => Task.Factory.StartNew(
        () =>
        {
            for (int i = 0; i < each && !isEnough(); i++)
            {
                Step(u);
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);

    /// <summary>One command of that user, or of a till for that user.</summary>
    public void Step(FaultParty user)
    {
        var random = _random[user];
        var till = world.Tills[random.Next(2)];
        int dice = random.Next(100);
        if (_cards[user] < 500 || dice < 12)
        {
            Withdraw(user, 2000 * (1 + random.Next(4)));
            return;
        }

        switch (dice)
        {
            case < 20:
                Ledger.Count("settle", world.Shop(till, null, "settle", "--json"));
                break;
            case < 25:
                Refund(user, random);
                break;
            case < 35:
                Ledger.Count("keep", world.Wallet(user, "keep"));
                break;
            case >= 100 - PercentAboveFloor when _cards[user] >= AboveFloorLimit:
                Pay(user, till, AboveFloorLimit);
                break;
            default:
                Pay(user, till, 1 + random.Next(400));
                break;
        }
    }

    public Said Withdraw(FaultParty user, long amount)
    {
        var said = world.Wallet(user, "withdraw", Typed(amount));
        Ledger.Count("withdraw", said);
        _cards[user] += said.IsDone ? amount : 0;
        return said;
    }

    public Said Pay(FaultParty user, FaultParty till, long amount)
    {
        var said = world.Shop(till, user, "pay", Typed(amount), "--json");
        Ledger.Paid(user, till, amount, said);
        _cards[user] = said.Error.Contains("too small", StringComparison.Ordinal) ? 0 : _cards[user] - amount;
        return said;
    }

    public static string Typed(long amount) => string.Create(CultureInfo.InvariantCulture, $"{amount / 100}.{amount % 100:00}");

    private void Refund(FaultParty user, SeededRandom random)
    {
        var own = Ledger.Payments.Where(p => p.User == user && p is { Receipt: not null, IsRefunded: false }).ToList();
        if (own.Count > 0)
        {
            // Begun is begun: whatever its exit code, the till ends it.
            var payment = own[random.Next(own.Count)];
            payment.IsRefunded = true;
            Ledger.Count("refund", world.Shop(payment.Till, user, "refund", payment.Receipt!));
        }
    }
}
