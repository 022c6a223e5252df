using HierCash.Card.Client;
using HierCash.Card.Runtime;
using HierCash.Card.Wallet;
using HierCash.Protocol.Cash;
using HierCash.Simulation;
using HierCash.Terminals;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A card image that was put back tells its holder what it is and what to do, whatever is asked of it, and that gets the balance back (hole
/// 24, rule R27).
/// </summary>
[Parallelizable]
public sealed class RestoredCardTests
{
    /// <summary>A copy from before anything was withdrawn holds nothing, and pays no more all the same.</summary>
    [Test, Rule(27), Hole(24)]
    public async Task AnEmptyRestoredCardIsShownToo()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            using var town = Towns.Make();
            string path = Path.Combine(folder, "alice.card");
            var package = WalletApplet.Package(town.Options.Suite);
            town.NewCardOnDisk(path, "Alice", 8000).Dispose();

            var backup = File.ReadAllBytes(path);
            using (var card = new EmulatedCard(PowerImage.Open(path), package))
            {
                await town.Wallet.Withdraw(card, TownCard.HolderPin, new Amount(5000), default);
            }

            File.WriteAllBytes(path, backup);
            using var restored = new EmulatedCard(PowerImage.Open(path), package);
            var its = new WalletCard(restored);
            its.Select();
            its.Verify(TownCard.HolderPin);
            var wait = WalletTerminal.Waits(restored, TownCard.HolderPin, its.GetStatus().Private!)
                .Single(w => w.Kind == WaitingKind.FrozenCard);
            Assert.That((wait.What, wait.Ends), Is.EqualTo(("this card", "Ask the bank for another card.")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test, Rule(27), Hole(24), Waits(WaitingKind.FrozenCard)]
    public async Task ARestoredCardSaysWhatToDoAndTheMoneyComesBack()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            using var town = Towns.Make();
            string till = town.AddTill("Cafe");
            string path = Path.Combine(folder, "alice.card");
            var package = WalletApplet.Package(town.Options.Suite);
            using (var card = town.NewCardOnDisk(path, "Alice", 8000))
            {
                Assert.That((await town.Wallet.Withdraw(card, TownCard.HolderPin, new Amount(5000), default)).Outcome,
                    Is.EqualTo(WithdrawalOutcome.Issued));
            }

            var backup = File.ReadAllBytes(path);
            using (var card = new EmulatedCard(PowerImage.Open(path), package))
            {
                town.Till(till).Pay(card, new Amount(3000));
                await town.Settle(till);
            }

            File.WriteAllBytes(path, backup);
            using var restored = new EmulatedCard(PowerImage.Open(path), package);
            Assert.That(town.Till(till).Pay(restored, new Amount(100)).Message, Does.Contain("Report the card as lost"));
            Assert.That(async () => await town.Wallet.Withdraw(restored, TownCard.HolderPin, new Amount(100), default),
                Throws.TypeOf<CardRefusedException>().With.Message.Contains("Report the card as lost"));
            var redeemed = (await town.Wallet.Redeem(restored, TownCard.HolderPin, null, default)).Single();
            Assert.That((redeemed.Done, redeemed.Message.Contains("Report the card as lost", StringComparison.Ordinal)),
                Is.EqualTo((false, true)));

            var its = new WalletCard(restored);
            its.Select();
            its.Verify(TownCard.HolderPin);
            Assert.That(WalletTerminal.Waits(restored, TownCard.HolderPin, its.GetStatus().Private!).One(WaitingKind.FrozenCard).What,
                Is.EqualTo("50.00 EUR on this card"));

            var report = WalletTerminal.SignLostReport(restored, TownCard.HolderPin, Timestamp.Now(town.Clock));
            Assert.That(await town.Wallet.ReportLost(report, default), Is.EqualTo(1UL));
            await town.LetDaysPass(9);
            Assert.That(town.UserBank.BalanceOf(town.UserBank.Accounts.Single().User).Minor, Is.EqualTo(5000), "all but what was paid");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
