using HierCash.Tests.Consoles;
using System.Text.Json;

namespace HierCash.Tests.Faults;

/// <summary>
/// All money of the world, in cents: what was deposited is on cards, in accounts of users and shops, in suspense, queued, or held.
/// </summary>
internal sealed record Books(long Cards, long Accounts, long Shops, long Queued, long Held, long Suspense)
{
    public long Deposits { get; init; }

    /// <summary>
    /// What tills owe to cards. A card that has forgotten its payment gets it elsewhere, and its till does not hear of it: it is there
    /// once, here or in the total.
    /// </summary>
    public long Owed { get; init; }

    /// <summary>What is nowhere.</summary>
    public long Lost => Math.Max(0, Deposits - Total - Owed);

    /// <summary>What is there and was never deposited.</summary>
    public long Doubled => Math.Max(0, Total - Deposits);

    public long Total => Cards + Accounts + Shops + Queued + Held + Suspense;

    /// <summary>What the ledger was promised and the books do not hold.</summary>
    public IReadOnlyList<string> Broken { get; init; } = [];

    public bool Agree => Lost == 0 && Doubled == 0 && Broken.Count == 0;

    public override string ToString() =>
        $"cards {Cards} + accounts {Accounts} + shops {Shops} + queued {Queued} + held {Held} + suspense {Suspense} = {Total}, owed "
            + $"{Owed}, "
        + $"of {Deposits}{string.Concat(Broken.Select(b => $"{Environment.NewLine}  {b}"))}";

    /// <summary>Reads the books as the parties say them.</summary>
    /// <param name="ledger">What commands promised; null: only sums are compared.</param>
    public static Books Read(FaultWorld world, Ledger? ledger = null)
    {
        var cards = world.Users.ToDictionary(
            u => u, u => world.Lost.Contains(u) ? 0 : world.Ask(u, "balance").GetProperty("balance").Minor());
        var accounts = new[] { world.North, world.South }.Select(b => world.Ask(b, "accounts")).ToList();
        var users = accounts.SelectMany(a => a.GetProperty("users").EnumerateArray())
            .ToDictionary(u => u.GetProperty("name").GetString()!, Balance);
        var shops = accounts.SelectMany(a => a.GetProperty("shops").EnumerateArray())
            .ToDictionary(s => s.GetProperty("name").GetString()!, Balance);
        var tills = world.Tills.ToDictionary(t => t, t => world.Ask(t, "status"));
        long suspense = new[] { world.North, world.South }.Sum(b => world.Ask(b, "status").GetProperty("suspense").Minor());
        var books = new Books(
            cards.Values.Sum(), users.Values.Sum(), shops.Values.Sum(), tills.Values.Sum(t => t.GetProperty("queued").Minor()),
            tills.Values.Sum(t => t.GetProperty("held").Minor()), suspense) { Deposits = world.Users.Count * FaultWorld.Deposit,
            Owed = tills.Values.Sum(t => t.GetProperty("owed").Minor()) };
        return ledger is null ? books : books with { Broken = [.. BrokenPromises(world, ledger, cards, users, shops)] };
    }

    private static IEnumerable<string> BrokenPromises(
        FaultWorld world, Ledger ledger, Dictionary<FaultParty, long> cards, Dictionary<string, long> users, Dictionary<string, long> shops)
    {
        foreach (var till in world.Tills)
        {
            var journal = world.Ask(till, "journal").GetProperty("sales").EnumerateArray()
                .ToDictionary(t => t.GetProperty("time").GetString()!, t =>
                    (Amount: Amount(t), State: t.GetProperty("state").GetString()!));
            foreach (var paid in ledger.Payments.Where(p => p.Till == till && p.Receipt is not null))
            {
                string state = journal.TryGetValue(paid.Receipt!, out var row) && row.Amount == paid.Amount ? row.State : "missing";
                if (state != "accepted" && !(paid.IsRefunded && state is "refunded") && !(paid.MayBeLost && state is "missing"))
                {
                    yield return $"{paid.User.Name} paid {paid.Amount} at {till.Name} on {paid.Receipt}, and was told OK: {state}";
                }
            }

            long accepted = journal.Values.Where(r => r.State == "accepted").Sum(r => r.Amount);
            if (shops[till.Name] != accepted)
            {
                yield return $"{till.Name} accepted {accepted}, and has {shops[till.Name]}";
            }
        }

        foreach (var user in world.Users)
        {
            var own = ledger.Payments.Where(p => p.User == user).ToList();
            long sure = own.Where(p => p is { Receipt: not null, IsRefunded: false, MayBeLost: false }).Sum(p => p.Amount);
            long unsure = own.Where(p => p.Receipt is null || p.IsRefunded || p.MayBeLost).Sum(p => p.Amount);
            long gone = FaultWorld.Deposit - cards[user] - users[user.Name];
            if (gone < sure || gone > sure + unsure)
            {
                yield return $"{user.Name} is {gone} poorer, and paid {sure} to {sure + unsure}";
            }
        }
    }

    private static long Balance(JsonElement account) => account.GetProperty("balance").Minor();

    private static long Amount(JsonElement row) => row.GetProperty("amount").Minor();
}
