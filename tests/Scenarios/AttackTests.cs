using HierCash.Shop;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Issuers, banks and tills that lie or break: who has to answer, and that the honest party is whole (holes 8, 14, 19, 20).
/// </summary>
[Parallelizable]
public sealed class AttackTests
{
    /// <summary>
    /// An issuer accuses with an opening that is not of the user's E_I: the honest bank finds nobody; a file made of it names the issuer.
    /// </summary>
    [Test, Hole(19)]
    public async Task AnIssuerThatAccusesWithAnotherEIIsNamed()
    {
        using var town = Towns.Make();
        var suite = town.Options.Suite;
        using var alice = town.User("Alice", 5000);
        var file = await town.Overspend();

        // Mallory's payments, with an opening that the issuer made up so that it leads to Alice: but it cannot lead there.
        using var stranger = suite.GenerateKey();
        var m = CoinRequest.Create(stranger, WithdrawalTests.PE(town).Id, new byte[32], new Amount(5000), Currency.Eur, 0);
        var forged = town.Resign(file.Dossier, h => h with { Opening = m.Encode() });
        var lying = new ScriptedIssuer([forged]);
        var bank = town.BankOver("bank-2", lying);
        (await bank.FetchDossiers(default)).ThrowIfAny();
        Assert.That(lying.Outcomes.Single().Proof, Is.EqualTo(Proof.OpeningMismatch), "the honest bank says so, and names nobody");
        Assert.That(bank.EvidenceFiles, Is.Empty);

        var framed = Evidence.Sign(town.BankKey("bank-1"), file.Order, file.AccountKey, "Alice", forged, file.BankKey, file.Date);
        var finding = Evidence.Decode(framed.Encode())!.Check(suite, town.Scheme.Root);
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Issuer)), finding.Finding);
    }

    /// <summary>The issuer counts what it had pronounced dead: the user's dead statement names it.</summary>
    [Test, Hole(4), Hole(19)]
    public async Task AnIssuerThatCountsTheDeadIsNamed()
    {
        using var town = Towns.Make();
        var suite = town.Options.Suite;
        var file = await town.Overspend();
        var struck = file.Dossier.Payments.Single(h => h.Paid.Minor == 2000);
        var dead = NonSettlementStatement.Sign(town.StatementKey, new PartyId(1), struck, DeathBasis.TermOver, file.Date);
        var certificates = town.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement).ToList();
        var rebuttal = Rebuttal.Decode(new Rebuttal([], [dead], certificates).Encode())!;
        var finding = file.Check(suite, town.Scheme.Root, rebuttal);
        Assert.That((finding.IsProven, finding.Culprit, finding.Spent), Is.EqualTo((false, Culprit.Issuer, struck.Coin.Terms.FaceValue)),
            finding.Finding);

        // Without a certificate of its own, the one that stands in the file counts. Statements that nobody certified, or about something
        // else, strike nothing out.
        Assert.That(file.Check(suite, town.Scheme.Root, new Rebuttal([], [dead], [])).Culprit, Is.EqualTo(Culprit.Issuer));
        using var own = suite.GenerateKey();
        var self = KeyCertificate.Issue(own, KeyUsage.IssuerStatement, new PartyId(1), file.Date, file.Date, own.PublicKey);
        var selfMade = NonSettlementStatement.Sign(own, new PartyId(1), struck, DeathBasis.TermOver, file.Date);
        Assert.That(file.Check(suite, town.Scheme.Root, new Rebuttal([], [selfMade], [self])).IsProven);
        var strange = VoidStatement.Sign(own, struck);
        Assert.That(file.Check(suite, town.Scheme.Root, new Rebuttal([strange], [], [])).IsProven, "S_W by a key that is not the till's");
    }

    /// <summary>
    /// A bank hands its customer a PE_I of its own, to read who asks: the card takes no key that the root key did not certify.
    /// </summary>
    [Test, Hole(20)]
    public async Task ABankThatSwapsPEGetsNothingAndIsNamed()
    {
        using var town = Towns.Make();
        var suite = town.Options.Suite;
        using var alice = town.User("Alice", 1000);
        using var own = suite.GenerateKey();
        var now = Timestamp.Now(town.Clock);
        var swapped = KeyCertificate.Issue(own, KeyUsage.IssuerEncryption, new PartyId(1), now, now.Plus(TimeSpan.FromDays(99)),
            own.PublicKey);
        var terminal = new WalletTerminal(new SwappingBank(swapped), suite, town.Clock, NoCrashPoints.Instance);
        Assert.That(async () => await terminal.Withdraw(alice.Card, alice.Pin, new Amount(500), default),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.InvalidSignature));
        Assert.That(async () => await terminal.Redeem(alice.Card, alice.Pin, null, default).OrRefuse(),
            Throws.TypeOf<CardRefusedException>(),
            "nor is anything sealed to it");
        Assert.That(alice.Balance().Minor, Is.EqualTo(1000));

        var file = await town.Overspend();
        var doctored = Evidence.Sign(town.BankKey("bank-1"), file.Order, file.AccountKey, file.Name,
            file.Dossier with { Header = file.Dossier.Header with { EncryptionKey = swapped } }, file.BankKey, file.Date);
        var finding = Evidence.Decode(doctored.Encode())!.Check(suite, town.Scheme.Root);
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Bank)), finding.Finding);
    }

    /// <summary>
    /// A till restored from its backup, with its clock set back, repeats TIME: the shop alone loses, and nobody is accused.
    /// </summary>
    [Test, Hole(8)]
    public async Task ATillRestoredFromBackupThatRepeatsTimeHarmsOnlyItsShop()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-backup-").FullName;
        try
        {
            using var town = Towns.Make(with: o => o with { Directory = folder });
            string till = town.AddTill("Cafe");
            using var alice = town.User("Alice", 5000);
            using var bob = town.User("Bob", 5000);
            var backup = town.StoreBytes(till);
            var first = town.Pay(till, alice, 700);
            await town.Settle(till);

            // The backup comes back, and so does the clock: the same TIME, W and y for the next two customers.
            town.Replace(till, backup);
            var repeated = town.Pay(till, alice, 700);
            Assert.That(repeated.Sale.Time, Is.EqualTo(first.Sale.Time));
            Assert.That(alice.Balance().Minor, Is.EqualTo(4300), "the card gave the stored bytes and paid once");
            town.Replace(till, backup);
            Assert.That(town.Pay(till, bob, 700).Sale.Time, Is.EqualTo(first.Sale.Time));

            // It notices by its own later signature (rule R27), and knows again what it had sent.
            Assert.That(async () => await town.Settle(till),
                Throws.TypeOf<RefusedException>().With.Message.Contain("hiercash-shop recover"));
            await town.Till(till).Recover(town.TillLink(till), default).OrRefuse();
            Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1), "another card's payment is another payment");
            town.AssertSoundAfterCycle(alice, bob);
            Assert.That(town.ShopAccount().Minor, Is.EqualTo(1400), "Alice's once, Bob's once");
            Assert.That(town.UserBank.EvidenceFiles, Is.Empty);

            // With the clock as it is, a restored till never repeats.
            town.Replace(till, backup);
            town.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.That(town.Pay(till, alice, 700).Sale.Time, Is.GreaterThan(first.Sale.Time));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Claim 2: the issuer makes the pair and sends SS_U; off unless it says so, and never evidence.</summary>
    [Test, Hole(14)]
    public async Task IssuerKeyedCashPaysAndProvesNothing()
    {
        using var plain = Towns.Make();
        using var refused = plain.User("Alice");
        var no = await plain.Wallet.WithdrawIssuerKeyed(refused.Card, refused.Pin, new Amount(500), default);
        Assert.That(no.Outcome, Is.EqualTo(WithdrawalOutcome.Reversed), "off: never issued, and the money is back");
        plain.AssertSoundAfterCycle(refused);
        Assert.That(plain.Account(refused).Minor, Is.EqualTo(100_000));

        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { IssuerKeys = true } });
        string till = town.AddTill("Cafe");
        string other = town.AddTill("Kiosk");
        using var alice = town.User("Alice");
        var keyed = await town.Wallet.WithdrawIssuerKeyed(alice.Card, alice.Pin, new Amount(2000), default);
        Assert.That((keyed.Outcome, keyed.Message),
            Is.EqualTo((WithdrawalOutcome.Issued, "20.00 EUR are on the card. Issuer-keyed: not provable to third parties.")));
        Assert.That(town.Pay(till, alice, 700).Outcome, Is.EqualTo(TillOutcome.Accepted));
        await town.Settle(till);
        town.AssertSoundAfterCycle(alice);

        // Overspent, by a clone or by the issuer that has the key: who could tell? Nobody is named.
        using var clone = alice.Clone();
        town.Pay(till, alice, 1300);
        town.Pay(other, clone, 1300);
        await town.Settle(till);
        await town.Settle(other);
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles, Is.Empty);
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }

    /// <summary>g as identity (claim 7): the coin carries N_U itself; everything else is the same.</summary>
    [Test]
    public async Task GMayBeIdentity()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { G = GFunction.Identity } });
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        Assert.That(alice.Coins().Single().Coin.N, Is.EqualTo(alice.Coins().Single().Coin.NU));
        town.Pay(till, alice, 700);
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
    }

    private sealed class SwappingBank(KeyCertificate certificate) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            ValueTask.FromResult(new CertificatesReply([certificate]).ToMessage());
    }
}
