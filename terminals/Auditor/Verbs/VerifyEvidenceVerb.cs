using System.CommandLine;
using System.Globalization;

namespace HierCash.Auditor;

/// <summary>hiercash-auditor verify-evidence.</summary>
internal static class VerifyEvidenceVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "The evidence file, as 'hiercash-bank evidence' wrote it." };
        var rebuttals = new Option<string[]>("--rebuttal")
        {
            Description = "What the accused shows against it, as 'hiercash-wallet rebut' kept it; may be given more than once.",
            HelpName = "FILE",
        };
        var answers = new Option<string[]>("--answer")
        {
            Description = "What a shop that was asked answers, as 'hiercash-shop answer' wrote it; may be given more than once.",
            HelpName = "FILE",
        };
        var silent = new Option<bool>("--shop-silent")
        {
            Description = "Your own word, which the verdict repeats: each shop was asked after the bank had seen S_W, had time to ask the "
                + "issuer, and shows no more than is given here.",
        };
        var reversals = new Option<string[]>("--reversal")
        {
            Description = "A file with the issuer's reversal, whoever brings it: a newer evidence file of this case, or a shop's answer; "
                + "may be given more than once.", HelpName = "FILE",
        };
        var revoked = new Option<string[]>("--revoked")
        {
            Description = "Your own word, from 'hiercash-issuer tills': since when a till's key is revoked, such as W=2026-11-23T10:15Z. "
                + "No answer by that key counts then, and no S_W that the bank heard later names its shop.",
            HelpName = "W=TIME",
        };
        var bankRevoked = new Option<string[]>("--bank-revoked")
        {
            Description = "Your own word, from 'hiercash-issuer banks': a key of the bank that was revoked, 8 hexadecimal digits; may be "
                + "given more than once. No stamp by it names a shop.",
            HelpName = "KEY",
        };
        var json = new JsonOption<VerifyEvidenceJson>(AuditorJson.Default.VerifyEvidenceJson);
        return new Verb("verify-evidence",
            "Checks an evidence file, with no database and no network, and names who has to answer. Exit code 0: the accusation stands.",
            "hiercash-auditor verify-evidence mallory.evidence --root north.grant",
            "hiercash-auditor verify-evidence mallory.evidence --rebuttal mallory.rebuttal --root north.grant")
        {
            file, rebuttals, answers, silent, reversals, revoked, bankRevoked, RootOption.Option, json,
        }.Does(given =>
        {
            var key = RootOption.Read(given);
            string name = given.GetValue(file)!;
            var evidence = Evidence.Decode(Read(name)) ?? throw new RefusedException(Outcome.Damaged,
                $"'{name}' is no evidence file, or it was altered. It proves nothing.");
            var shown = (given.GetValue(rebuttals) ?? [])
                .Select(r => Rebuttal.Decode(Read(r)) ?? throw new RefusedException(Outcome.Damaged,
                    $"'{r}' is no rebuttal, or it was altered.")).ToList();
            var said = (given.GetValue(answers) ?? [])
                .Select(a => ShopAnswer.Decode(Read(a)) ?? throw new RefusedException(Outcome.Damaged,
                    $"'{a}' is no shop's answer, or it was altered.")).ToList();
            var once = OnceSuite.Over(RootOption.Suite);
            var finding = evidence.Check(once, key, new Defence(shown, said, given.GetValue(silent))
            {
                Reversals = [.. (given.GetValue(reversals) ?? []).SelectMany(r => ReadReversals(r, Read(r)))],
                RevokedBankKeys = [.. (given.GetValue(bankRevoked) ?? []).Select(ReadKey)],
                Revoked = (given.GetValue(revoked) ?? []).Select(ReadRevoked).GroupBy(r => r.Till)
                    .ToDictionary(r => r.Key, r => r.Min(t => t.Since)),
            });
            var verdict = new VerifyEvidenceJson(finding.IsProven, JsonWord.Of(finding.Culprit), finding.Finding, null);
            if (!finding.IsSigned)
            {
                json.Print(given, verdict, $"{finding.Finding} Nothing in it is shown, because nothing in it is known to be true. "
                    + $"Check --root, and whether the file is whole.");
                return ExitCode.Refused;
            }

            bool[] stamped = [.. shown.Select(r => evidence.Beside(r).IsStampedBefore(once, key, evidence.Notice.Until))];
            json.Print(given,
                verdict with
                {
                    Evidence = new(finding.Name, finding.User.ToString(), Money.Of(finding.Spent, finding.Currency),
                        Money.Of(finding.FaceValue, finding.Currency), Money.Of(finding.Claimable, finding.Currency),
                        evidence.BankKey.Key.Id.ToString(), evidence.Date, evidence.Notice.Until, stamped),
                },
                string.Join(Environment.NewLine,
                    [
                        finding.Finding, $"The user was told on {evidence.Notice.Date}, and may rebut it before {evidence.Notice.Until}.",
                        .. stamped.Select((s, i) => s
                            ? $"Rebuttal {i + 1} was stamped in time."
                            : $"Rebuttal {i + 1} has no stamp from before that: it counts for who has to answer, and moves no claim."),
                        $"Who has to answer: {Say(finding.Culprit)}.",
                        $"Bank {evidence.BankKey.Holder} signed it with key {evidence.BankKey.Key.Id}.",
                        $"This is revision {evidence.Dossier.Header.Revision} of what was signed with that coin: a newer one may say more.",
                    ]));
            return finding.IsProven ? ExitCode.Done : ExitCode.Refused;
        });
    }

    private static byte[] Read(string file)
    {
        try
        {
            return GivenFile.ReadBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(Outcome.StorageFailed, $"The file '{file}' cannot be read. Check its name.");
        }
    }

    private static IEnumerable<(Reversal Reversal, IReadOnlyList<KeyCertificate> Keys)> ReadReversals(string name, byte[] bytes)
    {
        if (Evidence.Decode(bytes) is { Reversals.Count: > 0 } other)
        {
            IReadOnlyList<KeyCertificate> keys = [.. other.Dossier.Header.StatementKeys, .. other.FiledKeys];
            return other.Reversals.Select(r => (r, keys));
        }

        return ShopAnswer.Decode(bytes) is { Reversal: { } reversal, StatementKey: { } key } ? [(reversal, [key])]
            : throw new RefusedException(Outcome.Damaged,
                $"'{name}' holds no reversal. Give an evidence file or a shop's answer that does.");
    }

    private static KeyId ReadKey(string text) =>
        text.Length == 8 && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint id)
            ? new KeyId(id)
            : throw new UsageException(
                $"'{PlainText.Escape(text)}' is not a key. Give the 8 hexadecimal digits that 'hiercash-issuer banks' says.");

    private static (TillId Till, Timestamp Since) ReadRevoked(string text)
    {
        string[] parts = text.Split('=', 2);
        return parts.Length == 2 && TypedHex.Bytes(parts[0], Id16.Size) is { } till && Moment.Read(parts[1]) is { } time
            ? (new TillId(Id16.Read(till)), time)
            : throw new UsageException(
                $"'{PlainText.Escape(text)}' is not a till and a time. Give 32 hexadecimal digits, '=' and a time, such as "
                + "2026-11-23T10:15Z.");
    }

    private static string Say(Culprit culprit) =>
        culprit == Culprit.ShopToAnswer ? "the shop, once it was asked (--answer or --shop-silent)" : culprit.ToString();
}

/// <summary>What <c>verify-evidence --json</c> prints.</summary>
/// <param name="Culprit">Who has to answer: a <see cref="Culprit"/>.</param>
/// <param name="Evidence">Null where it is not signed: then nothing in it is known to be true.</param>
internal sealed record VerifyEvidenceJson(bool IsProven, string Culprit, string Finding, VerifyEvidenceJson.Signed? Evidence)
{
    /// <param name="Until">Before this moment the user may rebut it.</param>
    /// <param name="RebuttedInTime">Of each rebuttal that was given, whether it was stamped before that.</param>
    public sealed record Signed(
        string? Name, string Account, Money Spent, Money FaceValue, Money Claimable, string BankKey, JsonTime Date, JsonTime Until,
        IReadOnlyList<bool> RebuttedInTime);
}
