namespace HierCash.Oracle;

/// <summary>Whom a finding accuses.</summary>
public enum Accused { Nobody, User, Shop, Issuer, Bank }

/// <summary>What an evidence file or a rebuttal ends up saying.</summary>
/// <param name="Coin">Of the case.</param>
/// <param name="Holder">Whose account the file names.</param>
/// <param name="Name">Of whoever is accused; empty for nobody.</param>
public sealed record Verdict(string Coin, string Holder, Accused Accused, string Name, string Sentence);

/// <summary>Something that waits.</summary>
/// <param name="Reason">Why it is parked, in words; null: it just waits.</param>
public sealed record Waiting(string Where, string What, long Count, string? Reason);

/// <summary>A secret in a place where it must not be.</summary>
/// <param name="Owner">Whose secret: a holder's, or a shop's; empty for the party's own.</param>
public sealed record Seen(string Where, string What, string Owner);

/// <summary>
/// What can be seen when everything has ended: money in minor units, findings, queues, secrets. Negative balances are owed to the bank.
/// </summary>
public sealed class Observation
{
    /// <summary>Balances of holders and shops by name.</summary>
    public Dictionary<string, long> Accounts { get; } = [];

    /// <summary>What each bank paid for overspenders, as a positive number.</summary>
    public Dictionary<string, long> Claims { get; } = [];

    /// <summary>The e-cash float of each bank after every coin has ended.</summary>
    public Dictionary<string, long> Floats { get; } = [];

    /// <summary>Sum of the banks' clearing positions, parked sums counted as booked.</summary>
    public long Clearing { get; set; }

    public List<Verdict> Verdicts { get; } = [];

    public List<Waiting> Queues { get; } = [];

    /// <summary>Who stands still, and what it says.</summary>
    public List<(string Name, string Says)> Stuck { get; } = [];

    public List<Seen> Secrets { get; } = [];
}
