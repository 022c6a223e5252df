using System.Text.Json;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Consoles;

/// <summary>hiercash-auditor verify-evidence with all that is shown against an accusation: files, and no database.</summary>
[Parallelizable]
public sealed class VerifyEvidenceTests
{
    [Test, Rule(3), Rule(5)]
    public async Task RebuttalsAnswersAndSilenceChangeWhoHasToAnswer()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            using var town = Towns.Make();
            using var alice = town.User("Alice", 5000);
            string till = town.AddTill("Cafe");
            var (file, rebuttal, h) = await BlameTests.SettledAllTheSame(town, alice, till);
            using var statement = town.StatementKey;
            using var key = town.TillKey(till);
            using var bank = town.BankKey("bank-1");
            var stamped = rebuttal.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, file.Date), []);
            File.WriteAllBytes(Path.Combine(folder, "e"), file.Encode());
            File.WriteAllBytes(Path.Combine(folder, "r"), rebuttal.Encode());
            File.WriteAllBytes(Path.Combine(folder, "s"), stamped.Encode());
            File.WriteAllBytes(Path.Combine(folder, "nothing"), ShopAnswer.Sign(key, h.Id, file.Date, true, null, null).Encode());
            var reversal = Reversal.Sign(statement, new PartyId(1), h.Id, h.Paid, h.Paid, file.Date);
            File.WriteAllBytes(Path.Combine(folder, "good"),
                ShopAnswer.Sign(key, h.Id, file.Date, true, reversal, file.Dossier.Header.StatementKeys[0]).Encode());
            string root = Convert.ToHexString(town.Scheme.Root.Bytes);
            (int Code, string Culprit, string InTime) Verify(params string[] more)
            {
                var said = ConsoleProcess.Run(folder, "hiercash-auditor", ["verify-evidence", "e", "--root", root, "--json", .. more]);
                using var json = JsonDocument.Parse(said.Output);
                var shown = json.RootElement.GetProperty("evidence");
                Assert.That(shown.GetProperty("until").GetString(), Is.EqualTo(file.Notice.Until.ToString()));
                return (said.Code, json.RootElement.GetProperty("culprit").GetString()!,
                    shown.GetProperty("rebuttedInTime").ToString());
            }

            Assert.That(Verify(), Is.EqualTo((0, "user", "[]")));
            Assert.That(Verify("--rebuttal", "r"), Is.EqualTo((1, "shopToAnswer", "[false]")).Using<(int, string, string)>(Same));
            Assert.That(Verify("--rebuttal", "s", "--shop-silent"), Is.EqualTo((1, "shop", "[true]")).Using<(int, string, string)>(Same));
            Assert.That(Verify("--rebuttal", "r", "--answer", "nothing"),
                Is.EqualTo((1, "nobody", "[false]")).Using<(int, string, string)>(Same));
            Assert.That(Verify("--rebuttal", "s", "--answer", "nothing"),
                Is.EqualTo((1, "shop", "[true]")).Using<(int, string, string)>(Same));
            Assert.That(Verify("--rebuttal", "r", "--answer", "good", "--shop-silent"),
                Is.EqualTo((1, "nobody", "[false]")).Using<(int, string, string)>(Same));
            Assert.That(Verify("--rebuttal", "s", "--answer", "nothing", "--reversal", "good"),
                Is.EqualTo((1, "nobody", "[true]")).Using<(int, string, string)>(Same), "whoever brings it");
            Assert.That(Verify("--rebuttal", "s", "--answer", "nothing", "--shop-silent", "--revoked", $"{h.Till}={file.Date}"),
                Is.EqualTo((1, "nobody", "[true]")).Using<(int, string, string)>(Same));
            var later = $"{h.Till}={file.Date.Plus(TimeSpan.FromDays(1))}";
            Assert.That(Verify("--rebuttal", "s", "--answer", "nothing", "--revoked", later),
                Is.EqualTo((1, "shopToAnswer", "[true]")).Using<(int, string, string)>(Same), "its date is what the signer wrote");
            Assert.That(Verify("--rebuttal", "s", "--shop-silent", "--revoked", later),
                Is.EqualTo((1, "shop", "[true]")).Using<(int, string, string)>(Same));
            Assert.That(Verify("--rebuttal", "s", "--shop-silent", "--bank-revoked", file.BankKey.Key.Id.ToString()),
                Is.EqualTo((1, "nobody", "[true]")).Using<(int, string, string)>(Same));
            var none = ConsoleProcess.Run(folder, "hiercash-auditor", "verify-evidence", "e", "--root", root, "--reversal", "nothing");
            Assert.That((none.Code, none.Error.Contains("'nothing' holds no reversal", StringComparison.Ordinal)), Is.EqualTo((1, true)),
                none.Error);
            var unread = ConsoleProcess.Run(folder, "hiercash-auditor", "verify-evidence", "e", "--root", root, "--revoked", "x=yesterday");
            Assert.That((unread.Code, unread.Error.Contains("is not a till and a time", StringComparison.Ordinal)), Is.EqualTo((2, true)),
                unread.Error);
            Assert.That(ConsoleProcess.Run(folder, "hiercash-auditor", "verify-evidence", "e", "--root", root, "--answer", "r").Error,
                Does.Contain("'r' is no shop's answer"));
            var words = ConsoleProcess.Run(folder, "hiercash-auditor", "verify-evidence", "e", "--root", root, "--rebuttal", "s").Output;
            Assert.That(words, Does.Contain($"before {file.Notice.Until}").And.Contain("Rebuttal 1 was stamped in time.")
                .And.Contain("the shop, once it was asked"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// With another scheme's root nothing in the file is known to be true, and nothing of it is said: no name, no amount, no date.
    /// </summary>
    [Test, Rule(5)]
    public async Task WhatNobodySignedIsNotShown()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            using var town = Towns.Make();
            using var other = Towns.Make(seed: 2);
            var file = await town.Overspend();
            File.WriteAllBytes(Path.Combine(folder, "e"), file.Encode());
            string root = Convert.ToHexString(other.Scheme.Root.Bytes);
            var words = ConsoleProcess.Run(folder, "hiercash-auditor", "verify-evidence", "e", "--root", root);
            Assert.That((words.Code, words.Output.Trim()), Is.EqualTo((1,
                "The bank's certificate is not one of this scheme's root key. The file proves nothing. "
                    + "Nothing in it is shown, because nothing in it is known to be true. Check --root, and whether the file is whole.")));
            var json = ConsoleProcess.Run(folder, "hiercash-auditor", "verify-evidence", "e", "--root", root, "--json");
            Assert.That(json.Output, Does.Not.Contain(file.Name).And.Not.Contain(file.Order.User.ToString())
                .And.Not.Contain(file.Notice.Until.ToString()).And.Not.Contain("spent"));
            var known = ConsoleProcess.Run(folder, "hiercash-auditor", "verify-evidence", "e", "--root",
                Convert.ToHexString(town.Scheme.Root.Bytes));
            Assert.That((known.Code, known.Output.Contains(file.Name, StringComparison.Ordinal)), Is.EqualTo((0, true)),
                "with its own root it says who");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>JSON spells true with or without spaces and capitals: only what it says counts.</summary>
    private static bool Same((int Code, string Culprit, string InTime) a, (int Code, string Culprit, string InTime) b) =>
        a.Code == b.Code && a.Culprit == b.Culprit && string.Equals(
            a.InTime.Replace(" ", "", StringComparison.Ordinal), b.InTime.Replace(" ", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase);
}
