using System.Text;
using HierCash.Oracle;

namespace HierCash.Tests.Cheating;

/// <summary>
/// What no party may know of another (protocol: Parties): looked for in stores, logs and messages, before and after everything is
/// forgotten.
/// </summary>
internal sealed partial class CheatTown
{
    /// <summary>Shorter names stand in any random bytes.</summary>
    private const int ShortestName = 5;

    /// <summary>Of coins and tills at the banks, of accounts at the issuer and at tills: the list of SecretTests.</summary>
    private void Secrets(Observation seen)
    {
        var scan = new PrivacyScan(World);
        foreach (var bank in World.Banks)
        {
            Look(seen, scan, bank.Name, [.. OfCoins(), .. OfTills()]);
        }

        foreach (string party in Shops.Where(s => !s.Cheats).Select(s => s.Till).Prepend(SimulatedTown.IssuerName))
        {
            Look(seen, scan, party, OfAccounts());
        }
    }

    private static void Look(Observation seen, PrivacyScan scan, string party,
        List<((string What, string Owner) Secret, byte[] Bytes)> secrets) =>
        seen.Secrets.AddRange(scan.FindAny(party, secrets).Select(s => new Seen(party, s.What, s.Owner)));

    private List<((string What, string Owner) Secret, byte[] Bytes)> OfCoins()
    {
        var secrets = new List<((string, string), byte[])>();
        foreach (var (holder, coin) in _coinsTold.Values)
        {
            secrets.Add((("N_U", holder.Name), coin.NU[1..]));
            secrets.Add((("S_I", holder.Name), coin.SI));

            // An issuer that lies may name a coin to a bank in a claim.
            if (!Has(CheatKind.Issuer))
            {
                secrets.Add((("the coin id", holder.Name), coin.Id.Value.ToArray()));
            }
        }

        return secrets;
    }

    private IEnumerable<((string What, string Owner) Secret, byte[] Bytes)> OfTills() =>
        Shops.Select(s => (("W", s.Name), World.Till(s.Till).W.Value.ToArray()));

    private List<((string What, string Owner) Secret, byte[] Bytes)> OfAccounts()
    {
        var secrets = new List<((string, string), byte[])>();
        foreach (var account in World.UserBank.Accounts)
        {
            secrets.Add((("U", account.Name), account.User.Value.ToArray()));
            secrets.Add((("the account key", account.Name), account.Key.X.ToArray()));
            if (account.Name.Length >= ShortestName)
            {
                secrets.Add((("the name", account.Name), Encoding.UTF8.GetBytes(account.Name)));
            }
        }

        return secrets;
    }

    /// <summary>That nothing is found says something only where the same scan finds what is there.</summary>
    private void Control()
    {
        var scan = new PrivacyScan(World);
        Must(scan, "bank-1", OfAccounts());
        foreach (var shop in Shops.Where(s => !s.Cheats))
        {
            Must(scan, shop.Till, [.. OfTills().Where(t => t.Secret.Owner == shop.Name)]);
        }

        // What a till has settled went over the issuer's wire, coin and all.
        if (_coinsTold.Values.LastOrDefault(c => _coinsSettled.Contains(c.Coin.Id.ToString())) is { Coin: { } coin, Holder: { } holder })
        {
            Must(scan, SimulatedTown.IssuerName, [(("N_U", holder.Name), coin.NU[1..]), (("S_I", holder.Name), coin.SI)]);
        }
    }

    private static void Must(PrivacyScan scan, string party, List<((string What, string Owner) Secret, byte[] Bytes)> there)
    {
        var found = scan.FindAny(party, there).ToHashSet();
        if (there.Find(t => !found.Contains(t.Secret)) is { Bytes: not null } missed)
        {
            throw new InvalidOperationException(
                $"The scan does not find {missed.Secret.What} of {missed.Secret.Owner} in {party}, where it is: its silence says nothing.");
        }
    }
}
