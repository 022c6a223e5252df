namespace HierCash.Terminals.Store;

/// <summary>Something that a serving process cannot do at present.</summary>
/// <param name="What">In a word or two: "database", "log".</param>
/// <param name="Reason">Why, as far as the process knows.</param>
/// <param name="EndsWhen">Goes on after "It ends when "; empty where the reason says what ends it.</param>
public sealed record Fault(string What, string Reason, Timestamp Since, long Times, string EndsWhen)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{char.ToUpperInvariant(What[0])}{What[1..]}, since {Since}: "
        + $"{Reason}.{(EndsWhen.Length > 0 ? $" It ends when {EndsWhen}." : "")}";
}

/// <summary>The faults that a serving process lives with (rule R28): each once, from when it was met until it is over.</summary>
public sealed class Faults(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Fault> _all = new(StringComparer.Ordinal);

    /// <summary>Those of now.</summary>
    public IReadOnlyList<Fault> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all.Values];
            }
        }
    }

    /// <summary>A fault was met; one of the same kind goes on, and its first reason stays while it is the same.</summary>
    /// <returns>True if it is new.</returns>
    public bool Note(string what, string reason, string endsWhen)
    {
        lock (_gate)
        {
            bool isNew = !_all.TryGetValue(what, out var before);
            _all[what] = new Fault(what, reason, isNew ? Timestamp.Now(clock) : before!.Since, isNew ? 1 : before!.Times + 1, endsWhen);
            return isNew;
        }
    }

    /// <summary>What was a fault works again.</summary>
    /// <returns>True if it was one.</returns>
    public bool Clear(string what)
    {
        lock (_gate)
        {
            return _all.Remove(what);
        }
    }
}
