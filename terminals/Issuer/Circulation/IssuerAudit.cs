using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>Recomputes the issuer's invariants (protocol: Money) from its own rows.</summary>
public sealed class IssuerAudit
{
    private readonly Database _store;
    private readonly ICashSuite _suite;
    private readonly IssuerKeys _keys;

    internal IssuerAudit(Database store, ICashSuite suite, IssuerKeys keys)
    {
        _store = store;
        _suite = suite;
        _keys = keys;
    }

    /// <summary>One sentence per broken invariant; empty when all hold.</summary>
    public IReadOnlyList<string> Run() => _store.Read(db =>
    {
        var findings = new List<string>();
        findings.AddRange(Coins(db));
        findings.AddRange(Banks(db));
        findings.AddRange(Transfers(db));
        findings.AddRange(Payments(db));
        return (IReadOnlyList<string>)findings;
    });

    /// <summary>What this issuer bears, for coins that it had signed and forgotten with a copy, and that no bank gave back (R27).</summary>
    public Amount Borne => Amount.FromLedger(_store.Read(TransferDeltaTable.Borne));

    /// <summary>Instructed so far: what left floats and claims, and what reached shops.</summary>
    public (Amount Debits, Amount Credits) Instructed => _store.Read(db => (
        Amount.FromLedger(db.Number("SELECT coalesce(sum(amount), 0) FROM every_instruction WHERE kind IN (1, 3)")),
        Amount.FromLedger(db.Number("SELECT coalesce(sum(amount), 0) FROM every_instruction WHERE kind = 2"))));

    /// <summary>
    /// What a bank's clearing position is when it has booked all instructions up to that number, in minor units: positive for what it paid in. What it
    /// parked of them is missing at the bank.
    /// </summary>
    public long ClearingOf(PartyId bank, ulong upTo) => _store.Read(db => db.Number(
        """
        SELECT coalesce(sum(CASE WHEN kind IN (1, 3, 7) THEN amount ELSE -amount END), 0) FROM every_instruction
        WHERE bank = $1 AND number <= $2 AND kind IN (1, 2, 3, 6, 7, 8)
        """,
        (long)bank.Value, (long)upTo));

    private static IEnumerable<string> Coins(IReadSnapshot db)
    {
        const string Both = "SELECT coin, x, y, returned, 1 AS open FROM inspection UNION ALL SELECT coin, x, y, returned, 0 FROM closed_coin";
        foreach (var coin in db.Query(
            $"SELECT c.coin, c.x, c.y, c.open, c.returned, coalesce((SELECT sum(credited) FROM history h WHERE h.coin = c.coin), 0) FROM ({Both}) c",
            r => (Number: r.GetInt64(0), X: r.GetInt64(1), Y: r.GetInt64(2), Open: r.GetInt64(3) == 1, Returned: r.GetInt64(4), Credited: r.GetInt64(5))))
        {
            if (coin.Y != coin.Credited)
            {
                yield return $"coin {coin.Number}: Y is {coin.Y}, but its payments credited {coin.Credited}";
            }

            if (coin.Y + coin.Returned > coin.X || coin.Open != coin.Y + coin.Returned < coin.X)
            {
                yield return $"coin {coin.Number}: Y is {coin.Y} and {coin.Returned} went back, of X {coin.X}, but it is {(coin.Open ? "open" : "closed")}";
            }
        }
    }

    private static IEnumerable<string> Banks(IReadSnapshot db)
    {
        foreach (var bank in db.Query(
            """
            SELECT id, issued - settled - redeemed - returned,
                (SELECT coalesce(sum(x - y - returned), 0) FROM inspection WHERE bank = id) + (SELECT coalesce(sum(x - y - returned), 0) FROM closed_coin WHERE bank = id)
            FROM bank
            """,
            r => (Id: r.GetInt64(0), Outstanding: r.GetInt64(1), Coins: r.GetInt64(2))))
        {
            if (bank.Outstanding != bank.Coins)
            {
                yield return $"bank {bank.Id}: {bank.Outstanding} is outstanding, but its coins hold {bank.Coins}";
            }
        }
    }

    private static IEnumerable<string> Transfers(IReadSnapshot db)
    {
        // What the issuer bears stands among the debits, as bank 0.
        const string All = "SELECT bank, kind, amount FROM every_instruction UNION ALL SELECT bank, kind, amount FROM transfer_delta";
        long debits = db.Number($"SELECT coalesce(sum(amount), 0) FROM ({All}) WHERE kind IN (1, 3, 7)");
        long credits = db.Number($"SELECT coalesce(sum(amount), 0) FROM ({All}) WHERE kind IN (2, 6, 8)");
        long claims = ClaimPaymentTable.UnderWay(db).ToLedger();
        if (debits != credits + claims)
        {
            yield return $"transfers: {debits} go into clearing, but {credits} come out of it, and {claims} wait until claims are booked";
        }

        if (TransferDeltaTable.Borne(db) is var borne && HonouredCoins.Paid(db) is var paid && borne != paid)
        {
            yield return $"coins of no bank: they have paid {paid}, but the issuer bears {borne}";
        }

        foreach (var bank in db.Query(
            $"SELECT id, settled, (SELECT coalesce(sum(CASE kind WHEN 1 THEN amount ELSE -amount END), 0) FROM ({All}) a WHERE a.bank = b.id AND a.kind IN (1, 6)) FROM bank b",
            r => (Id: r.GetInt64(0), Settled: r.GetInt64(1), Debited: r.GetInt64(2))))
        {
            if (bank.Settled != bank.Debited)
            {
                yield return $"bank {bank.Id}: {bank.Settled} was settled, but {bank.Debited} was or will be instructed";
            }
        }
    }

    private IEnumerable<string> Payments(IReadSnapshot db)
    {
        foreach (var row in db.Query(
            "SELECT id, payment_id, h, receipt, y, verdict, credited, guaranteed, waiting, reversed IS NOT NULL FROM history",
            r => (Id: r.GetInt64(0), Payment: r.Bytes(1), H: CashPayment.Decode(r.Bytes(2)), Receipt: Receipt.Decode(r.Bytes(3)), Y: r.GetInt64(4), Verdict: (Verdict)r.GetInt64(5),
                Parts: r.GetInt64(6) + r.GetInt64(7) + r.GetInt64(8), Reversed: r.GetInt64(9) == 1)))
        {
            bool sound = row.H is { } h && row.Receipt is { } receipt
                && h.Id.Value == Digest.Read(row.Payment) && receipt.Subject == h.Id.Value && receipt.Verdict == (row.Reversed ? Verdict.Dead : row.Verdict)
                && (row.Reversed || row.Parts == receipt.Share.Sum.ToLedger())
                && h.Paid.ToLedger() == row.Y && _keys.IsStatement(k => receipt.Verify(_suite, k))
                && _keys.CoinKey(h.Coin.Terms.IssuerKey) is { } coinKey && h.Coin.Verify(_suite, coinKey) && h.Verify(_suite);
            if (!sound)
            {
                yield return $"payment {row.Id}: its row, its H and its receipt do not agree, or a signature is wrong";
            }
        }
    }
}
