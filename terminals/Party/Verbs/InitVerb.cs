namespace HierCash.Terminals;

/// <summary>init of a bank or shop.</summary>
public static class InitVerb
{
    /// <summary>Makes the party's folder, and prints its request.</summary>
    /// <param name="forWhom">Who takes the request.</param>
    public static Verb Make(string role, string forWhom, Option<string> folder, Schema schema, RequestEnrolment request, ICashSuite suite)
    {
        var name = new Option<string>("--name") { Description = $"The {role}'s name.", Required = true, HelpName = "NAME" };
        return new Verb("init", $"Makes a new {role}; prints its request for {forWhom}.",
            $"hiercash-{role} init --name \"My {role}\" --dir {role} > {role}.request") { folder, name }.Does(given =>
        {
            string called = given.GetValue(name)!;
            if (PlainText.NameFault(called, EnrolmentRequest.MaxNameSize) is { } fault)
            {
                throw new UsageException(fault);
            }

            PartyFolder<EnrolledSettings>.Create(
                given.GetValue(folder)!, role, new EnrolledSettings(called, null, "127.0.0.1", CommonOptions.IssuerPort), schema);
            RequestVerb.Print(role, given.GetValue(folder)!, schema, request, suite);
        });
    }
}
