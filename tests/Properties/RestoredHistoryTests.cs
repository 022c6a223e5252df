using HierCash.Auditor;
using HierCash.Oracle;
using HierCash.Shop;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Properties;

/// <summary>
/// Random histories of honest people with lost messages, in which a party is put back to an older copy, or has a wrong clock for a while
/// (rules R26 and R27). When faults have ended, the party has recovered, and 3 cycles have run, the truth oracle finds nothing. A thousand
/// of them: HIERCASH_HISTORIES=1000 dotnet test tests -c Release --filter FullyQualifiedName~RestoredHistoryTests
/// </summary>
[Parallelizable]
public sealed partial class RestoredHistoryTests
{
    private const int InEveryRun = 12;

    [Test, Rule(27), Rule(26)]
    public void NobodyLosesByACopyOrAClock()
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int histories = Histories.Run(InEveryRun, seed =>
        {
            using var history = new History(seed);
            history.Run();
            lock (counts)
            {
                foreach (string what in history.Done)
                {
                    counts[what] = counts.GetValueOrDefault(what) + 1;
                }
            }
        });
        TestContext.Out.WriteLine($"{histories} histories: {string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"))}");
        foreach (string move in histories < InEveryRun ? [] : new[] { "restored ", "clock of " })
        {
            Assert.That(counts.Keys.Count(k => k.StartsWith(move, StringComparison.Ordinal)), Is.GreaterThan(2), move);
        }
    }

    private sealed partial class History : IDisposable
    {
        private const string Cafe = "till-1";
        private static readonly string[] Parties = [SimulatedTown.IssuerName, "bank-1", "bank-2", Cafe];
        private static readonly int[] Hours = [-8 * 24, -24, 25, 40 * 24];
        private readonly string _folder = Directory.CreateTempSubdirectory("hiercash-histories-").FullName;
        private readonly SeededRandom _random;
        private readonly SimulatedTown _town;
        private readonly Truth _truth;
        private readonly List<(TownCard Card, Database Store, WalletRecords Records)> _holders = [];
        private readonly Dictionary<string, string> _shops = new() { [Cafe] = "Cafe", ["till-2"] = "Kiosk" };
        private readonly List<(string Till, Timestamp Sale, TownCard Card)> _sales = [];
        private readonly string _party;
        private readonly int _seed;
        private bool _faulty;

        public History(ulong seed)
        {
            _seed = (int)(seed % 1000);
            _random = new SeededRandom(seed);
            _town = Towns.Make(seed, o => o with { Suite = new BclSuite(), Directory = _folder, Faults = Fault });
            var terms = _town.Options.Terms;
            _truth = new Truth(new Limits(
                terms.FloorLimit.ToLedger(), terms.GuaranteeCap.ToLedger(), TimeSpan.FromDays(30), terms.GuaranteeWindow,
                terms.HotListMaxAge, TimeSpan.FromHours(24), terms.SettlePeriod,
                TimeSpan.FromMinutes(15), terms.NoPinLimit.ToLedger()));
            _truth.Knows(new Party(SimulatedTown.IssuerName, PartyKind.Issuer, false, ""));
            foreach (string bank in new[] { "bank-1", "bank-2" })
            {
                _truth.Knows(new Party(bank, PartyKind.Bank, false, ""));
            }

            foreach (string shop in _shops.Values)
            {
                _town.AddTill(shop);
                _truth.Knows(new Party(shop, PartyKind.Shop, false, "bank-2"));
            }

            foreach (string name in new[] { "Alice", "Bob" })
            {
                var store = Database.OpenMemory(WalletRecords.Schema);
                var card = _town.NewCard(name);
                _town.OpenAccount(card, new Amount(20_000));
                _holders.Add((card, store, new WalletRecords(store)));
                _truth.Knows(new Party(name, PartyKind.Holder, false, "bank-1"));
                _truth.Deposited(name, 20_000);
            }

            _party = Parties[_seed / 2 % Parties.Length];
        }

        public List<string> Done { get; } = [];

        public void Dispose()
        {
            foreach (var (card, store, _) in _holders)
            {
                card.Dispose();
                store.Dispose();
            }

            _town.Dispose();
            SqliteConnection.ClearAllPools();
            Directory.Delete(_folder, recursive: true);
        }

        public void Run()
        {
            foreach (var (card, _, records) in _holders)
            {
                Withdraw(card, records, 3000);
            }

            Steps(6);
            if (_seed % 2 == 0)
            {
                RestoreAndRecover();
            }
            else
            {
                WrongClock();
            }

            Steps(4);
            End();
        }

        private LinkFault Fault(string from, string to, HierCash.Protocol.Link.LinkMessage message) =>
            !_faulty ? LinkFault.None : _random.Next(
                12) switch { 0 => LinkFault.LoseRequest, 1 => LinkFault.LoseReply, _ => LinkFault.None };

        /// <summary>
        /// A copy of before; more happens, and everybody has visited since; it is put back in mid-traffic, stops, and recovers.
        /// </summary>
        private void RestoreAndRecover()
        {
            var copy = _town.StoreBytes(_party);
            Steps(2 + _random.Next(8));
            Visit();
            _town.Replace(_party, copy);
            Steps(_random.Next(5));
            Visit();
            var till = _town.Till(Cafe);
            bool isBehind = _town.Issuer.Behind is not null || till.Behind is not null || _town.Banks.Any(b => b.Behind is not null);
            Assert.That(isBehind || _party == Cafe, $"{_party} notices");
            if (!isBehind)
            {
                return;
            }

            Done.Add($"restored {_party}");
            switch (_party)
            {
                case SimulatedTown.IssuerName:
                    _town.Issuer.Recover().OrRefuse();
                    break;
                case Cafe:
                    till.Recover(_town.TillLink(Cafe), default).OrRefuse().AsTask().GetAwaiter().GetResult();
                    break;
                default:
                    _town.Banks.Single(b => b.Behind is not null).Recover(default).AsTask().GetAwaiter().GetResult().OrRefuse();
                    break;
            }
        }

        private void WrongClock()
        {
            var clock = new OffsetClock(_town.Clock);
            _town.GiveClock(_party, clock);
            clock.Off = TimeSpan.FromHours(Hours[_random.Next(Hours.Length)]);
            _town.Clock.Advance(TimeSpan.FromMinutes(2));
            Steps(3 + _random.Next(5));
            clock.Off = TimeSpan.Zero;
            _town.Clock.Advance(TimeSpan.FromMinutes(2));
            if (_town.Issuer.Clock.IsBehind)
            {
                // It had signed in the days that are still to come: a person says that its clock is right now.
                _town.Issuer.AcceptClock();
            }

            Done.Add($"clock of {_party}");
        }

        private void Steps(int count)
        {
            _faulty = true;
            for (int i = 0; i < count; i++)
            {
                _town.Clock.Advance(TimeSpan.FromMinutes(1 + _random.Next(300)));
                var (card, _, records) = _holders[_random.Next(_holders.Count)];
                string till = _shops.Keys.ElementAt(_random.Next(2));
                switch (_random.Next(10))
                {
                    case 0 or 1:
                        Withdraw(card, records, (ulong)(1 + _random.Next(2500)));
                        break;
                    case 2 or 3 or 4 or 5:
                        Pay(till, card, (ulong)(1 + _random.Next(900)));
                        break;
                    case 6:
                        Refund();
                        break;
                    case 7:
                        Try(() => _town.RunCycle().AsTask());
                        break;
                    default:
                        Online(till);
                        break;
                }
            }

            _faulty = false;
        }

        /// <summary>As servers do every few seconds, and tills several times a day.</summary>
        private void Visit()
        {
            foreach (string till in _shops.Keys)
            {
                Online(till);
            }

            Try(() => _town.RunCycle().AsTask());
            foreach (var bank in _town.Banks)
            {
                Try(async () => (await bank.Run(default)).ThrowIfAny());
            }
        }

        private void End()
        {
            // A refund that was begun goes on at each visit; what it gives back was agreed.
            for (int cycle = 0; cycle < 4; cycle++)
            {
                _town.Clock.Advance(TimeSpan.FromHours(2));
                foreach (var (card, _, records) in _holders)
                {
                    Try(() => _town.WalletWith(records).Resume(card.Card, card.Pin, default).OrRefuse().AsTask());
                    TellCoins(card);
                }

                Visit();
                foreach (var (card, _, _) in _holders)
                {
                    foreach (string till in _shops.Keys)
                    {
                        _town.Till(till).ComesBack(card.Card);
                    }
                }
            }

            foreach (string till in _shops.Keys)
            {
                foreach (var part in _town.Till(till).Journal.SelectMany(t => _town.Till(till).CoinPayments(t.Time))
                    .Where(p => p.State is CoinPaymentState.Voided or CoinPaymentState.Reversed))
                {
                    _truth.TookBack(part.H.Id.ToString());
                }
            }

            foreach (var (card, _, records) in _holders)
            {
                _town.WalletWith(records).Redeem(card.Card, card.Pin, null, default).OrRefuse().AsTask().GetAwaiter().GetResult();
            }

            Visit();
            Visit();
            Visit();
            Assert.That(TruthOracle.Ask(_truth, Observe()), Is.Empty);
            Assert.That(_town.UserBank.EvidenceFiles, Is.Empty, "nobody is accused");
            Assert.That(_holders.Sum(h => (long)h.Card.Balance().Minor), Is.Zero);
            _town.AssertSound([.. _holders.Select(h => h.Card)]);
            Assert.That(Audit(), Is.Empty);
        }

        private Observation Observe()
        {
            var seen = new Observation();
            foreach (var (card, _, _) in _holders)
            {
                seen.Accounts[card.Owner] = _town.Account(card).ToLedger();
            }

            foreach (string shop in _shops.Values)
            {
                seen.Accounts[shop] = _town.ShopAccount(shop).ToLedger();
            }

            foreach (var bank in _town.Banks)
            {
                seen.Claims[bank.Name] = -bank.Audit.Claims;
                seen.Floats[bank.Name] = bank.Audit.Float.ToLedger() - bank.Audit.Suspense;
                seen.Clearing += bank.Audit.Clearing;
                seen.Queues.Add(new Oracle.Waiting(bank.Name, "withdrawals that did not end", bank.Audit.OpenWithdrawals, null));
                seen.Queues.Add(new Oracle.Waiting(bank.Name, "withdrawals without an order", bank.Audit.Unordered.Times, null));
            }

            var (deltas, unfetched, cases, _) = _town.Issuer.Queues;
            seen.Queues.Add(new Oracle.Waiting("issuer", "sums that no cycle took", deltas, null));
            seen.Queues.Add(new Oracle.Waiting("issuer", "instructions that no bank fetched", unfetched, null));
            seen.Queues.Add(new Oracle.Waiting("issuer", "cases", cases, null));
            foreach (string till in _shops.Keys)
            {
                seen.Queues.Add(new Oracle.Waiting(till, "cents still queued", _town.Till(till).Sum(CoinPaymentState.Queued).ToLedger(),
                    null));
                seen.Queues.Add(new Oracle.Waiting(till, "cents refused", _town.Till(till).Sum(CoinPaymentState.Refused).ToLedger(), null));
            }

            return seen;
        }

        private IReadOnlyList<Auditor.Finding> Audit()
        {
            string Books(string party)
            {
                string path = Path.Combine(_folder, $"{party}.audited");
                _town.Export(party, path);
                return path;
            }

            return AuditRun.Run(Books("issuer"), [("bank-1", Books("bank-1")), ("bank-2", Books("bank-2"))], _town.Scheme.Root,
                new BclSuite()).OrRefuse().Findings;
        }

        private static void Try(Func<Task> action)
        {
            try
            {
                action().GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is LinkException or RefusedException or CardRefusedException
                or CardChannelException)
            {
                // Lost, stopped, or a clock is wrong: whoever began it repeats it later.
            }
        }
    }
}
