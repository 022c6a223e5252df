namespace HierCash.Terminals;

/// <summary>Transactions that may be refused.</summary>
public static class RefusableWrite
{
    /// <summary>One transaction. Where it is refused nothing of it stays.</summary>
    public static Result<T> TryWrite<T>(this Database store, Func<IWriteTransaction, Result<T>> work) =>
        store.Write(work, result => result.Refused is null);
}
