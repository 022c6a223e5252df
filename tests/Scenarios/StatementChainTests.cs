using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Statements of circulation: an issuer that changes its books contradicts what it signed, and the bank keeps both (settlement.md).
/// </summary>
[Parallelizable]
public sealed class StatementChainTests
{
    /// <summary>
    /// A statement of another number, or after another one than the bank has: refused, and kept with the one that it contradicts. The
    /// visit's other steps are done.
    /// </summary>
    [TestCase("number", true)]
    [TestCase("the number before", true)]
    [TestCase("previous", true)]
    [TestCase("issuer", false)]
    [TestCase("bank", false)]
    [TestCase("currency", false)]
    [TestCase("signature", false)]
    [Rule(8)]
    public async Task AStatementThatContradictsTheChainIsRefusedAndKept(string lie, bool kept)
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        using var alice = town.User("Alice", 5000);
        await town.LetDaysPass(2);
        var before = town.UserBank.CirculationStatements;
        var last = before[^1];
        using var key = town.StatementKey;
        using var own = town.Options.Suite.GenerateKey();
        var next = new CirculationStatement(
            new PartyId(1), last.Number + 1, town.UserBank.Id, Currency.Eur, last.Totals with { Issued = new Amount(4000) },
            Timestamp.Now(town.Clock), last.Digest, []);
        var said = lie switch
        {
            "number" => next with { Number = last.Number + 2 },
            "the number before" => next with { Number = last.Number, Previous = last.Previous },
            "previous" => next with { Previous = last.Previous },
            "issuer" => next with { Issuer = new PartyId(99) },
            "bank" => next with { Bank = town.ShopBank.Id },
            "currency" => next with { Currency = new Currency(840) },
            _ => next,
        };
        var signed = Sign(lie == "signature" ? own : key, said);
        var bank = town.BankOver("bank-1", new ChangedAnswer(
            town.UserBankLink(), MessageType.AuditStatements, _ => LinkBody.Kept<AuditStatementsReply>([signed.Encode()])));
        for (int visit = 0; visit < 2; visit++)
        {
            Assert.That(await bank.Run(default), Is.Not.Null);
        }

        Assert.That(bank.Alarms.Select(a => (a.Kind, a.Number)),
            Is.EqualTo(new[] { (kept ? "statement out of order" : "statement not signed", last.Number + 1) }));
        Assert.That(bank.CirculationStatements.Select(s => s.Digest), Is.EqualTo(before.Select(s => s.Digest)));
        Assert.That(
            bank.Contradictions.Select(c => (c.Refused.Encode(), c.Kept?.Digest)),
            Is.EqualTo(kept ? new[] { (signed.Encode(), (Digest?)last.Digest) } : []),
            "two signatures that cannot both be true");

        // What the honest issuer says goes on from what it had said.
        town.Clock.Advance(TimeSpan.FromDays(2));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.UserBank.CirculationStatements, Has.Count.GreaterThan(before.Count));
    }

    /// <summary>An issuer that says what it has said before contradicts nothing: it is out of order, and no proof.</summary>
    [Test, Rule(8)]
    public async Task AStatementThatComesAgainIsNoContradiction()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        await town.RunCycle();
        var last = town.UserBank.CirculationStatements[^1];
        var bank = town.BankOver("bank-1", new ChangedAnswer(
            town.UserBankLink(), MessageType.AuditStatements, _ => LinkBody.Kept<AuditStatementsReply>([last.Encode()])));
        Assert.That(await bank.Run(default), Is.Not.Null);
        Assert.That((bank.Contradictions.Count, bank.Alarms.Single().Kind), Is.EqualTo((0, "statement out of order")));
    }

    /// <summary>An issuer that contradicts itself at every visit fills no table: 64 proofs are kept, and one alarm.</summary>
    [Test, Rule(10)]
    public async Task ContradictionsWithoutEndFillNothing()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        await town.RunCycle();
        var last = town.UserBank.CirculationStatements[^1];
        using var key = town.StatementKey;
        ulong lies = 0;
        var bank = town.BankOver("bank-1", new ChangedAnswer(
            town.UserBankLink(), MessageType.AuditStatements, _ => LinkBody.Kept<AuditStatementsReply>(
            [Sign(key, last with { Number = last.Number + 5, Totals = last.Totals with { Issued = new Amount(++lies) } }).Encode()])));
        for (int visit = 0; visit < 70; visit++)
        {
            Assert.That(await bank.Run(default), Is.Not.Null);
        }

        Assert.That((lies, bank.Contradictions.Count, bank.Alarms.Count), Is.EqualTo((70UL, 64, 1)));
    }

    /// <summary>Once a day, however often the issuer closes a cycle: a bank hears no more of when others paid.</summary>
    [Test]
    public async Task TheIssuerSaysItOnceADay()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        await town.RunCycles();
        town.Clock.Advance(TimeSpan.FromHours(23));
        await town.RunCycles();
        Assert.That(town.UserBank.CirculationStatements, Has.Count.EqualTo(1));
        town.Clock.Advance(TimeSpan.FromHours(1));
        await town.RunCycles();
        Assert.That(town.UserBank.CirculationStatements, Has.Count.EqualTo(2));
    }

    private static CirculationStatement Sign(ISigningKey by, CirculationStatement s) =>
        CirculationStatement.Sign(by, s.Issuer, s.Number, s.Bank, s.Currency, s.Totals, s.Date, s.Previous);
}
