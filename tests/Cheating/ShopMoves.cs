namespace HierCash.Tests.Cheating;

/// <summary>The shop Den: it has its till's key and writes its own messages.</summary>
internal static class ShopMoves
{
    private const CheatKind Kind = CheatKind.Shop;

    public static IReadOnlyList<Play> Plays { get; } =
    [
        new("void and settle", Kind, null, VoidAndSettle),
        new("settle, then void in the hall", Kind, null, SettleAndVoid),
        new("hold back until it is late", Kind, null, Withhold),
        new("TIME of its own choice", Kind, null, ClockOfChoice),
        new("replay and speak for others", Kind, null, Replay),
        new("go on with a revoked key", Kind, null, Revoked),
        new("reverse after the guarantee", Kind, CheatKind.Holder, ReverseLater),
        new("void in secret for a friend", Kind, CheatKind.Holder, SecretVoid),
        new("copies at a friendly till", Kind, CheatKind.Holder, Friendly),
        new("dust beyond the face value", Kind, CheatKind.Holder, r => Dust(r, 30)),
        new("thousands of payments of one cent", Kind, CheatKind.Holder, r => Dust(r, 4200)) { IsBig = true },
        new("erase S_W with the PIN", Kind, null, EraseVoid),
        new("withdraw with the PIN typed at the till", Kind, null, PlantWithdrawal),
        new("erase a void of what was kept", Kind, null, EraseKeptVoid),
    ];

    /// <summary>Somebody pays at Den, which hands over what was agreed, or nothing if it means to void.</summary>
    public static Step Take(int who, ulong minor, bool accepted, TimeSpan back = default, bool all = false) => new(Kind, "take", t =>
    {
        var person = who < 0 ? t.Mallory : t.Honest(who);
        if (person.IsRobbed)
        {
            return;
        }

        var card = who < 0 && person.Copies.Count > 0 ? person.Copies[(-who - 1) % person.Copies.Count] : person.Card;
        ulong y = all ? Math.Min(t.Balance(card), minor) : minor;
        t.TakeAtDen(person, card, y, accepted, back);
    });

    /// <summary>S_W to the card: to the customer it looks as if the order was withdrawn.</summary>
    public static Step Void(int which) => new(Kind, "void", t => t.VoidAtDen(which));

    /// <summary>Submits everything that Den holds, also what it voided.</summary>
    public static Step SettleAll() => new(Kind, "settle all", t => t.SettleAtDen());

    private static IEnumerable<Step> VoidAndSettle(SeededRandom random)
    {
        int who = random.Next(3), shop = random.Next(3);
        yield return Take(who, (ulong)(500 + random.Next(2500)), accepted: false);
        yield return Void(0);
        if (random.Next(2) == 0)
        {
            yield return random.Next(2) == 0 ? SettleAll() : HonestMoves.Contact(who);
        }

        yield return HonestMoves.SpendAll(who, shop);
        yield return SettleAll();
        yield return HonestMoves.SpendAll(who, shop + 1);
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(100)));
    }

    private static IEnumerable<Step> SettleAndVoid(SeededRandom random)
    {
        int who = random.Next(3), shop = random.Next(3);
        yield return Take(who, (ulong)(500 + random.Next(2500)), accepted: false);
        yield return SettleAll();
        if (random.Next(2) == 0)
        {
            yield return HonestMoves.Cycle();
        }

        yield return Void(0);
        yield return HonestMoves.SpendAll(who, shop);
        yield return HonestMoves.SpendAll(who, shop + 1);
        yield return HonestMoves.Cycle();
        if (random.Next(2) == 0)
        {
            yield return new Step(Kind, "reverse", t => t.ReverseAtDen(0));
        }
    }

    private static IEnumerable<Step> Withhold(SeededRandom random)
    {
        yield return Take(random.Next(3), (ulong)(500 + random.Next(2000)), accepted: true);
        yield return HonestMoves.Wait(TimeSpan.FromDays(5 + random.Next(5)));
        yield return SettleAll();
    }

    private static IEnumerable<Step> ClockOfChoice(SeededRandom random)
    {
        yield return Take(random.Next(3), (ulong)(500 + random.Next(2000)), accepted: true, TimeSpan.FromHours(-20 + random.Next(200)));
        yield return SettleAll();
        yield return Take(random.Next(3), (ulong)(500 + random.Next(2000)), accepted: true, TimeSpan.FromDays(-40 + random.Next(20)));
        yield return SettleAll();
    }

    private static IEnumerable<Step> Replay(SeededRandom random)
    {
        yield return Take(random.Next(3), (ulong)(500 + random.Next(2000)), accepted: true);
        yield return SettleAll();
        yield return SettleAll();
        yield return new Step(Kind, "speak for another shop", t => t.SpeakForOthers());
    }

    private static IEnumerable<Step> Revoked(SeededRandom random)
    {
        yield return Take(random.Next(3), (ulong)(500 + random.Next(2000)), accepted: true);
        yield return new Step(null, "revoke", t => t.RevokeDen());
        yield return Take(random.Next(3), (ulong)(500 + random.Next(2000)), accepted: true);
        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(40)));
        yield return SettleAll();
        yield return Void(0);
        yield return new Step(Kind, "reverse", t => t.ReverseAtDen(0));
    }

    private static IEnumerable<Step> ReverseLater(SeededRandom random)
    {
        yield return HolderMoves.Copy();
        yield return Take(-1, (ulong)(2600 + random.Next(2400)), accepted: true);
        yield return HolderMoves.Pay(-1, random.Next(3), (ulong)(2600 + random.Next(2400)));
        yield return SettleAll();
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Wait(TimeSpan.FromDays(random.Next(2) == 0 ? 1 + random.Next(10) : 31 + random.Next(10)));
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Cycle();
        yield return new Step(Kind, "reverse", t => t.ReverseAtDen(0));
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> SecretVoid(SeededRandom random)
    {
        yield return Take(-1, 5000, accepted: true);
        yield return SettleAll();
        yield return Void(0);
        yield return HolderMoves.Pay(-1, random.Next(3), 5000);
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Wait(TimeSpan.FromDays(1 + random.Next(20)));
        yield return HolderMoves.Rebut();
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> Friendly(SeededRandom random)
    {
        for (int i = 0; i < 3 + random.Next(4); i++)
        {
            yield return HolderMoves.Copy();
        }

        for (int i = 1; i < 7; i++)
        {
            yield return Take(-i, (ulong)(3000 + random.Next(2001)), accepted: true);
            yield return SettleAll();
        }

        yield return HolderMoves.Pay(0, random.Next(3), 5000);
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> Dust(SeededRandom random, int many)
    {
        int shop = random.Next(3);
        yield return HolderMoves.Copy();
        yield return new Step(Kind, "dust", t => t.DustAtDen(many));
        yield return HolderMoves.Pay(0, shop, 5000);
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> EraseVoid(SeededRandom random)
    {
        int shop = random.Next(3);
        yield return new Step(null, "withdraw", t => t.Withdraw(t.Alice, 2000));
        yield return new Step(Kind, "erase S_W", t => t.EraseVoidAtDen(t.Alice, 2000));
        yield return HonestMoves.SpendAll(0, shop);
        yield return SettleAll();
        yield return HonestMoves.SpendAll(0, shop + 2);
        yield return HonestMoves.SpendAll(0, shop + 1);
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Cycle();
    }

    /// <summary>Her wallet has its copy; then Den voids, and has the card forget that.</summary>
    private static IEnumerable<Step> EraseKeptVoid(SeededRandom random)
    {
        int shop = random.Next(3);
        yield return Take(0, (ulong)(500 + random.Next(2000)), accepted: false);
        yield return new Step(null, "buy", t => t.Buy(t.Alice, t.Alice.Card, t.HonestShop(shop), 100, Oracle.Hand.Owner));
        yield return HonestMoves.Wait(TimeSpan.FromHours(13 + random.Next(20)));
        yield return new Step(Kind, "erase a void of what was kept", t => t.EraseKeptVoidAtDen(t.Alice));
        yield return HonestMoves.SpendAll(0, shop);
        yield return SettleAll();
        yield return HonestMoves.SpendAll(0, shop + 2);
        yield return HonestMoves.SpendAll(0, shop + 1);
        yield return HonestMoves.Cycle();
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> PlantWithdrawal(SeededRandom random)
    {
        ulong minor = (ulong)(20_000 + random.Next(50_000));
        yield return new Step(Kind, "withdraw with her PIN", t => t.WithdrawAtDen(t.Bob, minor));
        yield return SettleAll();
        yield return HonestMoves.Cycle();
    }
}
