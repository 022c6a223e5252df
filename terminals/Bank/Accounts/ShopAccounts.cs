using System.Globalization;
using System.Text;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>
/// Accounts of shops. Each is named by its reference; a name is what people read, and two shops may have the same (rule R18): whoever asks under a name that is
/// known gets an account of their own.
/// </summary>
internal sealed class ShopAccounts(PartyId bank, Database store)
{
    /// <summary>With their balances in minor units, by name.</summary>
    public List<(string Name, Digest Account, long Balance)> All => store.Read(db => db.Query(
        """
        SELECT s.name, s.reference, coalesce(l.balance, 0) FROM shop_account s LEFT JOIN ledger_account l ON l.kind = 'shop' AND l.owner = s.reference
        ORDER BY s.name, s.reference
        """,
        r => (r.GetString(0), Digest.Read(r.Bytes(1)), r.GetInt64(2))));

    /// <summary>The number goes before names: anybody may take a name that looks like another's number (rule R18).</summary>
    public List<(string Name, Digest Account, long Balance)> Find(string named)
    {
        bool isId = named.Length >= 4 && named.All(char.IsAsciiHexDigit);
        var byNumber = All.FindAll(s => isId && s.Account.ToString().StartsWith(named, StringComparison.OrdinalIgnoreCase));
        var byName = All.FindAll(s => s.Name == named);
        var found = byNumber.Count > 0 ? byNumber : byName;
        Switches.Replace("R18 before names", ref found, [.. byNumber.Union(byName)]);
        return found;
    }

    /// <summary>A new account; or the one for which this bank has signed this till's request before.</summary>
    /// <param name="till">N_W of the request; null: opened at the counter.</param>
    /// <exception cref="InvalidOperationException">No name that can be shown.</exception>
    public Digest Open(string name, PublicKey? till)
    {
        if (PlainText.NameFault(name, EnrolmentRequest.MaxNameSize) is { } fault)
        {
            throw new InvalidOperationException(fault);
        }

        return store.Write(db =>
        {
            var key = till?.Bytes.ToArray();
            var opened = key is null ? null : db.First("SELECT reference FROM shop_till WHERE till_key = $1", r => r.Bytes(0), key);
            Switches.Replace("R18 account", ref opened, opened ?? (key is null ? null : db.First("SELECT reference FROM shop_account WHERE name = $1 LIMIT 1", r => r.Bytes(0), name)));
            if (opened is not null)
            {
                return Digest.Read(opened);
            }

            long others = db.Number("SELECT count(*) FROM shop_account WHERE name = $1", name);

            // The zero byte is in no name: no shop's name makes another's reference.
            string numbered = others == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"\0{others + 1}");
            var reference = Digest.Of(Encoding.UTF8.GetBytes($"shop account {bank} {name}{numbered}"));
            db.Execute("INSERT INTO shop_account(reference, name) VALUES($1, $2)", reference.ToArray(), name);
            if (key is not null)
            {
                Keep(db, key, reference);
            }

            return reference;
        });
    }

    /// <summary>The account that a person has named for this till. When its request is signed again, that account is meant, also if nobody names it then.</summary>
    /// <param name="till">N_W of the request.</param>
    /// <exception cref="InvalidOperationException">There is no such account.</exception>
    public Digest Known(Digest account, PublicKey till) => store.Write(db =>
    {
        if (db.Number("SELECT count(*) FROM shop_account WHERE reference = $1", account.ToArray()) == 0)
        {
            throw new InvalidOperationException("There is no such shop account at this bank. 'hiercash-bank accounts' lists them.");
        }

        Keep(db, till.Bytes.ToArray(), account);
        return account;
    });

    private static void Keep(IWriteTransaction db, byte[] till, Digest account)
    {
        bool keeps = true;
        Switches.Off("R18 same account", ref keeps);
        if (keeps)
        {
            db.Execute("INSERT OR REPLACE INTO shop_till(till_key, reference) VALUES($1, $2)", till, account.ToArray());
        }
    }

    public List<(Timestamp Date, string Kind, long Change)> Statement(Digest account) => store.Read(db => db.Query(
        """
        SELECT t.date, t.kind, e.amount FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx JOIN ledger_account a ON a.id = e.account
        WHERE a.kind = 'shop' AND a.owner = $1 ORDER BY t.id
        """,
        r => (Timestamp.FromLedger(r.GetInt64(0)), r.GetString(1), r.GetInt64(2)), account.ToArray()));
}
