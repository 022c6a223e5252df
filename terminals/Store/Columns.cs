using System.Globalization;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Terminals.Store;

/// <summary>Columns of the types that the protocol has.</summary>
public static class Columns
{
    /// <summary>How a parameter stands in a column: as what SQLite and PostgreSQL both have.</summary>
    internal static object Bound(object? parameter) => parameter switch
    {
        null => DBNull.Value,
        long or string or byte[] => parameter,
        bool flag => flag ? 1L : 0L,
        int or uint or ushort or ulong or Enum => Convert.ToInt64(parameter, CultureInfo.InvariantCulture),
        Amount amount => amount.ToLedger(),
        Timestamp date => date.ToLedger(),
        Quarter quarter => (long)quarter.Index,
        PartyId party => (long)party.Value,
        KeyId key => (long)key.Value,
        Digest digest => digest.ToArray(),
        CoinId coin => coin.Value.ToArray(),
        PaymentId payment => payment.Value.ToArray(),
        WithdrawalId withdrawal => withdrawal.Value.ToArray(),
        AccountId account => account.Value.ToArray(),
        TillId till => till.Value.ToArray(),
        PublicKey key => key.Bytes.ToArray(),
        _ => throw new ArgumentException($"No column holds a {parameter.GetType().Name}.", nameof(parameter)),
    };

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
        where T : class => decode(row.Bytes(column)) ?? throw Damaged(row, column);

    /// <summary>The same of an object that is read from its TLV.</summary>
    public static T Kept<T>(this DbDataReader row, int column, TlvObject<T> read)
    {
        var reader = new BerTlvReader(row.Bytes(column));
        var value = read(ref reader);
        return reader.Complete ? value : throw Damaged(row, column);
    }

    /// <summary>The same, or null where the column is empty.</summary>
    public static T? KeptOrNull<T>(this DbDataReader row, int column, Func<ReadOnlySpan<byte>, T?> decode)
        where T : class => row.IsDBNull(column) ? null : row.Kept(column, decode);

    private static DatabaseException Damaged(DbDataReader row, int column) => new DatabaseException(
        $"The database holds something in the column '{row.GetName(column)}' that cannot be read. Put back its newest good copy.");
}

/// <summary>Reads an object from its TLV.</summary>
public delegate T TlvObject<T>(ref BerTlvReader reader);
