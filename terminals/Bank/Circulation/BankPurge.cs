namespace HierCash.Bank;

/// <summary>
/// What the bank forgets once its terms are over (rule R10; settlement.md). Only at the end of a visit whose instructions were all taken:
/// what is still to come for a withdrawal has come then. The ledger is the bank's book of account and stays.
/// </summary>
internal sealed class BankPurge(Database store, SchemeParameters terms)
{
    /// <param name="now">A time with which the issuer agrees: what is forgotten by a wrong clock does not come back (rule R26).</param>
    /// <returns>Rows forgotten.</returns>
    public int Run(Timestamp now)
    {
        var old = now.Minus(terms.BackupMaxAge);
        var reversed = now.Minus(terms.BackupMaxAge + terms.DisputeTerm);
        return Withdrawals(WithdrawalState.Reversed, reversed)
            + (IssuedBefore(now) is { } issued ? Withdrawals(WithdrawalState.Issued, issued) : 0)
            + Forgotten.InPieces(store, db => OrderBook.Forget(db, reversed)) + Cases(now, old)
            + Forgotten.InPieces(store, db => Instructions(db, old)) + Forgotten.InPieces(store, db => Statements(db, old))
            + Forgotten.InPieces(store, db => InstructionTable.AnyParked(db) ? 0 : AlarmTable.Forget(db, old, Forgotten.Piece))
            + Forgotten.InPieces(store, db => RefusedTable.Forget(db, old, Forgotten.Piece));
    }

    /// <summary>
    /// Of what was issued before that moment the issuer has forgotten the coin, also one with a case, for longer than a backup may be old.
    /// </summary>
    private Timestamp? IssuedBefore(Timestamp now) => ExpiredOf(now, terms.CaseTerm + terms.BackupMaxAge);

    /// <summary>
    /// The last end of a quarter such that all coins that had been issued by then have been expired for longer than that.
    /// </summary>
    private Timestamp? ExpiredOf(Timestamp now, TimeSpan term)
    {
        var issued = Quarter.Of(now).Plus(-terms.LifetimeQuarters);
        return Enumerable.Range(0, 16).Select(back => issued.Plus(-back))
            .Where(q => q.Plus(terms.LifetimeQuarters).End.Plus(term) < now).Select(q => (Timestamp?)q.End).FirstOrDefault();
    }

    /// <summary>
    /// Cases of coins that the issuer has forgotten, with all that was promised for them, for longer than a backup may be old, with their
    /// notices and rebuttals; dossiers that proved nothing, once the issuer was told. Not what a parked claim is about, nor what the issuer
    /// has not answered.
    /// </summary>
    private int Cases(Timestamp now, Timestamp old)
    {
        var before = ExpiredOf(now, terms.CaseTerm + terms.BackupMaxAge) ?? default;
        return Forgotten.InPieces(store, db =>
        {
            var parked = ParkedTable.All(db).Select(p => new CoinId(p.ClearingInstruction.Reference)).ToHashSet();
            var over = EvidenceTable.Over(db, before, old, Forgotten.Piece + parked.Count)
                .Where(c => !parked.Contains(c.Coin)).Take(Forgotten.Piece).ToList();
            foreach (var (coin, claimed) in over)
            {
                ForgottenTable.AddCase(db, claimed);
                NoticeTable.Forget(db, coin);
                RebuttalTable.Forget(db, coin);
                VoidTable.Forget(db, coin);
                EvidenceTable.Forget(db, coin);
            }

            return over.Count;
        });
    }

    private int Withdrawals(WithdrawalState state, Timestamp before) => Forgotten.InPieces(store, db =>
    {
        var over = InstructionTable.AnyParked(db) ? [] : WithdrawalTable.Over(db, state, before, Forgotten.Piece);
        foreach (var (request, faceValue) in over)
        {
            ForgottenTable.AddWithdrawal(db, state, faceValue);
            CancellationTable.Forget(db, request);
            WithdrawalTable.Forget(db, request);
        }

        return over.Count;
    });

    /// <summary>Booked ones that the issuer knows to be booked; parked ones stay.</summary>
    private static int Instructions(IWriteTransaction db, Timestamp before)
    {
        var old = InstructionTable.FirstBooked(db, Forgotten.Piece).TakeWhile(t => t.Instruction.Date < before).ToList();
        foreach (var (instruction, wasInSuspense) in old)
        {
            ForgottenTable.AddInstruction(db, instruction);
            if (wasInSuspense)
            {
                ForgottenTable.AddSuspense(db, instruction);
            }

            ParkedTable.Forget(db, instruction.Number);
            InstructionTable.Forget(db, instruction.Number);
        }

        return old.Count;
    }

    /// <summary>Statements of circulation; the newest stays, for the next to follow.</summary>
    private static int Statements(IWriteTransaction db, Timestamp before)
    {
        var old = StatementTable.FirstBeforeLast(db, Forgotten.Piece).TakeWhile(s => s.Date < before).ToList();
        foreach (var statement in old)
        {
            ForgottenTable.AddStatement(db, statement);
            StatementTable.Forget(db, statement.Number);
        }

        return old.Count;
    }
}
