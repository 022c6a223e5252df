namespace HierCash.Bank;

internal static class DepositVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<DepositJson>(BankJson.Default.DepositJson);
        var name = new Argument<string>("NAME") { Description = "The holder's name." };
        var amount = new Argument<string>("AMOUNT") { Description = "Such as 100.00." };
        return new Verb("deposit", "Pays cash from the counter into an account.", "hiercash-bank deposit Alice 100.00 --dir north")
        {
            name, amount, BankSession.Folder, json,
        }.Does(given =>
        {
            using var open = BankSession.Open(given);
            var account = open.Account(given.GetValue(name)!);
            var booked = open.Party.Deposit(account.User, CommonOptions.ReadAmount(given.GetValue(amount)!, open.Currency),
                Timestamp.Now(TimeProvider.System).Microseconds).OrRefuse();
            var balance = open.Party.BalanceOf(booked.User);
            string replaced = booked.User == account.User ? ""
                : $"The card of '{account.Name}' was replaced: the cash is booked for the card that came after it. ";
            json.PrintDone(given, new DepositJson(booked.Name, Money.Of(balance, open.Currency)),
                $"{replaced}{booked.Name} has {balance.Show(open.Currency)}.");
        });
    }
}

internal sealed record DepositJson(string Name, Money Balance);
