namespace HierCash.Card.Runtime;

/// <summary>
/// The bytes of a card's EEPROM, and how well they are kept. Three durabilities: <see cref="MemoryImage"/> (gone with the process),
/// <see cref="ProcessImage"/> (survives kill -9), <see cref="PowerImage"/> (synced to disk before the answer leaves).
/// </summary>
public abstract class CardImage : IDisposable
{
    /// <summary>Bytes of persistent memory of a new card.</summary>
    public const int DefaultSize = 32 * 1024;

    /// <summary>Bytes of a page, the piece of EEPROM that wears as one.</summary>
    public const int PageSize = 32;

    private uint[]? _wear;

    /// <summary>No image of other people's making: the card keeps the address of its cells.</summary>
    internal CardImage()
    {
    }

    /// <summary>True once it was disposed of; the card does not touch the cells any more.</summary>
    internal bool IsDisposed { get; private set; }

    /// <summary>The cells, 4 bytes each. The same span for the life of the image, and pinned: the card keeps its address.</summary>
    internal abstract Span<byte> Bytes { get; }

    /// <summary>How often a cell of each page was written, over the card's life. Pinned like <see cref="Bytes"/>.</summary>
    internal virtual Span<uint> Wear => _wear ??= GC.AllocateArray<uint>(Bytes.Length / PageSize, pinned: true);

    /// <summary>True if <see cref="Touch"/> wants to know of every write.</summary>
    internal virtual bool TracksWrites => false;

    /// <summary>True if the image is a restored copy of an older state (hole 24).</summary>
    public virtual bool IsRestored => false;

    /// <summary>Notes that bytes changed, for images that write them out later.</summary>
    internal virtual void Touch(int offset, int length)
    {
    }

    /// <summary>Returns when everything written so far is kept as well as the durability promises.</summary>
    internal virtual void Sync()
    {
    }

    /// <summary>A copy in memory: what an attacker gets who reads a card out.</summary>
    public MemoryImage Copy() => new(Bytes);

    /// <summary>The cells as they are now, in an array of the caller's.</summary>
    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>Lets go of the file, if there is one. A card with this image gives no answers any more.</summary>
    public void Dispose()
    {
        if (!IsDisposed)
        {
            IsDisposed = true;
            Close();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>What is left to do with the file; called once.</summary>
    internal virtual void Close()
    {
    }

    /// <exception cref="ArgumentOutOfRangeException">Not a multiple of 32 from 8 KiB to 1 MiB.</exception>
    internal static int RequireSize(int size) => size is >= 8192 and <= 1 << 20 && size % 32 == 0
        ? size : throw new ArgumentOutOfRangeException(nameof(size), size, "A card image has 8 KiB to 1 MiB in multiples of 32 bytes.");
}

/// <summary>Durability <c>memory</c>.</summary>
public sealed class MemoryImage : CardImage
{
    private readonly byte[] _bytes;

    /// <summary>A new image, all zeros.</summary>
    /// <param name="size">Bytes: 8 KiB to 1 MiB in multiples of 32.</param>
    public MemoryImage(int size = DefaultSize) => _bytes = GC.AllocateArray<byte>(RequireSize(size), pinned: true);

    /// <summary>An image with that content.</summary>
    /// <param name="content">Copied. 8 KiB to 1 MiB in multiples of 32 bytes.</param>
    /// <param name="isRestored">True for a copy that stands for a restored backup.</param>
    public MemoryImage(ReadOnlySpan<byte> content, bool isRestored = false)
    {
        IsRestored = isRestored;
        _bytes = GC.AllocateUninitializedArray<byte>(RequireSize(content.Length), pinned: true);
        content.CopyTo(_bytes);
    }

    internal override Span<byte> Bytes => _bytes;

    /// <inheritdoc/>
    public override bool IsRestored { get; }
}
