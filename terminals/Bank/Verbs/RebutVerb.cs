namespace HierCash.Bank;

internal static class RebutVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<HeardJson>(BankJson.Default.HeardJson);
        var coin = new Argument<string>("COIN") { Description = "The coin of the case, or the beginning of its number." };
        var file = new Argument<string>("FILE") { Description = "What the holder shows, as 'hiercash-wallet rebuttal' wrote it." };
        var output = new Option<string?>("--out")
        {
            Description = "Where to write the rebuttal with this bank's stamp, for its holder: it proves when it was shown. Also where "
                + "this bank has no such case, if COIN is the whole number.",
            HelpName = "FILE",
        };
        var verb = new Verb("rebut",
            "Hears the accused: if what is struck out leaves no excess, the case is closed. Exit code 1: the accusation stands.",
            "hiercash-bank rebut 83e16169 mallory.rebuttal --dir north") { coin, file, output, BankSession.Folder, json };
        verb.SetAction(async (given, cancel) =>
        {
            var (wanted, named, path) = (given.GetValue(coin)!, given.GetValue(file)!, given.GetValue(output));
            if (path is not null && File.Exists(path))
            {
                throw new RefusedException(Outcome.AlreadyExists,
                    $"'{path}' is there already. Choose another name, or take that file away first. Nothing was heard.");
            }

            using var open = BankSession.Open(given);
            Rebuttal Shown() => Rebuttal.Decode(GivenFile.ReadBytes(named))
                ?? throw new RefusedException(Outcome.Damaged, $"'{named}' is no rebuttal, or it was altered.");
            void Hand(CoinId? heard, Rebuttal shown)
            {
                if (path is not null)
                {
                    PrivateFile.WriteOnce(path, open.Party.Stamped(heard, shown).Kept().Encode());
                }
            }

            var found = open.Case(wanted);
            if (found.Refused is { } none && path is not null && wanted.Length == 2 * Digest.Size)
            {
                // Of a whole number: of a beginning nobody knows whether it is mistyped.
                Hand(null, Shown());
                throw new RefusedException(
                    none.Outcome, $"{none.Sentence} '{path}' holds what was shown with this bank's stamp, as a witness.");
            }

            // Its stamps are over all of it. Without any, what speaks of other coins is left out: the bank learns nothing of those.
            var about = found.OrRefuse().Dossier.Coin;
            var rebuttal = Shown();
            if (rebuttal.Voids.Count + rebuttal.Dead.Count > 0 && rebuttal.About(about) is { Voids.Count: 0, Dead.Count: 0 })
            {
                Hand(null, rebuttal);
                throw new RefusedException(Outcome.RuleBroken, $"'{named}' says nothing of coin {about.ToString()[..16]}: nothing of it "
                    + $"was heard. 'hiercash-bank evidence' lists the cases.");
            }

            rebuttal = rebuttal.Stamps.Count == 0 ? rebuttal.About(about) : rebuttal;
            var finding = (await open.Party.Rebut(about, rebuttal, cancel)).OrRefuse();
            Hand(about, rebuttal);
            var after = open.Party.Cases.Single(c => c.File.Dossier.Coin == about);
            json.PrintDone(
                given,
                new HeardJson(finding.IsProven, JsonWord.Of(finding.Culprit), finding.Finding, JsonWord.Of(after.Verdict), after.Fell),
                "The rebuttal was heard. " + (finding.IsProven ? $"The accusation stands: {finding.Finding}"
                    : $"{finding.Finding} The case: {after.Say}"));
            return finding.IsProven ? ExitCode.Refused : ExitCode.Done;
        });
        return verb;
    }
}

/// <param name="Culprit">Who has to answer by the evidence alone.</param>
/// <param name="Verdict">See <see cref="CaseView.Verdict"/>.</param>
internal sealed record HeardJson(bool IsProven, string Culprit, string Finding, string Verdict, JsonTime? Fell);
