namespace HierCash.Issuer;

internal static class AuditVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<AuditJson>(IssuerJson.Default.AuditJson);
        return new Verb("audit", "Recomputes the issuer's invariants; exit code 1 if one is broken.",
            "hiercash-issuer audit --dir issuer") { IssuerSession.Folder, json }.Does(given =>
        {
            using var open = IssuerSession.Open(given, wasUsed: true);
            var damages = open.Store.Damages();
            var party = damages.Count > 0 ? null : open.Party;
            var findings = party?.Audit.Run() ?? damages;
            var borne = findings.Count == 0 ? party!.Audit.Borne : Amount.Zero;
            var behind = party?.Behind;
            string? recover = behind is null ? null
                : party!.Awaited is { Count: > 0 } awaited ? RecoverVerb.Explain(awaited)
                : "Stop 'serve', run 'hiercash-issuer recover', and serve again.";
            bool ok = findings.Count == 0 && behind is null;
            json.Print(given, new AuditJson(ok, findings, Money.Of(borne, open.Currency), behind), AuditView.Say(findings, recover)
                + (borne.IsZero ? "" : $" The issuer bears {borne.Show(open.Currency)}: coins that it had signed and forgotten with a "
                + $"copy paid that, and no bank gave them back."));
            return ok ? ExitCode.Done : ExitCode.Refused;
        });
    }
}

/// <param name="Borne">What coins paid that the issuer had signed and forgotten with a copy.</param>
internal sealed record AuditJson(bool Ok, IReadOnlyList<string> Findings, Money Borne, JsonTime? Behind);
