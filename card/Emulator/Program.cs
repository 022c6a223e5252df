using HierCash.Protocol.Suite;

namespace HierCash.Card.Emulator;

/// <summary>hiercash-card.</summary>
internal static class Program
{
    public static readonly BclSuite Suite = new();

    private static Task<int> Main(string[] args) => ConsoleEntry.Run(Root(), args);

    internal static ConsoleRoot Root() => new(
        "Card images: wallet cards in files, in readers, and under traces of APDUs.",
        "hiercash-card new alice.card",
        "hiercash-card info alice.card --json",
        "hiercash-card readers",
        "hiercash-card insert alice.card            put it into a PC/SC reader",
        "hiercash-card apdu run apdu-spec/traces    check a card against the specification",
        "hiercash-card profile                      how long commercial cards would take")
    {
        NewVerb.Make(), InfoVerb.Make(), ReadersVerb.Make(), InsertVerb.Make(), ApduVerb.Make(), MemoryVerb.Make(), ProfileVerb.Make(),
    };
}
