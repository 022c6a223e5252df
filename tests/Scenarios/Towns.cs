using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Town;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Small towns for scenarios, replayable from their seed.</summary>
internal static class Towns
{
    public static TownWorld Make(ulong seed = 1, Func<TownOptions, TownOptions>? with = null)
    {
        var options = new TownOptions { Suite = new BouncyCastleSuite(new SeededRandom(seed)) };
        return new TownWorld(with is null ? options : with(options));
    }

    /// <summary>A user with an account of 1,000.00 and these coins on the card.</summary>
    public static TownCard User(this TownWorld town, string name, params ulong[] coins)
    {
        var card = town.NewCard(name);
        town.OpenAccount(card, new Amount(100_000));
        foreach (ulong coin in coins)
        {
            Assert.That(town.Withdraw(card, coin).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        }

        return card;
    }

    public static WithdrawalResult Withdraw(this TownWorld town, TownCard card, ulong minor) =>
        town.Wallet.Withdraw(card.Card, card.Pin, new Amount(minor), default).AsTask().GetAwaiter().GetResult();

    public static Shop.TillResult Pay(this TownWorld town, string till, TownCard card, ulong minor) =>
        town.Till(till).Pay(card.Card, new Amount(minor), card.Pin);

    public static Amount ShopAccount(this TownWorld town, string shop = "Cafe") =>
        town.ShopBank.BalanceOfShop(town.ShopBank.OpenShopAccount(shop));

    public static Amount Account(this TownWorld town, TownCard card) =>
        town.UserBank.BalanceOf(town.UserBank.Accounts.Single(a => a.Name == card.Owner).User);

    public static void AssertSoundAfterCycle(this TownWorld town, params TownCard[] honest)
    {
        town.RunCycle().AsTask().GetAwaiter().GetResult();
        town.AssertSound(honest);
    }

    public static void AssertSound(this TownWorld town, params TownCard[] honest)
    {
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
        foreach (var card in honest)
        {
            Assert.That(TownAudit.RunCard(card), Is.Empty);
        }
    }
}
