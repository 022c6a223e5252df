namespace HierCash.Terminals.Store;

/// <summary>
/// A party's store as it was at one moment: nothing that another connection commits meanwhile is seen. Only the classes in a party's
/// Storage/ folder call these methods, one class for each table; everybody else passes the snapshot on to them. Parameters are $1, $2 and
/// so on: numbers, flags, text, bytes, null, and the protocol's own types (<see cref="Columns"/>).
/// </summary>
public interface IReadSnapshot
{
    /// <summary>All rows.</summary>
    List<T> Query<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters);

    /// <summary>The first row, or null.</summary>
    T? First<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters) where T : class;

    /// <summary>The first column of the first row; 0 where there is no row.</summary>
    /// <exception cref="InvalidDataException">The column is not a 64-bit integer: a sum of nothing is null, and of bigints a numeric,
    /// until the statement says otherwise.</exception>
    long Number(string sql, params ReadOnlySpan<object?> parameters);
}

/// <summary>A transaction that may change the store. All of it is durable after the call that ran it, or none of it.</summary>
public interface IWriteTransaction : IReadSnapshot
{
    /// <summary>Runs one statement.</summary>
    /// <returns>Rows changed.</returns>
    int Execute(string sql, params ReadOnlySpan<object?> parameters);
}

/// <summary>Questions that any snapshot answers.</summary>
public static class Snapshots
{
    /// <summary>The first row, or null: of value types.</summary>
    public static T? Value<T>(
        this IReadSnapshot db, string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters)
        where T : struct => db.Query(sql, map, parameters) is [var first, ..] ? first : null;

    /// <summary>A sum of money in minor units; nothing where there is no row.</summary>
    public static Amount Sum(this IReadSnapshot db, string sql, params ReadOnlySpan<object?> parameters) =>
        Amount.FromLedger(db.Number(sql, parameters));

    /// <summary>A date; 0 where there is no row.</summary>
    public static Timestamp Date(this IReadSnapshot db, string sql, params ReadOnlySpan<object?> parameters) =>
        Timestamp.FromLedger(db.Number(sql, parameters));
}
