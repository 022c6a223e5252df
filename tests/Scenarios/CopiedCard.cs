using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A card with one coin of 50.00, and copies of it: each pays once, at a till of its own, and the tills settle in that order.
/// </summary>
internal sealed class CopiedCard : IDisposable
{
    private CopiedCard(List<string> tills, List<TownCard> cards, List<TillResult> paid)
    {
        Tills = tills;
        Cards = cards;
        Paid = paid;
    }

    public IReadOnlyList<string> Tills { get; }

    public IReadOnlyList<TownCard> Cards { get; }

    public IReadOnlyList<TillResult> Paid { get; }

    public static async Task<CopiedCard> Spend(SimulatedTown town, params (string Shop, ulong Minor)[] sales)
    {
        var tills = sales.Select(s => town.AddTill(s.Shop)).ToList();
        var first = town.User("Mallory", 5000);
        List<TownCard> cards = [first, .. sales.Skip(1).Select(_ => first.Clone())];
        var paid = sales.Select((s, i) => town.Pay(tills[i], cards[i], s.Minor)).ToList();
        foreach (string till in tills)
        {
            await town.Settle(till);
        }

        return new CopiedCard(tills, cards, paid);
    }

    public void Dispose()
    {
        foreach (var card in Cards)
        {
            card.Dispose();
        }
    }
}
