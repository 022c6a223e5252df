using Spectre.Console;

namespace HierCash.Shop;

internal static class TillVerb
{
    public static Verb Make()
    {
        var every = CommonOptions.Seconds("--settle", "Seconds between two settlements in the background.", 15);
        return new Verb("till", "Opens the cashier's full-screen mode: type an amount, take the card. It settles in the background.",
            "hiercash-shop till --reader emulator:alice.card --dir cafe")
        {
            CardOptions.Reader, every, CommonOptions.DespiteClock, TillSession.Directory,
        }.Does(async (given, cancel) =>
        {
            if (Console.IsInputRedirected || Console.IsOutputRedirected)
            {
                throw new UsageException("This command needs a terminal. Use 'hiercash-shop pay AMOUNT' in scripts.");
            }

            // The screen draws itself; what is foreign on it is escaped where it is drawn (rule R18).
            AnsiConsole.Console = TillScreen.ConsoleOn(ConsoleEntry.Terminal);
            using var open = TillSession.Open(given, isScreen: true, sells: true);
            var till = new TillConsole(open.Till, open.Grant.Name, open.Grant.Scheme, given.GetValue(CardOptions.Reader), TillSession.Suite,
                open.Issuer, TimeProvider.System, open.Folder.TryLockSettling);
            await till.Run(TimeSpan.FromSeconds(given.GetValue(every)), cancel);
            return ExitCode.Done;
        });
    }
}
