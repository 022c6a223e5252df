namespace HierCash.Tests.Cheating;

/// <summary>A hole of the first version, who has to cheat to fall through it, and with what plays.</summary>
/// <param name="Finding">Its number in the list of what was found.</param>
/// <param name="Switch">The protections that have to be off for it to show again, separated by commas.</param>
/// <param name="Question">Which question finds it, and <paramref name="Says"/> what its sentence holds.</param>
internal sealed record KnownFind(int Finding, string Play, int Question, string Says, string Switch)
{
    public bool IsIn(Oracle.Finding found) => found.Question == Question && found.Sentence.Contains(Says, StringComparison.Ordinal);

    public override string ToString() => $"{Finding}: {Play}";
}

/// <summary>What the oracle must find when the protections that stand behind each other there are off.</summary>
internal static class KnownFinds
{
    public static IReadOnlyList<KnownFind> All { get; } =
    [
        new(1, "the public PUK", 1, "Carol is honest", "R12 puk"),
        new(6, "erase S_W with the PIN", 2, "Alice is honest and is blamed", "R11"),
        new(6, "erase a void of what was kept", 2, "Alice is honest and is blamed", "R13"),
        new(7, "withdraw with the PIN typed at the till", 1, "Bob is honest", "R11"),
        new(2, "claim without a case", 4, "stands still", "R8"),
        new(3, "thousands of payments of one cent", 4, "stands still", "R9"),
        new(4, "refund after the evidence", 2, "is honest and is blamed", "R3, R5 shop, R5 heard"),
        new(5, "dead statement after the purge", 2, "issuer is honest and is blamed", "R5"),
        new(8, "void and settle", 1, "is honest", "R2 queue"),
        new(11, "two payments that just do not fit", 1, "is honest", "R1 splits"),
        new(18, "a colluding till backdates TIME", 1, "Carol is honest", "R6 counts"),
        new(18, "spend where no hot list is", 1, "Bakery is honest", "hole 11 hot, hole 11 held"),
    ];
}
