namespace HierCash.Simulation;

/// <summary>The invariants of the whole town: each party's own, and those between parties.</summary>
public static class TownAudit
{
    /// <summary>One sentence per broken invariant; empty when all hold. Holds also while withdrawals and payments are under way.</summary>
    public static IReadOnlyList<string> Run(SimulatedTown town)
    {
        var findings = new List<string>();
        findings.AddRange(town.Issuer.Audit.Run().Select(f => $"issuer: {f}"));
        foreach (var bank in town.Banks)
        {
            findings.AddRange(bank.Audit.Run().Select(f => $"{bank.Name}: {f}"));
        }

        return findings;
    }

    /// <summary>What must hold in addition once every cycle is booked and every withdrawal has ended.</summary>
    public static IReadOnlyList<string> RunQuiet(SimulatedTown town)
    {
        var findings = Run(town).ToList();
        // What is parked is missing at the bank; what claims paid in waits in clearing until the shop's credit is signed.
        long expected = 0;
        foreach (var bank in town.Banks)
        {
            long position = town.Issuer.Audit.ClearingOf(bank.Id, ulong.MaxValue >> 1) - bank.Audit.Unbooked.Clearing;
            expected += position;
            if (bank.Audit.Clearing != position)
            {
                findings.Add($"{bank.Name}: its clearing position is {bank.Audit.Clearing}; what the issuer instructed leaves {position}");
            }

            var outstanding = town.Issuer.Registry.FindBank(bank.Id)!.Circulation.Outstanding;
            if (bank.Audit.Float.ToLedger() + bank.Audit.Unbooked.Float != outstanding.ToLedger())
            {
                findings.Add($"{bank.Name}: its float is {bank.Audit.Float}, and {bank.Audit.Unbooked.Float} is parked, but the issuer has "
                    + $"{outstanding} outstanding for it");
            }
        }

        long clearing = town.Banks.Sum(b => b.Audit.Clearing);
        if (clearing != expected)
        {
            findings.Add($"clearing: the banks' positions sum to {clearing}, not {expected}");
        }

        return findings;
    }

    /// <summary>For a card that obeys: per coin, x and what was signed and not restored make X.</summary>
    public static IReadOnlyList<string> RunCard(TownCard card)
    {
        var findings = new List<string>();
        var log = card.Log();
        foreach (var (coin, balance, seq) in card.Coins())
        {
            var entries = log.Where(e => e.Coin == coin.Id).ToList();
            var signed = entries.Where(e => e.State == LogState.Signed).Aggregate(Amount.Zero, (sum, e) => sum + e.Payment.Paid);
            // What is taken back of a coin that was closed comes to the account, not to the card.
            bool closed = seq == CashPayment.CloseSeq;
            if (closed ? signed > coin.Terms.FaceValue || !balance.IsZero : balance + signed != coin.Terms.FaceValue)
            {
                findings.Add($"{card.Owner}: x {balance} and signed {signed} do not make X {coin.Terms.FaceValue}");
            }

            if ((closed ? entries.Count > seq : entries.Count != seq)
                || entries.Select(e => e.Payment.Seq).Distinct().Count() != entries.Count)
            {
                findings.Add($"{card.Owner}: {entries.Count} log entries for seq {seq}");
            }
        }

        return findings;
    }
}
