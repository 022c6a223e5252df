using HierCash.Oracle;

namespace HierCash.Tests.Cheating;

/// <summary>What goes on in the town while somebody cheats.</summary>
internal static class HonestMoves
{
    public static Step Any(SeededRandom random)
    {
        int who = random.Next(3), shop = random.Next(3), sale = random.Next(1000);
        ulong minor = (ulong)(1 + random.Next(2500));
        return random.Next(17) switch
        {
            0 or 1 or 2 => new Step(null, "buy", t => Buy(t, t.Honest(who), t.HonestShop(shop), minor)),
            3 or 4 => new Step(null, "spend all", t => t.SpendAll(t.Honest(who), t.HonestShop(shop))),
            5 or 6 => new Step(null, "settle", t => t.Settle(t.HonestShop(shop))),
            7 => new Step(null, "online", t => t.Online(t.HonestShop(shop))),
            8 or 9 => Cycle(),
            10 => Wait(TimeSpan.FromMinutes(20 + random.Next(600))),
            11 => Wait(TimeSpan.FromHours(14 + random.Next(80))),
            12 => new Step(null, "refund", t => Refund(t, sale)),
            13 => new Step(null, "keep records", t => t.Keep(t.Honest(who))),
            14 => new Step(null, "redeem", t => Redeem(t, t.Honest(who))),
            15 => new Step(null, "withdraw", t => Withdraw(t, t.Honest(who), minor)),
            _ => new Step(null, "recover", t => Recover(t, t.Honest(who))),
        };
    }

    public static Step Cycle() => new(null, "cycle", t => t.Cycle());

    public static Step Wait(TimeSpan span) => new(null, "wait", t => t.Wait(span));

    /// <summary>
    /// Coins end meanwhile. No honest wallet is without contact for as long as a coin lives: it brings what the card was given, so that
    /// money moves while it still can (rule R4).
    /// </summary>
    public static Step WaitLong(TimeSpan span) => new(null, "wait long", t =>
    {
        t.Wait(span / 2);
        for (int who = 0; who < 3; who++)
        {
            Recover(t, t.Honest(who));
        }

        t.Wait(span / 2);
    });

    public static Step Settle(int shop) => new(null, "settle", t => t.Settle(t.HonestShop(shop)));

    /// <summary>An honest holder buys something small or everything; her shop settles soon after.</summary>
    public static Step SpendAll(int who, int shop) => new(null, "spend all", t =>
    {
        t.SpendAll(t.Honest(who), t.HonestShop(shop));
        t.Settle(t.HonestShop(shop));
    });

    /// <summary>A wallet's contact with the issuer: it brings every S_W that its card was given.</summary>
    public static Step Contact(int who) => new(null, "contact", t => Recover(t, t.Honest(who)));

    private static void Buy(CheatTown town, Person person, ShopEntry shop, ulong minor)
    {
        if (!person.IsRobbed)
        {
            town.Buy(person, person.Card, shop, Math.Min(minor, Math.Max(1, town.Balance(person.Card))), Hand.Owner);
        }
    }

    private static void Refund(CheatTown town, int sale)
    {
        if (town.Sales.Count > 0)
        {
            town.Refund(town.Sales[sale % town.Sales.Count]);
        }
    }

    private static void Withdraw(CheatTown town, Person person, ulong minor)
    {
        if (!person.IsRobbed)
        {
            town.Withdraw(person, minor);
        }
    }

    private static void Redeem(CheatTown town, Person person)
    {
        if (!person.IsRobbed)
        {
            town.Redeem(person, person.Card);
        }
    }

    private static void Recover(CheatTown town, Person person)
    {
        if (!person.IsRobbed)
        {
            town.Recover(person, person.Card);
        }
    }
}
