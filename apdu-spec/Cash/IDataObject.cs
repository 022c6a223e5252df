using System.Runtime.CompilerServices;

namespace HierCash.Protocol.Cash;

/// <summary>Fields that stand together in messages, files and replies of cards, always in the same order (objects.md).</summary>
public interface IDataObject<TSelf>
    where TSelf : class, IDataObject<TSelf>
{
    /// <summary>Of the constructed object that the fields stand in; null where they stand by themselves.</summary>
    static virtual Tag? Tag => null;

    /// <summary>Most bytes, tag and length included; of the reply of a card the most that a short response holds.</summary>
    static virtual int MaxEncodedSize => 256;

    /// <summary>Bytes that are room enough for this one.</summary>
    int Room => TSelf.MaxEncodedSize;

    void WriteFields(ref BerTlvWriter writer);

    /// <summary>Reads the fields. Where they are not what they must be, the reader has failed, and what was read means nothing.</summary>
    static abstract TSelf ReadFields(ref BerTlvReader r);
}

/// <summary>What every data object can do.</summary>
public static class DataObjects
{
    extension<T>(T item)
        where T : class, IDataObject<T>
    {
        // Inlined, so that a card's reply costs what it did when each wrote itself.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Write(ref BerTlvWriter writer)
        {
            if (T.Tag is not { } tag)
            {
                item.WriteFields(ref writer);
                return;
            }

            int begin = writer.Begin(tag);
            item.WriteFields(ref writer);
            writer.End(begin);
        }

        public byte[] Encode() => BerTlv.Encode(item.Room, item.Write);

        public static T Read(ref BerTlvReader reader) => reader.Read<T>();

        /// <summary>Null unless the bytes are exactly one such object.</summary>
        public static T? Decode(ReadOnlySpan<byte> bytes)
        {
            var reader = new BerTlvReader(bytes);
            var read = reader.Read<T>();
            return reader.Complete ? read : null;
        }
    }

    public static void WriteAll<T>(this ref BerTlvWriter writer, IEnumerable<T> items)
        where T : class, IDataObject<T>
    {
        foreach (var item in items)
        {
            item.Write(ref writer);
        }
    }
}
