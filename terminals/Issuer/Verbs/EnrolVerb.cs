namespace HierCash.Issuer;

internal static class EnrolVerb
{
    private const string DefaultCap = "1000000";

    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "The request; - reads standard input." };
        var cap = new Option<string?>("--cap")
        {
            Description = $"Most cash that the bank may have outstanding; not given, a new bank gets {DefaultCap}. 'cap' changes it later.",
            HelpName = "AMOUNT",
        };
        var number = new Option<uint?>("--bank")
        {
            Description = "The number of a bank whose key was revoked: the request brings its new key. Be sure that the request is that "
                + "bank's.",
            HelpName = "NUMBER",
            CustomParser = r => CommonOptions.ReadId(r, "bank's number"),
        };
        var bank = new Verb("bank", "Enrols a bank, or takes its next key ('hiercash-bank new-key'); prints the grant.",
            "hiercash-issuer enrol bank bank.request --cap 1000000.00 --dir issuer > bank.grant",
            "hiercash-issuer enrol bank new.request --bank 1 --dir issuer > new.grant") { file, cap, number, IssuerSession.Folder };
        var shop = new Verb("shop", "Enrols a shop's till for which its bank, or another till of the shop, has signed; prints its grant.",
            "hiercash-issuer enrol shop cafe.vouched --dir issuer > cafe.grant") { file, IssuerSession.Folder };
        bank.SetAction(given => Enrol(given, given.GetValue(file)!, EnrolmentRole.Bank, given.GetValue(cap), given.GetValue(number)));
        shop.SetAction(given => Enrol(given, given.GetValue(file)!, EnrolmentRole.Shop, null, null));
        return new Verb("enrol", "Takes a bank or a shop into the scheme.", [.. bank.Examples, .. shop.Examples]) { bank, shop };
    }

    private static void Enrol(ParseResult given, string file, EnrolmentRole role, string? cap, uint? number)
    {
        using var open = IssuerSession.Open(given);
        Amount? typed = cap is null ? null : CommonOptions.ReadTotal(cap, open.Currency);
        var request = CarriedFile.Request(file);
        if (request.Role != role)
        {
            string other = request.Role.ToString().ToLowerInvariant();
            throw new RefusedException(Outcome.Damaged, $"'{file}' is the request of a {other}. Use 'enrol {other}'.");
        }

        PartyId? bank = number is { } n ? new PartyId(n) : null;
        var limit = typed ?? open.Party.Registry.BankOf(request, bank)?.Cap ?? CommonOptions.ReadAmount(DefaultCap, open.Currency);
        ConsoleEntry.PrintToCarry(Armor.Write(Armor.Grant, open.Party.Enrol(request, limit, bank).OrRefuse().Encode()),
            "It is enrolled, and its grant", "The same call");
    }
}
