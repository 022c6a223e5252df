using HierCash.Oracle;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;

namespace HierCash.Tests.Cheating;

/// <summary>Somebody without a shop: in another's name, or with a key that was stolen from one.</summary>
internal static class StrangerMoves
{
    private const CheatKind Kind = CheatKind.Stranger;

    public static IReadOnlyList<Play> Plays { get; } =
    [
        new("a stolen till key after its revocation", Kind, null, StolenKey),
        new("a stranger's key submits and voids", Kind, null, Unknown),
        new("a forged card", Kind, null, Forged),
        new("a stranger takes a shop's name", Kind, null, Name),
        new("a stolen bank key after its revocation", Kind, null, StolenBankKey),
        new("a stranger has a shop's name before it", Kind, null, NameBefore),
    ];

    private static Step BuyAt(int shop, ulong minor) => new(Kind, "buy", t =>
    {
        t.Buy(t.Mallory, t.Mallory.Card, t.HonestShop(shop), minor, Hand.Owner);
        t.Settle(t.HonestShop(shop));
    });

    private static IEnumerable<Step> StolenKey(SeededRandom random)
    {
        ulong minor = (ulong)(1000 + random.Next(3000));
        yield return new Step(Kind, "buy at a stand, and steal its key", t => t.OpenStand(minor));
        yield return HonestMoves.Cycle();
        yield return new Step(null, "revoke the stand's key", t => t.RevokeStand());
        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(90)));
        yield return new Step(Kind, "take the stand's payments back", t => t.ReverseAtStand());
        yield return HonestMoves.Cycle();
        int with = random.Next(3);
        if (with > 0)
        {
            // What her card holds again, and what a copy of it holds besides.
            yield return new Step(Kind, "redeem what the stand paid", t =>
                t.Redeem(t.Mallory, with == 1 || t.Mallory.Copies.Count == 0 ? t.Mallory.Card : t.Mallory.Copies[^1]));
            yield return HonestMoves.Cycle();
        }
    }

    private static IEnumerable<Step> Unknown(SeededRandom random)
    {
        yield return BuyAt(random.Next(3), (ulong)(500 + random.Next(3000)));
        yield return new Step(Kind, "submit and void with a key of its own", t =>
        {
            using var key = t.World.Options.Suite.GenerateKey();
            var payments = t.PaymentsOf(t.Mallory);
            foreach (var h in payments)
            {
                var link = t.World.TillLink(t.Den.Till);
                t.Try(() => RawMessages.Settle(link, key, [h], t.Now));
                t.Try(() => RawMessages.Reverse(link, key, h));
            }

            if (payments.Count > 0)
            {
                t.Did("A stranger submits and voids Mallory's payments with a key of its own.");
            }
        });
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> Forged(SeededRandom random)
    {
        for (int i = 0; i < 2; i++)
        {
            int shop = random.Next(4);
            ulong minor = (ulong)(100 + random.Next(4000));
            bool ownCoin = random.Next(2) == 0;
            yield return new Step(Kind, "pay with a forged card", t => t.PayForged(t.HonestShop(shop), minor, ownCoin));
        }

        yield return HonestMoves.Cycle();
    }

    /// <summary>The overspender's friend has the key that the users' bank had before.</summary>
    private static IEnumerable<Step> StolenBankKey(SeededRandom random)
    {
        int shop = random.Next(2);
        bool before = random.Next(2) == 0;
        ulong minor = (ulong)(3000 + random.Next(2000));
        yield return new Step(Kind, "copy bank-1's key", t => t.StealBankKey());
        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(20)));
        yield return new Step(null, "revoke and replace bank-1's key", t => t.ReplaceBankKey());
        yield return new Step(Kind, "copy a card", t => t.Mallory.Copies.Add(t.Mallory.Card.Clone()));
        yield return BuyAt(shop, 5000);
        if (before)
        {
            yield return new Step(Kind, "clear the cases", t => t.ClearAsRevokedBank());
        }

        yield return new Step(Kind, "pay with the copy", t =>
        {
            t.Buy(t.Mallory, t.Mallory.Copies[^1], t.HonestShop(shop + 1), minor, Hand.Copy);
            t.Settle(t.HonestShop(shop + 1));
        });
        yield return new Step(Kind, "clear the cases", t => t.ClearAsRevokedBank());
        yield return HonestMoves.Cycle();
        yield return new Step(Kind, "clear the cases", t => t.ClearAsRevokedBank());
    }

    private static IEnumerable<Step> NameBefore(SeededRandom random)
    {
        ulong minor = (ulong)(500 + random.Next(3000));
        int who = random.Next(3);
        yield return new Step(Kind, "take the name of a shop that is to open", t => t.TakeStallsName());
        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(60)));
        yield return new Step(null, "open Stall", t => t.Stall());
        yield return new Step(null, "buy at Stall", t =>
        {
            if (!t.Honest(who).IsRobbed)
            {
                t.Buy(t.Honest(who), t.Honest(who).Card, t.Stall(), Math.Min(minor, Math.Max(1, t.Balance(t.Honest(who).Card))),
                    Hand.Owner);
                t.Settle(t.Stall());
            }
        });
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> Name(SeededRandom random)
    {
        int shop = random.Next(2);
        yield return BuyAt(shop, (ulong)(1000 + random.Next(3000)));
        yield return HonestMoves.Cycle();
        yield return new Step(Kind, "take the shop's name", t => t.TakeName(t.HonestShop(shop)));
        yield return HonestMoves.Cycle();
    }
}

/// <summary>A clerk: what lies on the counter, and the programs of the bank; not its key.</summary>
internal static class ClerkMoves
{
    private const CheatKind Kind = CheatKind.Clerk;

    public static IReadOnlyList<Play> Plays { get; } =
    [
        new("repeat a holder's order", Kind, null, RepeatOrder),
        new("pay a deposit in twice", Kind, null, RepeatDeposit),
        new("an order in another's name", Kind, null, OrderOfAnother),
        new("vouch for a stranger as a shop", Kind, null, Vouch),
    ];

    private static IEnumerable<Step> RepeatOrder(SeededRandom random)
    {
        int which = random.Next(100);
        yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(60)));
        yield return new Step(Kind, "repeat an order", t => t.RepeatOrders(which));
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> OrderOfAnother(SeededRandom random)
    {
        ulong minor = (ulong)(1000 + random.Next(9000));
        yield return new Step(Kind, "order in Alice's name", t => t.OrderForged(minor));
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> RepeatDeposit(SeededRandom random)
    {
        ulong receipt = (ulong)(1 + random.Next(4));
        yield return new Step(Kind, "book a deposit's receipt again", t =>
        {
            var mallory = t.World.UserBank.Accounts.Single(a => a.Name == t.Mallory.Name);
            t.Try(() => t.World.UserBank.Deposit(mallory.User, new Amount(100_000), receipt).OrRefuse());
            t.Did("A clerk books an old deposit's receipt again, for Mallory.");
        });
        yield return HonestMoves.Cycle();
    }

    private static IEnumerable<Step> Vouch(SeededRandom random)
    {
        int shop = random.Next(2);
        yield return new Step(Kind, "buy", t =>
        {
            t.Buy(t.Mallory, t.Mallory.Card, t.HonestShop(shop), 2000, Hand.Owner);
            t.Settle(t.HonestShop(shop));
        });
        yield return HonestMoves.Cycle();
        yield return new Step(Kind, "vouch for a stranger", t => t.TakeName(t.HonestShop(shop)));
        yield return HonestMoves.Cycle();
    }
}

/// <summary>Whoever sits on the wires without a key: repeats, loses, garbles.</summary>
internal static class NetworkMoves
{
    private const CheatKind Kind = CheatKind.Network;

    public static IReadOnlyList<Play> Plays { get; } =
    [
        new("repeat wallets' messages", Kind, null, Repeat),
        new("lose messages", Kind, null, Lose),
        new("garble messages", Kind, null, Garble),
    ];

    private static IEnumerable<Step> Repeat(SeededRandom random)
    {
        int from = random.Next(100);
        for (int i = 0; i < 2; i++)
        {
            yield return new Step(Kind, "repeat", t => t.RepeatWire(from, garble: false));
            yield return HonestMoves.Wait(TimeSpan.FromHours(1 + random.Next(30)));
        }
    }

    private static IEnumerable<Step> Lose(SeededRandom random)
    {
        for (int i = 0; i < 3; i++)
        {
            int calls = 1 + random.Next(6);
            yield return new Step(Kind, "lose", t =>
            {
                t.LoseNext(calls);
                t.Tell($"Somebody holds back the next {calls} messages.");
            });
            yield return HonestMoves.Any(random);
            yield return HonestMoves.Any(random);
        }
    }

    private static IEnumerable<Step> Garble(SeededRandom random)
    {
        int from = random.Next(100);
        yield return new Step(Kind, "garble", t => t.RepeatWire(from, garble: true));
        yield return HonestMoves.Cycle();
    }
}
