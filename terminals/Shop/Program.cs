namespace HierCash.Shop;

/// <summary>hiercash-shop.</summary>
internal static class Program
{
    private const string ForWhom = "the shop's bank";

    private static Task<int> Main(string[] args) => ConsoleEntry.Run(Root(), args);

    internal static ConsoleRoot Root() => new ConsoleRoot(
        "A shop's till for electronic cash: it takes payments offline, and settles them with the issuer later.",
        "hiercash-shop init --name \"Corner Cafe\" --dir cafe > cafe.request",
        "hiercash-shop join cafe.grant --fingerprint 5f3c... --dir cafe",
        "hiercash-shop pay 12.50 --reader emulator:alice.card --dir cafe",
        "hiercash-shop till --reader emulator:alice.card --dir cafe",
        "hiercash-shop settle --dir cafe",
        "hiercash-shop journal --dir cafe",
        "hiercash-shop refund 2026-11-23T10:15:00.000000Z --reader emulator:alice.card --dir cafe",
        "hiercash-shop cancel 2026-11-23T10:16:00.000000Z --reader emulator:alice.card --dir cafe    one that was never accepted",
        "hiercash-shop tickets ask --reader emulator:alice.card --dir cafe    the card went before its answer came",
        "hiercash-shop status --dir cafe --json",
        "hiercash-shop enrol-till second.request --dir cafe > second.vouched",
        "hiercash-shop settle --for cafe --dir second    what the revoked till of 'cafe' has queued")
    {
        InitVerb.Make(TillSession.Role, ForWhom, TillSession.Directory, ShopTill.Schema, ShopTill.RequestEnrolment, TillSession.Suite),
        RequestVerb.Make(TillSession.Role, ForWhom, TillSession.Directory, ShopTill.Schema, ShopTill.RequestEnrolment, TillSession.Suite),
        JoinVerb.Make(TillSession.Role, TillSession.Directory, ShopTill.Schema, ShopTill.Keys, TillSession.Suite, TimeProvider.System),
        EnrolTillVerb.Make(), PayVerb.Make(), TillVerb.Make(), StatusVerb.Make(), SettleVerb.Make(), JournalVerb.Make(),
        ExplainVerb.Make(), RefundVerb.Make(), TicketsVerb.Make(), CancelVerb.Make(), RecoverVerb.Make(), AnswerVerb.Make(),
        PolicyVerb.Make(),
    }.SayingAfterDiskFault("If a card was paying, 'hiercash-shop status' says what it has signed.");
}
