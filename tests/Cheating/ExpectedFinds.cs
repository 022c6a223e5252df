namespace HierCash.Tests.Cheating;

/// <summary>A move that still hurts somebody honest, what the oracle says of it, and the rule that will answer it.</summary>
/// <param name="Finding">Its number in the list of what was found; 0: by the rule alone.</param>
internal sealed record ExpectedFind(int Finding, string Play, int Question, string Says, string AnsweredBy)
{
    public bool IsIn(Oracle.Finding found) => found.Question == Question && found.Sentence.Contains(Says, StringComparison.Ordinal);

    public override string ToString() => $"{AnsweredBy}: {Play}";
}

/// <summary>
/// Moves that are off in the histories that must be clean, because the rules that answer them come later. Each is shown to be found all the
/// same; a rule that lands takes its lines out.
/// </summary>
internal static class ExpectedFinds
{
    public static IReadOnlyList<ExpectedFind> All { get; } =
    [
        new(6, "erase S_W with the PIN", 2, "Alice is honest and is blamed", "R11, R13"),
        new(7, "withdraw with the PIN typed at the till", 1, "Bob is honest", "R11, R16"),
        new(1, "the public PUK", 1, "Carol is honest", "R12"),
    ];

    /// <summary>The rule that will answer a play; null: none is missing.</summary>
    public static string? Answer(string play) => All.FirstOrDefault(e => e.Play == play)?.AnsweredBy;
}
