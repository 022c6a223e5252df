using System.Text.RegularExpressions;

namespace HierCash.Tests.Audits;

/// <summary>Corruptions by whoever has the keys. Each row says what the auditor has to say of it: no other check says that.</summary>
public sealed partial class AuditorTests
{
    /// <summary>Whose row is named, what is done, and what is said.</summary>
    private static readonly (string Name, string Books, string Table, string Says, Action<Forger> Do)[] Forgeries =
    [
        // Whose books, and what both sides have.
        ("another bank's instruction", "bank-1", "booked_transfer", "the issuer did not sign it for this bank",
            f => f.Sql("bank-1",
                "UPDATE booked_transfer SET transfer = (SELECT transfer FROM bank2.booked_transfer WHERE number = 1) WHERE number = 1")),
        ("another bank's statements", "bank-1", "audit_statement", "it is not signed by the issuer for this bank",
            f => f.Sql("bank-1", "DELETE FROM audit_statement; INSERT INTO audit_statement SELECT * FROM bank2.audit_statement")),
        ("another bank's statements where nobody withdrew", "bank-2", "audit_statement", "it is not signed by the issuer for this bank",
            f => f.Sql("bank-2", "DELETE FROM audit_statement; INSERT INTO audit_statement SELECT * FROM bank1.audit_statement")),
        ("a bank that forgot its own word", "bank-1", "position",
            "these books were restored from an older copy: the issuer has this bank's signed word",
            f => f.Sql("bank-1", "DELETE FROM position WHERE role = 2")),
        ("an issuer that forgot its own word", "issuer", "position",
            "these books were restored from an older copy: bank-1 has the issuer's signed word",
            f => f.Sql("issuer", "DELETE FROM position WHERE role = 1 AND bank = 1")),
        ("cash of no withdrawal", "bank-1", "withdrawal", "and the bank's books have no withdrawal of it", f =>
            f.Sql("bank-1", "DELETE FROM withdrawal WHERE rowid = 1")),
        ("an order for another bank", "bank-1", "withdrawal", "its columns are not what the user ordered", OrderForAnother),
        ("an order under another's number", "bank-1", "withdrawal", "its account has another withdrawal under order number", f =>
            Renumber(f, 1)),
        ("an order beyond the next", "bank-1", "withdrawal", "of an account whose orders are not known up to there", f => Renumber(f, 77)),
        ("a renunciation that its account did not sign", "bank-1", "renounced", "its account did not sign that order", f => f.Sql(
            "bank-1", "INSERT INTO renounced(u, number, word, shown, since) SELECT u, known + 1, randomblob(112), 0, 0 FROM account; "
                + "UPDATE account SET known = known + 1")),
        ("an order shown that its account did not sign", "bank-1", "renounced", "its account did not sign that order", f => f.Sql(
            "bank-1", "INSERT INTO renounced(u, number, word, shown, since) SELECT u, known + 1, randomblob(170), 1, 0 FROM account; "
                + "UPDATE account SET known = known + 1")),
        ("orders that nobody gave", "bank-1", "account", "the orders of all accounts that are known are", f =>
            f.Sql("bank-1", "UPDATE account SET known = known + 5")),
        ("books of no bank", "bank-2", "secret_key", "the issuer knows no bank with this key", f =>
            f.Sql("bank-2", "UPDATE secret_key SET secret = randomblob(32)")),
        ("an instruction in two versions", "bank-1", "booked_transfer", "the issuer's books do not have it for this bank", SecondVersion),
        ("a statement in two versions", "bank-1", "audit_statement", "what the bank was told no longer stands", SecondStatement),
        ("cash that nobody issued", "bank-1", "ledger_account", "and what the issuer has outstanding for this bank makes", f =>
            f.ForgetWhatNeverWas("bank-1", 500)),
        ("clearing that went elsewhere", "bank-1", "ledger_account", "and what the issuer instructed, less what is parked, makes", f =>
            f.ForgetWhereItWent("bank-1")),
        ("money that went back for cash", "bank-1", "withdrawal", "the money went back, and the issuer issued the cash",
            f => f.Sql("bank-1", "UPDATE withdrawal SET state = 'Reversed' WHERE rowid = 1")),

        // What was taken back (R4).
        ("a shop keeps what was taken back", "issuer", "history",
            "taken back as of a revoked till, and the key of its till was not revoked before",
            f => f.Sql("issuer", "UPDATE history SET credited = y, moved = 0 WHERE reversed IS NOT NULL")),
        ("a till that nobody revoked", "issuer", "history",
            "taken back as of a revoked till, and the key of its till was not revoked before",
            f => f.Sql("issuer", "UPDATE history SET by_revoked = 1 WHERE reversed IS NOT NULL")),
        ("a till that was revoked later", "issuer", "history",
            "taken back as of a revoked till, and the key of its till was not revoked before",
            f => f.Sql("issuer", "UPDATE history SET by_revoked = 1 WHERE reversed IS NOT NULL; UPDATE till SET revoked = $0",
                Timestamp.Now(f.Town.Clock).ToLedger())),
        ("a refused payment that is kept", "issuer", "history", "with verdict Cancelled, taken back",
            f => f.Sql("issuer", "UPDATE history SET by_revoked = 1, verdict = 10, credited = y, moved = 0 WHERE reversed IS NOT NULL; "
                + "UPDATE till SET revoked = 1")),

        // The issuer's rows, one by one.
        ("a submission of something else", "issuer", "history", "its till did not sign that it submitted it",
            f => f.Sql("issuer", "UPDATE history SET submission = (SELECT submission FROM history o WHERE o.shop NOT IN (0, history.shop) "
                + "LIMIT 1) WHERE id = 1")),
        ("an H that nobody can read", "issuer", "history", "its H or its receipt cannot be read", f =>
            f.Sql("issuer", "UPDATE history SET h = x'00' WHERE id = 1")),
        ("a coin of what was never issued", "issuer", "issuance", "a coin belongs to what was never issued",
            f => f.Sql("issuer", "UPDATE issuance SET ek = NULL, never_issued = x'00' WHERE ek IS NOT NULL")),
        ("more than X", "issuer", "inspection", "do not fit X", f =>
            f.Sql("issuer", "UPDATE inspection SET returned = x WHERE coin = (SELECT min(coin) FROM inspection)")),
        ("neither cash nor never", "issuer", "issuance", "it is neither cash nor \"never issued\", or both", f =>
            f.Sql("issuer", "UPDATE issuance SET never_issued = NULL")),
        ("another's \"never\"", "issuer", "issuance", "its \"never issued\" is not signed for this withdrawal", f =>
            f.Sql("issuer", "UPDATE issuance SET x = x + 1 WHERE never_issued IS NOT NULL")),
        ("promises and claims", "issuer", "claim_payment", "its promises do not make what was claimed", f =>
            f.Sql("issuer", "UPDATE claim_payment SET amount = amount + 1")),
        ("paid before it was claimed", "issuer", "claim_payment", "the shop was credited before the claim was booked",
            f => f.Sql("issuer",
                "UPDATE claim_payment SET paid = 1, number = (SELECT acknowledged + 1 FROM bank WHERE id = claim_payment.bank)")),
        ("claimed without a case", "issuer", "guarantee", "it was claimed without a case", f =>
            f.Sql("issuer", "UPDATE guarantee SET paid = 1; DELETE FROM trace_case")),
        ("a case about an issuer's key", "issuer", "trace_case", "the issuer made this coin's key: there is no case about it",
            f => f.Sql("issuer", "UPDATE inspection SET keyed = 1; UPDATE closed_coin SET keyed = 1")),
        ("dead and credited", "issuer", "dead_payment", "it is dead, and was credited all the same", DeadAndCredited),
        ("a reversal that nobody signed", "issuer", "history", "the statement that took it back is not signed", f =>
            f.Sql("issuer", "UPDATE history SET moved = moved - 1 WHERE reversed IS NOT NULL")),
        ("clearing that does not even out", "issuer", "instruction", "go into clearing", f =>
            f.Sql("issuer", "INSERT INTO transfer_delta VALUES(2, 2, randomblob(32), 5)")),

        // What a bank parks (R8).
        ("parked what it could credit", "bank-2", "parked", "the bank says NoAccount, but it booked a later one on that account", f =>
            f.Park("bank-2", TransferKind.ShopCredit, BookingOutcome.NoAccount)),
        ("parked what it had a withdrawal for", "bank-1", "parked", "the bank says NoWithdrawal, but its books had that withdrawal",
            f => f.Park("bank-1", TransferKind.RedeemCredit, BookingOutcome.NoWithdrawal)),
        ("parked what its float holds", "bank-1", "parked", "the bank says BeyondFloat, but the float holds it", f =>
            f.Park("bank-1", TransferKind.FloatDebit, BookingOutcome.BeyondFloat)),
        ("parked a claim that is proven", "bank-1", "parked", "the bank says ClaimNotVerified, but its evidence proves it",
            f => f.Park("bank-1", TransferKind.ClaimDebit, BookingOutcome.ClaimNotVerified)),
        ("parked without a word", "bank-1", "parked", "it is parked without a signed reason",
            f => f.Sql("bank-1", "DELETE FROM parked WHERE number = $0",
                f.Park("bank-1", TransferKind.FloatDebit, BookingOutcome.BeyondFloat))),
        ("suspense without money", "bank-2", "parked", "the ledger moved something else for it to suspense",
            f => f.Sql("bank-2", "UPDATE parked SET suspense = 1 WHERE number = $0",
                f.Park("bank-2", TransferKind.ShopCredit, BookingOutcome.NoAccount))),
        ("another word at the issuer", "issuer", "parked", "its statement is not what the bank signed", f => OtherWord(f, "issuer")),
        ("another word at the bank", "bank-1", "parked", "its statement is not signed by the bank for what it did", f =>
            OtherWord(f, "bank-1")),
        ("parked behind the issuer's back", "bank-1", "booked_transfer",
            "the bank acknowledged it to the issuer as booked, and has parked it", f =>
        {
            f.Park("bank-1", TransferKind.FloatDebit, BookingOutcome.BeyondFloat);
            f.Sql("issuer", "DELETE FROM parked");
        }),
        ("acknowledged and not there", "bank-1", "booked_transfer", "the bank acknowledged it to the issuer, and its books do not have it",
            f => f.Sql("bank-1", "DELETE FROM booked_transfer WHERE number = (SELECT max(number) FROM booked_transfer)")),
        ("booked, and the ledger knows nothing", "bank-1", "booked_transfer", "the ledger moved something else for it", f =>
        {
            f.Park("bank-1", TransferKind.FloatDebit, BookingOutcome.BeyondFloat);
            f.Sql("bank-1", "UPDATE booked_transfer SET state = 0");
        }),
        ("a booking for nothing", "bank-1", "ledger_tx", "it is booked as instruction, and belongs to none that is", f =>
            f.Sql("bank-1", "DELETE FROM booked_transfer")),
        ("forgotten more than went", "bank-1", "ledger_tx", "are forgotten; the ledger has", f =>
            f.Sql("bank-1", "INSERT INTO forgotten(what, bank, kind, number, amount, times) VALUES('suspense', 0, 0, 0, 5, 1)")),
        ("suspense that nothing parked makes", "bank-1", "ledger_account", "parked instructions make",
            f => f.Sql("bank-1", "UPDATE ledger_account SET kind = 'suspense', owner = x'00' WHERE id = (SELECT max(id) FROM "
                + "ledger_account WHERE kind = 'user')")),

        // A bank's own rows.
        ("other sums than the file's", "bank-1", "evidence", "its file says", f =>
            f.Sql("bank-1", "UPDATE evidence SET excess = excess + 1")),
        ("another's \"never\" for money back", "bank-1", "withdrawal", "money went back without a signed \"never issued\"",
            f => f.Sql("bank-1", "UPDATE withdrawal SET state = 'Reversed', ek = NULL, never_issued = (SELECT never_issued FROM issuance "
                + "WHERE never_issued IS NOT NULL) WHERE rowid = 1")),
        ("an entry of nothing", "bank-1", "ledger_entry", "it belongs to no transaction", f =>
            f.Sql("bank-1", "INSERT INTO ledger_entry VALUES(100000, 1, 5)")),
        ("a withdrawal that is not there", "bank-1", "ledger_tx", "it moved money for a withdrawal that is not there", f =>
            f.Sql("bank-1", "DELETE FROM withdrawal WHERE rowid = 1")),
        ("a float of its own", "bank-1", "ledger_account", "withdrawals and instructions leave", f =>
            f.Sql("bank-1", "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'float'")),
        ("more instructions than there are", "bank-1", "booked", "other instructions are kept, or more were forgotten", f =>
            f.Sql("bank-1", "UPDATE booked SET number = number + 1")),
    ];

    public static IEnumerable<string> ForgeryNames => Forgeries.Select(f => f.Name);

    [TestCaseSource(nameof(ForgeryNames))]
    public void EachForgeryIsFoundAndSaid(string name)
    {
        var (_, books, table, says, forge) = Forgeries.Single(f => f.Name == name);
        string copy = Copy();
        try
        {
            forge(new Forger(_town, copy));
            var findings = Run(copy).Findings;
            TestContext.Out.WriteLine($"{name}: {string.Join("; ", findings)}");
            Assert.That(findings.Where(f => f.Books == books && f.Table == table && f.What.Contains(says, StringComparison.Ordinal)),
                Is.Not.Empty, string.Join("; ", findings));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>What a revoked till's S_W struck out is sound: nothing of it has to have moved, and its shop may keep it.</summary>
    [Test, Rule(4)]
    public void ARevokedTillsPaymentMayBeKept()
    {
        string copy = Copy();
        try
        {
            new Forger(_town, copy).Sql("issuer",
                "UPDATE history SET by_revoked = 1 WHERE reversed IS NOT NULL; UPDATE till SET revoked = 1");
            Assert.That(Run(copy).Findings, Is.Empty);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>Orders come first: a key of another bank, which proves nothing by itself, makes the books no other bank's.</summary>
    [Test]
    public void WhoseBooksTheyAreIsSaidByTheirOrders()
    {
        string copy = Copy();
        try
        {
            new Forger(_town, copy).Sql("bank-1", "UPDATE secret_key SET secret = (SELECT secret FROM bank2.secret_key)");
            Assert.That(Run(copy).Findings, Is.Empty);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Test]
    public void WhatAnEarlierAuditSawAndIsGoneIsNamed()
    {
        string copy = Copy();
        try
        {
            using var seen = Database.OpenOrCreateFile(Path.Combine(copy, "seen.db"), HierCash.Auditor.AuditRun.SeenSchema);
            Assert.That(Run(copy, seen).Ok);
            new Forger(_town, copy).Sql("issuer", "DELETE FROM history WHERE id = 2");
            Assert.That(Run(copy, seen).Findings.Select(f => f.ToString()),
                Does.Contain("issuer: history 2: an earlier audit saw it, and it is gone"));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>
    /// Each sentence of the auditor's sources is said of one of the planted corruptions at least: a check that says nothing could be taken
    /// out unnoticed.
    /// </summary>
    [Test]
    public void EverySentenceOfTheAuditorIsSaid()
    {
        var said = new HashSet<string>();
        var plants = Corruptions.Select(c => (Action<Forger>)(f => f.Sql(c.Books, c.Sql))).Concat(Forgeries.Select(f => f.Do));
        foreach (var plant in plants)
        {
            string copy = Copy();
            try
            {
                plant(new Forger(_town, copy));
                said.UnionWith(Run(copy).Findings.Select(f => f.What));
            }
            finally
            {
                Directory.Delete(copy, recursive: true);
            }
        }

        // Two need the memory of an earlier audit (above, and ASecondAuditVerifiesOnlyWhatIsNew), two the file itself (AgreedPointTests),
        // two are notes (there, too; RestoredHonouredTests).
        string[] elsewhere = ["an earlier audit saw it, and it is gone", "it changed since an earlier audit",
            "the file is damaged, so nothing in it can be believed.", "it cannot be read:", "minor units to this bank",
            "minor units: coins that it had signed and forgotten with a copy"];
        var missing = Repository.Files("*.cs")
            .Where(f => f.StartsWith(Repository.PathOf("terminals", "Auditor"), StringComparison.Ordinal)
                && f.EndsWith("Books.cs", StringComparison.Ordinal))
            .SelectMany(f => Sentences(Split().Replace(File.ReadAllText(f), "")))
            .Where(s => !elsewhere.Any(s.Contains) && !said.Any(x => x.Contains(s, StringComparison.Ordinal)));
        Assert.That(missing.Distinct(), Is.Empty);
    }

    /// <summary>The longest piece of each text without a hole in it; SQL is none.</summary>
    private static IEnumerable<string> Sentences(string source) =>
        Texts().Matches(source).Select(m => m.Groups[1].Value.Replace("\\\"", "\"", StringComparison.Ordinal))
        .Where(t => !Sql().IsMatch(t)).Select(t => Holes().Split(t).MaxBy(p => p.Length)!.Trim())
        .Where(t => t.Count(c => c == ' ') >= 2);

    [GeneratedRegex("""(?<!")\$?"((?:[^"\\\n]|\\.)+)"(?!")""")]
    private static partial Regex Texts();

    [GeneratedRegex(@"\b(SELECT|INSERT|BEGIN|PRAGMA|CREATE)\b|^There is no|^The database|cannot be opened|locked by somebody")]
    private static partial Regex Sql();

    /// <summary>Where a text goes on in the next line.</summary>
    [GeneratedRegex(@"""\s*\n\s*\+ \$?""")]
    private static partial Regex Split();

    [GeneratedRegex(@"\{[^{}]*\}?|\}")]
    private static partial Regex Holes();

    private static void OrderForAnother(Forger f)
    {
        var reader = new BerTlvReader(f.Blob("bank-1", "SELECT user_order FROM withdrawal ORDER BY rowid DESC LIMIT 1"));
        var order = WithdrawalOrder.Read(ref reader) with { Bank = f.Town.ShopBank.Id };
        f.Sql(
            "bank-1", "UPDATE withdrawal SET user_order = $0 WHERE rowid = (SELECT max(rowid) FROM withdrawal)",
            BerTlv.Encode(WithdrawalOrder.MaxEncodedSize, order.Write));
    }

    /// <summary>Of the account that withdrew first, its second withdrawal.</summary>
    private static void Renumber(Forger f, uint number)
    {
        const string Second =
            "SELECT rowid FROM withdrawal WHERE u = (SELECT u FROM withdrawal ORDER BY rowid LIMIT 1) ORDER BY rowid LIMIT 1 OFFSET 1";
        var reader = new BerTlvReader(f.Blob("bank-1", $"SELECT user_order FROM withdrawal WHERE rowid = ({Second})"));
        var order = WithdrawalOrder.Read(ref reader) with { Number = number };
        f.Sql("bank-1", $"UPDATE withdrawal SET user_order = $0 WHERE rowid = ({Second})",
            BerTlv.Encode(WithdrawalOrder.MaxEncodedSize, order.Write));
    }

    private static void SecondVersion(Forger f)
    {
        using var key = f.Town.StatementKey;
        var t = f.Instruction("bank-1", TransferKind.FloatDebit);
        var other = ClearingInstruction.Sign(
            key, t.Issuer, t.Number, t.Bank, t.Kind, t.Reference, t.Total, t.Currency, new Timestamp(t.Date.Microseconds + 1));
        f.Sql("bank-1", "UPDATE booked_transfer SET transfer = $0 WHERE number = $1", other.Encode(), (long)t.Number);
    }

    private static void SecondStatement(Forger f)
    {
        using var key = f.Town.StatementKey;
        var s = CirculationStatement.Decode(f.Blob("bank-1", "SELECT statement FROM audit_statement ORDER BY number DESC LIMIT 1"))!;
        var other = CirculationStatement.Sign(
            key, s.Issuer, s.Number, s.Bank, s.Currency, s.Totals, new Timestamp(s.Date.Microseconds + 1), s.Previous);
        f.Sql("bank-1", "UPDATE audit_statement SET statement = $0 WHERE number = $1", other.Encode(), (long)s.Number);
    }

    private static void DeadAndCredited(Forger f)
    {
        using var key = f.Town.StatementKey;
        var h = CashPayment.Decode(f.Blob("issuer", "SELECT h FROM history WHERE id = 1"))!;
        var dead = NonSettlementStatement.Sign(key, f.Town.Issuer.Id, h, DeathBasis.TermOver, Timestamp.Now(f.Town.Clock));
        f.Sql(
            "issuer", "INSERT INTO dead_payment VALUES($0, $1, $2, $3, $4, 1, 1, $5, 1)",
            h.Id.Value.ToArray(), h.Coin.Id.Value.ToArray(), (long)h.Seq, h.Paid.ToLedger(), (long)DeathBasis.TermOver, dead.Encode());
    }

    private static void OtherWord(Forger f, string party)
    {
        long number = f.Park("bank-1", TransferKind.FloatDebit, BookingOutcome.BeyondFloat);
        f.Sql(party, "UPDATE parked SET statement = $0 WHERE number = $1", f.Statement("bank-1", number + 1, BookingOutcome.BeyondFloat),
            number);
    }
}
