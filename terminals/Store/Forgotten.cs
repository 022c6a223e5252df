namespace HierCash.Terminals.Store;

/// <summary>What a party's rows added up to before they were forgotten (rule R10): audits recompute sums and chains.</summary>
public static class Forgotten
{
    /// <summary>Rows that a purge takes in one transaction, so that nobody waits for it.</summary>
    public const int Piece = 500;

    /// <summary>Carries a row forward; inside the transaction that deletes it.</summary>
    /// <param name="number">The row's number where it has one; the highest is kept.</param>
    public static void Add(IWriteTransaction db, string what, long bank, long kind, long number, long amount, Digest? digest = null) =>
        db.Execute(
        """
        INSERT INTO forgotten(what, bank, kind, number, amount, times, digest) VALUES($1, $2, $3, $4, $5, 1, $6)
        ON CONFLICT(what, bank, kind) DO UPDATE SET
            number = CASE WHEN forgotten.number < excluded.number THEN excluded.number ELSE forgotten.number END,
            amount = forgotten.amount + excluded.amount, times = forgotten.times + 1, digest = excluded.digest
        """,
        what, bank, kind, number, amount, digest);

    /// <summary>Repeats a piece of work until it has nothing to do; each piece is a transaction of its own.</summary>
    /// <param name="piece">Gives how many rows it took.</param>
    public static int InPieces(Database store, Func<IWriteTransaction, int> piece)
    {
        int all = 0;
        int taken;
        do
        {
            taken = store.Write(piece);
            all += taken;
        }
        while (taken >= Piece);
        return all;
    }
}
