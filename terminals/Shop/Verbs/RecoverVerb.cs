namespace HierCash.Shop;

internal static class RecoverVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<RecoverJson>(ShopJson.Default.RecoverJson);
        return new Verb("recover",
            "After a restore from an older copy: gets back from the issuer what this till had submitted, and goes on.",
            "hiercash-shop recover --dir cafe") { TillSession.Directory, json }.Does(async (given, cancel) =>
        {
            using var open = TillSession.Open(given, sells: true, settles: true);
            var done = await open.Till.Recover(open.Issuer, cancel).OrRefuse();
            json.PrintDone(
                given,
                new RecoverJson(done.Payments, open.Money(done.Total), done.TakenBack),
                $"This till knows again {Counted.Say(done.Payments, "payment")} of {open.Show(done.Total)} in all that it had submitted. "
                    + "Only the customers' cards know what it took since the copy and had not sent, and what it gave back offline: whoever "
                    + "shows such a payment in a wallet gets it settled or back.");
        });
    }
}

/// <summary>What <c>recover --json</c> prints.</summary>
/// <param name="Payments">How many this till knows again.</param>
/// <param name="TakenBack">How many of all that it had submitted were taken back.</param>
internal sealed record RecoverJson(int Payments, Money Total, int TakenBack);
