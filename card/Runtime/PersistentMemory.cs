using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HierCash.Card.Runtime;

/// <summary>
/// EEPROM with transactions. Memory is cells of 4 bytes, each written on its own and in order. A transaction first copies what it
/// will change into an undo log, each entry with the transaction's epoch and a CRC; to commit is to move the epoch on, which is
/// kept twice, each time with its complement. Power may go at any cell, and leave it old, new or garbage.
/// <para>Layout: <see cref="MemoryLayout"/>.</para>
/// </summary>
internal sealed unsafe class PersistentMemory
{
    private const int PageShift = 5;
    private readonly CardImage _image;
    private readonly int _size;

    // The image's memory is pinned for its life, and the card lets go of this before it disposes of the image: asking the image for each
    // cell would take longer than writing it.
    private readonly byte* _base;
    private readonly uint* _wear;
    private readonly bool _tracks;
    private readonly CardMeter _meter;
    private uint _epoch;
    private int _logAt;
    private int _logged;
    private long _cellsUntilCut = long.MaxValue;
    private TornCell _cutMode;
    private bool _isDead;

    /// <summary>Takes the image into use: undoes a transaction that power cut, and repairs the epoch.</summary>
    /// <exception cref="CardImageException">Another layout.</exception>
    public PersistentMemory(CardImage image)
        : this(image, new CardMeter())
    {
    }

    /// <summary>The same, with its writes counted.</summary>
    public PersistentMemory(CardImage image, CardMeter meter)
    {
        _meter = meter;
        _image = image;
        _size = image.Bytes.Length;
        _base = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(image.Bytes));
        _wear = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(image.Wear));
        _tracks = image.TracksWrites;
        Recover();
    }

    /// <summary>Most old bytes that one transaction may hold, as on cards that are sold.</summary>
    public const int CommitBufferSize = 512;

    /// <summary>Bytes.</summary>
    public int Size => _size;

    public bool InTransaction { get; private set; }

    /// <summary>Cells written since this memory was taken into use.</summary>
    public long CellsWritten { get; private set; }

    /// <summary>True if the image was restored from a copy (hole 24).</summary>
    public bool IsRestored => _image.IsRestored;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<byte> Read(int offset, int length) => new ReadOnlySpan<byte>(_base, _size).Slice(offset, length);

    /// <summary>Times that a cell of these bytes' pages was written, of the page that was written most.</summary>
    internal uint WearOf(int offset, int length)
    {
        uint most = 0;
        for (int page = offset >> PageShift; page <= (offset + Math.Max(1, length) - 1) >> PageShift; page++)
        {
            most = Math.Max(most, _wear[page]);
        }

        return most;
    }

    /// <summary>Lets power go at a write to come: 0 is the next cell.</summary>
    public void CutPowerAfter(long cells, TornCell torn)
    {
        _cellsUntilCut = cells;
        _cutMode = torn;
    }

    /// <summary>Begins a transaction. Dispose of it without <see cref="Transaction.Commit"/> and it is undone.</summary>
    /// <exception cref="CardMemoryException">One is open already: they do not nest (Java Card).</exception>
    public Transaction Begin()
    {
        if (InTransaction)
        {
            throw new CardMemoryException("A transaction is open already.");
        }

        InTransaction = true;
        _logAt = MemoryLayout.Log;
        _logged = 0;
        return new Transaction(this);
    }

    internal void Commit()
    {
        if (_logged > 0)
        {
            WriteEpoch(unchecked(_epoch + 1));
            _meter.Charge(CardOperation.Write);
        }

        InTransaction = false;
    }

    /// <summary>
    /// Undoes what an applet left open when its command ended (Java Card runtime environment, 7.6); nothing where it ended all itself.
    /// </summary>
    internal void CloseTransaction() => Abort();

    internal void Abort()
    {
        if (InTransaction && !_isDead)
        {
            InTransaction = false;
            UndoLog();
        }
    }

    /// <summary>Writes bytes, as part of the open transaction or as one of their own.</summary>
    internal void Write(int offset, ReadOnlySpan<byte> data)
    {
        if (InTransaction)
        {
            Log(offset, data.Length);
            WriteCells(offset, data);
            return;
        }

        if (FitsOneCell(offset, data.Length))
        {
            WriteNonAtomicChecked(offset, data);
            return;
        }

        using var transaction = Begin();
        Write(offset, data);
        transaction.Commit();
    }

    /// <summary>Writes bytes cell by cell, outside any transaction: an abort does not undo them, a cut leaves a part.</summary>
    internal void WriteNonAtomic(int offset, ReadOnlySpan<byte> data)
    {
        _meter.Charge(CardOperation.Write);
        WriteCells(offset, data);
    }

    private void WriteCells(int offset, ReadOnlySpan<byte> data)
    {
        if (((offset | data.Length) & 3) == 0)
        {
            for (int i = 0; i < data.Length; i += 4)
            {
                WriteCell(offset + i, MemoryMarshal.Read<uint>(data[i..]));
            }

            return;
        }

        Span<byte> cell = stackalloc byte[4];
        while (!data.IsEmpty)
        {
            int start = offset & ~3;
            int skip = offset - start;
            int n = Math.Min(4 - skip, data.Length);
            Read(start, 4).CopyTo(cell);
            data[..n].CopyTo(cell[skip..]);
            WriteCell(start, MemoryMarshal.Read<uint>(cell));
            data = data[n..];
            offset += n;
        }
    }

    /// <summary>A single cell may come out as garbage, so even that goes through the log.</summary>
    private void WriteNonAtomicChecked(int offset, ReadOnlySpan<byte> data)
    {
        InTransaction = true;
        _logAt = MemoryLayout.Log;
        _logged = 0;
        Log(offset, data.Length);
        WriteCells(offset, data);
        Commit();
    }

    private static bool FitsOneCell(int offset, int length) => (offset & 3) + length <= 4;

    private void Log(int offset, int length)
    {
        int start = offset & ~3;
        int size = ((offset + length + 3) & ~3) - start;
        if (_logged + size > CommitBufferSize || _logAt + size + MemoryLayout.LogEntryOverhead > MemoryLayout.LogEnd)
        {
            throw new CardMemoryException($"The commit buffer of {CommitBufferSize} bytes is full.");
        }

        uint header = ((uint)start << 12) | (uint)size;
        var old = Read(start, size);
        uint crc = EntryCrc(header, _epoch, old);
        int at = _logAt;
        WriteCell(at, header);
        WriteCell(at + 4, _epoch);
        for (int i = 0; i < size; i += 4)
        {
            WriteCell(at + 8 + i, MemoryMarshal.Read<uint>(old[i..]));
        }

        WriteCell(at + 8 + size, crc);
        _logAt += size + MemoryLayout.LogEntryOverhead;
        _logged += size;
    }

    private static uint EntryCrc(uint header, uint epoch, ReadOnlySpan<byte> old)
    {
        Span<byte> head = stackalloc byte[8];
        MemoryMarshal.Write(head, header);
        MemoryMarshal.Write(head[4..], epoch);
        return ImageFile.Crc(old, ImageFile.Crc(head));
    }

    private void Recover()
    {
        var bytes = _image.Bytes;
        uint version = ReadCell(MemoryLayout.Version);
        if (version == 0 && !bytes.ContainsAnyExcept((byte)0))
        {
            // Garbage in the first word of a new image leaves an image that is neither new nor known: written last of all.
            WriteEpoch(1);
            WriteCell(MemoryLayout.Version, MemoryLayout.CurrentVersion);
            return;
        }

        uint? a = ReadEpoch(MemoryLayout.EpochA);
        uint? b = ReadEpoch(MemoryLayout.EpochB);
        if (version != MemoryLayout.CurrentVersion)
        {
            if (bytes[MemoryLayout.Log..].ContainsAnyExcept((byte)0))
            {
                throw new CardImageException("The card's memory has a layout that this version does not know, or it is damaged.");
            }

            // Power went while the image was taken into use for the first time.
            WriteEpoch(1);
            WriteCell(MemoryLayout.Version, MemoryLayout.CurrentVersion);
            return;
        }

        if (a is null && b is null)
        {
            throw new CardImageException(
                "The card's memory is damaged: both copies of its commit word are wrong. Report the card as lost.");
        }

        // A is written first: where both are sound, A is the newer one.
        _epoch = a ?? b!.Value;
        UndoLog(repair: a != b);
    }

    private void UndoLog(bool repair = false)
    {
        var entries = new List<(int Offset, int Size, int At)>();
        int at = MemoryLayout.Log;
        while (at + MemoryLayout.LogEntryOverhead <= MemoryLayout.LogEnd)
        {
            uint header = ReadCell(at);
            int offset = (int)(header >> 12);
            int size = (int)(header & 0xFFF);
            if (size == 0 || size % 4 != 0 || at + MemoryLayout.LogEntryOverhead + size > MemoryLayout.LogEnd || offset + size > _size
                || ReadCell(at + 4) != _epoch || ReadCell(at + 8 + size) != EntryCrc(header, _epoch, Read(at + 8, size)))
            {
                break;
            }

            entries.Add((offset, size, at + 8));
            at += size + MemoryLayout.LogEntryOverhead;
        }

        for (int i = entries.Count - 1; i >= 0; i--)
        {
            WriteCells(entries[i].Offset, Read(entries[i].At, entries[i].Size));
        }

        if (entries.Count > 0 || repair)
        {
            WriteEpoch(unchecked(_epoch + 1));
        }
    }

    private void WriteEpoch(uint epoch)
    {
        WriteCell(MemoryLayout.EpochA, epoch);
        WriteCell(MemoryLayout.EpochA + 4, ~epoch);
        WriteCell(MemoryLayout.EpochB, epoch);
        WriteCell(MemoryLayout.EpochB + 4, ~epoch);
        _epoch = epoch;
    }

    private uint? ReadEpoch(int at)
    {
        uint epoch = ReadCell(at);
        return ReadCell(at + 4) == ~epoch && epoch != 0 ? epoch : null;
    }

    internal uint ReadCell(int offset) => MemoryMarshal.Read<uint>(Read(offset, 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteCell(int offset, uint value)
    {
        if (--_cellsUntilCut < 0)
        {
            CutPower(offset, value);
        }

        CellsWritten++;
        Volatile.Write(ref *(uint*)(_base + offset), value);
        unchecked
        {
            _wear[offset >> PageShift]++;
        }

        if (_tracks)
        {
            _image.Touch(offset, 4);
        }
    }

    private void CutPower(int offset, uint value)
    {
        if (!_isDead)
        {
            _isDead = true;
            uint old = ReadCell(offset);
            uint left = _cutMode switch
            {
                TornCell.Old => old,
                TornCell.New => value,
                _ => ~(old ^ (value << 7) ^ (value >> 3)),
            };
            MemoryMarshal.Write(_image.Bytes[offset..], left);
            _image.Touch(offset, 4);
        }

        throw new PowerLostException();
    }
}
