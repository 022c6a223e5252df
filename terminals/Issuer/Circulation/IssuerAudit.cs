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
    public (Amount Debits, Amount Credits) Instructed => _store.Read(db => (InstructionTable.Debits(db), InstructionTable.Credits(db)));

    /// <summary>
    /// What a bank's clearing position is when it has booked all instructions up to that number, in minor units: positive for what it paid
    /// in. What it parked of them is missing at the bank.
    /// </summary>
    public long ClearingOf(PartyId bank, ulong upTo) => _store.Read(db => InstructionTable.ClearingOf(db, bank, upTo));

    private static IEnumerable<string> Coins(IReadSnapshot db)
    {
        foreach (var coin in CoinTable.Balances(db))
        {
            if (coin.Spent != coin.Credited)
            {
                yield return $"coin {coin.Number}: Y is {coin.Spent}, but its payments credited {coin.Credited}";
            }

            if (coin.Spent + coin.Returned > coin.FaceValue || coin.IsOpen != coin.Spent + coin.Returned < coin.FaceValue)
            {
                yield return $"coin {coin.Number}: Y is {coin.Spent} and {coin.Returned} went back, of X {coin.FaceValue}, "
                    + $"but it is {(coin.IsOpen ? "open" : "closed")}";
            }
        }
    }

    private static IEnumerable<string> Banks(IReadSnapshot db)
    {
        foreach (var (bank, outstanding, held) in BankTable.Holdings(db))
        {
            if (outstanding != held)
            {
                yield return $"bank {bank}: {outstanding} is outstanding, but its coins hold {held}";
            }
        }
    }

    private static IEnumerable<string> Transfers(IReadSnapshot db)
    {
        long debits = InstructionTable.IntoClearing(db);
        long credits = InstructionTable.OutOfClearing(db);
        long claims = ClaimPaymentTable.UnderWay(db).ToLedger();
        if (debits != credits + claims)
        {
            yield return $"transfers: {debits} go into clearing, but {credits} come out of it, and {claims} wait until claims are booked";
        }

        if (TransferDeltaTable.Borne(db) is var borne && HonouredCoins.Paid(db) is var paid && borne != paid)
        {
            yield return $"coins of no bank: they have paid {paid}, but the issuer bears {borne}";
        }

        foreach (var (bank, settled, debited) in InstructionTable.Settled(db))
        {
            if (settled != debited)
            {
                yield return $"bank {bank}: {settled} was settled, but {debited} was or will be instructed";
            }
        }
    }

    private IEnumerable<string> Payments(IReadSnapshot db)
    {
        foreach (var row in HistoryTable.Audited(db))
        {
            bool sound = row.H is { } h && row.Receipt is { } receipt
                && h.Id == row.Payment && receipt.Subject == h.Id.Value && receipt.Verdict == (row.IsReversed ? Verdict.Dead : row.Verdict)
                && (row.IsReversed || row.Parts == receipt.Share.Sum.ToLedger())
                && h.Paid.ToLedger() == row.Y && _keys.IsStatement(k => receipt.Verify(_suite, k))
                && _keys.CoinKey(h.Coin.Terms.IssuerKey) is { } coinKey && h.Coin.Verify(_suite, coinKey) && h.Verify(_suite);
            if (!sound)
            {
                yield return $"payment {row.Id}: its row, its H and its receipt do not agree, or a signature is wrong";
            }
        }
    }
}
