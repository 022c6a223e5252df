using HierCash.Card.Client;
using HierCash.Card.Runtime;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Tests.Scenarios;
using HierCash.Tests.Suite;
using HierCash.Wallet;

namespace HierCash.Tests.Properties;

/// <summary>
/// Random histories of withdrawals, payments, pulled cards, lost messages, restarts, retries and settlements: at the end, once
/// everything was repeated, the invariants of the protocol hold and no honest user stands accused.
/// Ten thousand of them: HIERCASH_HISTORIES=10000 dotnet test tests -c Release --filter FullyQualifiedName~RandomHistoryTests
/// </summary>
[Parallelizable]
public sealed class RandomHistoryTests
{
    private const int InEveryRun = 150;

    [Test]
    public void TheInvariantsHoldAfterAnyHistory()
    {
        long withdrawals = 0;
        long payments = 0;
        long faults = 0;
        int histories = Histories.Run(InEveryRun, seed =>
        {
            var history = new History(seed);
            history.Run();
            Interlocked.Add(ref withdrawals, history.Withdrawals);
            Interlocked.Add(ref payments, history.Accepted);
            Interlocked.Add(ref faults, history.Faults);
        });
        TestContext.Out.WriteLine($"{histories} histories: {withdrawals} withdrawals, {payments} payments, {faults} faults");
        Assert.That(withdrawals, Is.GreaterThan(histories));
        Assert.That(payments, Is.GreaterThan(histories));
        Assert.That(faults, Is.GreaterThan(histories));
    }

    private sealed class History
    {
        private readonly SeededRandom _random;
        private readonly SimulatedTown _town;
        private readonly List<TownCard> _cards = [];
        private readonly List<string> _tills = [];
        private readonly List<(string Till, Sale Sale, TownCard Card, bool GiveUp)> _open = [];
        private bool _faulty = true;

        public History(ulong seed)
        {
            _random = new SeededRandom(seed);
            _town = Towns.Make(with: o => o with { Suite = new SeededSuite(new SeededRandom(seed ^ 0x5EED)), Faults = Fault });
            _tills.Add(_town.AddTill("Cafe"));
            _tills.Add(_town.AddTill("Kiosk"));
            foreach (string name in new[] { "Alice", "Bob" })
            {
                var card = _town.NewCard(name);
                _town.OpenAccount(card, new Amount(10_000));
                _cards.Add(card);
            }
        }

        public int Withdrawals { get; private set; }

        public int Accepted { get; private set; }

        public int Faults { get; private set; }

        public void Run()
        {
            try
            {
                int steps = 16 + _random.Next(24);
                for (int i = 0; i < steps; i++)
                {
                    Step();
                }

                _faulty = false;
                Drain();
                Check();
            }
            finally
            {
                _cards.ForEach(c => c.Dispose());
                _town.Dispose();
            }
        }

        private LinkFault Fault(string from, string to, LinkMessage message)
        {
            var fault = !_faulty ? LinkFault.None
                : _random.Next(10) switch { 0 => LinkFault.LoseRequest, 1 => LinkFault.LoseReply, _ => LinkFault.None };
            Faults += fault == LinkFault.None ? 0 : 1;
            return fault;
        }

        private T Any<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

        private void Step()
        {
            _town.Clock.Advance(TimeSpan.FromSeconds(1 + _random.Next(3600)));
            switch (_random.Next(12))
            {
                case 0 or 1 or 2:
                    Withdraw(Any(_cards));
                    break;
                case 3 or 4 or 5 or 6 or 7:
                    Pay(Any(_tills), Any(_cards));
                    break;
                case 8:
                    Try(() => _town.Settle(Any(_tills)).AsTask());
                    break;
                case 9:
                    Try(() => _town.RunCycle().AsTask());
                    break;
                case 10:
                    _town.Restart(Any(_town.PartyNames.ToList()));
                    break;
                default:
                    Retry();
                    break;
            }
        }

        private void Withdraw(TownCard card)
        {
            CutPower(card);
            Try(async () =>
            {
                var amount = new Amount((ulong)(1 + _random.Next(4000)));
                var result = await _town.Wallet.Withdraw(card.Card, card.Pin, amount, default);
                Withdrawals += result.Outcome == WithdrawalOutcome.Issued ? 1 : 0;
            });
            PutBack(card);
        }

        private void Pay(string till, TownCard card)
        {
            // A card with an unfinished payment finishes that one first, as its holder would.
            if (_open.Any(o => o.Card == card))
            {
                return;
            }

            CutPower(card);
            var result = _town.Till(till).Pay(card.Card, new Amount((ulong)(1 + _random.Next(2500))), card.PaymentPin);
            PutBack(card);
            Note(till, card, result, giveUp: _random.Next(3) == 0);
        }

        private void Retry()
        {
            foreach (var (till, ticket, card, giveUp) in _open.ToList())
            {
                _open.RemoveAll(o => o.Sale == ticket);
                CutPower(card);
                var result = giveUp
                    ? _town.Till(till).Cancel(ticket, card.Card)
                    : _town.Till(till).Continue(ticket, card.Card, card.PaymentPin);
                bool cut = !card.Card.IsPowered;
                PutBack(card);
                if (giveUp && cut)
                {
                    _open.Add((till, ticket, card, true));
                }
                else
                {
                    Note(till, card, result, giveUp);
                }
            }
        }

        private void Note(string till, TownCard card, TillResult result, bool giveUp)
        {
            Accepted += result.Outcome == TillOutcome.Accepted ? 1 : 0;
            if (result.Outcome == TillOutcome.CardGone)
            {
                _open.Add((till, result.Sale, card, giveUp));
            }
        }

        private void CutPower(TownCard card)
        {
            if (_faulty && _random.Next(4) == 0)
            {
                Faults++;
                card.Card.CutPowerAfter(_random.Next(300), (TornCell)_random.Next(3));
            }
        }

        private static void PutBack(TownCard card) => card.Card.Reset();

        private static void Try(Func<Task> action)
        {
            try
            {
                action().GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is LinkException or CardChannelException)
            {
                // Lost or pulled: whoever began it repeats it later.
            }
            catch (CardRefusedException e) when (e.Status == StatusWord.NotEnoughMemory)
            {
                // All sixteen slots of the card are taken.
            }
        }

        private void Drain()
        {
            for (int round = 0; round < 3; round++)
            {
                Retry();
                foreach (var card in _cards)
                {
                    Withdrawals += _town.Wallet.Resume(card.Card, card.Pin, default).AsTask().GetAwaiter().GetResult()
                        .Count(r => r.Outcome == WithdrawalOutcome.Issued);
                }

                foreach (string till in _tills)
                {
                    // What may have been settled when it was given up is taken back first; then the cards get their S_W.
                    _town.Till(till).Synchronise(_town.TillLink(till), default).AsTask().GetAwaiter().GetResult();
                    _cards.ForEach(c => _town.Till(till).ComesBack(c.Card));
                    _town.Settle(till).AsTask().GetAwaiter().GetResult();
                }

                _town.RunCycle().AsTask().GetAwaiter().GetResult();
            }
        }

        private void Check()
        {
            Assert.That(_open, Is.Empty);
            _town.AssertSound([.. _cards]);
            var cash = _cards.Aggregate(Amount.Zero, (sum, c) => sum + c.Balance());
            var accounts = _cards.Aggregate(Amount.Zero, (sum, c) => sum + _town.Account(c));
            var shops = _town.ShopAccount("Cafe") + _town.ShopAccount("Kiosk");
            Assert.That((cash + accounts + shops).Minor, Is.EqualTo(20_000), "no amount lost or doubled");
            Assert.That(_town.Tills.Aggregate(Amount.Zero, (sum, t) => sum + t.Accepted), Is.EqualTo(shops),
                "each accepted payment is settled once");
            foreach (var till in _town.Tills)
            {
                Assert.That(till.Sum(CoinPaymentState.Settled), Is.EqualTo(till.Accepted));
                Assert.That((till.Sum(CoinPaymentState.Refused) + till.Sum(CoinPaymentState.Guaranteed) + till.Sum(CoinPaymentState.Held)
                    + till.Sum(CoinPaymentState.Queued)).Minor, Is.Zero);
            }

            Assert.That(_town.UserBank.EvidenceFiles, Is.Empty, "nobody is accused");
            Assert.That(_town.UserBank.Audit.OpenWithdrawals, Is.Zero);
            Assert.That(_cards.Sum(c => c.Pending()), Is.Zero);
            Assert.That(_town.UserBank.Audit.Float, Is.EqualTo(cash), "the float is what the cards hold");
        }
    }
}
