using System.Data.Common;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;

namespace HierCash.Terminals.Store;

/// <summary>Columns of the types that the protocol has.</summary>
public static class Columns
{
    public static byte[] Bytes(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static byte[]? BytesOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Bytes(column);

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static bool Flag(this DbDataReader row, int column) => row.GetInt64(column) == 1;

    public static Amount Money(this DbDataReader row, int column) => Amount.FromLedger(row.GetInt64(column));

    public static Timestamp Date(this DbDataReader row, int column) => Timestamp.FromLedger(row.GetInt64(column));

    public static Timestamp? DateOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Date(column);

    public static Digest Digest(this DbDataReader row, int column) => Protocol.Cash.Digest.Read(row.Bytes(column));

    public static CoinId Coin(this DbDataReader row, int column) => new(row.Digest(column));

    public static PaymentId Payment(this DbDataReader row, int column) => new(row.Digest(column));

    public static WithdrawalId Request(this DbDataReader row, int column) => new(row.Digest(column));

    public static PartyId Party(this DbDataReader row, int column) => new(checked((uint)row.GetInt64(column)));

    public static TillId Till(this DbDataReader row, int column) => new(Id16.Read(row.Bytes(column)));

    public static PublicKey Key(this DbDataReader row, int column) => row.Kept(column, PublicKey.TryDecode);

    /// <summary>An object as it was encoded.</summary>
    /// <exception cref="DatabaseException">It cannot be decoded: what is damaged is never taken for what is not there.</exception>
    public static T Kept<T>(this DbDataReader row, int column, Func<ReadOnlySpan<byte>, T?> decode)
        where T : class => decode(row.Bytes(column)) ?? throw new DatabaseException(
        $"The database holds something in the column '{row.GetName(column)}' that cannot be read. Put back its newest good copy.");

    /// <summary>The same, or null where the column is empty.</summary>
    public static T? KeptOrNull<T>(this DbDataReader row, int column, Func<ReadOnlySpan<byte>, T?> decode)
        where T : class => row.IsDBNull(column) ? null : row.Kept(column, decode);
}
