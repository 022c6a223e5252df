using static HierCash.Bank.BankSession;

namespace HierCash.Bank;

/// <summary>hiercash-bank.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ConsoleEntry.Run(Root(), args);

    internal static ConsoleRoot Root() => new(
        "A bank in hierarchical electronic cash: accounts, withdrawals, clearing. It never gets to know where its customers pay.",
        "hiercash-bank init --name \"North Bank\" --dir north > north.request",
        "hiercash-bank join north.grant --fingerprint 5f3c... --dir north",
        "hiercash-bank serve --dir north",
        "hiercash-bank open-account Alice --letter alice.letter --reader emulator:alice.card --dir north",
        "hiercash-bank deposit Alice 100.00 --dir north",
        "hiercash-bank enrol-shop cafe.request --dir north > cafe.vouched",
        "hiercash-bank status --dir north")
    {
        InitVerb.Make(Role, "the issuer", Folder, BankParty.Schema, BankParty.RequestEnrolment, Suite),
        RequestVerb.Make(Role, "the issuer", Folder, BankParty.Schema, BankParty.RequestEnrolment, Suite),
        JoinVerb.Make(Role, Folder, BankParty.Schema, BankParty.Keys, Suite, TimeProvider.System),
        ServeVerb.Make(), OpenAccountVerb.Make(), SetBackVerb.Make(), ReplaceCardVerb.Make(), DepositVerb.Make(), AccountsVerb.Make(),
        StatementVerb.Make(), EnrolShopVerb.Make(), NewKeyVerb.Make(), StatusVerb.Make(), AuditVerb.Make(), EvidenceVerb.Make(),
        RebutVerb.Make(), LostVerb.Make(), ExplainVerb.Make(), CirculationVerb.Make(), ParkedVerb.Make(), AlarmsVerb.Make(),
        RecoverVerb.Make(),
    };
}
