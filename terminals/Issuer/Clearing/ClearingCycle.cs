using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// Moves money between banks without telling a user's bank which shop was paid (hole 18): per cycle one debit total for each
/// user bank and one credit for each shop. Instructions are numbered per bank without gaps; banks fetch them and book each once, or
/// park it with a signed reason (R8).
/// </summary>
internal sealed class ClearingCycle(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, Claims claims, ParkedInstructions parked, SettlementProofs proofs, AgreedBooks agreement, TimeProvider clock, ICrashPoints crash)
{
    /// <summary>Adds to what a bank will be told; inside the transaction of whatever caused it.</summary>
    public static void Add(IWriteTransaction db, PartyId bank, TransferKind kind, Digest reference, Amount amount) => db.Execute(
        """
        INSERT INTO transfer_delta(bank, kind, reference, amount) VALUES($1, $2, $3, $4)
        ON CONFLICT(bank, kind, reference) DO UPDATE SET amount = amount + excluded.amount
        """,
        (long)bank.Value, (long)kind, reference.ToArray(), amount.ToLedger());

    /// <summary>Takes from what is not instructed yet.</summary>
    public static void Lower(IWriteTransaction db, PartyId bank, TransferKind kind, Digest reference, Amount by) => db.Execute(
        "UPDATE transfer_delta SET amount = amount - $4 WHERE bank = $1 AND kind = $2 AND reference = $3", (long)bank.Value, (long)kind, reference.ToArray(), by.ToLedger());

    /// <summary>
    /// Closes a cycle for the banks that agree (R27), what comes back to a float or to claims before what leaves it: what is owed becomes signed instructions. Guaranteed payments that are
    /// due come first.
    /// </summary>
    /// <returns>Instructions made.</returns>
    public int CloseCycle(Timestamp now)
    {
        proofs.Refresh(store.Read(db => claims.Doubted(db, now).Concat(parked.Doubted(db, now)).Distinct().ToList()), now);
        int made = store.Write(db =>
        {
            claims.PayDue(db, now);
            Recovered(db);
            var deltas = db.Query(
                """
                SELECT bank, kind, reference, amount FROM transfer_delta WHERE amount > 0 AND bank <> 0
                ORDER BY bank, CASE WHEN kind IN (6, 8) THEN 0 ELSE kind END, kind, reference
                """,
                r => (Bank: new PartyId(checked((uint)r.GetInt64(0))), Kind: (TransferKind)r.GetInt64(1), Reference: Digest.Read(r.Bytes(2)), Amount: Amount.FromLedger(r.GetInt64(3))))
                .FindAll(d => agreement.IsAgreed(d.Bank));
            foreach (var delta in deltas)
            {
                long number = db.Number("SELECT next_number FROM bank WHERE id = $1", (long)delta.Bank.Value);
                var transfer = ClearingInstruction.Sign(
                    keys.Statement, issuer, (ulong)number, delta.Bank, delta.Kind, delta.Reference, delta.Amount, terms.Currency, now);
                db.Execute(
                    "INSERT INTO instruction(bank, number, kind, reference, amount, transfer) VALUES($1, $2, $3, $4, $5, $6)",
                    (long)delta.Bank.Value, number, (long)delta.Kind, delta.Reference.ToArray(), delta.Amount.ToLedger(), transfer.Encode());
                db.Execute("UPDATE bank SET next_number = next_number + 1 WHERE id = $1", (long)delta.Bank.Value);
                db.Execute(
                    "DELETE FROM transfer_delta WHERE bank = $1 AND kind = $2 AND reference = $3", (long)delta.Bank.Value, (long)delta.Kind, delta.Reference.ToArray());
                if (delta.Kind == TransferKind.ClaimDebit)
                {
                    Claims.Signed(db, delta.Bank, delta.Reference, number);
                }
            }

            db.Execute("DELETE FROM transfer_delta WHERE amount = 0");
            parked.RunDue(db, now);
            crash.Reach(CrashPoints.CycleUncommitted);
            return deltas.Count;
        });
        crash.Reach(CrashPoints.CycleCommitted);
        return made;
    }

    /// <summary>
    /// What banks gave back to an issuer that was restored from a copy, and what it is going to instruct, meet (R27). A credit and its taking back, both forgotten, come to nothing. A claim that
    /// was instructed before is that instruction, whose booking pays the shop.
    /// </summary>
    private static void Recovered(IWriteTransaction db)
    {
        foreach (var (paid, back) in new[] { (TransferKind.ShopCredit, TransferKind.ShopDebit), (TransferKind.FloatDebit, TransferKind.FloatRestore), (TransferKind.ClaimDebit, TransferKind.ClaimRestore) })
        {
            db.Execute(
                """
                UPDATE transfer_delta SET amount = amount + m.least FROM (
                    SELECT a.bank, a.reference, min(-a.amount, -b.amount) AS least FROM transfer_delta a JOIN transfer_delta b ON b.bank = a.bank AND b.reference = a.reference
                    WHERE a.kind = $1 AND b.kind = $2 AND a.amount < 0 AND b.amount < 0) m
                WHERE kind IN ($1, $2) AND transfer_delta.bank = m.bank AND transfer_delta.reference = m.reference
                """,
                (long)paid, (long)back);
        }

        foreach (var (bank, coin, number) in db.Query(
            """
            SELECT d.bank, d.reference, (SELECT max(number) FROM instruction i WHERE i.bank = d.bank AND i.kind = d.kind AND i.reference = d.reference)
            FROM transfer_delta d WHERE d.kind = $1 AND d.amount <= 0
            """,
            r => (new PartyId(checked((uint)r.GetInt64(0))), Digest.Read(r.Bytes(1)), r.IsDBNull(2) ? 0 : r.GetInt64(2)), (long)TransferKind.ClaimDebit))
        {
            Claims.Signed(db, bank, coin, number);
        }
    }

    /// <summary>A bank says which instructions it has, and which of them it parked, and fetches what comes after them.</summary>
    public LinkMessage Handle(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Bank || store.Read(db => Registry.Bank(db, "id = $1", (long)peer.Id.Value)) is not { } bank)
        {
            return new Refusal(RefusalReason.NotAllowed, "Only banks fetch instructions, each its own.").ToMessage();
        }

        if (request.As<InstructionsMessage>() is not { } said)
        {
            return new Refusal(RefusalReason.Malformed, "The request for instructions is malformed.").ToMessage();
        }

        // What it parked before its key changed, it signed with the key of then; that it is the bank which brings it, the link says.
        var keysOfBank = said.Statements.Count == 0 ? [] : store.Read(db => Registry.KeysOf(db, bank.Id));
        bool genuine = said.Statements.All(s => s.Bank == bank.Id && keysOfBank.Exists(k => s.Verify(suite, k)));
        Switches.On("R8 word signed", ref genuine);
        bool covered = said.Statements.All(s => s.Number <= said.Seen);
        Switches.On("R8 word covered", ref covered);
        if (!genuine || !covered)
        {
            store.Write(db => Alarms.Raise(db, Alarms.StatementNotSigned, bank.Id, 0, Timestamp.Now(clock)));
            return new Refusal(RefusalReason.BadSignature, "A statement about an instruction is not signed by this bank.").ToMessage();
        }

        var answer = store.Write(db => Answer(db, bank.Id, said, Timestamp.Now(clock)));
        crash.Reach(CrashPoints.AcknowledgedCommitted);
        return answer;
    }

    private LinkMessage Answer(IWriteTransaction db, PartyId bank, InstructionsMessage said, Timestamp now)
    {
        ulong next = (ulong)db.Number("SELECT next_number FROM bank WHERE id = $1", (long)bank.Value);
        bool made = said.Seen < next && said.Statements.All(s => s.Number < next);
        Switches.On("R10 word", ref made);
        if (!made)
        {
            // It would fill the store with words about nothing, and their term would be over before there is anything to book (rule R10).
            Alarms.Raise(db, Alarms.NeverInstructed, bank, 0, now);
            return new Refusal(RefusalReason.NotAllowed, $"This bank speaks of instruction {said.Seen}, and only {next - 1} were ever made for it.").ToMessage();
        }

        if (!ParkedInstructions.Hear(db, bank, said.Statements, now))
        {
            Alarms.Raise(db, Alarms.WordTakenBack, bank, 0, now);
            return new Refusal(RefusalReason.NotAllowed, "This bank said before that it booked what it now parks.").ToMessage();
        }

        db.Execute("UPDATE bank SET acknowledged = max(acknowledged, min($2, next_number - 1)) WHERE id = $1", (long)bank.Value, (long)said.Seen);
        claims.Acknowledged(db, bank, now);
        ParkedInstructions.Acknowledged(db, bank);
        return LinkBody.Kept<InstructionsReply>(db.Query(
            "SELECT transfer FROM instruction WHERE bank = $1 AND number > $2 ORDER BY number LIMIT $3",
            r => r.Bytes(0), (long)bank.Value, (long)said.Seen, (long)InstructionsReply.MaxTransfers));
    }
}
