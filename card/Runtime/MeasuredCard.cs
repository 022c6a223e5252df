using HierCash.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>A card whose work is told, command by command.</summary>
/// <param name="card">Stays its owner's.</param>
/// <param name="done">Called after each command, one that power cut included.</param>
public class MeasuredCard(EmulatedCard card, MeasuredCard.Done done) : ITearableCard
{
    /// <summary>Told of a command that was done.</summary>
    /// <param name="command">The command APDU.</param>
    /// <param name="bytes">Of command and response; of the command alone where power went.</param>
    /// <param name="work">What the card did for it.</param>
    public delegate void Done(ReadOnlySpan<byte> command, int bytes, CardWork work);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Atr => card.Atr;

    /// <inheritdoc/>
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        var before = card.Work;
        int length = 0;
        try
        {
            length = card.Transmit(command, response);
            return length;
        }
        finally
        {
            done(command, command.Length + length, card.Work.Since(before));
        }
    }

    /// <inheritdoc/>
    public void Reset() => card.Reset();

    /// <inheritdoc/>
    public void Tear(int write, TornWrite torn) => ((ITearableCard)card).Tear(write, torn);

    /// <inheritdoc/>
    public void PowerOn() => card.PowerOn();

    /// <summary>The card belongs to whoever made it.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
