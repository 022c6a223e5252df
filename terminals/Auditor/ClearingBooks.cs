namespace HierCash.Auditor;

/// <summary>
/// What a bank said to the issuer of its instructions, against what both have in their books (R8): a bank that acknowledged what it did not
/// book, or parks what it could book; an issuer that shows statements which the bank did not sign.
/// </summary>
/// <param name="id">The bank's number (<see cref="BankNumber"/>).</param>
internal sealed class ClearingBooks(Books issuer, Books bank, long id, TrustedKeys keys)
{
    /// <summary>So much later the bank has surely visited the issuer again, if it keeps a statement of that time.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    public IEnumerable<Finding> Run() => Said().Concat(Statements()).Concat(Bookable());

    /// <summary>
    /// Each number that the bank acknowledged: it has the instruction, and has booked it unless it signed that it did not.
    /// </summary>
    private IEnumerable<Finding> Said()
    {
        var states = bank.Rows("SELECT number, state FROM booked_transfer", r => (r.GetInt64(0), r.GetInt64(1)))
            .ToDictionary(s => s.Item1, s => s.Item2);
        long forgotten = ForgottenRows.Of(bank, "transfer").Highest;
        var parked = issuer.Rows("SELECT number, outcome FROM parked WHERE bank = $1", r => (r.GetInt64(0), r.GetInt64(1)), id)
            .ToDictionary(s => s.Item1, s => s.Item2);
        foreach (long number in issuer.Rows(
            "SELECT i.number FROM instruction i JOIN bank b ON b.id = i.bank WHERE b.id = $1 AND i.number <= b.acknowledged ORDER BY "
                + "i.number", r => r.GetInt64(0), id))
        {
            if (!states.TryGetValue(number, out long state))
            {
                if (number > forgotten)
                {
                    yield return bank.Finds("booked_transfer", number,
                        "the bank acknowledged it to the issuer, and its books do not have it");
                }
            }
            else if (state != 0 && parked.GetValueOrDefault(number) == 0)
            {
                yield return bank.Finds("booked_transfer", number, "the bank acknowledged it to the issuer as booked, and has parked it");
            }
        }
    }

    /// <summary>What the issuer shows as the bank's word is the bank's word; and so is what the bank shows.</summary>
    private IEnumerable<Finding> Statements() => Books.Later(() =>
    {
        var keysOfBank = issuer.Rows(
            "SELECT public_key FROM bank WHERE id = $1 UNION ALL SELECT public_key FROM former_key WHERE bank = $1", r =>
                PublicKey.TryDecode(r.Blob(0)), id).ToList();
        bool Signed(byte[] bytes, long number, long outcome) =>
            BookingStatement.Decode(bytes) is { } s && s.Bank.Value == id && (long)s.Number == number
            && (long)s.Outcome == outcome && keysOfBank.Exists(k => k is not null && s.Verify(keys.Suite, k));
        return issuer.Check("SELECT number, outcome, statement FROM parked WHERE bank = $1",
            r => (Number: r.GetInt64(0), Outcome: r.GetInt64(1), Bytes: r.Blob(2)),
            p => Signed(p.Bytes, p.Number, p.Outcome) ? null
                : issuer.Finds("parked", $"{id}/{p.Number}", "its statement is not what the bank signed"), id)
            .Concat(bank.Check("SELECT p.number, t.state, p.statement FROM parked p JOIN booked_transfer t ON t.number = p.number",
                r => (Number: r.GetInt64(0), Outcome: r.GetInt64(1), Bytes: r.Blob(2)),
                p => Signed(p.Bytes, p.Number, p.Outcome) ? null
                    : bank.Finds("parked", p.Number, "its statement is not signed by the bank for what it did")));
    });

    /// <summary>
    /// Parked, and nothing that the bank's own books show stands in the way: since so long that the bank has visited since and left it.
    /// </summary>
    private IEnumerable<Finding> Bookable() => bank.Check(
        "SELECT t.number, t.state, p.since, t.transfer FROM booked_transfer t JOIN parked p ON p.number = t.number WHERE t.state <> 0 "
            + "ORDER BY t.number",
        r => (Number: r.GetInt64(0), State: (BookingOutcome)r.GetInt64(1), Since: r.GetInt64(2), Bytes: r.Blob(3)),
        p => ClearingInstruction.Decode(p.Bytes) is { } transfer && Obstacle(p.Number, p.State, p.Since, transfer) is { } lie
            ? bank.Finds("parked", p.Number, $"the bank says {p.State}, but {lie}") : null);

    private string? Obstacle(long number, BookingOutcome state, long since, ClearingInstruction transfer)
    {
        var reference = transfer.Reference.ToArray();
        return state switch
        {
            // Each visit tries what is parked first: an account that a later instruction found was there for this one.
            BookingOutcome.NoAccount when bank.Rows(
                "SELECT transfer FROM booked_transfer WHERE number > $1 AND state = 0", r => ClearingInstruction.Decode(r.Blob(0)), number)
                .Any(t => t?.Kind is TransferKind.ShopCredit or TransferKind.ShopDebit && t.Reference == transfer.Reference) =>
                "it booked a later one on that account",
            BookingOutcome.NoWithdrawal when bank.Number(
                "SELECT count(*) FROM withdrawal WHERE request = $1 AND debited < $2", reference, since) > 0 =>
                "its books had that withdrawal",
            BookingOutcome.BeyondFloat when bank.Number(
                "SELECT balance FROM ledger_account WHERE kind = 'float'") >= transfer.Total.ToLedger() && Visited(LastFloat(since)) =>
                "the float holds it, and did when the bank visited last",
            BookingOutcome.ClaimNotVerified when transfer.Kind == TransferKind.ClaimDebit
                && Claimable(reference) >= transfer.Total.ToLedger() =>
                "its evidence proves it, and the term of its notice was over when it visited last",
            _ => null,
        };
    }

    /// <summary>
    /// What the bank's own evidence and notices allowed to be claimed on that coin when it visited last, less what was claimed.
    /// </summary>
    private long Claimable(byte[] coin)
    {
        long allowed = bank.Rows(
            "SELECT until, allowed FROM notice WHERE coin_id = $1", r => (Until: r.GetInt64(0), Allowed: r.GetInt64(1)), coin)
            .Where(n => Visited(n.Until)).Select(n => n.Allowed).DefaultIfEmpty(0).Max();
        return bank.Number("SELECT min(excess, guaranteed, $2) - claimed FROM evidence WHERE coin_id = $1 AND proof = $3", coin, allowed,
            (long)Proof.Excess);
    }

    /// <summary>When the float changed last, or the instruction was parked if that was later.</summary>
    private long LastFloat(long since) => Math.Max(since, bank.Number(
        """
        SELECT coalesce(max(t.date), 0) FROM ledger_tx t JOIN ledger_entry e ON e.tx = t.id JOIN ledger_account a ON a.id = e.account WHERE a.kind = 'float'
        """));

    /// <summary>True if the bank fetched a statement that is so much younger than that moment: then it visited after it.</summary>
    private bool Visited(long moment) => bank.Rows(
        "SELECT statement FROM audit_statement ORDER BY number DESC LIMIT 1", r => CirculationStatement.Decode(r.Blob(0)))
        .Any(s => s is not null && s.Date > Timestamp.FromLedger(moment).Plus(Grace));
}
