using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>The issuer's rows in words: state, signatures, what happens next.</summary>
internal sealed class Explanations(Database store, Currency currency, SchemeTerms terms)
{
    /// <param name="id">Hexadecimal digits that a coin id or a payment id begins with.</param>
    public IEnumerable<string> Of(string id) => store.Read(db => Coins(db, id).Concat(Payments(db, id)).Concat(Dead(db, id)).ToList());

    private IEnumerable<string> Coins(Database db, string id)
    {
        const string Both = "SELECT coin, coin_id, bank, x, y, returned, expiry, cancelled, keyed FROM inspection "
            + "UNION ALL SELECT coin, coin_id, bank, x, y, returned, expiry, cancelled, keyed FROM closed_coin";
        foreach (var c in db.Query(
            $"SELECT coin, hex(coin_id), bank, x, y, returned, expiry, cancelled, keyed FROM ({Both}) WHERE hex(coin_id) LIKE ?1",
            r => (Number: r.GetInt64(0), Id: r.GetString(1), Bank: r.GetInt64(2), X: Amount.FromLedger(r.GetInt64(3)), Y: Amount.FromLedger(r.GetInt64(4)), Returned: Amount.FromLedger(r.GetInt64(5)),
                Expiry: new Quarter((ushort)r.GetInt64(6)), Cancelled: r.IsDBNull(7) ? (Timestamp?)null : Timestamp.FromLedger(r.GetInt64(7)), Keyed: r.GetInt64(8) == 1),
            id.ToUpperInvariant() + "%"))
        {
            var rest = c.X - c.Y - c.Returned;
            yield return $"Coin {c.Id.ToLowerInvariant()} of {c.X.Show(currency)}, signed by this issuer (S_I) on the request of bank {c.Bank} (S_B). Y is {c.Y.Show(currency)}; {c.Returned.Show(currency)} went back.";
            if (c.Keyed)
            {
                yield return "  Issuer-keyed: this issuer made its key and could sign as its holder. It is never guaranteed, and there is never a case or evidence about it.";
            }

            yield return c.Cancelled is { } date
                ? $"  Cancelled on {date}: payments up to {date.Plus(terms.HotListMaxAge)} still settle; the {rest.Show(currency)} that are left go back after {date.Plus(terms.HotListMaxAge + terms.SettleTerm)}."
                : rest.IsZero ? "  Used up; kept for its terms, so that a copy of it can be traced."
                : $"  Good before {c.Expiry.End}; {rest.Show(currency)} may still be paid. What is left goes back by itself after {c.Expiry.End.Plus(terms.SettleTerm)}.";
            foreach (var p in db.Query(
                "SELECT hex(payment_id), seq, y, verdict, credited, reversed IS NOT NULL, date FROM history WHERE coin = ?1 ORDER BY id",
                r => $"  Payment {r.GetString(0).ToLowerInvariant()[..16]}, number {r.GetInt64(1)}: {Amount.FromLedger(r.GetInt64(2)).Show(currency)}, "
                    + $"{(Verdict)r.GetInt64(3)} on {Timestamp.FromLedger(r.GetInt64(6))}{(r.GetInt64(5) == 1 ? ", taken back since" : "")}.",
                c.Number))
            {
                yield return p;
            }

            foreach (string line in db.Query(
                "SELECT is_excess, proof FROM trace_case WHERE coin = ?1",
                r => r.GetInt64(0) == 0 ? "  A case: signed twice under one number, not more than X. The coin is cancelled, and no identity is due."
                    : r.IsDBNull(1) ? "  A case: more than X was signed. The bank gets the dossier when it visits next."
                    : $"  A case: the bank found {(Proof)r.GetInt64(1)}. The issuer does not learn who it was.",
                c.Number))
            {
                yield return line;
            }
        }
    }

    private List<string> Payments(Database db, string id) => db.Query(
        """
        SELECT hex(h.payment_id), h.y, h.verdict, h.credited, h.reversed IS NOT NULL, h.date, coalesce(s.name, 'the issuer: a redemption')
        FROM history h LEFT JOIN shop s ON s.id = h.shop WHERE hex(h.payment_id) LIKE ?1
        """,
        r => $"Payment {r.GetString(0).ToLowerInvariant()} of {Amount.FromLedger(r.GetInt64(1)).Show(currency)} to {r.GetString(6)}, "
            + $"signed by the card (S_U); answered {(Verdict)r.GetInt64(2)} on {Timestamp.FromLedger(r.GetInt64(5))} with a signed receipt. "
            + (r.GetInt64(4) == 1 ? "Taken back since, with a signed statement: the shop may release S_W." : $"{Amount.FromLedger(r.GetInt64(3)).Show(currency)} are credited with the cycle after it."),
        id.ToUpperInvariant() + "%");

    private List<string> Dead(Database db, string id) => db.Query(
        "SELECT hex(payment_id), y, basis, date FROM dead_payment WHERE hex(payment_id) LIKE ?1",
        r => $"Payment {r.GetString(0).ToLowerInvariant()} of {Amount.FromLedger(r.GetInt64(1)).Show(currency)} "
            + $"is dead since {Timestamp.FromLedger(r.GetInt64(3))} ({(DeathBasis)r.GetInt64(2)}): it never settles, and is never evidence.",
        id.ToUpperInvariant() + "%");
}
