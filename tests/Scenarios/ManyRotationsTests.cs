using HierCash.Shop;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Rule R15: keys rotate, and a card stays usable; rule R16: what the wallet did not begin is not resumed unasked.</summary>
[Parallelizable]
public sealed class ManyRotationsTests
{
    /// <summary>
    /// Forty rotations of every key: withdraw, pay, redeem, get a dead payment back, open an account (finding 10: the second bricked every
    /// card).
    /// </summary>
    [Test, Rule(15), Hole(22)]
    public async Task AfterFortyRotationsEverythingGoesOn()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        string closed = town.AddTill("Closed");
        using var alice = town.User("Alice", 5000);
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        var given = town.Till(till).Pay(alice.Card, new Amount(700));
        Assert.That(given.Outcome, Is.EqualTo(TillOutcome.Accepted));
        for (int i = 0; i < 40; i++)
        {
            town.Clock.Advance(TimeSpan.FromHours(1));
            foreach (var usage in new[] { KeyUsage.IssuerCoin, KeyUsage.IssuerEncryption, KeyUsage.IssuerStatement })
            {
                town.Issuer.Rotate(usage).OrRefuse();
            }

            await town.RunCycle();
            await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse();
            Assert.That((await town.WalletWith(records).Withdraw(alice.Card, alice.Pin, new Amount(100), default)).Outcome,
                Is.EqualTo(WithdrawalOutcome.Issued), $"rotation {i}");
            Assert.That(town.Pay(till, alice, 100).Outcome, Is.EqualTo(TillOutcome.Accepted), $"rotation {i}");
            if (i % 10 == 9)
            {
                Keep(alice);
            }
        }

        using var trace = new TracingChannel(alice.Card);
        Assert.That((await town.WalletWith(records).Withdraw(trace, alice.Pin, new Amount(100), default)).Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That(trace.Apdus.Count(a => a.Command is [0x80, 0x14, ..]), Is.LessThanOrEqualTo(4),
            "of more than 120 certificates a wallet brings those that are needed next");
        using var bob = town.User("Bob", 900);
        Assert.That(bob.Balance().Minor, Is.EqualTo(900), "a new account");
        town.Till(till).Pay(bob.Card, new Amount(300));
        await CertificatesOf(town, closed);
        var never = town.Till(closed).Pay(bob.Card, new Amount(200));
        Assert.That(never.Outcome, Is.EqualTo(TillOutcome.Accepted));
        town.Clock.Advance(TimeSpan.FromDays(8));
        Assert.That((await town.Wallet.Recover(bob.Card, bob.Pin, e => e.Paid.Minor == 200, default).OrRefuse()).Single().Done,
            "a dead statement under the newest key");
        Assert.That((await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).All(r => r.Done), "coins of all keys");
        Assert.That(alice.Balance().IsZero);
    }

    /// <summary>A withdrawal that was begun before many rotations is finished after them, or released.</summary>
    [Test, Rule(15), Hole(7)]
    public async Task AWithdrawalOfOldKeysIsFinishedAfterFortyRotations()
    {
        bool away = true;
        using var town = Towns.Make(with: o =>
            o with { Faults = (from, _, _) => away && from == "bank-1" ? LinkFault.LoseRequest : LinkFault.None });
        away = false;
        using var alice = town.User("Alice");
        away = true;
        Assert.That(town.Withdraw(alice, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        away = false;
        for (int i = 0; i < 40; i++)
        {
            town.Clock.Advance(TimeSpan.FromMinutes(10));
            foreach (var usage in new[] { KeyUsage.IssuerCoin, KeyUsage.IssuerEncryption, KeyUsage.IssuerStatement })
            {
                town.Issuer.Rotate(usage).OrRefuse();
            }
        }

        await town.RunCycle();
        Assert.That((await town.Wallet.Resume(alice.Card, alice.Pin, default).OrRefuse()).Single().Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000));
    }

    /// <summary>
    /// The answer was lost, and meanwhile PS_I changed: the newest key is not the one that signed this coin, and the wallet brings the
    /// older one.
    /// </summary>
    [Test, Rule(15), Hole(7)]
    public async Task ACoinOfTheKeyBeforeIsFinished()
    {
        bool loses = false;
        using var town = Towns.Make(with: o => o with
        {
            Faults = (from, _, message) => loses && from == SimulatedTown.WalletName && message.Type == MessageType.Withdraw
                ? LinkFault.LoseReply : LinkFault.None,
        });
        using var alice = town.User("Alice");
        loses = true;
        Assert.That(() => town.Withdraw(alice, 5000), Throws.TypeOf<LinkException>());
        loses = false;
        var issuedUnder = town.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerCoin).MaxBy(c => c.NotBefore)!.Key.Id;
        for (int i = 0; i < 2; i++)
        {
            town.Clock.Advance(TimeSpan.FromHours(1));
            town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
            await town.RunCycle();
        }

        // A card that has no PS_I any more: eight other keys have come since.
        using var trace = new TracingChannel(alice.Card);
        await Forget(town, alice);
        Assert.That((await town.Wallet.Resume(trace, alice.Pin, default).OrRefuse()).Single().Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That(trace.Apdus.Count(a => a.Command is [0x80, 0x24, ..]), Is.EqualTo(3),
            "with the newest, the one before, and the one that signed it");
        Assert.That(alice.Coins().Single().Coin.Terms.IssuerKey, Is.EqualTo(issuedUnder));
    }

    /// <summary>Somebody who once had the holder PIN planted a withdrawal; her next one does not carry it out (finding 7).</summary>
    [Test, Rule(16)]
    public async Task APlantedWithdrawalIsAskedAbout()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 1000);
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        Plant(town, alice, 80_000);
        var asked = new List<ulong>();
        var wallet = town.WalletWith(records, amount =>
        {
            asked.Add(amount.Minor);
            return false;
        });
        Assert.That((await wallet.Withdraw(alice.Card, alice.Pin, new Amount(500), default)).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That((asked, town.Account(alice).Minor, alice.Pending()), Is.EqualTo((new List<ulong> { 80_000 }, 98_500UL, 1)));
        var left = (await wallet.Resume(alice.Card, alice.Pin, default).OrRefuse()).Single();
        Assert.That((left.Outcome, left.Message.Contains("did not begin", StringComparison.Ordinal)),
            Is.EqualTo((WithdrawalOutcome.NotConfirmed, true)));
        Assert.That(town.Account(alice).Minor, Is.EqualTo(98_500), "nothing was ordered");
        Assert.That((await town.WalletWith(null).Resume(alice.Card, alice.Pin, default).OrRefuse()).Single().Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued), "she says that it is hers");
        Assert.That(alice.Balance().Minor, Is.EqualTo(81_500));
    }

    /// <summary>What the wallet itself has begun goes on without a question, over a restart of the wallet.</summary>
    [Test, Rule(16), Hole(7)]
    public async Task ItsOwnWithdrawalIsNotAskedAbout()
    {
        bool away = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (from, _, _) => away && from == "bank-1" ? LinkFault.LoseRequest : LinkFault.None });
        using var alice = town.User("Alice");
        using var store = Database.OpenMemory(WalletRecords.Schema);
        away = true;
        await town.WalletWith(new WalletRecords(store), _ => throw new InvalidOperationException("asked"))
            .Withdraw(alice.Card, alice.Pin, new Amount(700), default);
        Assert.That(alice.Pending(), Is.EqualTo(1));
        away = false;
        await town.RunCycle();
        var done = await town.WalletWith(new WalletRecords(store), _ => throw new InvalidOperationException("asked"))
            .Resume(alice.Card, alice.Pin, default).OrRefuse();
        Assert.That(done.Single().Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
    }

    /// <summary>Fills the card's ring with statement keys: it knows no other key any more.</summary>
    private static async Task Forget(SimulatedTown town, TownCard card)
    {
        for (int i = 0; i < 8; i++)
        {
            town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
        }

        await town.RunCycle();
        var known = await town.UserBank.Handle(LinkPeer.Wallet, new CertificatesMessage().ToMessage(), default);
        card.Card.Reset();
        var wallet = new WalletCard(card.Card);
        wallet.Select();
        foreach (var certificate in known.As<CertificatesReply>()!.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement).TakeLast(8))
        {
            wallet.PutCertificate(certificate);
        }
    }

    /// <summary>A till that hears of new keys at the issuer, and settles nothing.</summary>
    private static async Task CertificatesOf(SimulatedTown town, string till) =>
        await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse();

    private static void Plant(SimulatedTown town, TownCard card, ulong minor)
    {
        card.Card.Reset();
        var wallet = new WalletCard(card.Card);
        wallet.Select();
        wallet.Verify(card.Pin);
        wallet.BeginWithdrawal(new Amount(minor), Currency.Eur, WithdrawalTests.PE(town).Id);
    }

    private static void Keep(TownCard card)
    {
        using var store = Database.OpenMemory(WalletRecords.Schema);
        new WalletRecords(store).Keep(card.Card, card.Pin);
    }
}
