using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Keys that are rotated or revoked (hole 22), and who bears what a broken card and a friendly shop make of the guarantee (hole 13).
/// </summary>
[Parallelizable]
public sealed class KeyChangeTests
{
    [Test, Hole(22)]
    public async Task AfterRotationOldCashIsGoodAndNewCashIsKnown()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        string deaf = town.AddTill("Kiosk");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 1000);
        town.Clock.Advance(TimeSpan.FromDays(1));
        foreach (var usage in new[] { KeyUsage.IssuerCoin, KeyUsage.IssuerEncryption, KeyUsage.IssuerStatement })
        {
            town.Issuer.Rotate(usage).OrRefuse();
        }

        town.Restart(SimulatedTown.IssuerName);
        await town.RunCycle();
        await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse();
        Assert.That(town.Withdraw(alice, 700).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        var keys = alice.Coins().Select(c => c.Coin.Terms.IssuerKey).Distinct().ToList();
        Assert.That(keys, Has.Count.EqualTo(2), "the old coin, and one under the new key");
        Assert.That(town.Pay(till, alice, 4700).Outcome, Is.EqualTo(TillOutcome.Accepted), "both");
        Assert.That((await town.Settle(till)).Refused, Is.Zero);
        town.AssertSoundAfterCycle(alice);

        // A till that heard nothing of the new key refuses its cash, and takes it once it has asked.
        using var bob = town.User("Bob", 900);
        var unknown = town.Pay(deaf, bob, 100);
        Assert.That((unknown.Outcome, unknown.Message.Contains("does not know", StringComparison.Ordinal)),
            Is.EqualTo((TillOutcome.Refused, true)));
        await town.Till(deaf).Synchronise(town.TillLink(deaf), default).OrRefuse();
        town.Restart(deaf);
        Assert.That(town.Pay(deaf, bob, 100).Outcome, Is.EqualTo(TillOutcome.Accepted), "kept over a restart");
        await town.Settle(deaf);
        town.AssertSoundAfterCycle(alice, bob);
    }

    /// <summary>A clone of a coin under retired keys is still traced: dossier and evidence carry the keys of then.</summary>
    [Test, Hole(22), Hole(6)]
    public async Task AnOverspentCoinOfRetiredKeysIsStillTraced()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        string other = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 2000);
        using var clone = mallory.Clone();
        town.Clock.Advance(TimeSpan.FromDays(1));
        town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        town.Issuer.Rotate(KeyUsage.IssuerEncryption).OrRefuse();
        await town.RunCycle();
        town.Pay(till, mallory, 2000);
        town.Pay(other, clone, 1500);
        await town.Settle(till);
        await town.Settle(other);
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles.Single().Check(town.Options.Suite, town.Scheme.Root).Culprit, Is.EqualTo(Culprit.User));
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }

    [Test, Hole(22)]
    public async Task ARevokedTillSettlesWhatItTookBeforeAndNothingAfter()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 1000);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Issuer.Revoke(town.Till(till).W).OrRefuse();
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Pay(till, alice, 500);

        // Its own link is closed to it (rule R17): a further till of the shop brings its queue.
        Assert.That(async () => await town.Settle(till), Throws.TypeOf<RefusedException>().With.Message.Contains("revoked"));
        var settled = await town.Till(till).HandOver(town.TillLink(town.AddTill("Cafe")), default).OrRefuse();
        Assert.That((settled.Settled, settled.Refused), Is.EqualTo((1, 1)));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.Issuer.Revoke(town.Till(till).W).Refused, Is.Not.Null, "once");
    }

    [Test, Hole(22)]
    public async Task ARevokedBankWithdrawsNothingAndLosesNothing()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        town.Issuer.Revoke(town.UserBank.Id).ThrowIfAny();
        Assert.That(town.Withdraw(alice, 100).Outcome, Is.EqualTo(WithdrawalOutcome.Pending), "debited, and not forgotten");
        var refused = await town.IssuerLink(
            new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1").Call(new DossiersMessage(null).ToMessage(), default);
        Assert.That(Refusal.Read(refused)!.Text, Does.Contain("revoked"));
        Assert.That(TownAudit.Run(town), Is.Empty);
    }

    /// <summary>A broken card and a friendly shop try to print money: what the guarantee pays stays within its limits.</summary>
    [Test, Hole(13)]
    public async Task ABrokenCardAndAFriendlyShopPrintNoMoney()
    {
        using var town = Towns.Make();
        var terms = town.Scheme.Terms;
        var tills = Enumerable.Range(0, 3).Select(_ => town.AddTill("Friend")).ToList();
        const int Cards = 12;
        const int Clones = 6;
        ulong offered = 0;
        for (int i = 0; i < Cards; i++)
        {
            using var mallory = town.User($"Mallory {i}", 4000);
            for (int c = 0; c < Clones; c++)
            {
                using var clone = mallory.Clone();
                foreach (string till in tills)
                {
                    offered += town.Pay(till, clone, 4000).Outcome == TillOutcome.Accepted ? 4000UL : 0;
                    town.Clock.Advance(TimeSpan.FromSeconds(1));
                }
            }
        }

        foreach (string till in tills)
        {
            await town.Settle(till);
        }

        for (int week = 0; week < 12; week++)
        {
            await town.RunCycle();
            town.Clock.Advance(TimeSpan.FromDays(7));
        }

        long loss = -town.UserBank.Audit.Claims;
        TestContext.Out.WriteLine($"signed beyond X: {offered - (Cards * 4000UL)} minor units; paid by the guarantee: {loss}; its cap per "
            + $"shop account in 30 days: {terms.GuaranteeCap.Minor}");
        Assert.That(offered, Is.GreaterThan(Cards * 4000UL), "they tried");
        Assert.That(loss, Is.InRange(4000, (long)terms.GuaranteeCap.Minor));
        Assert.That(town.UserBank.EvidenceFiles, Has.Count.EqualTo(Cards), "and each is proven");
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }
}
