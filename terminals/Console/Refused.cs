namespace HierCash.Terminals.Consoles;

/// <summary>Something expected that was not done: a value, which the caller looks at.</summary>
/// <param name="Sentence">What was wrong, and what to do.</param>
public sealed record Refused(Outcome Outcome, string Sentence)
{
    /// <summary>A rule of the scheme forbids it: the most frequent kind.</summary>
    public static Refused ByRule(string sentence) => new(Outcome.RuleBroken, sentence);

    /// <summary>The peer was reached, and refuses; or what it answers is not signed, or not what was asked for.</summary>
    public static Refused ByPeer(string sentence) => new(Outcome.PeerRefused, sentence);
}

/// <summary>
/// Ends a verb, or what only verbs use (a party's folder, its session), with something refused. <see cref="ConsoleEntry"/> catches it; a
/// process that serves notes it as a fault, and goes on.
/// </summary>
public sealed class RefusedException(Refused refused) : Exception(refused.Sentence)
{
    public RefusedException(Outcome outcome, string sentence) : this(new Refused(outcome, sentence))
    {
    }

    public Refused Refused { get; } = refused;
}

/// <summary>For a verb that asks for something done, and gets nothing back but a refusal.</summary>
public static class RefusedCheck
{
    /// <exception cref="RefusedException">Something was refused.</exception>
    public static void ThrowIfAny(this Refused? refused)
    {
        if (refused is not null)
        {
            throw new RefusedException(refused);
        }
    }
}
