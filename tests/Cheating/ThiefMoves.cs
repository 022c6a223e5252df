using HierCash.Oracle;

namespace HierCash.Tests.Cheating;

/// <summary>A finder or thief of Carol's card, who has no PIN.</summary>
internal static class ThiefMoves
{
    private const CheatKind Kind = CheatKind.Thief;

    public static IReadOnlyList<Play> Plays { get; } =
    [
        new("spend at shops until the report", Kind, null, Spend),
        new("spend where no hot list is", Kind, null, LongAfter),
        new("spend where the hot list is", Kind, null, Listed),
        new("a colluding till backdates TIME", Kind, CheatKind.Shop, Backdate),
        new("a colluding till takes a reported card", Kind, CheatKind.Shop, TakeReported),
        new("the public PUK", Kind, null, Puk),
    ];

    public static Step Steal() => new(Kind, "steal", t =>
    {
        if (!t.Carol.IsRobbed)
        {
            // Until then she did as holders do: what her card was given is in her records, and with the issuer.
            t.Recover(t.Carol, t.Carol.Card);
            t.Keep(t.Carol);
            if (t.Balance(t.Carol.Card) < 2000)
            {
                t.Withdraw(t.Carol, 5000);
            }
        }

        t.Carol.IsRobbed = true;
        t.Tell("Carol's card is stolen.");
    });

    public static Step Report() => new(null, "report", t =>
    {
        if (t.Carol.IsRobbed)
        {
            t.ReportLost(t.Carol);
        }
    });

    private static Step Pay(int shop, ulong minor, bool settle) => new(Kind, "pay with a stolen card", t =>
    {
        if (t.Carol.IsRobbed)
        {
            t.Buy(t.Carol, t.Carol.Card, t.HonestShop(shop), minor, Hand.Thief, pin: false);
            if (settle)
            {
                t.Settle(t.HonestShop(shop));
            }
        }
    });

    private static IEnumerable<Step> Spend(SeededRandom random)
    {
        yield return Steal();
        yield return Pay(random.Next(3), (ulong)(100 + random.Next(2000)), random.Next(2) == 0);
        yield return HonestMoves.Wait(TimeSpan.FromHours(random.Next(10)));
        yield return Report();
        for (int i = 0; i < 3; i++)
        {
            yield return Pay(random.Next(3), (ulong)(100 + random.Next(1000)), random.Next(2) == 0);
            yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(40)));
        }
    }

    private static IEnumerable<Step> LongAfter(SeededRandom random)
    {
        yield return Steal();
        yield return Report();
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Wait(TimeSpan.FromDays(2 + random.Next(60)));
        yield return Pay(2, (ulong)(100 + random.Next(3000)), true);
    }

    private static IEnumerable<Step> Listed(SeededRandom random)
    {
        yield return Steal();
        yield return Report();
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Wait(TimeSpan.FromHours(40 + random.Next(40)));
        yield return Pay(random.Next(2), (ulong)(100 + random.Next(3000)), true);
    }

    private static IEnumerable<Step> TakeReported(SeededRandom random)
    {
        ulong minor = (ulong)(1000 + random.Next(4000));
        yield return Steal();
        yield return Report();
        yield return HonestMoves.Wait(TimeSpan.FromHours(30 + random.Next(80)));
        yield return new Step(Kind, "pay at Den", t => t.TakeStolenAtDen(minor));
        yield return HonestMoves.Wait(TimeSpan.FromHours(random.Next(100)));
        yield return ShopMoves.SettleAll();
    }

    /// <summary>The till signs for a TIME before the report, and settles within the term.</summary>
    private static IEnumerable<Step> Backdate(SeededRandom random)
    {
        var late = TimeSpan.FromHours(30 + random.Next(110));
        ulong minor = (ulong)(1000 + random.Next(4000));
        int contact = random.Next(4);
        yield return Steal();
        yield return Report();
        yield return HonestMoves.Wait(late);
        yield return new Step(Kind, "backdate", t =>
        {
            if (!t.Carol.IsRobbed)
            {
                return;
            }

            var time = Timestamp.From(t.World.Clock.GetUtcNow() - late - TimeSpan.FromHours(1));
            if (contact == 1)
            {
                t.DenSaysThatMoreIsQueued(time);
            }
            else if (contact > 1)
            {
                t.DenFetchesHotList();
            }

            t.World.Clock.Advance(TimeSpan.FromMinutes(5));
            if (RawMessages.Pay(t.Carol.Card, time, t.World.Till(t.Den.Till).W, minor) is { } h)
            {
                t.Take(t.Carol, t.Carol.Card, h, Hand.Thief, accepted: true);
                t.Did($"The thief pays {CheatTown.Money(h.Paid.Minor)} at Den with Carol's card; Den dates it {late.TotalHours + 1:0} "
                    + $"hours back.");
            }
        });
        yield return ShopMoves.SettleAll();
    }

    private static IEnumerable<Step> Puk(SeededRandom random)
    {
        ulong minor = (ulong)(10_000 + random.Next(40_000));
        yield return Steal();
        yield return new Step(Kind, "reset the PIN by the public PUK", t => t.ByPublicPuk(t.Carol, minor));
        yield return Report();
    }
}
