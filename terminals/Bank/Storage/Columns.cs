using System.Buffers.Binary;
using System.Data.Common;

namespace HierCash.Bank;

/// <summary>Columns of the bank's tables by what they hold.</summary>
internal static class Columns
{
    public static Timestamp Date(this DbDataReader row, int column) => Timestamp.FromLedger(row.GetInt64(column));

    public static Timestamp? DateOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Date(column);

    public static Amount Money(this DbDataReader row, int column) => Amount.FromLedger(row.GetInt64(column));

    public static Digest Digest(this DbDataReader row, int column) => Protocol.Cash.Digest.Read(row.Bytes(column));

    public static AccountId User(this DbDataReader row, int column) => new(Id16.Read(row.Bytes(column)));

    public static CoinId Coin(this DbDataReader row, int column) => new(row.Digest(column));

    public static WithdrawalId Request(this DbDataReader row, int column) => new(row.Digest(column));

    public static bool Flag(this DbDataReader row, int column) => row.GetInt64(column) == 1;

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>8 bytes, the highest first: how a number stands in a reference or in a subject.</summary>
    public static byte[] Bytes(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }
}
