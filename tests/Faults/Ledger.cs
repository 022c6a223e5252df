namespace HierCash.Tests.Faults;

/// <summary>A payment as the harness saw it: what the till promised by its exit code.</summary>
/// <param name="Receipt">The moment on the receipt; null where the command was killed, refused, or broken off: it may have been accepted
/// all the same.</param>
internal sealed record SeenPayment(FaultParty User, FaultParty Till, long Amount, string? Receipt)
{
    public bool IsRefunded { get; set; }

    /// <summary>
    /// Accepted by a till that was then put back, before it had sent it in: that is the till's loss (docs/security.md), and the card's to
    /// get back.
    /// </summary>
    public bool MayBeLost { get; set; }
}

/// <summary>What was promised to whom, by exit codes alone: the books have to agree with it in the end.</summary>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly List<SeenPayment> _payments = [];
    private readonly Dictionary<string, int> _codes = [];

    /// <summary>How many commands ended with which code, by verb: "pay 0".</summary>
    public IReadOnlyDictionary<string, int> Codes => _codes;

    public int Commands { get; private set; }

    public IReadOnlyList<SeenPayment> Payments
    {
        get
        {
            lock (_gate)
            {
                return [.. _payments];
            }
        }
    }

    public void Count(string verb, Said said)
    {
        lock (_gate)
        {
            Commands++;
            string key = $"{verb} {said.Code}";
            _codes[key] = _codes.GetValueOrDefault(key) + 1;
        }
    }

    public void Paid(FaultParty user, FaultParty till, long amount, Said said)
    {
        Count("pay", said);
        lock (_gate)
        {
            _payments.Add(new SeenPayment(user, till, amount, said.IsDone ? said.Json.GetProperty("time").GetString() : null));
        }
    }

    /// <summary>Codes that no command may end with: a crash, or a sentence that nobody wrote.</summary>
    public IEnumerable<string> Crashes =>
        _codes.Keys.Where(k => k.EndsWith(" 134", StringComparison.Ordinal) || k.EndsWith(" 139", StringComparison.Ordinal)
            || k.EndsWith(" -1", StringComparison.Ordinal));
}
