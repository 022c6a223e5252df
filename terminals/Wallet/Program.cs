using HierCash.Terminals.Consoles;

namespace HierCash.Wallet;

/// <summary>hiercash-wallet.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ConsoleEntry.Run(Root(), args);

    internal static ConsoleRoot Root() => new(
        "A user's terminal for a wallet card. It trusts what the card trusts. DIR/wallet.db keeps what it has begun and what the card may "
            + "forget.",
        "hiercash-wallet activate --letter alice.letter --reader emulator:alice.card",
        "hiercash-wallet withdraw 50.00 --reader emulator:alice.card",
        "hiercash-wallet withdraw 20.00 --same-key 0 --reader emulator:alice.card    a further coin under the key of the one in slot 0",
        "hiercash-wallet balance --reader emulator:alice.card",
        "hiercash-wallet log --reader emulator:alice.card --json",
        "hiercash-wallet status --reader emulator:alice.card    what waits, and what ends it",
        "hiercash-wallet pin change --reader emulator:alice.card",
        "hiercash-wallet redeem --reader emulator:alice.card",
        "hiercash-wallet lost-report alice.lost --reader emulator:alice.card",
        "hiercash-wallet explain --reader emulator:alice.card",
        "hiercash-wallet keep --reader emulator:alice.card    what the card may forget, and what rebuts an accusation",
        "hiercash-wallet notices --reader emulator:alice.card",
        "hiercash-wallet rebut --reader emulator:alice.card",
        "hiercash-wallet report-lost alice.lost --fingerprint 5f3c...    when the card is gone")
    {
        WithdrawVerb.Make(), ResumeVerb.Make(), BalanceVerb.Make(), LogVerb.Make(), StatusVerb.Make(), ActivateVerb.Make(), PinVerb.Make(),
        KeepVerb.Make(), RedeemVerb.Make(), RenewVerb.Make(), RecoverVerb.Make(), ExplainVerb.Make(),
        RebuttalVerb.Make(), LostReportVerb.Make(), ReportLostVerb.Make(), NoticesVerb.Make(), RebutVerb.Make(),
    };
}
