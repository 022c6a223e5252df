namespace HierCash.Iso7816;

/// <summary>Told of all that passes between a terminal and a card.</summary>
public interface IApduRecorder
{
    /// <summary>A card that was put in or reset.</summary>
    /// <param name="first">The beginning of the recording, not a reset within it.</param>
    void Reset(ReadOnlySpan<byte> atr, bool first);

    /// <summary>One command APDU and its response APDU, SW1-SW2 included.</summary>
    void Exchange(ReadOnlySpan<byte> command, ReadOnlySpan<byte> response);
}
