namespace HierCash.Tests.Cheating;

/// <summary>A hole of the first version, who has to cheat to fall through it, and with what plays.</summary>
/// <param name="Finding">Its number in the list of what was found.</param>
/// <param name="Switch">The protection that has to be off for it to show again.</param>
internal sealed record KnownFind(int Finding, string Play, int Question, string Switch)
{
    public override string ToString() => $"{Finding}: {Play}";
}

/// <summary>What the oracle must find when the protecting rule is off.</summary>
internal static class KnownFinds
{
    public static IReadOnlyList<KnownFind> All { get; } =
    [
        new(2, "copies at several shops", 4, "R8"),
        new(3, "thousands of payments of one cent", 4, "R9"),
        new(4, "refund after the evidence", 2, "R3"),
        new(5, "dead statement after the purge", 2, "R5"),
        new(6, "erase S_W with the PIN", 2, "R11"),
        new(7, "withdraw with the PIN typed at the till", 1, "R11"),
        new(8, "void and settle", 1, "R4"),
        new(11, "two payments that just do not fit", 1, "R1"),
        new(18, "a colluding till backdates TIME", 1, "R6"),
        new(18, "spend where no hot list is", 1, "R6"),
    ];
}
