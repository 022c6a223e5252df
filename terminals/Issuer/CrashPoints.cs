namespace HierCash.Issuer;

/// <summary>Where the issuer may be stopped by a test; see <see cref="ICrashPoints"/>.</summary>
public static class CrashPoints
{
    public const string IssueUncommitted = "issuer.issue.uncommitted";
    public const string IssueCommitted = "issuer.issue.committed";
    public const string SettleUncommitted = "issuer.settle.uncommitted";
    public const string SettleCommitted = "issuer.settle.committed";
    public const string CycleUncommitted = "issuer.cycle.uncommitted";
    public const string CycleCommitted = "issuer.cycle.committed";
    public const string AcknowledgedCommitted = "issuer.acknowledged.committed";
    public const string ReverseCommitted = "issuer.reverse.committed";
    public const string DeadCommitted = "issuer.dead.committed";
    public const string RedeemCommitted = "issuer.redeem.committed";
    public const string CancelCommitted = "issuer.cancel.committed";
    public const string OutcomeCommitted = "issuer.outcome.committed";

    /// <summary>Every point that is declared above; a test compares.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        IssueUncommitted, IssueCommitted, SettleUncommitted, SettleCommitted, CycleUncommitted, CycleCommitted, AcknowledgedCommitted,
        ReverseCommitted, DeadCommitted, RedeemCommitted, CancelCommitted, OutcomeCommitted,
    ];
}
