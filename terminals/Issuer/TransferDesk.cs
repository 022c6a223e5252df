using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>
/// Moves money between banks without telling a user's bank which shop was paid (hole 18): per cycle one debit total for each
/// user bank and one credit for each shop. Instructions are numbered per bank without gaps; banks fetch them and book each once.
/// </summary>
internal sealed class TransferDesk(
    Database store, IssuerKeys keys, PartyId issuer, SchemeTerms terms, TimeProvider clock, ICrashPoints crash)
{
    private readonly Guarantee _guarantee = new(terms, new ExcessQueue(keys, issuer, terms));

    /// <summary>Adds to what a bank will be told; inside the transaction of whatever caused it.</summary>
    public static void Add(Database db, PartyId bank, TransferKind kind, Digest reference, Amount amount) => db.Execute(
        """
        INSERT INTO transfer_delta(bank, kind, reference, amount) VALUES(?1, ?2, ?3, ?4)
        ON CONFLICT(bank, kind, reference) DO UPDATE SET amount = amount + excluded.amount
        """,
        (long)bank.Value, (long)kind, reference.ToArray(), amount.ToLedger());

    /// <summary>Closes a cycle, what comes back to a float before what leaves it: what is owed becomes signed instructions. Guaranteed payments that are due come first.</summary>
    /// <returns>Instructions made.</returns>
    public int CloseCycle()
    {
        var now = Timestamp.Now(clock);
        int made = store.Write(db =>
        {
            _guarantee.PayDue(db, now);
            var deltas = db.Query(
                "SELECT bank, kind, reference, amount FROM transfer_delta WHERE amount > 0 ORDER BY bank, CASE WHEN kind IN (6, 8) THEN 0 ELSE kind END, reference",
                r => (Bank: new PartyId(checked((uint)r.GetInt64(0))), Kind: (TransferKind)r.GetInt64(1), Reference: Digest.Read(r.Bytes(2)), Amount: Amount.FromLedger(r.GetInt64(3))));
            foreach (var delta in deltas)
            {
                long number = db.Number("SELECT next_number FROM bank WHERE id = ?1", (long)delta.Bank.Value);
                var transfer = Transfer.Sign(
                    keys.Statement, issuer, (ulong)number, delta.Bank, delta.Kind, delta.Reference, delta.Amount, terms.Currency, now);
                db.Execute(
                    "INSERT INTO instruction(bank, number, kind, reference, amount, transfer) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                    (long)delta.Bank.Value, number, (long)delta.Kind, delta.Reference.ToArray(), delta.Amount.ToLedger(), transfer.Encode());
                db.Execute("UPDATE bank SET next_number = next_number + 1 WHERE id = ?1", (long)delta.Bank.Value);
            }

            db.Execute("DELETE FROM transfer_delta");
            crash.Reach(CrashPoints.CycleUncommitted);
            return deltas.Count;
        });
        crash.Reach(CrashPoints.CycleCommitted);
        return made;
    }

    /// <summary>A bank fetches what comes after the last instruction that it booked.</summary>
    public LinkMessage Handle(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only banks fetch instructions, each its own.").ToMessage();
        }

        if (InstructionsMessage.Read(request) is not { } after || after > long.MaxValue)
        {
            return new Refusal(RefusalReason.Malformed, "The request for instructions is malformed.").ToMessage();
        }

        return store.Write(db =>
        {
            db.Execute("UPDATE bank SET acknowledged = max(acknowledged, min(?2, next_number - 1)) WHERE id = ?1", (long)peer.Id.Value, (long)after);
            var transfers = db.Query(
                "SELECT transfer FROM instruction WHERE bank = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
                r => r.Bytes(0), (long)peer.Id.Value, (long)after, (long)InstructionsMessage.MaxTransfers);
            return InstructionsMessage.WriteReply(transfers);
        });
    }
}
