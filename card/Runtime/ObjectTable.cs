using System.Buffers.Binary;
using HierCash.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>
/// What persistent memory holds: applet instances, and their arrays by owner and number. The place of a deleted one is used again: an
/// instance's entry without AID, an array's entry of length 0.
/// </summary>
internal sealed class ObjectTable(PersistentMemory memory, int size)
{
    /// <summary>Owner of an array that is being wiped: power may go before that is done.</summary>
    private const ushort Dying = 0xFFFF;

    private readonly PersistentBytes _counts = new(memory, MemoryLayout.InstanceCount, 8);
    private readonly PersistentBytes _instances =
        new(memory, MemoryLayout.Instances, MemoryLayout.MaxInstances * MemoryLayout.InstanceSize);
    private readonly PersistentBytes _objects = new(memory, MemoryLayout.Objects, MemoryLayout.MaxObjects * MemoryLayout.ObjectSize);

    /// <summary>Entries of instances, empty ones included.</summary>
    public int InstanceCount => (int)_counts.ReadUInt32(0);

    private int Count => (int)_counts.ReadUInt32(4);

    /// <summary>Bytes that new arrays may still take; in more than one piece once arrays were deleted.</summary>
    public int Free => size - MemoryLayout.Data - All().Sum(o => Room(o.Length));

    /// <summary>All arrays: whose, which, where.</summary>
    public IEnumerable<(ushort Owner, ushort Id, int Offset, int Length)> All()
    {
        for (int i = 0; i < Count; i++)
        {
            var entry = Object(i);
            if (entry.ReadUInt32(8) != 0)
            {
                yield return (entry.ReadUInt16(0), entry.ReadUInt16(2), (int)entry.ReadUInt32(4), (int)entry.ReadUInt32(8));
            }
        }
    }

    /// <summary>The instance of that entry, or null where it is empty.</summary>
    public (Aid Package, Aid Instance)? Instance(int index)
    {
        var entry = InstanceEntry(index).Span;
        return entry[0] == 0 ? null : (new Aid(entry.Slice(1, entry[0])), new Aid(entry.Slice(18, entry[17])));
    }

    /// <exception cref="CardMemoryException">The card has no room for another instance.</exception>
    public int AddInstance(Aid package, Aid instance)
    {
        int index = Enumerable.Range(0, InstanceCount).Where(i => Instance(i) is null).Append(InstanceCount).First();
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
        InstanceEntry(index).Write(0, entry);
        if (index == InstanceCount)
        {
            _counts.WriteUInt32(0, (uint)index + 1);
        }

        return index;
    }

    /// <summary>Deletes an instance with all its arrays. What power leaves undone is done at the next power-on.</summary>
    public void RemoveInstance(int index)
    {
        InstanceEntry(index).WriteByte(0, 0);
        Collect();
    }

    /// <summary>Deletes arrays that no instance owns, and ends deletions that power cut.</summary>
    public void Collect()
    {
        for (int i = 0; i < Count; i++)
        {
            ushort owner = Object(i).ReadUInt16(0);
            if (Object(i).ReadUInt32(8) != 0 && (owner == Dying || Instance(owner) is null))
            {
                Wipe(i);
            }
        }
    }

    /// <summary>The array of that owner and number; made, all zeros, if there is none.</summary>
    /// <exception cref="CardMemoryException">It exists with another length, or the quota is used up.</exception>
    public PersistentBytes Open(ushort owner, ushort id, int length)
    {
        if (Find(owner, id) is { } found)
        {
            var entry = Object(found);
            return entry.ReadUInt32(8) == length
                ? new PersistentBytes(memory, (int)entry.ReadUInt32(4), length)
                : throw new CardMemoryException($"Array {id} has {entry.ReadUInt32(8)} bytes, not {length}.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        int index = Enumerable.Range(0, Count).Where(i => Object(i).ReadUInt32(8) == 0).Append(Count).First();
        int offset = Gap(Room(length));
        if (index == MemoryLayout.MaxObjects || offset < 0)
        {
            throw new CardMemoryException(
                $"Persistent memory is full: {Room(length)} bytes are wanted in one piece, {Free} are free in all.");
        }

        // Free bytes are zeros but for what an applet wrote past the transaction of an installation that failed.
        var array = new PersistentBytes(memory, offset, length);
        if (array.Span.ContainsAnyExcept((byte)0))
        {
            array.WriteNonAtomic(0, new byte[length]);
        }

        Span<byte> bytes = stackalloc byte[MemoryLayout.ObjectSize];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, owner);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], id);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)offset);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], length);
        Object(index).Write(0, bytes);
        if (index == Count)
        {
            _counts.WriteUInt32(4, (uint)Count + 1);
        }

        return array;
    }

    /// <summary>Deletes an array and wipes its bytes; false if there is none.</summary>
    /// <exception cref="CardMemoryException">A transaction is open: what it undoes could not come back.</exception>
    public bool Delete(ushort owner, ushort id)
    {
        if (memory.InTransaction)
        {
            throw new CardMemoryException("An array cannot be deleted within a transaction.");
        }

        if (Find(owner, id) is not { } found)
        {
            return false;
        }

        Wipe(found);
        return true;
    }

    private int? Find(ushort owner, ushort id)
    {
        for (int i = 0; i < Count; i++)
        {
            var entry = Object(i);
            if (entry.ReadUInt32(8) != 0 && entry.ReadUInt16(0) == owner && entry.ReadUInt16(2) == id)
            {
                return i;
            }
        }

        return null;
    }

    private void Wipe(int index)
    {
        var entry = Object(index);
        if (entry.ReadUInt16(0) != Dying)
        {
            entry.WriteUInt16(0, Dying);
        }

        int room = Room((int)entry.ReadUInt32(8));
        new PersistentBytes(memory, (int)entry.ReadUInt32(4), room).WriteNonAtomic(0, new byte[room]);
        entry.WriteUInt32(8, 0);
    }

    /// <summary>The first piece of so many free bytes, or -1.</summary>
    private int Gap(int room)
    {
        int at = MemoryLayout.Data;
        foreach (var (_, _, offset, length) in All().OrderBy(o => o.Offset))
        {
            if (offset - at >= room)
            {
                return at;
            }

            at = offset + Room(length);
        }

        return size - at >= room ? at : -1;
    }

    private PersistentBytes Object(int index) => _objects.Slice(index * MemoryLayout.ObjectSize, MemoryLayout.ObjectSize);

    private PersistentBytes InstanceEntry(int index) => _instances.Slice(index * MemoryLayout.InstanceSize, MemoryLayout.InstanceSize);

    private static int Room(int length) => (length + 3) & ~3;
}
