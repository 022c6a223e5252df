using System.Globalization;
using System.Text;

namespace HierCash.Bank;

/// <summary>
/// Accounts of shops. Each is named by its reference; a name is what people read, and two shops may have the same (rule R18): whoever asks
/// under a name that is known gets an account of their own.
/// </summary>
internal sealed class ShopAccounts(PartyId bank, Database store)
{
    /// <summary>With their balances in minor units, by name.</summary>
    public List<(string Name, Digest Account, long Balance)> All => store.Read(ShopAccountTable.All);

    /// <summary>The number goes before names: anybody may take a name that looks like another's number (rule R18).</summary>
    public List<(string Name, Digest Account, long Balance)> Find(string named)
    {
        bool isId = named.Length >= 4 && named.All(char.IsAsciiHexDigit);
        var byNumber = All.FindAll(s => isId && s.Account.ToString().StartsWith(named, StringComparison.OrdinalIgnoreCase));
        var byName = All.FindAll(s => s.Name == named);
        return byNumber.Count > 0 ? byNumber : byName;
    }

    /// <summary>A new account; or the one for which this bank has signed this till's request before.</summary>
    /// <param name="till">N_W of the request; null: opened at the counter.</param>
    public Result<Digest> Open(string name, PublicKey? till)
    {
        if (PlainText.NameFault(name, EnrolmentRequest.MaxNameSize) is { } fault)
        {
            return Refused.ByRule(fault);
        }

        return store.Write(db =>
        {
            var opened = till is null ? null : ShopTillTable.AccountOf(db, till);
            if (opened is { } known)
            {
                return known;
            }

            long others = ShopAccountTable.Namesakes(db, name);

            // The zero byte is in no name: no shop's name makes another's reference.
            string numbered = others == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"\0{others + 1}");
            var reference = Digest.Of(Encoding.UTF8.GetBytes($"shop account {bank} {name}{numbered}"));
            ShopAccountTable.Open(db, reference, name);
            if (till is not null)
            {
                Keep(db, till, reference);
            }

            return reference;
        });
    }

    /// <summary>The account that a person names for this till. Its request, signed again, is for that account too.</summary>
    public Result<Digest> Known(Digest account, PublicKey till) => store.Write<Result<Digest>>(db =>
    {
        if (ShopAccountTable.Name(db, account) is null)
        {
            return new Refused(Outcome.NotFound, "There is no such shop account at this bank. 'hiercash-bank accounts' lists them.");
        }

        Keep(db, till, account);
        return account;
    });

    private static void Keep(IWriteTransaction db, PublicKey till, Digest account) => ShopTillTable.Keep(db, till, account);
}
