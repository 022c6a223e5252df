using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Shop;

namespace HierCash.Simulation;

/// <summary>Payments in a town in one process, where nobody does anything else meanwhile.</summary>
public static class TillAtOnce
{
    public static TillResult Pay(
        this ShopTill till, ICardChannel card, Amount amount, string? pin = null, PaymentProfile profile = PaymentProfile.Fast) =>
        till.Pay(card, amount, pin, profile, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static TillResult Continue(
        this ShopTill till, Sale sale, ICardChannel card, string? pin = null, PaymentProfile profile = PaymentProfile.Fast) =>
        till.Continue(sale, card, pin, profile, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
