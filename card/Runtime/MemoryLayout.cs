namespace HierCash.Card.Runtime;

/// <summary>Where things are in persistent memory. Offsets and sizes in bytes.</summary>
internal static class MemoryLayout
{
    public const int Version = 0;
    public const uint CurrentVersion = 0x31544348;
    public const int InstanceCount = 4;
    public const int ObjectCount = 8;
    public const int EpochA = 16;
    public const int EpochB = 24;

    /// <summary>Room for 512 bytes in the smallest pieces, 4 bytes each with 12 bytes around them.</summary>
    public const int Log = 64;
    public const int LogEntryOverhead = 12;
    public const int LogEnd = Log + (PersistentMemory.CommitBufferSize / 4 * (4 + LogEntryOverhead));

    public const int Instances = LogEnd;
    public const int MaxInstances = 8;

    /// <summary>Package AID: length 1, bytes 16; instance AID: likewise; 2 unused.</summary>
    public const int InstanceSize = 36;

    public const int Objects = Instances + (MaxInstances * InstanceSize);
    public const int MaxObjects = 128;

    /// <summary>Owner 2, id 2, offset 4, length 4.</summary>
    public const int ObjectSize = 12;

    public const int Data = Objects + (MaxObjects * ObjectSize);
}
