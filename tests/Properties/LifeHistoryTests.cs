using HierCash.Auditor;
using HierCash.Card.Client;
using HierCash.Card.Runtime;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Properties;

/// <summary>
/// Random histories of everything: withdrawals, payments, tears, voids, refunds, clones, expiries, redemptions, losses, dead statements,
/// lost messages, restarts and retries. At the end the auditor finds nothing in the books, and nobody stands accused but who cloned a card.
/// Ten thousand of them: HIERCASH_HISTORIES=10000 dotnet test tests -c Release --filter FullyQualifiedName~LifeHistoryTests
/// </summary>
[Parallelizable]
public sealed class LifeHistoryTests
{
    private const int InEveryRun = 60;

    [Test]
    public void TheBooksAreSoundAfterAnyHistory()
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        int histories = Histories.Run(InEveryRun, seed =>
        {
            var history = new History(seed);
            history.Run();
            lock (counts)
            {
                foreach (var (what, n) in history.Counts)
                {
                    counts[what] = counts.GetValueOrDefault(what) + n;
                }
            }
        });
        TestContext.Out.WriteLine($"{histories} histories: {string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"))}");
        string[] expected = ["withdrawals", "payments", "refunds", "redemptions", "recoveries", "clone payments", "losses", "faults",
            "cases", "long waits"];
        Assert.That(expected.Where(e => counts.GetValueOrDefault(e) < histories / 20), Is.Empty, "each of it happens");
    }

    private sealed class History
    {
        private readonly SeededRandom _random;
        private readonly SimulatedTown _town;
        private readonly List<TownCard> _honest = [];
        private readonly List<string> _tills = [];
        private readonly List<(string Till, Sale Sale, TownCard Card)> _open = [];
        private readonly List<(string Till, Timestamp Sale, TownCard Card)> _accepted = [];
        private readonly List<TownCard> _clones = [];
        private readonly TownCard _mallory;
        private LostCardReport? _report;
        private bool _faulty = true;

        public History(ulong seed)
        {
            _random = new SeededRandom(seed);
            _town = Towns.Make(seed, o => o with { Suite = new BclSuite(), Faults = Fault });
            _tills.Add(_town.AddTill("Cafe"));
            _tills.Add(_town.AddTill("Kiosk"));
            _faulty = false;
            foreach (string name in new[] { "Alice", "Bob", "Carol" })
            {
                _honest.Add(_town.User(name, (ulong)(500 + _random.Next(4000))));
            }

            _mallory = _town.User("Mallory", 2000);
            _report = WalletTerminal.SignLostReport(_honest[2].Card, _honest[2].Pin, Timestamp.Now(_town.Clock));
            _faulty = true;
        }

        public Dictionary<string, long> Counts { get; } = [];

        public void Run()
        {
            try
            {
                int steps = 20 + _random.Next(30);
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
                _honest.ForEach(c => c.Dispose());
                _clones.ForEach(c => c.Dispose());
                _mallory.Dispose();
                _town.Dispose();
            }
        }

        private void Count(string what, long n = 1) => Counts[what] = Counts.GetValueOrDefault(what) + n;

        private LinkFault Fault(string from, string to, LinkMessage message)
        {
            var fault = !_faulty ? LinkFault.None
                : _random.Next(12) switch { 0 => LinkFault.LoseRequest, 1 => LinkFault.LoseReply, _ => LinkFault.None };
            Count("faults", fault == LinkFault.None ? 0 : 1);
            return fault;
        }

        private T Any<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

        private void Step()
        {
            _town.Clock.Advance(TimeSpan.FromMinutes(1 + _random.Next(600)));
            var card = Any(_honest);
            switch (_random.Next(20))
            {
                case 0 or 1 or 2:
                    Cut(card, () => Count("withdrawals",
                        _town.Withdraw(card, (ulong)(1 + _random.Next(3000))).Outcome == WithdrawalOutcome.Issued ? 1 : 0));
                    break;
                case 3 or 4 or 5 or 6 or 7:
                    Pay(Any(_tills), card);
                    break;
                case 8 or 9:
                    Try(() => _town.Settle(Any(_tills)).AsTask().GetAwaiter().GetResult());
                    break;
                case 10:
                    Try(() => _town.RunCycle().AsTask().GetAwaiter().GetResult());
                    break;
                case 11:
                    _town.Restart(Any(_town.PartyNames.ToList()));
                    break;
                case 12:
                    Refund();
                    break;
                case 13:
                    Cut(card, () => Redeem(card, c => c.Balance.Minor % 2 == 0));
                    break;
                case 14:
                    Cut(card, () => Recover(card));
                    break;
                case 15:
                    ClonePays();
                    break;
                case 16:
                    string till = Any(_tills);
                    Try(() => _town.Till(till).Synchronise(_town.TillLink(till), default).AsTask().GetAwaiter().GetResult());
                    break;
                case 17 when _random.Next(2) == 0:
                    Lose();
                    break;
                case 18 when _random.Next(2) == 0:
                    Count("long waits");
                    _town.Clock.Advance(TimeSpan.FromDays(_random.Next(4) == 0 ? 200 : 3 + _random.Next(30)));
                    Cut(card, () => Recover(card));
                    break;
                default:
                    Retry();
                    break;
            }
        }

        private void Pay(string till, TownCard card)
        {
            if (_open.Exists(o => o.Card == card))
            {
                return;
            }

            TillResult? result = null;
            Cut(card, () => result = _town.Till(till).Pay(card.Card, new Amount((ulong)(1 + _random.Next(2500))), card.PaymentPin));
            Note(till, card, result!);
        }

        private void Note(string till, TownCard card, TillResult result)
        {
            if (result.Outcome == TillOutcome.Accepted)
            {
                Count("payments");
                _accepted.Add((till, result.Sale.Time, card));
            }
            else if (result.Outcome is TillOutcome.CardGone or TillOutcome.IssuerGone)
            {
                _open.Add((till, result.Sale, card));
            }
        }

        private void Retry()
        {
            foreach (var (till, ticket, card) in _open.ToList())
            {
                _open.RemoveAll(o => o.Sale == ticket);
                TillResult? result = null;
                bool giveUp = _random.Next(3) == 0;
                Cut(card, () => result = giveUp ? _town.Till(till).Cancel(ticket, card.Card)
                    : _town.Till(till).Continue(ticket, card.Card, card.PaymentPin));
                Note(till, card, result!);
            }
        }

        private void Refund()
        {
            if (_accepted.Count == 0)
            {
                return;
            }

            var (till, ticket, card) = Any(_accepted);
            _accepted.RemoveAll(a => a.Sale == ticket && a.Till == till);
            Cut(card, () =>
            {
                _town.Till(till).Refund(ticket, _random.Next(2) == 0 ? card.Card : null, _town.TillLink(till), default).AsTask()
                    .GetAwaiter().GetResult();
                Count("refunds");
            });
        }

        private void Redeem(TownCard card, Func<Protocol.Commands.CashReply, bool> which) =>
            Count("redemptions", _town.Wallet.Redeem(card.Card, card.Pin, which, default).AsTask().GetAwaiter().GetResult()
                .Count(r => r.Done));

        private void Recover(TownCard card) =>
            Count("recoveries", _town.Wallet.Recover(card.Card, card.Pin, null, default).AsTask().GetAwaiter().GetResult()
                .Count(r => r.Done));

        private void ClonePays()
        {
            for (int i = 0; i < 2; i++)
            {
                _clones.Add(_mallory.Clone());
                string till = Any(_tills);
                Count("clone payments", _town.Till(till)
                    .Pay(_clones[^1].Card, new Amount((ulong)(500 + _random.Next(1500))), _mallory.PaymentPin)
                    .Outcome == TillOutcome.Accepted ? 1 : 0);
            }
        }

        /// <summary>Carol's card is gone: nobody pays with it any more, and what is on it comes back to her.</summary>
        private void Lose()
        {
            if (_report is not null && _honest.Count == 3)
            {
                var carol = _honest[2];
                _honest.RemoveAt(2);
                _open.RemoveAll(o => o.Card == carol);
                _accepted.RemoveAll(a => a.Card == carol);
                carol.Dispose();
            }

            if (_report is not null && _honest.Count == 2)
            {
                Try(() =>
                {
                    _town.Wallet.ReportLost(_report, default).AsTask().GetAwaiter().GetResult();
                    Count("losses");
                    _report = null;
                });
            }
        }

        private void Cut(TownCard card, Action work)
        {
            if (_faulty && _random.Next(5) == 0)
            {
                Count("faults");
                card.Card.CutPowerAfter(_random.Next(300), (TornCell)_random.Next(3));
            }

            Try(work);
            card.Card.Reset();
        }

        private static void Try(Action work)
        {
            try
            {
                work();
            }
            catch (Exception e) when (e is LinkException or CardChannelException)
            {
                // Lost or pulled: whoever began it repeats it later.
            }
            catch (CardRefusedException e) when (e.Status == StatusWord.NotEnoughMemory)
            {
                // All sixteen slots of the card are taken.
            }
            catch (InvalidOperationException e) when (
                e.Message.StartsWith("The issuer does not take the payment back.", StringComparison.Ordinal))
            {
                // Too late for a refund at the issuer.
            }
        }

        private void Drain()
        {
            for (int round = 0; round < 3; round++)
            {
                Retry();
                foreach (string till in _tills)
                {
                    _town.Till(till).Synchronise(_town.TillLink(till), default).AsTask().GetAwaiter().GetResult();
                    _honest.ForEach(c => _town.Till(till).ComesBack(c.Card));
                    _town.Settle(till).AsTask().GetAwaiter().GetResult();
                }

                foreach (var card in _honest)
                {
                    _town.Wallet.Resume(card.Card, card.Pin, default).AsTask().GetAwaiter().GetResult();
                    Redeem(card, _ => false);
                }

                _town.RunCycle().AsTask().GetAwaiter().GetResult();
            }
        }

        private bool IsForgotten(CoinPayment part) => _town.Options.Terms.IsForgotten(part.H.Coin.Terms.Expiry, Timestamp.Now(_town.Clock));

        private static string Tell(ShopTill till) => string.Concat(till.Journal.Select(t =>
            $"\n{t.Time} {t.Amount} {t.State}: "
                + $"{string.Join("; ", till.CoinPayments(t.Time).Select(p => $"{p.H.Paid} {p.State}, S_W {p.SW is not null}, {p.Receipt?.Verdict} {p.Receipt?.Date} {p.Receipt?.Share}"))}"));

        private void Check()
        {
            Count("cases", _town.UserBank.EvidenceFiles.Count);
            Assert.That(_open, Is.Empty);
            _town.AssertSound([.. _honest]);
            Assert.That(_town.UserBank.EvidenceFiles.Select(e => e.Name).Where(n => n != "Mallory"), Is.Empty,
                "nobody is accused whose card obeyed");
            foreach (var till in _town.Tills)
            {
                var states = Enum.GetValues<CoinPaymentState>()
                    .Where(s => s is not (CoinPaymentState.Held or CoinPaymentState.Voided or CoinPaymentState.Reversed))
                    .Aggregate(Amount.Zero, (sum, s) => sum + till.Sum(s));

                // What was never accepted, and was settled so long ago that the issuer takes it back no more, is owed in cash (rule R4).
                // Nor is what was being taken back here when the issuer said that it was dead (its holder had that word first), or when all
                // terms of its coin ended: nobody says any more.
                var kept = till.Journal.Where(t => t.State is SaleState.Kept or SaleState.Refunded)
                    .SelectMany(t => till.CoinPayments(t.Time)
                    .Where(p => t.State == SaleState.Kept || p.State == CoinPaymentState.Dead
                    || (p.State != CoinPaymentState.Held && IsForgotten(p)))).Where(p => p.SW is null);
                Assert.That(
                    states, Is.EqualTo(kept.Aggregate(till.Accepted, (sum, p) => sum + p.H.Paid)),
                    "every accepted payment is exactly one of queued, settled, guaranteed, refused or dead; what was kept is no sale"
                        + Tell(till));
            }

            string folder = Directory.CreateTempSubdirectory("hiercash-history-").FullName;
            try
            {
                string[] parties = ["issuer", "bank-1", "bank-2"];
                Array.ForEach(parties, p => _town.Export(p, Path.Combine(folder, p + ".db")));
                var audit = AuditRun.Run(
                    Path.Combine(folder, "issuer.db"), [
                        ("bank-1", Path.Combine(folder, "bank-1.db")), ("bank-2", Path.Combine(folder, "bank-2.db"))], _town.Scheme.Root,
                        _town.Options.Suite);
                Assert.That(audit.Findings, Is.Empty);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
