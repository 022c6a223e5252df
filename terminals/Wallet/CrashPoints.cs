namespace HierCash.Wallet;

/// <summary>Where a user's terminal may be stopped by a test; see <see cref="ICrashPoints"/>.</summary>
public static class CrashPoints
{
    public const string RedemptionSigned = "wallet.redemption.signed";
    public const string RedemptionAnswered = "wallet.redemption.answered";
    public const string WithdrawalBegun = "wallet.withdrawal.begun";
    public const string WithdrawalAuthorised = "wallet.withdrawal.authorised";
    public const string WithdrawalAnswered = "wallet.withdrawal.answered";
    public const string WithdrawalFinished = "wallet.withdrawal.finished";

    /// <summary>Every point that is declared above; a test compares.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        RedemptionSigned, RedemptionAnswered, WithdrawalBegun, WithdrawalAuthorised, WithdrawalAnswered, WithdrawalFinished,
    ];
}
