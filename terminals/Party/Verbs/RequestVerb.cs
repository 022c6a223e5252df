namespace HierCash.Terminals;

/// <summary>request of a bank or shop.</summary>
public static class RequestVerb
{
    /// <summary>Prints the request of a party that is there: the same key asks again.</summary>
    /// <param name="forWhom">Who takes the request.</param>
    public static Verb Make(
        string role, string forWhom, Option<string> folder, Schema schema, RequestEnrolment request, ICashSuite suite) =>
        new Verb("request", $"Prints the {role}'s request for {forWhom} again, as 'init' did.",
            $"hiercash-{role} request --dir {role} > {role}.request") { folder }
        .Does(given => Print(role, given.GetValue(folder)!, schema, request, suite));

    internal static void Print(string role, string folder, Schema schema, RequestEnrolment request, ICashSuite suite)
    {
        var party = PartyFolder<EnrolledSettings>.Open(folder, role);
        using var store = Database.OpenFile(party.DatabasePath, schema);
        ConsoleEntry.PrintToCarry(
            Armor.Write(Armor.Request, request(store, suite, party.Settings.Name).Encode()), $"The {role} is made, and its request",
            $"'hiercash-{role} request --dir {folder}'");
    }
}
