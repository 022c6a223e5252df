namespace HierCash.Protocol.Cash;

/// <summary>What happens to a payment above the face value (hole 13).</summary>
public enum ExcessPolicy { Refuse, Guarantee }

/// <summary>The scheme's terms, set by the issuer and told to everyone (settlement.md).</summary>
public sealed record SchemeParameters
{
    public Currency Currency { get; init; } = Currency.Eur;

    public GFunction G { get; init; } = GFunction.Sha256;

    /// <summary>How long after TIME, or after the coin's expiry if that comes first, a payment may be submitted.</summary>
    public TimeSpan SettlePeriod { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How soon after TIME a payment must be submitted to be guaranteed.</summary>
    public TimeSpan GuaranteeWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long an accusation may be rebutted before a guaranteed payment falls due.</summary>
    public TimeSpan DisputeTerm { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How old a withdrawal request may be.</summary>
    public TimeSpan RequestTerm { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How old the tills' hot list may be; payments up to that long after a cancellation still settle.</summary>
    public TimeSpan HotListMaxAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How far in the future a TIME or a request's date may lie.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How old a backup may be that a party is restored from, the same for all of them: nobody forgets before what another one may then ask
    /// for again (rule R10). Printed in settlement.md; not in the grants, because no scheme changes it.
    /// </summary>
    public TimeSpan BackupMaxAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>A coin is good to the end of the quarter that is this many after the present one.</summary>
    public int LifetimeQuarters { get; init; } = 4;

    /// <summary>
    /// The issuer makes key pairs for users who ask for them (EP 0810563, claim 2). It could then sign as they do, so it is off, and no
    /// such coin is ever evidence against anybody (hole 14). Known to the issuer alone.
    /// </summary>
    public bool IssuerKeys { get; init; }

    public ExcessPolicy Excess { get; init; } = ExcessPolicy.Guarantee;

    /// <summary>Most that one payment may be to be guaranteed.</summary>
    public Amount FloorLimit { get; init; } = new(5000);

    /// <summary>Most that is guaranteed to one shop account in 30 days.</summary>
    public Amount GuaranteeCap { get; init; } = new(20000);

    /// <summary>What cards are told at personalisation: most that may be paid without a PIN since the last correct one.</summary>
    public Amount NoPinLimit { get; init; } = new(10000);

    /// <summary>True if somebody's clock is within the tolerance of one's own.</summary>
    public bool IsOnTime(Timestamp date, Timestamp now) => date <= now.Plus(ClockTolerance) && now <= date.Plus(ClockTolerance);

    /// <summary>The last moment at which a payment is settled: min(TIME, expiry) + settleTerm.</summary>
    public Timestamp LateAfter(CashPayment h) => Timestamp.Min(h.Time, h.Coin.Terms.Expiry.End).Plus(SettlePeriod);

    /// <summary>
    /// The last moment at which a settled payment is taken back for its shop: min(TIME, expiry) + settleTerm + disputeTerm.
    /// </summary>
    public Timestamp TakenBackUntil(CashPayment h) => LateAfter(h).Plus(DisputeTerm);

    /// <summary>The last moment of a coin of that expiry about which there is no case: expiry + settleTerm + disputeTerm.</summary>
    public Timestamp KnownUntil(Quarter expiry) => expiry.End.Plus(SettlePeriod + DisputeTerm);

    /// <summary>True if all terms of coins of that expiry are over: then nothing is said or done about them any more (rule R5).</summary>
    public bool IsForgotten(Quarter expiry, Timestamp now) => now > KnownUntil(expiry);

    /// <summary>How long after its expiry the issuer keeps a coin about which there is a case, and says anew what it has of it.</summary>
    public TimeSpan CaseTerm => SettlePeriod + (3 * DisputeTerm) + BackupMaxAge;

    /// <summary>
    /// So long it takes back what the holder's side brings of such a coin. What a reversal changes has to reach the bank in a revision
    /// before the coin is forgotten: a settleTerm is left for that.
    /// </summary>
    public TimeSpan DisputedTerm => CaseTerm - SettlePeriod;

    /// <summary>
    /// So long a rebuttal that reaches its bank counts for money, whatever stamp it has. What acquits the holder moves the money too: a
    /// settleTerm is left to bring it to the issuer.
    /// </summary>
    public TimeSpan HeardTerm => DisputedTerm - SettlePeriod;
}
