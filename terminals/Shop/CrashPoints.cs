namespace HierCash.Shop;

/// <summary>Where a till may be stopped by a test; see <see cref="ICrashPoints"/>.</summary>
public static class CrashPoints
{
    public const string RefundBegun = "shop.refund.begun";
    public const string RefundAnswered = "shop.refund.answered";
    public const string PaymentIntended = "till.payment.intended";
    public const string PaymentSigned = "till.payment.signed";
    public const string PaymentHeld = "till.payment.held";
    public const string PaymentAccepted = "till.payment.accepted";
    public const string PaymentGivenUp = "till.payment.given-up";
    public const string SettlementChosen = "till.settlement.chosen";
    public const string SettlementMarked = "till.settlement.marked";
    public const string SettlementAnswered = "till.settlement.answered";
    public const string SettlementRecorded = "till.settlement.recorded";

    /// <summary>Every point that is declared above; a test compares.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        RefundBegun, RefundAnswered, PaymentIntended, PaymentSigned, PaymentHeld, PaymentAccepted, PaymentGivenUp,
        SettlementChosen, SettlementMarked, SettlementAnswered, SettlementRecorded,
    ];
}
