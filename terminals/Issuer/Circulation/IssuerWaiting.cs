namespace HierCash.Issuer;

/// <summary>What waits at the issuer (docs/waiting.md).</summary>
internal static class IssuerWaiting
{
    /// <summary>What stands still because of the issuer's own clock (rule R26).</summary>
    public static IEnumerable<Waiting> Of(ClockState clock)
    {
        if (clock.IsBehind)
        {
            yield return new Waiting(WaitingKind.ClockBehindSigned, "everything that the issuer signs", null,
                $"The issuer's clock says {clock.Now}, behind {clock.Signed}, the latest time that it went by.",
                $"It ends when the clock is right. {ClockState.Look}");
        }

        if (clock.Doubted is { } since)
        {
            // A date that is still to come was said by a clock that was wrong: nothing waits since then.
            yield return new Waiting(WaitingKind.DoubtedClock, "returns, instructions and statements", since > clock.Now ? null : since,
                $"The issuer's clock has said {since}, long after the issuer's last sign of life: the issuer was away, or its clock was "
                    + $"set. It answers all the same.",
                $"It is {clock.Now} by it now. It ends when two banks have called whose clocks agree, or the only bank that there is; no "
                    + $"shop's word ends it. {ClockState.Look}");
        }
    }

    /// <summary>All else; sums where there may be many.</summary>
    public static IReadOnlyList<Waiting> All(IReadSnapshot db, Currency currency, IReadOnlyList<ParkedInstruction> parked)
    {
        var all = new List<Waiting>();
        string Show(Amount amount) => amount.Show(currency);
        if (TransferDeltaTable.Waiting(db) is { } owed)
        {
            all.Add(new Waiting(WaitingKind.OpenTransfer, $"{Show(owed.Sum)} in {owed.Count} transfers between banks", null,
                "It is instructed once a cycle, to banks that have visited.",
                "The next cycle of 'hiercash-issuer serve' after the bank's visit ends it."));
        }

        all.AddRange(InstructionTable.UnfetchedByBank(db).Select(u => new Waiting(
            WaitingKind.UnfetchedInstruction, $"{Show(u.Sum)} in {u.Count} instructions for {u.Bank}", null,
            "The bank has not fetched them.", "The bank's 'hiercash-bank serve' fetches them.")));
        all.AddRange(Restored(db, Show));
        if (EarlyTable.Waiting(db) is { } early)
        {
            all.Add(new Waiting(WaitingKind.EarlyArrival, $"{early.Count} payments of tills", early.Since,
                "By this issuer's clock their time lies in the future.",
                "Their tills send them again once it has come; else the end of their coins' terms ends it."));
        }

        all.AddRange(TraceCaseTable.Unjudged(db).Select(c => new Waiting(
            WaitingKind.UnjudgedCase, $"the case of coin {c.Coin.ToString()[..16]}", c.Opened,
            "Its bank has not fetched the dossier, or has not said what it finds.",
            "The bank's 'hiercash-bank serve' ends it; after the dispute term an alarm names the bank.")));
        all.AddRange(parked.Select(p => new Waiting(
            WaitingKind.ParkedInstruction, $"instruction {p.Bank}/{p.Number}, {p.Kind} of {p.Amount.Show(currency)}", p.Since,
            $"It is not booked: {p.Why}.", $"It ends when {p.EndsWhen}.")));
        all.AddRange(Exceeding(db, Show));
        if (CoinTable.ReturnsToCome(db) is { } returns)
        {
            all.Add(new Waiting(WaitingKind.ReturnToCome, $"{Show(returns.Sum)} of {returns.Count} cancelled coins", returns.Since,
                "Shops may still settle what was paid with them.",
                "The rest goes to the holder's account by itself when that term is over."));
        }

        return all;
    }

    /// <summary>What waits because this issuer was restored from an older copy (R27).</summary>
    private static IEnumerable<Waiting> Restored(IReadSnapshot db, Func<Amount, string> show)
    {
        if (AgreedBooks.BehindSince(db) is { } since)
        {
            var missing = RecoveryTable.In(db, RecoveryState.Waits);
            yield return new Waiting(WaitingKind.RestoredIssuer, "everything", since,
                "This issuer's database is an older copy: others have a later word with its signature, of a visit, a payment or a key.",
                missing.Count == 0 ? "'hiercash-issuer recover' ends it."
                    : $"It ends when these banks have visited: {string.Join(", ", missing)}.");
        }

        foreach (var bank in RecoveryTable.In(db, RecoveryState.Away))
        {
            yield return new Waiting(WaitingKind.LeftOutBank, $"instructions for bank {bank}", RestorationTable.Newest(db)?.Ended,
                "It was left out of a recovery of this issuer, and has words of the issuer that the issuer has forgotten.",
                $"It ends when the bank visits; if it never will, 'hiercash-issuer revoke bank {bank}' ends it.");
        }

        if (TransferDeltaTable.RecoveredCredits(db) is { } credits)
        {
            yield return new Waiting(
                WaitingKind.RecoveredCredit, $"{show(credits.Sum)} of {credits.Count} shops", RestorationTable.Newest(db)?.Ended,
                "They were credited before this issuer was restored from a copy, and the payments have not come again.",
                "It ends when the shops' tills and their coins' banks have visited; "
                + "what is not brought is subtracted from the shops' next credits.");
        }

        if (CoinTable.OfNoBank(db) is { } coins)
        {
            yield return new Waiting(WaitingKind.HonouredCoin, $"{coins.Count} coins of no bank, which have paid {show(coins.Sum)}",
                AlarmTable.First(db, Alarms.HonouredCoin),
                "They were issued after the copy that this issuer was restored from, and no bank gave them back. "
                + "The issuer bears what they pay.",
                "It ends when their bank asks for the withdrawals again, or gives them back; else with the coins' terms.");
        }
    }

    /// <summary>What exceeds coins: promised to shops, queued, or covered by nobody.</summary>
    private static IEnumerable<Waiting> Exceeding(IReadSnapshot db, Func<Amount, string> show)
    {
        if (GuaranteeTable.Open(db) is { } promises)
        {
            yield return new Waiting(
                WaitingKind.OpenGuarantee, $"{show(promises.Sum)} in {promises.Count} promises to shops", promises.Opened,
                "The guarantee pays once the holder's terms are over and its bank has booked the claim.",
                $"The first is due on {promises.Due}.");
        }

        if (HistoryTable.Waiting(db, redemptions: false) is { } payments)
        {
            yield return new Waiting(
                WaitingKind.UncoveredExcess, $"{show(payments.Sum)} in {payments.Count} payments above their coins", payments.Since,
                "No guarantee covers them.", "A reversal that makes room ends it; else the end of the coin's terms.");
        }

        if (HistoryTable.Waiting(db, redemptions: true) is { } redemptions)
        {
            yield return new Waiting(
                WaitingKind.QueuedRedemption, $"{show(redemptions.Sum)} in {redemptions.Count} redemptions", redemptions.Since,
                "They do not fit whole into what is left of their coins.",
                "A reversal that makes room ends it; what is left when the coin's terms are over goes to the account.");
        }
    }
}
