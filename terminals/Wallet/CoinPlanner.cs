using HierCash.Protocol.Cash;

namespace HierCash.Wallet;

/// <summary>
/// Which coins to withdraw so that no amount is one's own: those of a 1-2-5 series, as everybody has them, with one E_I each (hole 23).
/// Coins are divisible, so nothing is lost by it but slots of the card.
/// </summary>
public static class CoinPlanner
{
    private static readonly ulong[] Series = [1, 2, 5];

    /// <summary>The fewest coins of the series that make the amount, largest first.</summary>
    public static IReadOnlyList<Amount> Plan(Amount amount)
    {
        var coins = new List<Amount>();
        ulong rest = Math.Min(amount.Minor, uint.MaxValue);
        while (rest > 0)
        {
            ulong power = 1;
            while (power <= rest / 10)
            {
                power *= 10;
            }

            ulong coin = Series.Last(s => s * power <= rest) * power;
            coins.Add(new Amount(coin));
            rest -= coin;
        }

        return coins;
    }
}
