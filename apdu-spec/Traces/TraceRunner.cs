using HierCash.Protocol.Commands;
using HierCash.Iso7816;

namespace HierCash.Protocol.Traces;

/// <summary>How a trace ended.</summary>
public enum TraceOutcome { Passed, Failed, NotRun }

/// <param name="Line">Where it failed, or why it could not be run; 0 where that is no line.</param>
/// <param name="Message">For people; empty where all went as expected.</param>
/// <param name="Commands">Commands sent.</param>
public sealed record TraceResult(string Name, TraceOutcome Outcome, int Line, string Message, int Commands);

/// <summary>Plays a trace to a card and compares the answers. It stops at the first difference.</summary>
public static class TraceRunner
{
    private const int LargestResponse = 65536 + 2;
    private const byte VerifyIns = 0x20;

    /// <param name="card">Reset before the trace begins.</param>
    /// <param name="pin">For each VERIFY whose PIN is not in the trace; null: a trace that needs it is not run.</param>
    /// <param name="paymentPin">The same for the payment PIN, where it is another one.</param>
    /// <exception cref="CardChannelException">The card is gone.</exception>
    public static TraceResult Run(Trace trace, ICardChannel card, string? pin, string? paymentPin = null)
    {
        if (trace.Steps.OfType<SecretStep>().FirstOrDefault(s => !IsVerify(s) || pin is null) is { } secret)
        {
            return new TraceResult(
                trace.Name, TraceOutcome.NotRun, secret.Line, $"The data of {ApduText.Name(secret.Header)} was not recorded, because it is secret{(IsVerify(secret) ? ": give --pin" : "")}.", 0);
        }

        var tearable = card as ITearableCard;
        if (tearable is null && trace.Steps.OfType<TearStep>().FirstOrDefault() is { } tear)
        {
            return new TraceResult(trace.Name, TraceOutcome.NotRun, tear.Line, "The power of the card in a reader cannot be cut at a write.", 0);
        }

        card.Reset();
        int sent = 0;
        TearStep? torn = null;
        var response = new byte[LargestResponse];
        foreach (var step in trace.Steps)
        {
            string? fault = null;
            switch (step)
            {
                case ResetStep reset:
                    card.Reset();
                    fault = Compare(reset.Atr, [.. card.Atr.Span, 0, 0], "reset", card.Atr.Span);
                    break;
                case SecretStep hidden:
                    string given = hidden.Header[3] == (byte)PinRole.Payment ? paymentPin ?? pin! : pin!;
                    int verified = card.Transmit([.. hidden.Header[..4], Pin.BlockSize, .. Pin.ToBlock(given)], response);
                    sent++;
                    fault = Compare(hidden.Expected, response.AsSpan(0, verified), ApduText.Name(hidden.Header), response.AsSpan(0, verified));
                    break;
                case TearStep next:
                    torn = next;
                    tearable!.Tear(next.Write, next.Torn);
                    break;
                case SendStep send when torn is not null:
                    sent++;
                    fault = SendTorn(tearable!, send, torn, response);
                    torn = null;
                    break;
                case SendStep send:
                    int length = card.Transmit(send.Command, response);
                    sent++;
                    fault = Compare(send.Expected, response.AsSpan(0, length), ApduText.Name(send.Command), response.AsSpan(0, length));
                    break;
                default:
                    throw new InvalidOperationException($"A trace holds a step of type {step.GetType().Name}.");
            }

            if (fault is not null)
            {
                return new TraceResult(trace.Name, TraceOutcome.Failed, step.Line, fault, sent);
            }
        }

        return new TraceResult(trace.Name, TraceOutcome.Passed, 0, "", sent);
    }

    private static bool IsVerify(SecretStep step) => step.Header is [0x00, VerifyIns, ..];

    /// <summary>Sends a command that must not come to its end, and puts the card in again.</summary>
    private static string? SendTorn(ITearableCard card, SendStep send, TearStep torn, byte[] response)
    {
        try
        {
            int length = card.Transmit(send.Command, response);
            return $"{ApduText.Name(send.Command)} ended before write {torn.Write}: it answered {Hex.Spaced(response.AsSpan(0, length))}.";
        }
        catch (CardChannelException)
        {
            card.PowerOn();
            return null;
        }
    }

    private static string? Compare(ResponseMask? expected, ReadOnlySpan<byte> response, string what, ReadOnlySpan<byte> shown) =>
        expected?.FirstDifference(response) is { } at
            ? $"{what} answered {Hex.Spaced(shown)}, and {expected} was expected; they differ at byte {at + 1}. {ApduText.Describe(shown)}\n{ResponseDifference.Show(expected, response)}"
            : null;
}
