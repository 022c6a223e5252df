using System.Buffers.Binary;

namespace HierCash.Bank;

/// <summary>Columns that only a bank has.</summary>
internal static class BankColumns
{
    public static AccountId User(this DbDataReader row, int column) => new(Id16.Read(row.Bytes(column)));

    /// <summary>8 bytes, the highest first: how a number stands in a reference or in a subject.</summary>
    public static byte[] Bytes(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }
}
