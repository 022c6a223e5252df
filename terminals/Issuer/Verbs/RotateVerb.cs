namespace HierCash.Issuer;

internal static class RotateVerb
{
    public static Verb Make()
    {
        var usage = new Argument<string>("KEY") { Description = "coin (PS_I), encryption (PE_I) or statement." };
        usage.AcceptOnlyFromAmong("coin", "encryption", "statement");
        var json = new JsonOption<RotateJson>(IssuerJson.Default.RotateJson);
        return new Verb("rotate", "Makes a new key. What the old one signed stays good, and what was enciphered to it can still be "
            + "opened. A 'serve' that runs takes it at once.", "hiercash-issuer rotate coin --dir issuer")
        {
            usage, IssuerSession.Folder, json,
        }.Does(given =>
        {
            using var open = IssuerSession.Open(given);
            string named = given.GetValue(usage)!;
            var key = open.Party.Rotate(named switch
            {
                "coin" => KeyUsage.IssuerCoin, "encryption" => KeyUsage.IssuerEncryption, _ => KeyUsage.IssuerStatement,
            }).OrRefuse().Key.Id;
            json.PrintDone(given, new RotateJson(named, key.ToString()),
                $"Key {key} is the new {named} key. Banks and shops fetch its certificate when they visit next.");
        });
    }
}

internal sealed record RotateJson(string Usage, string Key);
