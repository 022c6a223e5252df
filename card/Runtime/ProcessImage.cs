using System.IO.MemoryMappedFiles;

namespace HierCash.Card.Runtime;

/// <summary>
/// Durability <c>process</c>: the cells are a shared memory map of the file, written in order. What was written survives kill -9
/// of the process, but not a loss of power of the host. A file is opened either so or as a <see cref="PowerImage"/>.
/// </summary>
public sealed unsafe class ProcessImage : CardImage
{
    private readonly FileStream _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _base;
    private readonly uint* _wear;
    private readonly int _size;
    private readonly ulong _generation;

    private ProcessImage(FileStream file, int size, ulong generation)
    {
        _generation = generation;
        _file = file;
        _size = size;
        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, ImageFile.LengthFor(size), MemoryMappedFileAccess.ReadWrite);
        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _base = pointer + _view.PointerOffset + ImageFile.HeaderSize;
        _wear = (uint*)(pointer + _view.PointerOffset + ImageFile.WearAt(size));
    }

    internal override Span<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            return new Span<byte>(_base, _size);
        }
    }

    internal override Span<uint> Wear
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            return new Span<uint>(_wear, _size / PageSize);
        }
    }

    /// <summary>Makes the file of a new image, and opens it.</summary>
    /// <param name="path">In a folder that nobody else can read.</param>
    /// <param name="size">Bytes of persistent memory: 8 KiB to 1 MiB in multiples of 32.</param>
    /// <exception cref="CardImageException">There is a file of that name.</exception>
    public static ProcessImage Create(string path, int size = DefaultSize)
    {
        ImageFile.Create(path, RequireSize(size));
        return Open(path);
    }

    /// <summary>Opens and locks the file.</summary>
    /// <exception cref="CardImageException">Missing, in use, or damaged.</exception>
    public static ProcessImage Open(string path)
    {
        path = LinkedFile.Resolve(path);
        var file = ImageFile.Open(path, out int size);
        return ImageFile.OrClose(file, () =>
        {
            // From here on the cells change without records: a record that stayed would undo them at the next opening.
            ulong generation = Math.Max(1, RedoRecord.Replay(file, size, path));
            RedoRecord.Reset(file, size, generation, default);
            return new ProcessImage(file, size, generation);
        });
    }

    internal override void Close()
    {
        // Whatever the disk says, nothing of it stays open or locked.
        using (_file)
        {
            try
            {
                RedoRecord.Reset(_file, _size, _generation, new Span<byte>(_base, _size));
            }
            finally
            {
                _view.SafeMemoryMappedViewHandle.ReleasePointer();
                _view.Dispose();
                _map.Dispose();
            }

            _file.Flush(flushToDisk: true);
        }
    }
}
