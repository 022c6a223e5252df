using System.Security.Cryptography;

namespace HierCash.Card.Runtime;

/// <summary>
/// Java Card's OwnerPIN. The try counter goes down before the comparison, outside any transaction, and is kept twice, so that
/// neither an abort nor a cut gives a try back. The validated flag lives in RAM and dies with the reset and the selection.
/// </summary>
public sealed class OwnerPin
{
    private const int Second = 4;
    private const int LengthAt = 8;
    private const int ValueAt = 9;
    private readonly PersistentBytes _bytes;
    private readonly byte[] _validated;
    private readonly byte _limit;
    private readonly int _maxSize;

    /// <summary>Opens the PIN of that number, or makes one that is not set and has no tries.</summary>
    /// <param name="context">Of the applet, in its constructor.</param>
    /// <param name="id">Number of the persistent array that holds it.</param>
    /// <param name="limit">Tries, 1 to 15.</param>
    /// <param name="maxSize">Bytes of the longest PIN.</param>
    public OwnerPin(AppletContext context, ushort id, byte limit, int maxSize)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 15);
        _limit = limit;
        _maxSize = maxSize;
        _bytes = context.Persistent(id, ValueAt + maxSize);
        _validated = context.Transient(1, ClearOn.Deselect);
    }

    /// <summary>True once a PIN was set.</summary>
    public bool IsSet => _bytes.Span[LengthAt] != 0;

    /// <summary>True if the PIN was given in this selection.</summary>
    public bool IsValidated => _validated[0] != 0;

    /// <summary>Tries left: the smaller of the two counts where a cut left them different.</summary>
    public int TriesRemaining
    {
        get
        {
            int? a = Count(0);
            int? b = Count(Second);
            return a is null || b is null ? a ?? b ?? 0 : Math.Min(a.Value, b.Value);
        }
    }

    /// <summary>Compares in constant time. False without a comparison when no try is left.</summary>
    public bool Check(ReadOnlySpan<byte> pin)
    {
        _validated[0] = 0;
        int tries = TriesRemaining;
        if (tries == 0 || !IsSet)
        {
            return false;
        }

        // First, whatever the comparison will say: who cuts the power from here on has lost the try.
        SetTries((byte)(tries - 1));

        int length = _bytes.Span[LengthAt];
        if (!CryptographicOperations.FixedTimeEquals(_bytes.Span.Slice(ValueAt, length), pin))
        {
            return false;
        }

        SetTries(_limit);
        _validated[0] = 1;
        return true;
    }

    /// <summary>Sets a new PIN and gives all tries back; the old one counts until the new one is whole.</summary>
    public void Update(ReadOnlySpan<byte> pin)
    {
        Set(pin);
        ResetAndUnblock();
    }

    /// <summary>Sets a new PIN, within the transaction that is open if there is one; the tries stay.</summary>
    public void Set(ReadOnlySpan<byte> pin)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pin.Length, _maxSize);
        Span<byte> content = stackalloc byte[1 + _maxSize];
        content.Clear();
        content[0] = (byte)pin.Length;
        pin.CopyTo(content[1..]);
        _bytes.Write(LengthAt, content);
        CryptographicOperations.ZeroMemory(content);
    }

    /// <summary>Gives all tries back and forgets the validation.</summary>
    public void ResetAndUnblock()
    {
        Unblock();
        _validated[0] = 0;
    }

    /// <summary>Gives all tries back; whether the PIN was given stays.</summary>
    public void Unblock()
    {
        if (TriesRemaining != _limit)
        {
            SetTries(_limit);
        }
    }

    /// <summary>True if this is the PIN. It costs no try, so only for who has proven more than that already.</summary>
    public bool Is(ReadOnlySpan<byte> pin) =>
        CryptographicOperations.FixedTimeEquals(_bytes.Span.Slice(ValueAt, _bytes.Span[LengthAt]), pin);

    private int? Count(int at)
    {
        var cell = _bytes.Span.Slice(at, 4);
        return cell[0] <= _limit && cell[1] == (cell[0] ^ 0xFF) && cell[2] == cell[0] && cell[3] == cell[1] ? cell[0] : null;
    }

    private void SetTries(byte tries)
    {
        byte complement = (byte)(tries ^ 0xFF);
        ReadOnlySpan<byte> cell = [tries, complement, tries, complement];
        _bytes.WriteNonAtomic(0, cell);
        _bytes.WriteNonAtomic(Second, cell);
    }
}
