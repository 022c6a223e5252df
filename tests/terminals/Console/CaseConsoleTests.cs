using System.Text.Json;
using HierCash.Tests.Audits;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Consoles;

/// <summary>What the consoles of issuer and banks say of coins and cases: the whole truth, as it is now.</summary>
[Parallelizable]
public sealed class CaseConsoleTests
{
    private TownFolders _folders = null!;

    [SetUp]
    public void MakeFolders() => _folders = new TownFolders();

    [TearDown]
    public void EndFolders() => _folders.Dispose();

    [Test, Rule(6), Hole(10)]
    public async Task TheIssuerSaysThatACoinsCardIsLost()
    {
        using var town = TownFolders.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var h = town.Pay(till, alice, 2000).Payments.Single();
        await town.Settle(till);
        Assert.That(_folders.Issuer(town, "explain", h.Coin.Id.ToString()),
            Does.Contain("30.00 EUR may still be paid").And.Not.Contain("lost"));
        var lost = Timestamp.Now(town.Clock);
        await town.Wallet.ReportLost(WalletTerminal.SignLostReport(alice.Card, alice.Pin, lost), default).OrRefuse();
        var terms = town.Options.Terms;
        string said = _folders.Issuer(town, "explain", h.Coin.Id.ToString());
        Assert.That(said, Does.Contain($"Its card was reported as lost on {lost}.")
            .And.Contain($"settle until {lost.Plus(terms.HotListMaxAge + TimeSpan.FromHours(24))}"));
        Assert.That(said, Does.Contain($"The 30.00 EUR that are left go back after {lost.Plus(terms.HotListMaxAge + terms.SettlePeriod)}"));
        Assert.That(said, Does.Contain("20.00 EUR credited.").And.Not.Contain("may still be paid"));
    }

    /// <summary>An honest holder's payment was voided and settled: the case stands, then falls, and both consoles say so.</summary>
    [Test, Rule(1), Rule(3), Rule(4)]
    public async Task AnExcessThatFellIsNobodysFault()
    {
        using var town = TownFolders.Make();
        using var alice = town.User("Alice", 5000);
        string till = town.AddTill("Cafe");
        var (file, _, h) = await BlameTests.SettledAllTheSame(town, alice, till);
        string coin = h.Coin.Id.ToString();
        string issuer = _folders.Issuer(town, "explain", coin);
        Assert.That(issuer, Does.Contain("37.50 EUR credited, 12.50 EUR promised, due on")
            .And.Contain("A case: more than X was signed. The bank found Excess"));
        Assert.That(_folders.Issuer(town, "explain", file.Dossier.Payments.Single(p => p.Paid.Minor == 5000).Id.ToString()),
            Does.Contain("12.50 EUR promised, due on"));
        var (verdict, fell) = Case(town);
        Assert.That((verdict, fell), Is.EqualTo(("stands", (string?)null)));
        Assert.That(_folders.Bank(town, "bank-1", "evidence"),
            Does.Contain("Alice: 62.50 EUR").And.Contain($"told on {file.Notice.Date}").And.Contain("Verdict: it stands."));
        Assert.That(_folders.Bank(town, "bank-1", "explain", "Alice"),
            Does.Contain($"A case about coin {coin[..16]}").And.Contain("it stands"));
        Assert.That(_folders.Bank(town, "bank-1", "status"), Does.Contain("1 evidence file, 1 of which stands"));

        await town.ForwardVoid(till, h);
        town.Clock.Advance(TimeSpan.FromHours(1));
        await town.RunCycle();
        var date = Timestamp.Now(town.Clock);
        issuer = _folders.Issuer(town, "explain", coin);
        Assert.That(issuer, Does.Contain("12.50 EUR came back from the shop").And.Contain("50.00 EUR credited.")
            .And.Contain("the excess fell"));
        Assert.That(issuer, Does.Not.Contain("twice").And.Not.Contain("promised"), "nobody signed twice, and nothing is promised any more");
        (verdict, fell) = Case(town);
        Assert.That((verdict, fell), Is.EqualTo(("fell", (string?)date.ToString())));
        Assert.That(_folders.Bank(town, "bank-1", "evidence"),
            Does.Contain($"Verdict: it fell on {date}").And.Contain("1 payments taken back"));
        Assert.That(_folders.Bank(town, "bank-1", "explain", "Alice"), Does.Contain($"it fell on {date}"));
        Assert.That(_folders.Bank(town, "bank-1", "status"), Does.Contain("1 evidence file, 0 of which stand"));
    }

    /// <summary>The shop was not asked yet: the bank says that it has to answer, and that the accusation fell.</summary>
    [Test, Rule(3)]
    public async Task TheBankSaysThatAShopHasToAnswer()
    {
        using var town = TownFolders.Make();
        using var alice = town.User("Alice", 5000);
        var (_, rebuttal, h) = await BlameTests.SettledAllTheSame(town, alice, town.AddTill("Cafe"));
        var alone = town.BankOver("bank-1", new SilentLink());
        (await alone.Rebut(h.Coin.Id, rebuttal, default)).OrRefuse();
        Assert.That(Case(town), Is.EqualTo(("shopToAnswer", (string?)Timestamp.Now(town.Clock).ToString())));
        Assert.That(_folders.Bank(town, "bank-1", "evidence"),
            Does.Contain("it fell on").And.Contain("ask it, after that, for the issuer's reversal"));
    }

    /// <summary>A copied card: what was claimed, what the guarantee paid, and two payments under one number.</summary>
    [Test, Rule(1), Rule(8)]
    public async Task AnOverspenderIsShownWithWhatIsClaimed()
    {
        using var town = TownFolders.Make();
        string[] tills = [town.AddTill("Cafe"), town.AddTill("Kiosk")];
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var h = town.Pay(tills[0], mallory, 3000).Payments.Single();
        town.Pay(tills[1], copy, 3000);
        await town.Settle(tills[0]);
        await town.Settle(tills[1]);
        await town.RunCycle();
        Assert.That(_folders.Bank(town, "bank-1", "status"), Does.Contain("claims against holders 0.00 EUR"));
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromDays(2));
        await town.RunCycle();
        await town.RunCycle();
        Assert.That(_folders.Bank(town, "bank-1", "status"),
            Does.Contain("claims against holders 10.00 EUR").And.Contain("1 of which stand"));
        Assert.That(_folders.Bank(town, "bank-1", "evidence"), Does.Contain("10.00 EUR claimed. Verdict: it stands."));
        Assert.That(_folders.Bank(town, "bank-1", "explain", "Mallory"), Does.Contain("10.00 EUR claimed"));
        string issuer = _folders.Issuer(town, "explain", h.Coin.Id.ToString());
        Assert.That(issuer, Does.Contain("20.00 EUR credited, 10.00 EUR paid by the guarantee.")
            .And.Contain("more than X was signed, and signed twice under one number. The bank found Excess"));
    }

    [Test, Rule(1), Hole(19)]
    public async Task EquivocationAndWaitingAreSaid()
    {
        using var town = TownFolders.Make(o => o with { Terms = new SchemeParameters { Excess = ExcessPolicy.Refuse } });
        string[] tills = [town.AddTill("Cafe"), town.AddTill("Kiosk"), town.AddTill("Bakery")];
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var other = mallory.Clone();
        var h = town.Pay(tills[0], mallory, 2000).Payments.Single();
        town.Pay(tills[1], copy, 2000);
        await town.Settle(tills[0]);
        await town.Settle(tills[1]);
        string said = _folders.Issuer(town, "explain", h.Coin.Id.ToString());
        Assert.That(said, Does.Contain("A case: signed twice under one number, and together not more than X.")
            .And.Contain("A case cancelled it on").And.Contain("The 10.00 EUR that are left go back"));
        town.Pay(tills[2], other, 2000);
        await town.Settle(tills[2]);
        said = _folders.Issuer(town, "explain", h.Coin.Id.ToString());
        Assert.That(said, Does.Contain("10.00 EUR credited, 10.00 EUR waiting for what comes free").And.Contain("Nothing is left of it.")
            .And.Contain("The bank gets the dossier"));
    }

    /// <summary>Both sides of a parked credit; and each kind has its own reason.</summary>
    [Test, Rule(8)]
    public async Task ParkedInstructionsSayWhyAndWhatEndsIt()
    {
        using var town = TownFolders.Make();
        await ClearingAuditTests.Ghost(town);
        await town.RunCycle();
        string bank = _folders.Bank(town, "bank-2", "parked");
        Assert.That(bank, Does.Contain("ShopCredit 7.00 EUR for shop account ")
            .And.Contain("the bank has no such shop account. It ends when the bank opens that account."));
        Assert.That(_folders.Issuer(town, "parked"),
            Does.Contain("ShopCredit 7.00 EUR for shop Ghost, since").And.Contain("It ends when the bank opens that account."));
        using var json = JsonDocument.Parse(_folders.Issuer(town, "parked", "--json"));
        Assert.That(json.RootElement.GetProperty("parked")[0].GetProperty("reason").GetString(), Is.EqualTo("noAccount"));

        using var other = TownFolders.Make();
        var invented = new InventedInstructions(other, other.UserBank.Id);
        invented.Sign(TransferKind.ClaimDebit, Digest.Of("one"u8), 700);
        invented.Sign(TransferKind.ClaimRestore, Digest.Of("two"u8), 20);
        (await other.BankOver("bank-1", invented).Run(default)).ThrowIfAny();
        string[] lines = _folders.Bank(other, "bank-1", "parked").TrimEnd().Split(Environment.NewLine);
        Assert.That(lines[0], Does.Contain("ClaimDebit 7.00 EUR for coin ").And.Contain("has not verified an excess"));
        Assert.That(lines[1], Does.Contain("ClaimRestore 0.20 EUR").And.Contain("gives back more than this bank has booked of claims")
            .And.Contain("set off").And.Not.Contain("verified"));
        Assert.That(_folders.Bank(other, "bank-1", "status"), Does.Contain("2 instructions are parked"));
    }

    private (string Verdict, string? Fell) Case(SimulatedTown town)
    {
        using var json = JsonDocument.Parse(_folders.Bank(town, "bank-1", "evidence", "--json"));
        var only = json.RootElement.GetProperty("cases").EnumerateArray().Single();
        return (only.GetProperty("verdict").GetString()!, only.GetProperty("fell").GetString());
    }

    /// <summary>An issuer that cannot be reached.</summary>
    private sealed class SilentLink : ILink
    {
        public ValueTask<Protocol.Link.LinkMessage> Call(Protocol.Link.LinkMessage request, CancellationToken cancel) =>
            throw new LinkException("nobody answers");
    }
}
