using System.Data.Common;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>The issuer's rows in words: state, signatures, what happens next.</summary>
internal sealed class Explanations(Database store, Currency currency, SchemeParameters terms, TimeProvider clock)
{
    private readonly Timestamp _now = Timestamp.Now(clock);

    /// <param name="id">Hexadecimal digits that a coin id or a payment id begins with.</param>
    public IEnumerable<string> Of(string id) => store.Read(db => Coins(db, id).Concat(Payments(db, id)).Concat(Dead(db, id)).ToList());

    private IEnumerable<string> Coins(IReadSnapshot db, string id)
    {
        var found = db.Query(
            "SELECT coin_id FROM (SELECT coin, coin_id FROM inspection UNION ALL SELECT coin, coin_id FROM closed_coin) WHERE hex(coin_id) LIKE $1 ORDER BY coin",
            r => new CoinId(Digest.Read(r.Bytes(0))), id.ToUpperInvariant() + "%");
        return found.SelectMany(coin => Coin(db, InspectionDatabase.Find(db, coin)!));
    }

    private IEnumerable<string> Coin(IReadSnapshot db, CoinRow coin)
    {
        bool isHonoured = coin.Bank == HonouredCoins.NoBank;
        string asked = isHonoured
            ? "before this issuer was restored from a copy. No bank gave its withdrawal back, so the issuer bears what it pays, and what is left of it goes to nobody"
            : $"on the request of bank {coin.Bank} (S_B)";
        yield return $"Coin {coin.Id} of {Show(coin.FaceValue)}, signed by this issuer (S_I) {asked}. "
            + $"Y is {Show(coin.Spent)}; {Show(coin.Returned)} went back.";
        if (coin.IsKeyed)
        {
            yield return "  Issuer-keyed: this issuer made its key and could sign as its holder. It is never guaranteed, and no dossier or evidence is ever made about it.";
        }

        foreach (string state in isHonoured ? [] : States(db, coin))
        {
            yield return "  " + state;
        }

        foreach (string payment in db.Query(
            "SELECT hex(payment_id), seq, y, verdict, date, receipt, reversed, moved FROM history WHERE coin = $1 ORDER BY id",
            r => $"  Payment {r.GetString(0).ToLowerInvariant()[..16]}, number {r.GetInt64(1)}: {Show(Amount.FromLedger(r.GetInt64(2)))}, {Answer(r, 3)}",
            coin.Number))
        {
            yield return payment;
        }

        foreach (string line in Case(db, coin))
        {
            yield return "  " + line;
        }
    }

    /// <summary>What ends the coin, and what becomes of what is left of it (holes 9 and 10, rule R6).</summary>
    private IEnumerable<string> States(IReadSnapshot db, CoinRow coin)
    {
        if (coin.Lost is { } lost)
        {
            var grace = CancelledCoins.Grace + ServiceRecord.Outage(db, lost, _now);
            yield return $"Its card was reported as lost on {lost}. Payments still settle until {lost.Plus(terms.HotListMaxAge + grace)}. "
                + $"What was paid before the report settles for its whole term at tills that were offline since, where it is at most {Show(terms.FloorLimit)}.";
        }

        if (coin.Cancelled is { } cancelled)
        {
            yield return $"A case cancelled it on {cancelled}: payments up to {cancelled.Plus(terms.HotListMaxAge)} still settle.";
        }

        var rest = coin.Rest;
        if (coin is { Lost: null, Cancelled: null })
        {
            yield return rest.IsZero ? "Used up; kept for its terms, so that a copy of it can be traced."
                : $"Good before {coin.Expiry.End}; {Show(rest)} may still be paid. What is left goes back by itself after {coin.Expiry.End.Plus(terms.SettlePeriod)}.";
        }
        else if (rest.IsZero)
        {
            yield return "Nothing is left of it.";
        }
        else
        {
            var expires = coin.Expiry.End.Plus(terms.SettlePeriod);
            yield return $"The {Show(rest)} that are left go back after {Timestamp.Min(CoinLife.ReturnsAt(db, terms, coin.Ended!.Value, _now), expires)}, if no shop waits for them then.";
        }
    }

    /// <summary>A case: excess, equivocation, or an excess that fell because payments were taken back.</summary>
    private static List<string> Case(IReadSnapshot db, CoinRow coin)
    {
        bool twice = db.Number(
            $"""
            SELECT count(*) FROM (SELECT 1 FROM (
                SELECT payment_id, seq FROM history WHERE coin = $1 AND verdict <> {(int)Verdict.Cancelled}
                UNION SELECT payment_id, seq FROM dead_payment WHERE coin_id = $2) GROUP BY seq HAVING count(*) > 1)
            """,
            coin.Number, coin.Id.Value.ToArray()) > 0;
        string equivocation = twice ? "signed twice under one number" : "";
        return db.Query(
            "SELECT is_excess, proof FROM trace_case WHERE coin = $1",
            r => "A case: " + (r.GetInt64(0), r.IsDBNull(1)) switch
            {
                (1, true) => $"more than X was signed{(twice ? ", and " + equivocation : "")}. The bank gets the dossier when it visits next.",
                (1, false) => $"more than X was signed{(twice ? ", and " + equivocation : "")}. The bank found {(Proof)r.GetInt64(1)}; the issuer does not learn who it was.",
                _ when twice => $"{equivocation}, and together not more than X. The coin is cancelled, and no identity is due.",
                _ => "the excess fell. Payments were taken back, and what still counts is within X: nobody is accused any more.",
            },
            coin.Number);
    }

    private List<string> Payments(IReadSnapshot db, string id) => db.Query(
        """
        SELECT hex(h.payment_id), h.y, coalesce(s.name || ', shop ' || s.id, 'the issuer: a redemption'), h.verdict, h.date, h.receipt, h.reversed, h.moved
        FROM history h LEFT JOIN shop s ON s.id = h.shop WHERE hex(h.payment_id) LIKE $1 ORDER BY h.id
        """,
        r => $"Payment {r.GetString(0).ToLowerInvariant()} of {Show(Amount.FromLedger(r.GetInt64(1)))} to {r.GetString(2)}, signed by the card (S_U); answered with a signed receipt: {Answer(r, 3)}",
        id.ToUpperInvariant() + "%");

    /// <summary>The newest receipt in words (rule R1).</summary>
    /// <param name="at">The column of the first verdict; its date, the newest receipt, the reversal and what was moved follow.</param>
    private string Answer(DbDataReader r, int at)
    {
        var receipt = Receipt.Decode(r.Bytes(at + 2))!;
        string verdict = $"{(Verdict)r.GetInt64(at)} on {Timestamp.FromLedger(r.GetInt64(at + 1))}{(receipt.Revision > 1 ? $", revision {receipt.Revision} on {receipt.Date}" : "")}. ";
        if (r.BytesOrNull(at + 3) is { } reversed)
        {
            return verdict + $"Taken back on {Reversal.Decode(reversed)!.Date}, with a signed statement: {Show(Amount.FromLedger(r.GetInt64(at + 4)))} came back from the shop.";
        }

        var share = receipt.Share;
        if ((Verdict)r.GetInt64(at) == Verdict.Cancelled)
        {
            return verdict + "The coin was cancelled before: nothing of it counts.";
        }

        return verdict + $"{Show(share.Credited)} credited"
            + (share.Guaranteed.IsZero ? "" : share.Due <= receipt.Date ? $", {Show(share.Guaranteed)} paid by the guarantee" : $", {Show(share.Guaranteed)} promised, due on {share.Due}")
            + (share.Waiting.IsZero ? "" : $", {Show(share.Waiting)} waiting for what comes free of the coin") + ".";
    }

    private List<string> Dead(IReadSnapshot db, string id) => db.Query(
        "SELECT hex(payment_id), y, basis, date FROM dead_payment WHERE hex(payment_id) LIKE $1",
        r => $"Payment {r.GetString(0).ToLowerInvariant()} of {Show(Amount.FromLedger(r.GetInt64(1)))} "
            + $"is dead since {Timestamp.FromLedger(r.GetInt64(3))} ({(DeathBasis)r.GetInt64(2)}): it never settles, and is never evidence.",
        id.ToUpperInvariant() + "%");

    private string Show(Amount amount) => amount.Show(currency);
}
