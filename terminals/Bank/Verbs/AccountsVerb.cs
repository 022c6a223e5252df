namespace HierCash.Bank;

internal static class AccountsVerb
{
    public static Verb Make() => BankSession.Looks(
        "accounts", "Lists users and shops with their balances.", BankJson.Default.AccountsJson, open =>
        {
            var currency = open.Currency;
            var users = open.Party.Accounts.Select(a => (a.Name, a.User, Balance: open.Party.BalanceOf(a.User))).ToList();
            var shops = open.Party.ShopAccounts;
            return (
                new AccountsJson(
                    [.. users.Select(u => new AccountJson(u.Name, u.User.ToString(), Money.Of(u.Balance, currency)))],
                    [.. shops.Select(s => new AccountJson(s.Name, s.Account.ToString(), Money.Of(s.Balance, currency)))]),
                string.Join(Environment.NewLine, users.Select(u => $"user  {u.Name}: {u.Balance.Show(currency)}")
                    .Concat(shops.Select(s => $"shop  {s.Name}: {Signed(s.Balance, currency)}, account {BankSession.Short(s.Account)}"))
                    .DefaultIfEmpty("There are no accounts.")));
        });

    /// <summary>A shop that had to give back more than it had owes the bank.</summary>
    public static string Signed(long balance, Currency currency) =>
        $"{(balance < 0 ? "owes " : "")}{new Amount((ulong)Math.Abs(balance)).Show(currency)}";
}

internal sealed record AccountsJson(IReadOnlyList<AccountJson> Users, IReadOnlyList<AccountJson> Shops);

/// <param name="Account">U of a user, or the reference of a shop's account.</param>
internal sealed record AccountJson(string Name, string Account, Money Balance);
