namespace HierCash.Bank;

internal static class EvidenceVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<EvidenceListJson>(BankJson.Default.EvidenceListJson);
        var coin = new Argument<string?>("COIN")
        {
            Description = "The coin of a case, or the beginning of its number. Without it, all cases are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string?>("--out")
        {
            Description = "Where to write the evidence file, for 'hiercash-auditor verify-evidence'.", HelpName = "FILE",
        };
        return new Verb("evidence",
            "Lists the cases of overspending that this bank found proven, and writes their evidence files.",
            "hiercash-bank evidence --dir north", "hiercash-bank evidence 83e16169 --out mallory.evidence --dir north")
        {
            coin, output, BankSession.Folder, json,
        }.Does(given =>
        {
            var (wanted, path) = (given.GetValue(coin), given.GetValue(output));
            if (wanted is null != path is null)
            {
                throw wanted is not null ? new UsageException("Name the file with --out.") : new UsageException(
                    "Name the case whose evidence is to be written: its COIN before --out. Without --out all cases are listed.");
            }

            using var open = BankSession.Open(given);
            if (wanted is null)
            {
                var cases = open.Party.Cases;
                json.Print(given, Json(cases, null), cases.Count == 0 ? "There are no cases." : string.Join(
                    Environment.NewLine, cases.Select(c => $"{c.File.Dossier.Coin}  {c.File.Name}: {c.Show(c.File.Order.Currency)}")));
                return;
            }

            var file = open.Case(wanted).OrRefuse();
            var said = Json(open.Party.Cases.Where(c => c.File.Dossier.Coin == file.Dossier.Coin), path);
            PrivateFile.WriteOnce(path!, file.Encode());
            json.PrintDone(given, said, $"'{path}' holds the evidence. Anyone checks it with hiercash-auditor verify-evidence.");
        });
    }

    private static EvidenceListJson Json(IEnumerable<CaseView> cases, string? path) => new(
        [
            .. cases.Select(c => (View: c, c.File, Currency: c.File.Order.Currency)).Select(c => new CaseJson(
                c.File.Dossier.Coin.ToString(), c.File.Dossier.Header.Revision, c.File.Name, c.File.Order.User.ToString(),
                Money.Of(c.File.Dossier.Spent, c.Currency), Money.Of(c.File.Order.FaceValue, c.Currency),
                Money.Of(c.File.Dossier.Guaranteed, c.Currency), c.File.Reversals.Count, c.File.Date, c.File.Notice.Date,
                c.File.Notice.Until, JsonWord.Of(c.View.Verdict), c.View.Fell, c.View.Finding.Finding, c.View.Heard,
                Money.Of(c.View.Claimed, c.Currency))),
        ],
        path);
}

/// <param name="Cases">All, or the one whose file was written.</param>
internal sealed record EvidenceListJson(IReadOnlyList<CaseJson> Cases, string? File);

/// <param name="Until">Its holder may rebut it before that.</param>
/// <param name="Verdict">See <see cref="CaseView.Verdict"/>.</param>
internal sealed record CaseJson(
    string Coin, uint Revision, string Name, string Account, Money Spent, Money FaceValue, Money Guaranteed, int Reversed, JsonTime Date,
    JsonTime Noticed, JsonTime Until, string Verdict, JsonTime? Fell, string Finding, int Rebuttals, Money Claimed);
