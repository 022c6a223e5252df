using System.Collections.Concurrent;
using System.Diagnostics;
using HierCash.Card.Client;
using HierCash.Card.Readers;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Tests.Pcsc;
using HierCash.Tests.Properties;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.CardPulls;

/// <summary>
/// Cards are pulled out of PC/SC readers at random moments of payments and withdrawals. Most of it is waiting, so it has a service of its
/// own and runs beside others. Its room comes before Pcsc by name, because who comes first has the service first. Three hundred of them:
/// HIERCASH_PULLS=300 dotnet test tests -c Release --filter FullyQualifiedName~PullTests
/// </summary>
[Parallelizable]
public sealed class PullTests
{
    private const int Lanes = 2;
    private const int RoomEvery = 5;
    private const int MostTries = 4;

    /// <summary>The moments reach so far beyond what a whole payment or withdrawal takes: some cards are pulled after it.</summary>
    private const double Reach = 1.2;
    private static readonly int Pulls = Histories.Asked("HIERCASH_PULLS", 80);

    /// <summary>pcscd looks for a removal so often, and takes a card that is back sooner for the one that was there.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(450);
    private const ulong Deposit = 1_000_000;

    /// <summary>The first coin: enough for all payments, however few other withdrawals come to their end.</summary>
    private const ulong Plenty = 80_000;
    private static readonly BclSuite Suite = new();
    private PcscService _service = null!;

    [OneTimeSetUp]
    public void Start() => _service = new PcscService(forUs: true);

    [OneTimeTearDown]
    public void Stop() => _service.Dispose();

    /// <summary>kill -9 for half of them, an emptied reader for the others. Afterwards all four parties reconcile to the cent.</summary>
    [Test]
    [Hole(1)]
    public void NothingIsLostOrDoubledWhateverIsPulled()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-pull-").FullName;
        try
        {
            using var town = new SimulatedTown(new TownOptions { Directory = folder });
            var lanes = Enumerable.Range(0, Lanes).Select(i => new Lane(town, _service, i, folder)).ToList();
            var faults = new ConcurrentBag<Exception>();
            var threads = lanes.ConvertAll(lane => new Thread(() => lane.PullMany(Pulls / Lanes, faults)));
            threads.ForEach(t => t.Start());
            threads.ForEach(t => t.Join());
            Assert.That(faults, Is.Empty);
            lanes.ForEach(lane => lane.Finish());
            TestContext.Out.WriteLine(
                $"{lanes.Sum(l => l.Pulled)} pulls, {lanes.Sum(l => l.CutPayments)} in a payment and {lanes.Sum(l => l.CutWithdrawals)} in "
                    + $"a withdrawal; "
                + $"{lanes.Sum(l => l.Payments)} payments accepted, of which {lanes.Sum(l => l.Repeated)} by a repeated PAY; "
                + $"{lanes.Sum(l => l.Withdrawals)} withdrawals");
            Assert.That(lanes.Sum(l => l.Pulled), Is.EqualTo(Pulls));
            Assert.That(lanes.Sum(l => l.CutPayments + l.CutWithdrawals), Is.GreaterThan(Pulls / 2), "most pulls hit something");

            Assert.That(lanes.Sum(l => l.Repeated), Is.GreaterThan(2));
            lanes.ForEach(lane => lane.AssertReconciled());
            town.AssertSoundAfterCycle();
            ulong accepted = town.Tills.Aggregate(0UL, (sum, t) => sum + t.Accepted.Minor);
            Assert.That(town.ShopAccount().Minor, Is.EqualTo(accepted), "every accepted payment reached the shop once");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A user, a till and a slot of the reader.</summary>
    private sealed class Lane
    {
        private readonly SimulatedTown _town;
        private readonly PcscService _service;
        private readonly int _slot;
        private readonly string _image;
        private readonly string _till;
        private readonly string _owner;
        private readonly SeededRandom _random;
        private TimeSpan _payment;
        private TimeSpan _withdrawal;
        private Sale? _open;
        private bool _resume;

        public Lane(SimulatedTown town, PcscService service, int slot, string folder)
        {
            _service = service;
            _town = town;
            _slot = slot;
            _owner = $"User {slot}";
            _image = Path.Combine(folder, $"{slot}.card");
            _random = new SeededRandom((ulong)slot + 300);
            _till = town.AddTill("Cafe");
            CardChannels.Create(_image, Suite);
            using var card = CardChannels.OpenImage(_image, Suite);
            var code = ActivationCode.Random(Suite.Random);
            var account = town.UserBank.OpenAccount(_owner, new WalletCard(card), code).OrRefuse();
            TownCard.Activate(card, code);
            town.UserBank.Deposit(account.User, new Amount(Deposit), (ulong)slot + 1).OrRefuse();
        }

        public int Pulled { get; private set; }

        public int CutPayments { get; private set; }

        public int CutWithdrawals { get; private set; }

        public int Payments { get; private set; }

        public int Repeated { get; private set; }

        public int Withdrawals { get; private set; }

        public void PullMany(int count, ConcurrentBag<Exception> faults)
        {
            try
            {
                Measure();
                while (Pulled < count)
                {
                    PullOnce();
                }
            }
            catch (Exception e)
            {
                faults.Add(e);
            }
        }

        /// <summary>
        /// One withdrawal and one payment that nobody cuts: where they end depends on the machine, and on what else runs on it.
        /// </summary>
        private void Measure()
        {
            using var inserted = _service.Insert(_image, _slot);
            using var channel = Open();
            Withdraw(channel, Plenty);
            Assert.That(Pay(channel));
            Assert.That((Withdrawals, Payments), Is.EqualTo((1, 1)));
        }

        private void PullOnce()
        {
            using (var inserted = _service.Insert(_image, _slot))
            {
                using var channel = Open();

                // Not while a payment is cut short: what is acknowledged the card may forget, and then it could not repeat it.
                if (Pulled % RoomEvery == 0 && _open is null)
                {
                    MakeRoom(channel);
                }

                bool inWithdrawal = _random.Next(2) == 0;
                if (!inWithdrawal && _resume)
                {
                    Withdraw(channel);
                }

                var after = _random.Next(1000) / 1000d * Reach * (inWithdrawal ? _withdrawal : _payment);
                var pull = Task.Factory.StartNew(() =>
                    Pull(inserted, after), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                UseUntilItIsGone(channel, inWithdrawal);
                pull.Wait();
            }

            Pulled++;
            Task.Delay(Poll).Wait();
        }

        private void Pull(InsertedCard inserted, TimeSpan after)
        {
            for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < after;)
            {
                Thread.Yield();
            }

            if (_random.Next(2) == 0)
            {
                inserted.Pull();
            }
            else
            {
                inserted.TakeOut();
            }
        }

        private void UseUntilItIsGone(ICardChannel channel, bool inWithdrawal)
        {
            try
            {
                while (true)
                {
                    if (inWithdrawal)
                    {
                        Withdraw(channel);
                    }

                    inWithdrawal = false;
                    if (!Pay(channel))
                    {
                        CutPayments++;
                        return;
                    }

                    inWithdrawal = _random.Next(3) == 0;
                }
            }
            catch (CardChannelException)
            {
                CutWithdrawals += inWithdrawal ? 1 : 0;
            }
        }

        private void Withdraw(ICardChannel channel) => Withdraw(channel, (ulong)(1 + _random.Next(600)));

        private void Withdraw(ICardChannel channel, ulong minor)
        {
            bool again = _resume;
            _resume = true;
            try
            {
                long started = Stopwatch.GetTimestamp();
                IReadOnlyList<WithdrawalResult> done = again
                    ? Wait(_town.Wallet.Resume(channel, TownCard.HolderPin, default))
                    : [Wait(_town.Wallet.Withdraw(channel, TownCard.HolderPin, new Amount(minor), default))];
                _withdrawal = again ? _withdrawal : Stopwatch.GetElapsedTime(started);
                Withdrawals += done.Count(d => d.Outcome == WithdrawalOutcome.Issued);
            }
            catch (CardRefusedException e) when (e.Status == StatusWord.NotEnoughMemory)
            {
                // Sixteen coins: pay some first.
            }

            _resume = false;
        }

        private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

        /// <summary>False if the card left.</summary>
        private bool Pay(ICardChannel channel)
        {
            var till = _town.Till(_till);
            bool again = _open is not null;
            long started = Stopwatch.GetTimestamp();
            var result = _open is { } ticket ? till.Continue(ticket, channel, TownCard.TillPin)
                : till.Pay(channel, new Amount((ulong)(1 + _random.Next(800))), TownCard.TillPin);
            _payment = !again && result.Outcome == TillOutcome.Accepted ? Stopwatch.GetElapsedTime(started) : _payment;
            _open = result.Outcome == TillOutcome.CardGone ? result.Sale : null;
            Payments += result.Outcome == TillOutcome.Accepted ? 1 : 0;
            Repeated += result.Outcome == TillOutcome.Accepted && again ? 1 : 0;
            return _open is null;
        }

        /// <summary>What a wallet does when it reads the card: keeps the log and says so.</summary>
        private static void MakeRoom(ICardChannel channel)
        {
            var card = new WalletCard(channel);
            card.Select();
            Assert.That(card.Verify(TownCard.HolderPin).IsSuccess);
            for (byte i = 0; i < Card.Wallet.WalletApplet.LogSize; i++)
            {
                var entry = card.ReadLog(i);
                if (entry.Payment is { Acknowledged: false })
                {
                    card.AcknowledgeLog(i, entry.Content);
                }
            }
        }

        private ICardChannel Open()
        {
            for (int tries = 1; ; tries++)
            {
                try
                {
                    return CardChannels.Open($"Virtual PCD 00 0{_slot}", Suite, TimeSpan.FromSeconds(10), _ => { }, CancellationToken.None);
                }
                catch (CardChannelException e) when (
                    tries < MostTries && e.Message.StartsWith("Another program has the card to itself", StringComparison.Ordinal))
                {
                    // On a busy machine the service may still be at the card that was pulled: it says so, and one repeats.
                }
            }
        }

        /// <summary>Puts the card in once more and lets it end what was cut; then settles.</summary>
        public void Finish()
        {
            using (_service.Insert(_image, _slot))
            {
                using var channel = Open();
                Assert.That(_open is null || Pay(channel), "a repeated PAY ends it");

                // What a till does when a card comes back: a payment that was refused halfway, and whose S_W the pulled card never got, is
                // made good.
                _town.Till(_till).ComesBack(channel);
                MakeRoom(channel);
                _town.Wallet.Resume(channel, TownCard.HolderPin, default).AsTask().Wait();
            }

            _town.Settle(_till).AsTask().Wait();
        }

        public void AssertReconciled()
        {
            var till = _town.Till(_till);
            using var channel = CardChannels.OpenImage(_image, Suite);
            var card = new WalletCard(channel);
            card.Select();
            card.Verify(TownCard.HolderPin);
            ulong account = _town.UserBank.BalanceOf(_town.UserBank.Accounts.Single(a => a.Name == _owner).User).Minor;
            Assert.That(till.OpenSales, Is.Empty);
            Assert.That(till.Sum(CoinPaymentState.Settled), Is.EqualTo(till.Accepted), "each accepted payment is settled");
            Assert.That(card.GetBalance().Total.Minor + account + till.Accepted.Minor, Is.EqualTo(Deposit),
                $"{_owner}: no amount lost or doubled");
        }
    }
}
