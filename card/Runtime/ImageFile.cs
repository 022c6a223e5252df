using System.Buffers.Binary;
using System.Numerics;

namespace HierCash.Card.Runtime;

/// <summary>
/// Layout of a card image file: a header of 64 bytes, the cells, two redo records (see <see cref="PowerImage"/>), then 4 bytes of wear for
/// each page, little endian. Header: "HIERCARD", format 3 (4 bytes), size of the cells (4), CRC-32C of these (4), zeros. Big endian.
/// </summary>
internal static class ImageFile
{
    public const int HeaderSize = 64;
    public const int RecordHeaderSize = 24;
    private const uint Format = 4;

    private static ReadOnlySpan<byte> Magic => "HIERCARD"u8;

    public static long LengthFor(int size) => WearAt(size) + WearSize(size);

    public static long WearAt(int size) => HeaderSize + size + (2L * RecordSize(size));

    public static int WearSize(int size) => size / CardImage.PageSize * sizeof(uint);

    /// <summary>The largest redo record: every line of the image with its number.</summary>
    public static int RecordSize(int size) => RecordHeaderSize + (size / PowerImage.LineSize * (PowerImage.LineSize + 4));

    public static byte[] Header(int size)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), Format);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), size);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), Crc(header.AsSpan(0, 16)));
        return header;
    }

    /// <summary>Creates the file, empty cells included, and closes it.</summary>
    /// <exception cref="CardImageException">A file of that name is there, or cannot be made.</exception>
    public static void Create(string path, int size)
    {
        try
        {
            RequirePrivate(path, []);
            using var file = PrivateFile.Create(path);
            try
            {
                // All of it now: where a disk is full later, what is written in place has its room.
                file.Write(Header(size));
                file.Write(new byte[LengthFor(size) - HeaderSize]);
                file.Flush(flushToDisk: true);
            }
            catch (IOException e)
            {
                // What was begun is no card, and must not look like one that is there already.
                File.Delete(path);
                throw new CardImageException($"The card image '{path}' cannot be made. {FileFault.Say(e)}", e);
            }
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new CardImageException($"The file '{path}' is there already. Choose another name.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CardImageException($"The card image '{path}' cannot be made. {FileFault.Say(e)}", e);
        }
    }

    /// <summary>Opens and locks the file and checks its header.</summary>
    /// <exception cref="CardImageException">Missing, locked, or no intact card image.</exception>
    public static FileStream Open(string path, out int size)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (FileNotFoundException e)
        {
            throw new CardImageException($"There is no card image '{path}'. Make one first.", e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CardImageException($"There is no folder for the card image '{path}'. Check the path.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            string fault = Directory.Exists(path)
                ? $"'{path}' is a folder, and no card image. Name the image's file."
                : $"The card image '{path}' may not be read and written. Check its permissions.";
            throw new CardImageException(fault, e);
        }
        catch (IOException e)
        {
            throw new CardImageException($"The card image '{path}' is in use by another program. Take that card out first.", e);
        }

        size = OrClose(file, () => RequireIntact(file, path));
        return file;
    }

    /// <summary>What is made of an open file; where that fails, the file is closed.</summary>
    public static T OrClose<T>(FileStream file, Func<T> make)
    {
        try
        {
            return make();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Checks header, size and permissions; gives the size of the cells.</summary>
    private static int RequireIntact(FileStream file, string path)
    {
        var header = new byte[HeaderSize];
        if (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize || !header.AsSpan().StartsWith(Magic))
        {
            throw new CardImageException($"'{path}' is not a card image.");
        }

        int size = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(12));
        if (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16)) != Crc(header.AsSpan(0, 16)))
        {
            throw new CardImageException(
                $"The header of the card image '{path}' is damaged. Restore nothing from a backup: report the card as lost.");
        }

        uint format = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        if (format < Format)
        {
            throw new CardImageException(
                $"The card image '{path}' is of an older version, whose cards kept other things. "
                + "Redeem it with that version, or report the card as lost; then make a new card.");
        }

        if (format != Format)
        {
            throw new CardImageException($"The card image '{path}' has a format that this version does not know. Use a newer version.");
        }

        if (size is < 8192 or > 1 << 20 || size % PowerImage.LineSize != 0)
        {
            throw new CardImageException($"The card image '{path}' claims {size} bytes of memory, which no card has.");
        }

        if (file.Length != LengthFor(size))
        {
            throw new CardImageException(
                $"The card image '{path}' has {file.Length} bytes instead of {LengthFor(size)}: it was cut short or written over. "
                + "Report the card as lost.");
        }

        RequirePrivate(path, [path, PowerImage.WitnessPath(path)]);
        return size;
    }

    /// <summary>A card's image is the card: who can read it has copied it (rule R20).</summary>
    private static void RequirePrivate(string path, string[] files)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        if (Directory.Exists(folder) && PrivateFile.Fault(folder, files) is { } fault)
        {
            throw new CardImageException(fault);
        }
    }

    /// <summary>CRC-32C (RFC 3720, appendix B.4).</summary>
    public static uint Crc(ReadOnlySpan<byte> data, uint seed = uint.MaxValue)
    {
        uint crc = seed;
        while (data.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        if (data.Length >= 4)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(data));
            data = data[4..];
        }

        foreach (byte b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
