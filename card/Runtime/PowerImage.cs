using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HierCash.Card.Runtime;

/// <summary>
/// Durability <c>power</c>: a card's answer leaves only when the cells are on disk, whole or not at all, even if the host
/// loses power. Changed lines go first as one redo record, alternating between two places, with one fsync; then in place. The
/// fsync of the next record covers what this one wrote in place; then this one is overwritten with zeros, so that what the cells hold no
/// more is nowhere in the file (rule R32).
/// <para>A witness file beside the image counts the syncs. An image older than its witness, or without one, is a restored copy:
/// its coins may have been spent since, so it opens as <see cref="CardImage.IsRestored"/> (hole 24).</para>
/// </summary>
public sealed class PowerImage : CardImage
{
    internal const int LineSize = 32;
    private const ulong WearEvery = 64;
    private readonly FileStream _file;
    private readonly FileStream _witness;
    private readonly byte[] _bytes;
    private readonly bool[] _dirty;
    private readonly uint[] _wear;
    private ulong _generation;
    private int _recorded;
    private bool _anyDirty;
    private bool _failed;

    private PowerImage(FileStream file, FileStream witness, int size, ulong generation, int recorded)
    {
        _recorded = recorded;
        _file = file;
        _witness = witness;
        _generation = generation;
        IsRestored = generation < Witnessed(witness, ifNone: generation == 0 ? 0 : ulong.MaxValue);
        _bytes = GC.AllocateArray<byte>(size, pinned: true);
        _wear = GC.AllocateArray<uint>(size / PageSize, pinned: true);
        _dirty = new bool[size / LineSize];
        file.Position = ImageFile.HeaderSize;
        file.ReadExactly(_bytes);
        file.Position = ImageFile.WearAt(size);
        file.ReadExactly(MemoryMarshal.AsBytes(_wear.AsSpan()));
    }

    /// <summary>Called before each line is written in place; what it throws is what a full disk throws there.</summary>
    internal Action? WritingLine { get; set; }

    internal override Span<byte> Bytes => _bytes;

    internal override Span<uint> Wear => _wear;

    internal override bool TracksWrites => true;

    /// <inheritdoc/>
    public override bool IsRestored { get; }

    /// <summary>Makes the file of a new image, and opens it.</summary>
    /// <param name="path">In a folder that nobody else can read.</param>
    /// <param name="size">Bytes of persistent memory: 8 KiB to 1 MiB in multiples of 32.</param>
    /// <exception cref="CardImageException">There is a file of that name.</exception>
    public static PowerImage Create(string path, int size = DefaultSize)
    {
        ImageFile.Create(path, RequireSize(size));
        File.Delete(WitnessPath(path));
        return Open(path);
    }

    /// <summary>Opens and locks the file, and ends what a loss of power interrupted.</summary>
    /// <exception cref="CardImageException">Missing, in use, or damaged.</exception>
    public static PowerImage Open(string path)
    {
        // The witness lies beside what a link leads to.
        path = LinkedFile.Resolve(path);
        var file = ImageFile.Open(path, out int size);
        return ImageFile.OrClose(file, () =>
        {
            ulong generation = RedoRecord.Replay(file, size, path);
            int recorded = RedoRecord.EraseAllBut(file, size, generation);
            var witness = File.Exists(WitnessPath(path))
                ? new FileStream(WitnessPath(path), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)
                : PrivateFile.Create(WitnessPath(path));
            return new PowerImage(file, witness, size, generation, recorded);
        });
    }

    /// <summary>Where the witness of an image lies.</summary>
    public static string WitnessPath(string path) => path + ".witness";

    internal override void Touch(int offset, int length)
    {
        for (int line = offset / LineSize; line <= (offset + length - 1) / LineSize; line++)
        {
            _dirty[line] = true;
        }

        _anyDirty = true;
    }

    /// <exception cref="IOException">The file cannot be written. Nothing more is written through this object: the record is whole on disk
    /// or the cells are untouched, and the next opening makes either whole.</exception>
    internal override void Sync()
    {
        if (_failed)
        {
            throw new IOException("The card image could not be written before. Open it anew.");
        }

        if (!_anyDirty)
        {
            return;
        }

        _failed = true;
        ulong next = _generation + 1;
        int length = RedoRecord.Write(_file, next, _bytes, _dirty);
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
        for (int line = 0; line < _dirty.Length; line++)
        {
            if (_dirty[line])
            {
                WritingLine?.Invoke();
                int at = line * LineSize;
                RandomAccess.Write(_file.SafeFileHandle, _bytes.AsSpan(at, LineSize), ImageFile.HeaderSize + at);
                _dirty[line] = false;
            }
        }

        EraseRecord();
        _recorded = length;
        _generation = next;
        _anyDirty = false;
        WriteWitness();
        _failed = false;
        if (next % WearEvery == 0)
        {
            WriteWear();
        }
    }

    /// <summary>
    /// The record before the one that was just synced: its cells are on disk in place, and it may hold what was wiped since.
    /// </summary>
    private void EraseRecord() => RedoRecord.Erase(_file, _bytes.Length, _generation, _recorded);

    /// <summary>Statistics, not money: written now and then, and lost since if the program is killed.</summary>
    private void WriteWear()
    {
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, MemoryMarshal.AsBytes(_wear.AsSpan()), ImageFile.WearAt(_bytes.Length));
        }
        catch (IOException)
        {
            // What was done is on disk, and stays done.
        }
    }

    private void WriteWitness()
    {
        // After the image, before the answer leaves: a witness never runs ahead of its image.
        Span<byte> count = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(count, _generation);
        BinaryPrimitives.WriteUInt32BigEndian(count[8..], ImageFile.Crc(count[..8]));
        RandomAccess.Write(_witness.SafeFileHandle, count, (long)(_generation % 2) * 16);
        RandomAccess.FlushToDisk(_witness.SafeFileHandle);
    }

    /// <summary>The larger of the two counts, of which one may be torn.</summary>
    private static ulong Witnessed(FileStream witness, ulong ifNone)
    {
        ulong? seen = null;
        Span<byte> count = stackalloc byte[12];
        for (int place = 0; place < 2; place++)
        {
            if (RandomAccess.Read(witness.SafeFileHandle, count, place * 16) == 12
                && BinaryPrimitives.ReadUInt32BigEndian(count[8..]) == ImageFile.Crc(count[..8]))
            {
                seen = Math.Max(seen ?? 0, BinaryPrimitives.ReadUInt64BigEndian(count));
            }
        }

        return seen ?? ifNone;
    }

    internal override void Close()
    {
        using (_file)
        using (_witness)
        {
            if (!_failed)
            {
                Sync();
                WriteWear();
            }
        }
    }
}
