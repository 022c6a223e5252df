namespace HierCash.Bank;

internal static class StatementVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<StatementJson>(BankJson.Default.StatementJson);
        var name = new Argument<string>("NAME") { Description = "The holder's name." };
        var shop = new Option<bool>("--shop") { Description = "NAME is a shop's, or the beginning of its account." };
        return new Verb("statement", "Lists an account's bookings.", "hiercash-bank statement Alice --dir north",
            "hiercash-bank statement Cafe --shop --dir south") { name, shop, BankSession.Folder, json }.Does(given =>
        {
            using var open = BankSession.Open(given);
            var currency = open.Currency;
            string holder = given.GetValue(name)!;
            var (lines, balance) = given.GetValue(shop) && open.ShopAccount(holder) is var account
                ? (open.Party.ShopStatement(account.Account), account.Balance)
                : (open.Party.Statement(open.Account(holder).User), open.Party.BalanceOf(open.Account(holder).User).ToLedger());
            json.Print(
                given,
                new StatementJson(holder, Money.Of(balance, currency),
                    [.. lines.Select(l => new BookingJson(l.Date, l.Kind, Money.Of(l.Change, currency)))]),
                string.Join(Environment.NewLine, lines.Select(
                    l => $"{l.Date}  {l.Kind,-20}  {(l.Change < 0 ? "-" : "+")}{new Amount((ulong)Math.Abs(l.Change)).Show(currency)}")
                    .Append($"Balance {AccountsVerb.Signed(balance, currency)}")));
        });
    }
}

internal sealed record StatementJson(string Name, Money Balance, IReadOnlyList<BookingJson> Bookings);

internal sealed record BookingJson(JsonTime Date, string Kind, Money Change);
