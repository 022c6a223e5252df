using HierCash.Card.Runtime;
using HierCash.Card.Wallet;
using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>Overspenders: who is named, on what evidence, and who is not.</summary>
[Parallelizable]
public sealed class EvidenceTests
{
    [Test]
    public async Task AnyAlteredByteOfAnEvidenceFileIsRejected()
    {
        using var town = Towns.Make();
        var evidence = await town.Overspend();
        var file = evidence.Encode();
        Assert.That(evidence.Check(town.Options.Suite, town.Scheme.Root).IsProven);
        for (int at = 0; at < file.Length; at += 7)
        {
            file[at] ^= 0x20;
            var altered = Evidence.Decode(file);
            Assert.That(altered?.Check(town.Options.Suite, town.Scheme.Root).IsProven ?? false, Is.False, $"byte {at}");
            file[at] ^= 0x20;
        }
    }

    [Test]
    public async Task EvidenceOfAnotherSchemeProvesNothing()
    {
        using var town = Towns.Make(1);
        using var other = Towns.Make(2);
        var evidence = await town.Overspend();
        Assert.That(evidence.Check(town.Options.Suite, other.Scheme.Root).IsProven, Is.False);
    }

    /// <summary>An issuer that opens another user's E_I accuses nobody.</summary>
    [Test]
    public async Task AnOpeningOfAnotherRequestNamesNobody()
    {
        using var town = Towns.Make();
        var evidence = await town.Overspend();
        using var stranger = town.Options.Suite.GenerateKey();
        var m = CoinRequest.Create(stranger, WithdrawalTests.PE(town).Id, new byte[32], new Amount(5000), Currency.Eur, 0);
        var suite = town.Options.Suite;
        var dossier = town.Resign(evidence.Dossier, h => h with { Opening = m.Encode() });
        Assert.That(dossier.Check(suite, town.Scheme.Root, evidence.Order.EI), Is.EqualTo(Proof.OpeningMismatch));
        Assert.That(dossier.Check(suite, town.Scheme.Root, m.Encipher(suite, WithdrawalTests.PE(town))), Is.EqualTo(Proof.OtherCoin));
        var one = evidence.Dossier.Entries[0];
        var honest = town.Resign(evidence.Dossier, h => h with { Claimed = Amount.Zero }, one);
        Assert.That(honest.Check(suite, town.Scheme.Root, evidence.Order.EI), Is.EqualTo(Proof.Nothing));
        var doubled = town.Resign(evidence.Dossier, h => h with { Claimed = Amount.Zero }, one, one, one);
        Assert.That(doubled.Check(suite, town.Scheme.Root, evidence.Order.EI), Is.EqualTo(Proof.Nothing), "the same payment three times");

        // Each payment whose guarantee falls due has several receipts, all of them genuine.
        using var statement = town.StatementKey;
        var again = one with
        {
            Receipt = Receipt.Sign(
                statement, town.Issuer.Id, one.H.Id.Value, one.Receipt.Verdict, one.H.Paid, Currency.Eur, one.Receipt.Share,
                one.Receipt.NextRevision, Timestamp.Now(town.Clock)),
        };
        var revised = town.Resign(evidence.Dossier, h => h with { Claimed = Amount.Zero }, one, again);
        Assert.That(revised.Check(suite, town.Scheme.Root, evidence.Order.EI), Is.EqualTo(Proof.Nothing), "one payment with two receipts");
    }

    /// <summary>Two payments under one seq that fit the face value: paid from the coin, the coin is cancelled, nobody is named.</summary>
    [Test]
    public async Task EquivocationWithinTheFaceValueReleasesNoIdentity()
    {
        using var town = Towns.Make();
        string one = town.AddTill("Cafe");
        string two = town.AddTill("Kiosk");
        using var card = town.User("Mallory", 5000);
        using var copy = card.Clone();
        town.Pay(one, card, 1000);
        town.Pay(two, copy, 2000);
        Assert.That((await town.Settle(one)).Settled, Is.EqualTo(1));
        Assert.That((await town.Settle(two)).Settled, Is.EqualTo(1), "the coin still holds it");
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles, Is.Empty);
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor), Is.EqualTo((1000UL, 2000UL)));
        town.Clock.Advance(town.Options.Terms.HotListMaxAge + TimeSpan.FromHours(1));
        town.Deafen(one);
        var late = town.Pay(one, card, 500);
        Assert.That(late.Outcome, Is.EqualTo(TillOutcome.Refused), "a till that knows no fresh list settles before OK");
        Assert.That(town.Till(one).CoinPayments(late.Sale.Time).Single().Receipt!.Verdict, Is.EqualTo(Verdict.Cancelled));
        town.AssertSound();
    }

    /// <summary>Hole 13: beyond the limits of the guarantee a shop that takes a clone again and again gets nothing.</summary>
    [Test, Hole(13)]
    public async Task TheGuaranteeHasLimits()
    {
        using var town = Towns.Make();
        using var card = town.User("Mallory", 5000);
        var copies = Enumerable.Range(0, 6).Select(_ => card.Clone()).ToList();
        foreach (var copy in copies)
        {
            string till = town.AddTill("Friendly");
            town.Pay(till, copy, 5000);
            await town.Settle(till);
            copy.Dispose();
        }

        await town.RunCycle();
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        await town.RunCycle();
        await town.RunCycle();
        Assert.That(town.ShopAccount("Friendly").Minor, Is.EqualTo(10_000), "the coin once, and one guaranteed excess");
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-5000));
        town.AssertSound();
    }

    /// <summary>A bank pays no claim without evidence that it verified itself.</summary>
    [Test, Hole(13)]
    public async Task NoClaimIsPaidBeforeItIsDueOrWithoutProof()
    {
        using var town = Towns.Make();
        await town.Overspend();
        town.Clock.Advance(town.Options.Terms.DisputeTerm - TimeSpan.FromHours(1));
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.Zero);
        town.Clock.Advance(TimeSpan.FromHours(2));
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-2000));
        await town.RunCycle();
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-2000), "once");
    }

    /// <summary>A till refuses a copy that it has seen the original of, and gives the copy its money back.</summary>
    [Test]
    public void ATillKnowsACopyOfACoinThatPaidThere()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Mallory", 5000);
        using var copy = card.Clone();
        Assert.That(town.Pay(till, card, 3000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        var refused = town.Pay(till, copy, 1000);
        Assert.That((refused.Outcome, refused.Message.Contains("copy", StringComparison.Ordinal)), Is.EqualTo((TillOutcome.Refused, true)));
        Assert.That(copy.Balance().Minor, Is.EqualTo(5000));
        Assert.That(town.Till(till).Accepted.Minor, Is.EqualTo(3000));
    }

    /// <summary>Hole 24: a card that is a restored backup signs nothing any more.</summary>
    [Test, Hole(24)]
    public void ARestoredBackupsCoinsAreFrozen()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            using var town = Towns.Make();
            string path = Path.Combine(folder, "alice.card");
            var package = WalletApplet.Package(town.Options.Suite);
            using (var card = town.NewCardOnDisk(path, "Alice", 5000))
            {
                town.Wallet.Withdraw(card, TownCard.HolderPin, new Amount(5000), default).AsTask().GetAwaiter().GetResult();
            }

            var backup = File.ReadAllBytes(path);
            string till = town.AddTill("Cafe");
            using (var card = new EmulatedCard(PowerImage.Open(path), package))
            {
                Assert.That(town.Till(till).Pay(card, new Amount(3000)).Outcome, Is.EqualTo(TillOutcome.Accepted));
            }

            File.WriteAllBytes(path, backup);
            for (int i = 0; i < 2; i++)
            {
                using var restored = new EmulatedCard(PowerImage.Open(path), package);
                var result = town.Till(till).Pay(restored, new Amount(3000));
                Assert.That((result.Outcome, result.Message.Contains("restored copy", StringComparison.Ordinal)),
                    Is.EqualTo((TillOutcome.Refused, true)));
                var client = new WalletCard(restored);
                client.Select();
                Assert.That(client.GetStatus().State, Is.EqualTo(WalletState.Frozen), "and stays so");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
