using System.Data.Common;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>Columns of the types that the protocol has.</summary>
internal static class Column
{
    public static PartyId Party(DbDataReader r, int column) => new(checked((uint)r.GetInt64(column)));

    public static TillId Till(DbDataReader r, int column) => new(Id16.Read(r.Bytes(column)));

    public static PublicKey Key(DbDataReader r, int column) => PublicKey.TryDecode(r.Bytes(column))!;

    public static Digest Hash(DbDataReader r, int column) => Digest.Read(r.Bytes(column));

    public static Amount Money(DbDataReader r, int column) => Amount.FromLedger(r.GetInt64(column));

    public static Timestamp Date(DbDataReader r, int column) => Timestamp.FromLedger(r.GetInt64(column));

    public static Timestamp? DateOrNull(DbDataReader r, int column) => r.IsDBNull(column) ? null : Date(r, column);
}

/// <summary>How many of a kind wait, what they come to, and since when the first does. Null stands for none of them.</summary>
internal sealed record WaitingSum(long Count, Amount Sum, Timestamp? Since)
{
    /// <summary>From a row of these three columns.</summary>
    public static WaitingSum Read(DbDataReader r) => new(r.GetInt64(0), Column.Money(r, 1), Column.DateOrNull(r, 2));
}
