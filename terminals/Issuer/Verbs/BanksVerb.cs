namespace HierCash.Issuer;

internal static class BanksVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<BanksJson>(IssuerJson.Default.BanksJson);
        return new Verb("banks", "Lists banks with what was issued and what became of it, and the total of all.",
            "hiercash-issuer banks --dir issuer") { IssuerSession.Folder, json }.Does(given =>
        {
            using var open = IssuerSession.Open(given);
            var (registry, currency) = (open.Party.Registry, open.Currency);
            var banks = registry.Banks;
            var total = TotalCirculation.Of(banks);
            var lines = banks
                .Select(b => $"{b.Id}  {b.Name}: {b.Circulation.Show(currency)} of {b.Cap.Show(currency)}. "
                    + Keys(b, registry.RevokedKeys(b.Id)))
                .Append($"In all: {total.Circulation.Show(currency)} of {total.Caps.Show(currency)}");
            json.Print(given, BanksJson.Of(registry, currency),
                banks.Count == 0 ? "No bank is enrolled." : string.Join(Environment.NewLine, lines));
        });
    }

    /// <summary>For people.</summary>
    public static string Show(this Circulation c, Currency currency) => $"issued {c.Issued.Show(currency)}, settled "
        + $"{c.Settled.Show(currency)}, redeemed {c.Redeemed.Show(currency)}, returned {c.Returned.Show(currency)}, outstanding "
        + $"{c.Outstanding.Show(currency)}";

    private static string Keys(BankEntry bank, IReadOnlyList<KeyId> revoked) => revoked.Count == 0 ? $"Its key is {bank.Key.Id}."
        : revoked.Contains(bank.Key.Id) ? $"It has no key that is good; revoked: {string.Join(", ", revoked)}."
        : $"Its key is {bank.Key.Id}; revoked: {string.Join(", ", revoked)}.";
}

/// <summary>What <c>banks --json</c> and <c>watch --json</c> print.</summary>
internal sealed record BanksJson(IReadOnlyList<BankJson> Banks, CirculationJson Total)
{
    public static BanksJson Of(Registry registry, Currency currency)
    {
        var banks = registry.Banks;
        var total = TotalCirculation.Of(banks);
        return new(
            [.. banks.Select(b => new BankJson(
                b.Id.Value, b.Name, b.Key.Id.ToString(), [.. registry.RevokedKeys(b.Id).Select(k => k.ToString())],
                [.. registry.FormerKeys(b.Id).Select(k => Convert.ToHexString(k.Bytes))],
                CirculationJson.Of(b.Circulation, b.Cap, currency)))],
            CirculationJson.Of(total.Circulation, total.Caps, currency));
    }
}

/// <param name="FormerKeys">Whole keys, in hexadecimal.</param>
internal sealed record BankJson(
    uint Id, string Name, string Key, IReadOnlyList<string> RevokedKeys, IReadOnlyList<string> FormerKeys, CirculationJson Circulation);

/// <param name="Cap">Most that may be outstanding; of all banks, the sum of theirs.</param>
internal sealed record CirculationJson(Money Cap, Money Issued, Money Settled, Money Redeemed, Money Returned, Money Outstanding)
{
    public static CirculationJson Of(Circulation c, Amount cap, Currency currency)
    {
        Money Say(Amount amount) => Money.Of(amount, currency);
        return new(Say(cap), Say(c.Issued), Say(c.Settled), Say(c.Redeemed), Say(c.Returned), Say(c.Outstanding));
    }
}
