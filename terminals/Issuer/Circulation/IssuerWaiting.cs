using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>What waits at the issuer (docs/waiting.md).</summary>
internal static class IssuerWaiting
{
    /// <summary>What stands still because of the issuer's own clock (rule R26).</summary>
    public static IEnumerable<Waiting> Of(ClockState clock)
    {
        if (clock.IsBehind)
        {
            yield return new Waiting(
                WaitingKind.ClockBehindSigned, "everything that the issuer signs", null, $"The issuer's clock says {clock.Now}, behind {clock.Signed}, the latest time that it went by.",
                $"It ends when the clock is right. {ClockCommand.Look}");
        }

        if (clock.Doubted is { } since)
        {
            // A date that is still to come was said by a clock that was wrong: nothing waits since then.
            yield return new Waiting(
                WaitingKind.DoubtedClock, "returns, instructions and statements", since > clock.Now ? null : since,
                $"The issuer's clock has said {since}, long after the issuer's last sign of life: the issuer was away, or its clock was set. It answers all the same.",
                $"It is {clock.Now} by it now. It ends when two banks have called whose clocks agree, or the only bank that there is; no shop's word ends it. {ClockCommand.Look}");
        }
    }

    /// <summary>All else; sums where there may be many.</summary>
    public static IReadOnlyList<Waiting> All(IReadSnapshot db, Currency currency, IReadOnlyList<ParkedInstruction> parked)
    {
        var all = new List<Waiting>();
        string Show(long minor) => Amount.FromLedger(minor).Show(currency);
        all.AddRange(db.Query("SELECT count(*), coalesce(sum(amount), 0) FROM transfer_delta WHERE amount > 0 AND bank <> 0 HAVING count(*) > 0", r => new Waiting(
            WaitingKind.OpenTransfer, $"{Show(r.GetInt64(1))} in {r.GetInt64(0)} transfers between banks", null,
            "It is instructed once a cycle, to banks that have visited.", "The next cycle of 'hiercash-issuer serve' after the bank's visit ends it.")));
        all.AddRange(db.Query(
            "SELECT b.name, count(*), sum(i.amount) FROM instruction i JOIN bank b ON b.id = i.bank WHERE i.number > b.acknowledged GROUP BY b.id ORDER BY b.id",
            r => new Waiting(
                WaitingKind.UnfetchedInstruction, $"{Show(r.GetInt64(2))} in {r.GetInt64(1)} instructions for {r.GetString(0)}", null,
                "The bank has not fetched them.", "The bank's 'hiercash-bank serve' fetches them.")));
        if (AgreedBooks.BehindSince(db) is { } since)
        {
            var missing = IssuerRecovery.Missing(db);
            all.Add(new Waiting(
                WaitingKind.RestoredIssuer, "everything", since, "This issuer's database is an older copy: others have a later word with its signature, of a visit, a payment or a key.",
                missing.Count == 0 ? "'hiercash-issuer recover' ends it." : $"It ends when these banks have visited: {string.Join(", ", missing)}."));
        }

        all.AddRange(IssuerRecovery.LeftOutBanks(db).Select(bank => new Waiting(
            WaitingKind.LeftOutBank, $"instructions for bank {bank}", Restorations.Newest(db)?.Ended,
            "It was left out of a recovery of this issuer, and has words of the issuer that the issuer has forgotten.",
            $"It ends when the bank visits; if it never will, 'hiercash-issuer revoke bank {bank}' ends it.")));
        all.AddRange(db.Query(
            "SELECT count(*), sum(-amount) FROM transfer_delta WHERE amount < 0 AND kind = $1 HAVING count(*) > 0",
            r => new Waiting(
                WaitingKind.RecoveredCredit, $"{Show(r.GetInt64(1))} of {r.GetInt64(0)} shops", Restorations.Newest(db)?.Ended,
                "They were credited before this issuer was restored from a copy, and the payments have not come again.",
                "It ends when the shops' tills and their coins' banks have visited; what is not brought is subtracted from the shops' next credits."),
            (long)TransferKind.ShopCredit));
        all.AddRange(db.Query(
            """
            SELECT count(*), sum(y), (SELECT min(date) FROM alarm WHERE kind = $1)
            FROM (SELECT y FROM inspection WHERE bank = 0 UNION ALL SELECT y FROM closed_coin WHERE bank = 0) HAVING count(*) > 0
            """,
            r => new Waiting(
                WaitingKind.HonouredCoin, $"{r.GetInt64(0)} coins of no bank, which have paid {Show(r.GetInt64(1))}", r.IsDBNull(2) ? null : Timestamp.FromLedger(r.GetInt64(2)),
                "They were issued after the copy that this issuer was restored from, and no bank gave them back. The issuer bears what they pay.",
                "It ends when their bank asks for the withdrawals again, or gives them back; else with the coins' terms."),
            Alarms.HonouredCoin));
        all.AddRange(db.Query(
            "SELECT count(*), min(arrival) FROM early e WHERE NOT EXISTS (SELECT 1 FROM history h WHERE h.payment_id = e.payment_id) HAVING count(*) > 0",
            r => new Waiting(
                WaitingKind.EarlyArrival, $"{r.GetInt64(0)} payments of tills", Timestamp.FromLedger(r.GetInt64(1)), "By this issuer's clock their time lies in the future.",
                "Their tills send them again once it has come; else the end of their coins' terms ends it.")));
        all.AddRange(db.Query(
            "SELECT lower(hex(coin_id)), opened FROM trace_case WHERE is_excess = 1 AND proof IS NULL ORDER BY opened",
            r => new Waiting(
                WaitingKind.UnjudgedCase, $"the case of coin {r.GetString(0)[..16]}", Timestamp.FromLedger(r.GetInt64(1)), "Its bank has not fetched the dossier, or has not said what it finds.",
                "The bank's 'hiercash-bank serve' ends it; after the dispute term an alarm names the bank.")));
        all.AddRange(parked.Select(p => new Waiting(
            WaitingKind.ParkedInstruction, $"instruction {p.Bank}/{p.Number}, {p.Kind} of {p.Amount.Show(currency)}", p.Since, $"It is not booked: {p.Why}.", $"It ends when {p.EndsWhen}.")));
        all.AddRange(db.Query(
            "SELECT count(*), sum(y), min(opened), min(due) FROM guarantee WHERE paid < 2 HAVING count(*) > 0",
            r => new Waiting(
                WaitingKind.OpenGuarantee, $"{Show(r.GetInt64(1))} in {r.GetInt64(0)} promises to shops", Timestamp.FromLedger(r.GetInt64(2)),
                "The guarantee pays once the holder's terms are over and its bank has booked the claim.",
                $"The first is due on {Timestamp.FromLedger(r.GetInt64(3))}.")));
        foreach (bool redeemed in new[] { false, true })
        {
            all.AddRange(db.Query(
                "SELECT count(*), sum(waiting), min(date) FROM history WHERE reversed IS NULL AND waiting > 0 AND (shop = 0) = $1 HAVING count(*) > 0",
                r => redeemed
                    ? new Waiting(WaitingKind.QueuedRedemption, $"{Show(r.GetInt64(1))} in {r.GetInt64(0)} redemptions", Timestamp.FromLedger(r.GetInt64(2)),
                        "They do not fit whole into what is left of their coins.",
                        "A reversal that makes room ends it; what is left when the coin's terms are over goes to the account.")
                    : new Waiting(WaitingKind.UncoveredExcess, $"{Show(r.GetInt64(1))} in {r.GetInt64(0)} payments above their coins", Timestamp.FromLedger(r.GetInt64(2)),
                        "No guarantee covers them.",
                        "A reversal that makes room ends it; else the end of the coin's terms."),
                redeemed ? 1L : 0L));
        }

        all.AddRange(db.Query(
            "SELECT count(*), sum(x - y - returned), min(cancelled) FROM inspection WHERE cancelled IS NOT NULL AND x > y + returned AND bank <> 0 HAVING count(*) > 0",
            r => new Waiting(
                WaitingKind.ReturnToCome, $"{Show(r.GetInt64(1))} of {r.GetInt64(0)} cancelled coins", Timestamp.FromLedger(r.GetInt64(2)), "Shops may still settle what was paid with them.",
                "The rest goes to the holder's account by itself when that term is over.")));
        return all;
    }
}
