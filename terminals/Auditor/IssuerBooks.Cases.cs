namespace HierCash.Auditor;

/// <summary>Dead payments, cases, the registry and the statements.</summary>
internal sealed partial class IssuerBooks
{
    private IEnumerable<Finding> DeadPayments() => books.Check(
        "SELECT payment_id, coin_id, seq, y, basis, statement, (SELECT coalesce(sum(credited), 0) FROM history h WHERE h.payment_id = "
            + "d.payment_id) FROM dead_payment d",
        r => (Payment: r.Blob(0), Coin: r.Blob(1), Seq: r.GetInt64(2), Y: r.GetInt64(3), Basis: r.GetInt64(4), Statement: r.Blob(5),
            Credited: r.GetInt64(6)),
        d => NonSettlementStatement.Decode(d.Statement) is not { } s || !s.Payment.Value.Is(d.Payment) || !s.Coin.Value.Is(d.Coin)
            || s.Seq != d.Seq || s.Y.ToLedger() != d.Y || (long)s.Basis != d.Basis || !keys.IsStatement(k => s.Verify(keys.Suite, k))
            ? books.Finds("dead_payment", d.Payment, "its statement is not what the issuer signed")
            : d.Credited != 0 ? books.Finds("dead_payment", d.Payment, "it is dead, and was credited all the same") : null);

    private IEnumerable<Finding> Cases() => books.CheckAll(
        $"""
        SELECT t.coin, t.is_excess, t.proof, (SELECT coalesce(sum(y), 0) FROM history h WHERE h.coin = t.coin AND h.reversed IS NULL AND h.verdict <> 10), c.x, c.keyed
        FROM trace_case t JOIN {Coins} c ON c.coin = t.coin
        """,
        r => (Coin: r.GetInt64(0), Excess: r.Flag(1), Judged: !r.IsDBNull(2), Signed: r.GetInt64(3), X: r.GetInt64(4), Keyed: r.Flag(5)),
        c =>
        [
            c.Keyed ? books.Finds("trace_case", c.Coin, "the issuer made this coin's key: there is no case about it") : null,
            c.Judged || c.Excess == c.Signed > c.X ? null
                : books.Finds("trace_case", c.Coin, $"it says {(c.Excess ? "" : "no ")}excess, but {c.Signed} are signed of X {c.X}"),
        ])
        .Concat(books.Check(
            "SELECT payment_id FROM guarantee g WHERE paid > 0 AND NOT EXISTS (SELECT 1 FROM trace_case t WHERE t.coin = g.coin)",
            r => r.Blob(0), payment => books.Finds("guarantee", payment, "it was claimed without a case")));

    private IEnumerable<Finding> Registry() => books.Check("SELECT w, public_key FROM till", r => (W: r.Blob(0), Key: r.Blob(1)), t =>
        PublicKey.TryDecode(t.Key) is { } till && Derivations.W(till).Value.Is(t.W) ? null
            : books.Finds("till", t.W, "W is not the hash of its key"));

    private IEnumerable<Finding> Statements() => Books.Later(() =>
        books.Rows("SELECT DISTINCT bank FROM audit_statement ORDER BY bank", r => r.GetInt64(0)).SelectMany(bank =>
        {
            var chain = new StatementChain(keys, books, bank);
            return books.Check("SELECT number, statement FROM audit_statement WHERE bank = $1 ORDER BY number",
                r => (Number: r.GetInt64(0), Bytes: r.Blob(1)), s => chain.Breaks(s.Bytes, bank) is { } what
                    ? books.Finds("audit_statement", $"{bank}/{s.Number}", what) : null, bank).Take(1);
        }));
}
