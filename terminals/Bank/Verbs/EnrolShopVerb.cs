namespace HierCash.Bank;

internal static class EnrolShopVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "The shop's request; - reads standard input." };
        var account = new Option<string?>("--account")
        {
            Description = "The account of a shop that is known here, whose further till this is ('hiercash-bank accounts'). See that it is "
                + "that shop which asks.",
            HelpName = "ACCOUNT",
        };
        return new Verb("enrol-shop", "Opens a new shop's account and signs its request; prints it for the issuer.",
            "hiercash-bank enrol-shop cafe.request --dir north > cafe.vouched") { file, account, BankSession.Folder }.Does(given =>
        {
            using var open = BankSession.Open(given);
            var request = CarriedFile.Request(given.GetValue(file)!);
            Digest? known = given.GetValue(account) is { } named ? open.ShopAccount(named).Account : null;
            var before = open.Party.ShopAccounts.Select(s => s.Account).ToHashSet();
            var vouched = open.Party.Vouch(request, known).OrRefuse();
            var reference = vouched.Account!.Reference;
            Console.Error.WriteLine($"{(before.Contains(reference) ? "The account" : "A new account")} {BankSession.Short(reference)} for "
                + $"the shop '{request.Name}'. Carry the signed request to the issuer.");
            ConsoleEntry.PrintToCarry(Armor.Write(Armor.Request, vouched.Encode()), "The account is there, and the signed request",
                "The same call");
        });
    }
}
