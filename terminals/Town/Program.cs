namespace HierCash.Town;

/// <summary>hiercash-town.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ConsoleEntry.Run(Root(), args);

    internal static ConsoleRoot Root()
    {
        var root = new ConsoleRoot(
            "A whole town of hierarchical electronic cash in one process: issuer, two banks, a shop, cards. Without a verb it tells the "
                + "story.",
            "hiercash-town",
            "hiercash-town demo --json         the same as figures",
            "hiercash-town demo --seed 42      the same bytes each time, but for the seconds that it took",
            "hiercash-town demo --dir .        keep databases and the evidence file in ./town",
            "hiercash-town demo --pcsc         the same through a PC/SC reader",
            "hiercash-town time --pcsc         how long payments take")
        {
            DemoVerb.Make(), TimeVerb.Make(),
        };
        root.SetAction(DemoVerb.Play);
        return root;
    }
}
