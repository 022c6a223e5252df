namespace HierCash.Terminals;

/// <summary>Parked instructions on a console, the same at bank and issuer (R8).</summary>
public static class ParkedView
{
    public static string Say(IReadOnlyList<ParkedInstruction> parked, Currency currency) =>
        parked.Count == 0 ? "Nothing is parked." : string.Join(Environment.NewLine, parked.Select(p => p.Show(currency)));

    /// <summary>One sentence for a status.</summary>
    public static string Summary(IReadOnlyList<ParkedInstruction> parked, string console) => parked.Count == 0
        ? "Nothing is parked."
        : $"{parked.Count} instructions are parked{(parked.Any(p => p.StopsIssuing) ? ", and stop a bank's issuing" : "")}: '{console} "
            + $"parked' says why.";
}
