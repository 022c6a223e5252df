namespace HierCash.Issuer;

/// <summary>Recomputes the issuer's invariants (protocol: Money) from its own rows.</summary>
public sealed class IssuerAudit(Database store, ICashSuite suite, IssuerKeys keys)
{
    /// <summary>One sentence per broken invariant; empty when all hold.</summary>
    public IReadOnlyList<string> Run() =>
        store.Read<IReadOnlyList<string>>(db => [.. Coins(db), .. Banks(db), .. Transfers(db), .. Payments(db)]);

    /// <summary>What this issuer bears, for coins that it had signed and forgotten with a copy, and that no bank gave back (R27).</summary>
    public Amount Borne => Amount.FromLedger(store.Read(TransferDeltaTable.Borne));

    /// <summary>Instructed so far: what left floats and claims, and what reached shops.</summary>
    public (Amount Debits, Amount Credits) Instructed => store.Read(db => (InstructionTable.Debits(db), InstructionTable.Credits(db)));

    /// <summary>
    /// What a bank's clearing position is when it has booked all instructions up to that number, in minor units: positive for what it paid
    /// in. What it parked of them is missing at the bank.
    /// </summary>
    public long ClearingOf(PartyId bank, ulong upTo) => store.Read(db => InstructionTable.ClearingOf(db, bank, upTo));

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

    private static IEnumerable<string> Banks(IReadSnapshot db) => BankTable.Holdings(db).Where(b => b.Outstanding != b.Held)
        .Select(b => $"bank {b.Bank}: {b.Outstanding} is outstanding, but its coins hold {b.Held}");

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

        foreach (var (bank, settled, debited) in InstructionTable.Settled(db).Where(s => s.Settled != s.Debited))
        {
            yield return $"bank {bank}: {settled} was settled, but {debited} was or will be instructed";
        }
    }

    private IEnumerable<string> Payments(IReadSnapshot db) => HistoryTable.Audited(db)
        .Where(row => !(row.H is { } h && row.Receipt is { } receipt
            && h.Id == row.Payment && receipt.Subject == h.Id.Value && receipt.Verdict == (row.IsReversed ? Verdict.Dead : row.Verdict)
            && (row.IsReversed || row.Parts == receipt.Share.Sum.ToLedger())
            && h.Paid.ToLedger() == row.Y && keys.IsStatement(k => receipt.Verify(suite, k))
            && keys.CoinKey(h.Coin.Terms.IssuerKey) is { } coinKey && h.Coin.Verify(suite, coinKey) && h.Verify(suite)))
        .Select(row => $"payment {row.Id}: its row, its H and its receipt do not agree, or a signature is wrong");
}
