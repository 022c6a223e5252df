using System.Buffers.Binary;
using HierCash.Protocol.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>What persistent memory holds: applet instances, and their arrays by owner and number.</summary>
internal sealed class ObjectTable(PersistentMemory memory, int size)
{
    private readonly PersistentBytes _counts = new(memory, MemoryLayout.InstanceCount, 12);
    private readonly PersistentBytes _instances =
        new(memory, MemoryLayout.Instances, MemoryLayout.MaxInstances * MemoryLayout.InstanceSize);
    private readonly PersistentBytes _objects = new(memory, MemoryLayout.Objects, MemoryLayout.MaxObjects * MemoryLayout.ObjectSize);

    public int InstanceCount => (int)_counts.ReadUInt32(0);

    private int Count => (int)_counts.ReadUInt32(4);

    private int DataEnd => Math.Max(MemoryLayout.Data, (int)_counts.ReadUInt32(8));

    /// <summary>Bytes that new arrays may still take.</summary>
    public int Free => size - DataEnd;

    /// <summary>All arrays: whose, which, where.</summary>
    public IEnumerable<(ushort Owner, ushort Id, int Offset, int Length)> All()
    {
        for (int i = 0; i < Count; i++)
        {
            var entry = _objects.Slice(i * MemoryLayout.ObjectSize, MemoryLayout.ObjectSize);
            yield return (entry.ReadUInt16(0), entry.ReadUInt16(2), (int)entry.ReadUInt32(4), (int)entry.ReadUInt32(8));
        }
    }

    public (Aid Package, Aid Instance) Instance(int index)
    {
        var entry = _instances.Slice(index * MemoryLayout.InstanceSize, MemoryLayout.InstanceSize).Span;
        return (new Aid(entry.Slice(1, entry[0])), new Aid(entry.Slice(18, entry[17])));
    }

    /// <exception cref="CardMemoryException">The card has no room for another instance.</exception>
    public int AddInstance(Aid package, Aid instance)
    {
        int index = InstanceCount;
        if (index == MemoryLayout.MaxInstances)
        {
            throw new CardMemoryException($"A card has room for {MemoryLayout.MaxInstances} applets.");
        }

        Span<byte> entry = stackalloc byte[MemoryLayout.InstanceSize];
        entry.Clear();
        entry[0] = (byte)package.Bytes.Length;
        package.Bytes.CopyTo(entry[1..]);
        entry[17] = (byte)instance.Bytes.Length;
        instance.Bytes.CopyTo(entry[18..]);
        _instances.Write(index * MemoryLayout.InstanceSize, entry);
        _counts.WriteUInt32(0, (uint)index + 1);
        return index;
    }

    /// <summary>The array of that owner and number; made, all zeros, if there is none.</summary>
    /// <exception cref="CardMemoryException">It exists with another length, or the quota is used up.</exception>
    public PersistentBytes Open(ushort owner, ushort id, int length)
    {
        for (int i = 0; i < Count; i++)
        {
            var entry = _objects.Slice(i * MemoryLayout.ObjectSize, MemoryLayout.ObjectSize);
            if (entry.ReadUInt16(0) == owner && entry.ReadUInt16(2) == id)
            {
                return entry.ReadUInt32(8) == length
                    ? new PersistentBytes(memory, (int)entry.ReadUInt32(4), length)
                    : throw new CardMemoryException($"Array {id} has {entry.ReadUInt32(8)} bytes, not {length}.");
            }
        }

        int room = (length + 3) & ~3;
        if (Count == MemoryLayout.MaxObjects || room > Free)
        {
            throw new CardMemoryException($"Persistent memory is full: {room} bytes are wanted, {Free} are free.");
        }

        int offset = DataEnd;
        Span<byte> bytes = stackalloc byte[MemoryLayout.ObjectSize];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, owner);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], id);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)offset);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], length);
        _objects.Write(Count * MemoryLayout.ObjectSize, bytes);
        _counts.WriteUInt32(4, (uint)Count + 1);
        _counts.WriteUInt32(8, (uint)(offset + room));
        return new PersistentBytes(memory, offset, length);
    }
}
