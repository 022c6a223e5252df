using HierCash.Iso7816;

namespace HierCash.Traces;

/// <summary>How a trace ended.</summary>
public enum TraceOutcome
{
    /// <summary>All answers were as expected.</summary>
    Passed,

    /// <summary>One was not.</summary>
    Failed,

    /// <summary>It wants what is not there: a PIN, or a card that can be torn.</summary>
    NotRun,
}

/// <summary>What came of a trace.</summary>
/// <param name="Name">Of the trace.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Line">Where it failed, or why it could not be run; 0 where that is no line.</param>
/// <param name="Message">For people; empty where all went as expected.</param>
/// <param name="Commands">Commands sent.</param>
public sealed record TraceResult(string Name, TraceOutcome Outcome, int Line, string Message, int Commands);

/// <summary>Plays a trace to a card and compares the answers. It stops at the first difference.</summary>
public static class TraceRunner
{
    private const int LargestResponse = 65536 + 2;

    /// <summary>Plays a trace.</summary>
    /// <param name="trace">What to play.</param>
    /// <param name="card">Reset before the trace begins.</param>
    /// <param name="vocabulary">What the card's commands are called.</param>
    /// <param name="pin">By P2, the data field of each VERIFY whose data is not in the trace, 1 to 255 bytes; null: a trace that needs it
    /// is not run.</param>
    /// <exception cref="CardChannelException">The card is gone.</exception>
    public static TraceResult Run(Trace trace, ICardChannel card, IApduVocabulary vocabulary, Func<byte, byte[]>? pin)
    {
        if (trace.Steps.OfType<SecretStep>().FirstOrDefault(s => !vocabulary.IsVerify(s.Header) || pin is null) is { } secret)
        {
            string advice = vocabulary.IsVerify(secret.Header) ? ": give --pin" : "";
            string unknown = $"The data of {vocabulary.Name(secret.Header)} was not recorded, because it is secret{advice}.";
            return new TraceResult(trace.Name, TraceOutcome.NotRun, secret.Line, unknown, 0);
        }

        var tearable = card as ITearableCard;
        if (tearable is null && trace.Steps.OfType<TearStep>().FirstOrDefault() is { } tear)
        {
            const string Untearable = "The power of the card in a reader cannot be cut at a write.";
            return new TraceResult(trace.Name, TraceOutcome.NotRun, tear.Line, Untearable, 0);
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
                    fault = Compare(vocabulary, reset.Atr, [.. card.Atr.Span, 0, 0], "reset", card.Atr.Span);
                    break;
                case SecretStep hidden:
                    byte[] given = pin!(hidden.Header[3]);
                    var verified = response.AsSpan(0, card.Transmit([.. hidden.Header[..4], (byte)given.Length, .. given], response));
                    sent++;
                    fault = Compare(vocabulary, hidden.Expected, verified, vocabulary.Name(hidden.Header), verified);
                    break;
                case TearStep next:
                    torn = next;
                    tearable!.Tear(next.Write, next.Torn);
                    break;
                case SendStep send when torn is not null:
                    sent++;
                    fault = SendTorn(vocabulary, tearable!, send, torn, response);
                    torn = null;
                    break;
                case SendStep send:
                    var answer = response.AsSpan(0, card.Transmit(send.Command, response));
                    sent++;
                    fault = Compare(vocabulary, send.Expected, answer, vocabulary.Name(send.Command), answer);
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

    /// <summary>Sends a command that must not come to its end, and puts the card in again.</summary>
    private static string? SendTorn(IApduVocabulary vocabulary, ITearableCard card, SendStep send, TearStep torn, byte[] response)
    {
        try
        {
            int length = card.Transmit(send.Command, response);
            string answer = Hex.Spaced(response.AsSpan(0, length));
            return $"{vocabulary.Name(send.Command)} ended before write {torn.Write}: it answered {answer}.";
        }
        catch (CardChannelException)
        {
            card.PowerOn();
            return null;
        }
    }

    private static string? Compare(
        IApduVocabulary vocabulary, ResponseMask? expected, ReadOnlySpan<byte> response, string what, ReadOnlySpan<byte> shown)
    {
        if (expected?.FirstDifference(response) is not { } at)
        {
            return null;
        }

        string meaning = vocabulary.Describe(shown);
        return $"{what} answered {Hex.Spaced(shown)}, and {expected} was expected; they differ at byte {at + 1}. {meaning}\n"
            + ResponseDifference.Show(expected, response);
    }
}
