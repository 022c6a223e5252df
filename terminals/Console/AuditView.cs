namespace HierCash.Terminals.Consoles;

/// <summary>What 'audit' says of a party's own books.</summary>
public static class AuditView
{
    /// <param name="recover">What the party has to do first, where it knows that its database is an older copy (R27); null where it does
    /// not.</param>
    public static string Say(IReadOnlyList<string> findings, string? recover) =>
        (findings.Count > 0 ? string.Join(Environment.NewLine, findings) : recover is null ? "All invariants hold."
            : "All invariants hold within this database.")
        + (recover is null ? "" : $"{(findings.Count > 0 ? Environment.NewLine : " ")}It is an older copy. {recover}");
}
