using HierCash.Oracle;

namespace HierCash.Tests.Cheating;

/// <summary>A holder whose card is copied or broken: the same coin paid more than once, and what she does about it afterwards.</summary>
internal static class HolderMoves
{
    private const CheatKind Kind = CheatKind.Holder;

    public static IReadOnlyList<Play> Plays { get; } =
    [
        new("copies at several shops", Kind, null, Copies),
        new("two payments that just do not fit", Kind, null, TwoHalves),
        new("refund after the evidence", Kind, null, RefundAfterEvidence),
        new("dead statement after the purge", Kind, null, AfterPurge),
        new("restored backup", Kind, null, Backup),
        new("redeem here, spend there", Kind, null, RedeemAndSpend),
        new("report a lost card and spend a copy", Kind, null, LostAndSpent),
        new("order withdrawn with a copy", Kind, null, Withdrawn),
        new("dust, then the whole coin", Kind, null, Dust),
        new("rebut late and with nothing", Kind, null, RebutLate),
        new("overspend in a coin's last hours", Kind, null, LastHours),
        new("a void of her own", Kind, null, OwnVoid),
        new("ask for what was settled", Kind, null, AskSettled),
    ];

    /// <summary>A copy of the card as it is now.</summary>
    public static Step Copy() => new(Kind, "copy the card", t =>
    {
        t.Mallory.Copies.Add(t.Mallory.Card.Clone());
        t.Tell("Mallory copies her card.");
    });

    /// <summary>Pays with a copy; without one, with the card itself.</summary>
    public static Step Pay(int copy, int shop, ulong minor, bool settle = true) => new(Kind, "pay with a copy", t =>
    {
        bool isCopy = t.Mallory.Copies.Count > 0 && copy >= 0;
        t.Buy(t.Mallory, isCopy ? t.Mallory.Copies[copy % t.Mallory.Copies.Count] : t.Mallory.Card, t.HonestShop(shop), minor, isCopy
            ? Hand.Copy : Hand.Owner);
        if (settle)
        {
            t.Settle(t.HonestShop(shop));
        }
    });

    /// <summary>She brings goods back, and the shop refunds by the book.</summary>
    public static Step Refund(int which) => new(Kind, "bring goods back", t =>
    {
        var sales = t.Sales.Where(s => s.Person == t.Mallory && s is { IsAccepted: true, IsRefunded: false }).ToList();
        if (sales.Count > 0)
        {
            t.Refund(sales[which % sales.Count]);
        }
    });

    /// <summary>Shows the bank whatever her cards hold.</summary>
    public static Step Rebut() => new(Kind, "rebut", t =>
    {
        foreach (var file in RawMessages.Files(t.World.UserBank).Where(f => f.Name == t.Mallory.Name))
        {
            t.AnswerWithAll(t.Mallory, file);
        }
    });

    private static IEnumerable<Step> Copies(SeededRandom random)
    {
        int shops = 2 + random.Next(3);
        ulong minor = random.Next(2) == 0 ? 5000 : (ulong)(3000 + random.Next(2001));
        yield return Copy();
        yield return Copy();
        yield return Copy();
        yield return Copy();
        for (int i = 0; i < shops; i++)
        {
            yield return Pay(i, i, minor);
            if (random.Next(2) == 0)
            {
                yield return HonestMoves.Cycle();
            }

            if (random.Next(3) == 0)
            {
                yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(20)));
            }
        }
    }

    private static IEnumerable<Step> TwoHalves(SeededRandom random)
    {
        ulong minor = (ulong)(2501 + random.Next(1500));
        yield return Copy();
        yield return Pay(0, random.Next(3), minor);
        yield return Pay(-1, random.Next(3), minor);
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> RefundAfterEvidence(SeededRandom random)
    {
        int first = random.Next(3);
        yield return Copy();
        yield return Pay(0, first, (ulong)(2500 + random.Next(2000)));
        yield return Pay(-1, first + 1, (ulong)(2500 + random.Next(2000)));
        yield return HonestMoves.Cycle();
        yield return Refund(random.Next(2));
        yield return Rebut();
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> AfterPurge(SeededRandom random)
    {
        yield return Copy();
        yield return Pay(0, 0, 5000);
        yield return Pay(-1, 1, (ulong)(1000 + random.Next(4000)));
        yield return HonestMoves.Cycle();
        yield return HonestMoves.WaitLong(TimeSpan.FromDays(390 + random.Next(300)));
        yield return new Step(null, "purge", t => t.Purge());
        yield return new Step(Kind, "ask for a dead statement", t =>
        {
            t.Recover(t.Mallory, t.Mallory.Card);
            t.Mallory.Copies.ForEach(c => t.Recover(t.Mallory, c));
        });
        yield return Rebut();
    }

    private static IEnumerable<Step> Backup(SeededRandom random)
    {
        yield return Copy();
        for (int i = 0; i < 2 + random.Next(3); i++)
        {
            yield return Pay(-1, random.Next(3), (ulong)(500 + random.Next(2500)), settle: random.Next(2) == 0);
        }

        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(40)));
        for (int i = 0; i < 2 + random.Next(3); i++)
        {
            yield return Pay(0, random.Next(3), (ulong)(500 + random.Next(2500)), settle: random.Next(2) == 0);
        }
    }

    private static IEnumerable<Step> RedeemAndSpend(SeededRandom random)
    {
        bool redeemFirst = random.Next(2) == 0;
        var redeem = new Step(Kind, "redeem", t => t.Redeem(t.Mallory, t.Mallory.Card));
        yield return Copy();
        if (redeemFirst)
        {
            yield return redeem;
        }

        yield return Pay(0, random.Next(3), (ulong)(1000 + random.Next(4000)));
        yield return Pay(0, random.Next(3), (ulong)(1000 + random.Next(4000)), settle: random.Next(2) == 0);
        if (!redeemFirst)
        {
            yield return redeem;
        }

        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> LostAndSpent(SeededRandom random)
    {
        yield return Copy();
        yield return Pay(0, random.Next(3), (ulong)(1000 + random.Next(4000)), settle: random.Next(2) == 0);
        yield return new Step(Kind, "report as lost", t => t.ReportLost(t.Mallory));
        yield return Pay(0, random.Next(3), (ulong)(1000 + random.Next(4000)));
        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(60)));
        yield return Pay(0, random.Next(3), (ulong)(1000 + random.Next(4000)));
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> Withdrawn(SeededRandom random)
    {
        yield return Copy();
        yield return Pay(-1, 0, (ulong)(1000 + random.Next(3000)), settle: random.Next(2) == 0);
        yield return Refund(0);
        yield return Pay(0, 1, (ulong)(3000 + random.Next(2001)));
        yield return Pay(-1, 2, (ulong)(3000 + random.Next(2001)));
        yield return Refund(random.Next(3));
        yield return HonestMoves.Cycle();
        yield return Rebut();
    }

    private static IEnumerable<Step> Dust(SeededRandom random)
    {
        int many = 5 + random.Next(20);
        yield return Copy();
        yield return new Step(Kind, "many payments of one cent", t =>
        {
            for (int i = 0; i < many; i++)
            {
                t.Buy(t.Mallory, t.Mallory.Card, t.Cafe, 1, Hand.Owner);
            }

            t.Settle(t.Cafe);
        });
        yield return Pay(0, 1, 5000);
        yield return HonestMoves.Cycle();
    }

    /// <summary>The terms of a claim are then longer than the coin's; and the bank is late, as banks are.</summary>
    private static IEnumerable<Step> LastHours(SeededRandom random)
    {
        ulong minor = (ulong)(2600 + random.Next(2400));
        int days = random.Next(2) == 0 ? 0 : 28, late = 9 + random.Next(4);
        yield return Copy();
        yield return new Step(null, "wait for the end of the coin", t =>
        {
            var end = t.Mallory.Card.Coins()[0].Coin.Terms.Expiry.End.ToDate()!.Value - TimeSpan.FromHours(10);
            if (end > t.World.Clock.GetUtcNow() + TimeSpan.FromHours(13))
            {
                t.Wait(end - t.World.Clock.GetUtcNow());
            }
        });
        yield return Pay(0, 0, minor);
        yield return Pay(-1, 1, minor);
        if (days > 0)
        {
            yield return HonestMoves.Cycle();
        }

        for (int i = 0; i < 10; i++)
        {
            if (i * 7 == days)
            {
                yield return new Step(null, "a bank stays away", t => t.StayAway("bank-1", TimeSpan.FromDays(late)));
            }

            yield return HonestMoves.Wait(TimeSpan.FromDays(7));
        }
    }

    private static IEnumerable<Step> OwnVoid(SeededRandom random)
    {
        yield return Pay(-1, random.Next(4), (ulong)(1000 + random.Next(3000)), settle: random.Next(2) == 0);
        yield return new Step(Kind, "void with a key of her own", t => t.VoidForged());
        yield return HonestMoves.Settle(random.Next(4));
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> AskSettled(SeededRandom random)
    {
        yield return Pay(-1, random.Next(4), (ulong)(1000 + random.Next(3000)), settle: random.Next(3) > 0);
        yield return HonestMoves.Wait(TimeSpan.FromHours(random.Next(2) == 0 ? 1 : 200));
        yield return new Step(Kind, "ask for a dead statement", t => t.Recover(t.Mallory, t.Mallory.Card));
        yield return Pay(-1, random.Next(4), 5000);
        yield return Pay(-1, random.Next(4), 5000);
        yield return HonestMoves.Cycle();
        yield return Rebut();
    }

    private static IEnumerable<Step> RebutLate(SeededRandom random)
    {
        yield return Copy();
        yield return Pay(0, 0, 4000);
        yield return Pay(-1, 1, 4000);
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Wait(TimeSpan.FromDays(20 + random.Next(40)));
        yield return Refund(random.Next(2));
        yield return Rebut();
        yield return HonestMoves.Cycle();
    }
}
