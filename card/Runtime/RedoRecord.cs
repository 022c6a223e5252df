using System.Buffers.Binary;

namespace HierCash.Card.Runtime;

/// <summary>
/// The redo records of an image file, two places used in turn. Beyond the newest record there is nothing but zeros (rule R32). Header:
/// generation 8, bytes that follow 4, flags 4 (1: the next field counts), CRC-32C of all cells after this record 4, CRC-32C of all other
/// bytes of the record 4. Then line number 4 and line of <see cref="PowerImage.LineSize"/> bytes, repeated. Big endian.
/// </summary>
internal static class RedoRecord
{
    private const int LineEntry = 4 + PowerImage.LineSize;
    private const uint CellsChecked = 1;

    /// <summary>Writes the lines that are marked. Not yet synced.</summary>
    /// <returns>Bytes of the record.</returns>
    public static int Write(FileStream file, ulong generation, ReadOnlySpan<byte> cells, ReadOnlySpan<bool> dirty)
    {
        int lines = dirty.Count(true);
        var record = new byte[ImageFile.RecordHeaderSize + (lines * LineEntry)];
        int at = ImageFile.RecordHeaderSize;
        for (int line = 0; line < dirty.Length; line++)
        {
            if (dirty[line])
            {
                BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(at), line);
                cells.Slice(line * PowerImage.LineSize, PowerImage.LineSize).CopyTo(record.AsSpan(at + 4));
                at += LineEntry;
            }
        }

        Seal(record, generation, CellsChecked, ImageFile.Crc(cells));
        RandomAccess.Write(file.SafeFileHandle, record, Offset(cells.Length, generation));
        return record.Length;
    }

    /// <summary>Overwrites a record of that length with zeros. What it wrote into the cells has to be on disk.</summary>
    public static void Erase(FileStream file, int size, ulong generation, int length) =>
        RandomAccess.Write(file.SafeFileHandle, new byte[length], Offset(size, generation));

    /// <summary>
    /// Syncs, then overwrites with zeros whatever is in the two places beside the newest record: older records, and what one that was cut
    /// short has left.
    /// </summary>
    /// <param name="generation">Of the newest record; 0 if there is none.</param>
    /// <returns>Bytes of that record.</returns>
    public static int EraseAllBut(FileStream file, int size, ulong generation)
    {
        int kept = 0;
        for (ulong place = 0; place < 2; place++)
        {
            var bytes = new byte[ImageFile.RecordSize(size)];
            RandomAccess.Read(file.SafeFileHandle, bytes, Offset(size, place));
            bool isNewest = generation > 0 && generation % 2 == place;
            int length = isNewest ? ImageFile.RecordHeaderSize + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8)) : 0;
            kept = Math.Max(kept, length);
            int used = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
            if (used > length)
            {
                RandomAccess.FlushToDisk(file.SafeFileHandle);
                RandomAccess.Write(file.SafeFileHandle, new byte[used - length], Offset(size, place) + length);
            }
        }

        return kept;
    }

    /// <summary>Leaves one empty record, with a checksum of the cells unless these are empty, and syncs.</summary>
    public static void Reset(FileStream file, int size, ulong generation, ReadOnlySpan<byte> cells)
    {
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        var record = new byte[ImageFile.RecordHeaderSize];
        RandomAccess.Write(file.SafeFileHandle, record, Offset(size, generation + 1));
        Seal(record, generation, cells.IsEmpty ? 0 : CellsChecked, ImageFile.Crc(cells));
        RandomAccess.Write(file.SafeFileHandle, record, Offset(size, generation));
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        EraseAllBut(file, size, generation);
    }

    /// <summary>Writes what valid records hold into the cells, oldest first, and returns the newest generation.</summary>
    /// <exception cref="CardImageException">The cells are not what the newest record says.</exception>
    public static ulong Replay(FileStream file, int size, string path)
    {
        var records = new List<byte[]>();
        for (ulong place = 0; place < 2; place++)
        {
            if (TryRead(file, size, place) is { } record)
            {
                records.Add(record);
            }
        }

        records.Sort((a, b) => Generation(a).CompareTo(Generation(b)));
        foreach (var record in records)
        {
            for (int at = ImageFile.RecordHeaderSize; at < record.Length; at += LineEntry)
            {
                int line = BinaryPrimitives.ReadInt32BigEndian(record.AsSpan(at));
                long place = ImageFile.HeaderSize + ((long)line * PowerImage.LineSize);
                RandomAccess.Write(file.SafeFileHandle, record.AsSpan(at + 4, PowerImage.LineSize), place);
            }
        }

        var cells = new byte[size];
        RandomAccess.Read(file.SafeFileHandle, cells, ImageFile.HeaderSize);
        bool intact = records.Count == 0
            ? !cells.AsSpan().ContainsAnyExcept((byte)0)
            : BinaryPrimitives.ReadUInt32BigEndian(records[^1].AsSpan(12)) != CellsChecked
              || BinaryPrimitives.ReadUInt32BigEndian(records[^1].AsSpan(16)) == ImageFile.Crc(cells);
        return !intact
            ? throw new CardImageException(
                $"The card image '{path}' is damaged: its memory does not match its checksum. Report the card as lost.")
            : records.Count == 0 ? 0 : Generation(records[^1]);
    }

    private static byte[]? TryRead(FileStream file, int size, ulong place)
    {
        var record = new byte[ImageFile.RecordSize(size)];
        int read = RandomAccess.Read(file.SafeFileHandle, record, Offset(size, place));
        int length = BinaryPrimitives.ReadInt32BigEndian(record.AsSpan(8));
        if (read != record.Length || length < 0 || length > record.Length - ImageFile.RecordHeaderSize || length % LineEntry != 0
            || Generation(record) == 0)
        {
            return null;
        }

        record = record[..(ImageFile.RecordHeaderSize + length)];
        return BinaryPrimitives.ReadUInt32BigEndian(record.AsSpan(20)) == RecordCrc(record) ? record : null;
    }

    private static void Seal(byte[] record, ulong generation, uint flags, uint cellsCrc)
    {
        BinaryPrimitives.WriteUInt64BigEndian(record, generation);
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(8), record.Length - ImageFile.RecordHeaderSize);
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(12), flags);
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(16), cellsCrc);
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(20), RecordCrc(record));
    }

    private static ulong Generation(byte[] record) => BinaryPrimitives.ReadUInt64BigEndian(record);

    private static uint RecordCrc(ReadOnlySpan<byte> record) =>
        ImageFile.Crc(record[ImageFile.RecordHeaderSize..], ImageFile.Crc(record[..20]));

    private static long Offset(int size, ulong generation) =>
        ImageFile.HeaderSize + size + ((long)(generation % 2) * ImageFile.RecordSize(size));
}
