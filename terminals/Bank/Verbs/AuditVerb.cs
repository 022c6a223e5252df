namespace HierCash.Bank;

internal static class AuditVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<BankAuditJson>(BankJson.Default.BankAuditJson);
        return new Verb("audit", "Recomputes the bank's invariants. Exit code 1: one is broken.", "hiercash-bank audit --dir north")
        {
            BankSession.Folder, json,
        }.Does(given =>
        {
            using var open = BankSession.Open(given, wasUsed: true);
            var (party, currency) = (open.Party, open.Currency);
            var damages = open.Store.Damages();
            var findings = damages.Count > 0 ? damages : party.Audit.Run();
            var behind = party.Behind;
            var debts = party.Audit.ShopDebts;
            var contradictions = party.Contradictions;
            IEnumerable<string> notes =
            [
                AuditView.Say(findings, behind is null ? null : "Stop 'serve' and run 'hiercash-bank recover'."),
                .. debts.Select(d => $"{d.Shop} owes this bank {d.Owed.Show(currency)}, for payments that were taken back."),
                .. party.Disbelieved is { } doubt ? [$"The issuer says that this database is an older copy, since {doubt}, and is not "
                    + $"believed. {Agreement.NameLostKey}"] : Array.Empty<string>(),
                .. contradictions.Select(c => $"The issuer's statement {c.Refused.Number}, dated {c.Refused.Date}, contradicts what it "
                    + $"said before. Both are kept: '--json' shows them."),
            ];
            bool isOk = findings.Count == 0 && behind is null;
            json.Print(
                given,
                new BankAuditJson(
                    isOk, findings, behind, party.Disbelieved, [.. debts.Select(d => new ShopDebtJson(d.Shop, Money.Of(d.Owed, currency)))],
                    [
                        .. contradictions.Select(c => new ContradictionJson(c.Refused.Number, Convert.ToHexString(c.Refused.Encode()),
                            c.Kept is null ? null : Convert.ToHexString(c.Kept.Encode()))),
                    ]),
                string.Join(Environment.NewLine, notes));
            return isOk ? ExitCode.Done : ExitCode.Refused;
        });
    }
}

/// <param name="Findings">A sentence for each invariant that is broken.</param>
internal sealed record BankAuditJson(
    bool Ok, IReadOnlyList<string> Findings, JsonTime? Behind, JsonTime? Disbelieved, IReadOnlyList<ShopDebtJson> ShopDebts,
    IReadOnlyList<ContradictionJson> Contradictions);

internal sealed record ShopDebtJson(string Shop, Money Owed);

/// <param name="Refused">The statement of circulation that contradicts, in hexadecimal digits.</param>
/// <param name="Kept">The one that it contradicts.</param>
internal sealed record ContradictionJson(ulong Number, string Refused, string? Kept);
