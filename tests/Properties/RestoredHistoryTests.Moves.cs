using HierCash.Oracle;
using HierCash.Protocol.Cash;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Properties;

public sealed partial class RestoredHistoryTests
{
    private sealed partial class History
    {
        private void Withdraw(TownCard card, WalletRecords records, ulong minor)
        {
            Try(() => _town.WalletWith(records).Withdraw(card.Card, card.Pin, new Amount(minor), default).AsTask());
            TellCoins(card);
        }

        private void TellCoins(TownCard card)
        {
            foreach (var (coin, _, _) in card.Coins())
            {
                _truth.Withdrew(coin.Id.ToString(), card.Owner, coin.Terms.FaceValue.ToLedger());
            }
        }

        private void Pay(string till, TownCard card, ulong minor)
        {
            TillResult? paid = null;
            Try(() => Task.FromResult(paid = _town.Pay(till, card, minor)));
            foreach (var h in paid?.Payments ?? [])
            {
                _truth.Signed(h.Id.ToString(), h.Coin.Id.ToString(), _shops[till], h.Paid.ToLedger(), h.Time.ToDate()!.Value, Hand.Owner);
                if (paid!.Outcome == TillOutcome.Accepted)
                {
                    _truth.HandedOver(h.Id.ToString());
                }
            }

            if (paid?.Outcome == TillOutcome.Accepted)
            {
                _sales.Add((till, paid.Sale.Time, card));
            }
        }

        private void Refund()
        {
            if (_sales.Count == 0)
            {
                return;
            }

            var sale = _sales[_random.Next(_sales.Count)];
            Try(async () =>
            {
                var parts = _town.Till(sale.Till).CoinPayments(sale.Sale);
                await _town.Till(sale.Till).Refund(sale.Sale, sale.Card.Card, _town.TillLink(sale.Till), default).OrRefuse();
                _sales.Remove(sale);
                foreach (var part in parts)
                {
                    _truth.TookBack(part.H.Id.ToString());
                }
            });
        }

        private void Online(string till)
        {
            Try(() => _town.Till(till).Synchronise(_town.TillLink(till), default).OrRefuse().AsTask());
            foreach (var part in _town.Till(till).Journal.SelectMany(t => _town.Till(till).CoinPayments(t.Time))
                .Where(p => p.Receipt is { Counts: true }))
            {
                _truth.Arrived(part.H.Id.ToString(), part.Receipt!.Date.ToDate()!.Value);
            }
        }
    }
}
