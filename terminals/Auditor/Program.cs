namespace HierCash.Auditor;

/// <summary>hiercash-auditor.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ConsoleEntry.Run(Root(), args);

    internal static ConsoleRoot Root() => new(
        "An independent audit: it recomputes everything from signed records. It reads databases and never writes them.",
        "hiercash-auditor verify-evidence mallory.evidence --root north.grant",
        "hiercash-auditor verify-evidence mallory.evidence --rebuttal mallory.rebuttal --root north.grant",
        "hiercash-auditor audit --issuer issuer/issuer.db --bank north/bank.db --bank south/bank.db --root north.grant",
        "hiercash-auditor audit --issuer issuer/issuer.db --root north.grant --seen audited.db")
    {
        VerifyEvidenceVerb.Make(), AuditVerb.Make(),
    };
}
