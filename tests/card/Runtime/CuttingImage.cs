using System.Runtime.InteropServices;
using HierCash.Card.Runtime;

namespace HierCash.Tests.Runtime;

/// <summary>An image that loses power at a cell while its owner has no card yet: during recovery.</summary>
internal sealed class CuttingImage(MemoryImage image, int cut, TornCell torn) : CardImage
{
    private byte[] _before = image.Bytes.ToArray();
    private int _cells;

    internal override Span<byte> Bytes => image.Bytes;

    internal override bool TracksWrites => true;

    internal override void Touch(int offset, int length)
    {
        if (_cells++ == cut)
        {
            uint old = MemoryMarshal.Read<uint>(_before.AsSpan(offset));
            if (torn != TornCell.New)
            {
                MemoryMarshal.Write(image.Bytes[offset..], torn == TornCell.Old ? old : ~old ^ 0x5AA5);
            }

            throw new PowerLostException();
        }

        _before = image.Bytes.ToArray();
    }
}
