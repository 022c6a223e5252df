namespace HierCash.Issuer;

internal static class CapVerb
{
    public static Verb Make()
    {
        var bank = new Argument<string>("BANK") { Description = "The bank's number or name ('hiercash-issuer banks')." };
        var amount = new Argument<string>("AMOUNT")
        {
            Description = "Most cash that it may have outstanding from now on; 0 stops its issuing.",
        };
        var json = new JsonOption<CapJson>(IssuerJson.Default.CapJson);
        return new Verb("cap", "Sets how much cash a bank may have outstanding. It holds at once, also while 'serve' runs.",
            "hiercash-issuer cap 1 2000000.00 --dir issuer") { bank, amount, IssuerSession.Folder, json }.Does(given =>
        {
            using var open = IssuerSession.Open(given);
            var (registry, currency) = (open.Party.Registry, open.Currency);
            string named = given.GetValue(bank)!;
            var cap = CommonOptions.ReadTotal(given.GetValue(amount)!, currency);
            var found = registry.FindBank(named)
                ?? throw new RefusedException(Outcome.NotFound, $"There is no bank '{named}'. 'hiercash-issuer banks' lists them.");
            var set = registry.SetCap(found.Id, cap).OrRefuse();
            var outstanding = set.Circulation.Outstanding;
            json.PrintDone(given,
                new CapJson(set.Id.Value, set.Name, Money.Of(found.Cap, currency), Money.Of(set.Cap, currency),
                    Money.Of(outstanding, currency)),
                $"Bank {set.Id}, {set.Name}, may have {set.Cap.Show(currency)} outstanding, before it was {found.Cap.Show(currency)}; "
                    + $"now it has {outstanding.Show(currency)}."
                    + (outstanding > set.Cap ? " Nothing more is issued to it until that is below the cap." : ""));
        });
    }
}

internal sealed record CapJson(uint Id, string Name, Money Before, Money Cap, Money Outstanding);
