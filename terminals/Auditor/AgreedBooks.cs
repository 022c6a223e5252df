namespace HierCash.Auditor;

/// <summary>
/// What a bank has booked, kept and holds, against what the issuer has in its books for that bank: each number, each withdrawal, and the
/// two sums that have to be each other's mirror.
/// </summary>
/// <param name="id">The bank's number (<see cref="BankNumber"/>).</param>
/// <param name="isIssuerSound">Nothing is wrong in the issuer's books by themselves. Else sums that differ are no finding against the
/// bank.</param>
internal sealed class AgreedBooks(Books issuer, Books bank, long id, bool isIssuerSound, TrustedKeys keys)
{
    public IEnumerable<Finding> Run() => Positions().Concat(Numbered("booked_transfer", "transfer", "instruction", "instruction",
            "the issuer's books do not have it for this bank"))
        .Concat(Numbered("audit_statement", "statement", "audit_statement", "statement",
            "what the bank was told no longer stands in the issuer's books")).Concat(Withdrawals()).Concat(Sums());

    private IEnumerable<Finding> Numbered(string table, string column, string issuers, string what, string otherwise) => Books.Later(() =>
    {
        // The issuer may have forgotten, after its terms, what the bank still keeps.
        long forgotten = ForgottenRows.Of(issuer, what, id).Highest;
        var sent = issuer.Rows($"SELECT number, {column} FROM {issuers} WHERE bank = $1", r =>
            (r.GetInt64(0), r.Blob(1)), id).ToDictionary(s => s.Item1, s => s.Item2);
        return bank.Check($"SELECT number, {column} FROM {table} ORDER BY number", r => (Number: r.GetInt64(0), Bytes: r.Blob(1)), b =>
            (sent.TryGetValue(b.Number, out var known) ? known.AsSpan().SequenceEqual(b.Bytes) : b.Number <= forgotten) ? null
                : bank.Finds(table, b.Number, otherwise));
    });

    /// <summary>
    /// Each has the other's newest signed word of how far it is (R27): who has given that word, and does not know of it, was restored from
    /// an older copy.
    /// </summary>
    private IEnumerable<Finding> Positions()
    {
        var keysOfBank = issuer.Rows(
            "SELECT public_key FROM bank WHERE id = $1 UNION ALL SELECT public_key FROM former_key WHERE bank = $1", r =>
                PublicKey.TryDecode(r.Blob(0)), id).OfType<PublicKey>().ToList();
        var (ofBank, kept) = (Of(issuer, PositionRole.Bank), Of(bank, PositionRole.Bank));
        if (ofBank is not null && IsAhead(ofBank, kept) && keysOfBank.Exists(k => ofBank.Verify(keys.Suite, k)))
        {
            yield return bank.Finds(
                "position", kept?.Number ?? 0, $"these books were restored from an older copy: the issuer has this bank's signed word "
                    + $"{ofBank.Number}, of {ofBank.Date}. Have 'hiercash-bank recover' run");
        }

        var (ofIssuer, own) = (Of(bank, PositionRole.Issuer), Of(issuer, PositionRole.Issuer));
        if (ofIssuer is not null && IsAhead(ofIssuer, own) && keys.IsStatement(k => ofIssuer.Verify(keys.Suite, k)))
        {
            yield return issuer.Finds(
                "position", $"{id}/{own?.Number ?? 0}", $"these books were restored from an older copy: "
                + $"{bank.Name} has the issuer's signed word {ofIssuer.Number}, of {ofIssuer.Date}. Have 'hiercash-issuer recover' run");
        }
    }

    /// <summary>A later word than the signer's own books know, or another one under the same number.</summary>
    private static bool IsAhead(Position heard, Position? own) => own is null || heard.Number > own.Number
        || (heard.Number == own.Number && !SignedMessage.Position(heard).AsSpan().SequenceEqual(SignedMessage.Position(own)));

    private Position? Of(Books books, PositionRole role) => books == issuer
        ? books.Rows("SELECT position FROM position WHERE role = $1 AND bank = $2", r =>
            Position.Decode(r.Blob(0)), (long)role, id).SingleOrDefault()
        : books.Rows("SELECT position FROM position WHERE role = $1", r => Position.Decode(r.Blob(0)), (long)role).SingleOrDefault();

    private IEnumerable<Finding> Withdrawals() => Books.Later(() =>
    {
        var known = bank.Rows("SELECT request FROM withdrawal UNION ALL SELECT request FROM recovered", r =>
            r.Hex(0)).ToHashSet();
        var issued = Issued();
        return issuer.Check("SELECT request FROM issuance WHERE ek IS NOT NULL AND bank = $1 ORDER BY number", r => r.Blob(0), request =>
        {
            return known.Contains(Convert.ToHexString(request)) ? null
                : bank.Finds("withdrawal", request,
                    "the issuer issued the cash to this bank, and the bank's books have no withdrawal of it");
        }, id).Concat(bank.Check("SELECT request FROM withdrawal WHERE state = 'Reversed'", r => r.Blob(0), request =>
            issued.Contains(Convert.ToHexString(request))
                ? bank.Finds("withdrawal", request, "the money went back, and the issuer issued the cash") : null));
    });

    /// <summary>
    /// The float holds what is outstanding, and clearing what was instructed, up to the last instruction that the bank has, less what it
    /// parked of them.
    /// </summary>
    private IEnumerable<Finding> Sums()
    {
        long last = bank.Number("SELECT number FROM booked");
        var moved = issuer.Rows(
            """
            SELECT kind, sum(amount) FROM (SELECT bank, number, kind, amount FROM instruction
                UNION ALL SELECT bank, number, kind, amount FROM forgotten WHERE what = 'instruction') WHERE bank = $1 AND number <= $2 GROUP BY kind
            """,
            r => (Kind: (TransferKind)r.GetInt64(0), Amount: r.GetInt64(1)), id, last);
        var parked = bank.Rows(
            "SELECT t.transfer FROM booked_transfer t LEFT JOIN parked p ON p.number = t.number WHERE t.state <> 0 AND "
                + "coalesce(p.suspense, 0) = 0",
            r => ClearingInstruction.Decode(r.Blob(0))).OfType<ClearingInstruction>()
                .Select(t => (t.Kind, Amount: t.Total.ToLedger())).ToList();
        long Due(string account) => moved.Sum(m => ParkedBooks.Effect(m.Kind, account) * m.Amount) - parked.Sum(
            p => ParkedBooks.Effect(p.Kind, account) * p.Amount);

        // What the bank has debited and the issuer has not answered with cash is in the float already.
        var issued = Issued();
        long open = bank.Rows("SELECT request, x FROM withdrawal WHERE state NOT IN ('Issued', 'Reversed')", r =>
            (Request: r.Blob(0), X: r.GetInt64(1))).Where(w => !issued.Contains(Convert.ToHexString(w.Request))).Sum(w => w.X);
        long due = issuer.Number("SELECT issued FROM bank WHERE id = $1", id) + open + Due("float");
        long balance = bank.Number("SELECT balance FROM ledger_account WHERE kind = 'float'");
        if (balance != due)
        {
            yield return Differs("float", $"it holds {balance}, and what the issuer has outstanding for this bank makes {due}");
        }

        long clearing = bank.Number("SELECT balance FROM ledger_account WHERE kind = 'clearing'");
        if (clearing != Due("clearing"))
        {
            yield return Differs("clearing",
                $"it is at {clearing}, and what the issuer instructed, less what is parked, makes {Due("clearing")}");
        }
    }

    private Finding Differs(string account, string what) =>
        isIssuerSound ? bank.Finds("ledger_account", account, what) : issuer.Finds("bank", id, $"{account} at {bank.Name}: {what}");

    private HashSet<string> Issued() => issuer.Rows(
        "SELECT request FROM issuance WHERE ek IS NOT NULL", r => r.Hex(0)).ToHashSet();
}
