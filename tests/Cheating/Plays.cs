namespace HierCash.Tests.Cheating;

/// <summary>One production of the grammar: a name, and the steps that it becomes with one throw of dice.</summary>
/// <param name="Partner">A second kind that the play needs; null: the cheater is alone in it.</param>
internal sealed record Play(string Name, CheatKind Kind, CheatKind? Partner, Func<SeededRandom, IEnumerable<Step>> Make)
{
    /// <summary>Thousands of payments: not in every history.</summary>
    public bool IsBig { get; init; }

    public IEnumerable<Step> Steps(SeededRandom random) => Make(random);
}

/// <summary>All productions, by the kind of cheater.</summary>
internal static class Plays
{
    public static IReadOnlyList<Play> All { get; } =
    [
        .. HolderMoves.Plays, .. ThiefMoves.Plays, .. ShopMoves.Plays, .. StrangerMoves.Plays,
        .. BankMoves.Plays, .. ClerkMoves.Plays, .. IssuerMoves.Plays, .. NetworkMoves.Plays,
    ];

    public static Play Named(string name) => All.Single(p => p.Name == name);

    /// <summary>What these kinds can do together.</summary>
    public static List<Play> Of(IReadOnlyCollection<CheatKind> kinds) => [.. All.Where(p =>
        kinds.Contains(p.Kind) && (p.Partner is not { } partner || kinds.Contains(partner)) && !p.IsBig)];
}
