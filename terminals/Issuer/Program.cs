namespace HierCash.Issuer;

/// <summary>hiercash-issuer.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ConsoleEntry.Run(Root(), args);

    internal static ConsoleRoot Root() => new(
        "The issuer of hierarchical electronic cash: it issues, settles and traces. It never learns whose a coin is.",
        "hiercash-issuer init --dir issuer",
        "hiercash-issuer enrol bank bank.request --cap 1000000.00 --dir issuer > bank.grant",
        "hiercash-issuer enrol shop cafe.vouched --dir issuer > cafe.grant",
        "hiercash-issuer serve --dir issuer",
        "hiercash-issuer cap 1 2000000.00 --dir issuer",
        "hiercash-issuer banks --dir issuer --json",
        "hiercash-issuer watch --dir issuer",
        "hiercash-issuer rotate coin --dir issuer",
        "hiercash-issuer revoke bank 1 --dir issuer",
        "hiercash-issuer enrol bank new.request --bank 1 --dir issuer > new.grant",
        "hiercash-issuer clock accept --dir issuer",
        "hiercash-issuer status --dir issuer --json")
    {
        InitVerb.Make(), ServeVerb.Make(), EnrolVerb.Make(), StatusVerb.Make(), ParkedVerb.Make(), AuditVerb.Make(), BanksVerb.Make(),
        CapVerb.Make(), WatchVerb.Make(), ExplainVerb.Make(), AlarmsVerb.Make(), RotateVerb.Make(), TillsVerb.Make(), RevokeVerb.Make(),
        ClockVerb.Make(), RecoverVerb.Make(),
    };
}
