using HierCash.Iso7816;

namespace HierCash.Traces;

/// <summary>One thing that a trace does.</summary>
/// <param name="Line">Where it stands in the file, from 1.</param>
public abstract record TraceStep(int Line);

/// <summary>Sends a command.</summary>
/// <param name="Expected">Null where any answer goes.</param>
public sealed record SendStep(int Line, byte[] Command, ResponseMask? Expected) : TraceStep(Line);

/// <summary>Resets the card.</summary>
/// <param name="Atr">What the ATR has to look like: a mask whose status word is left out; null where any goes.</param>
public sealed record ResetStep(int Line, ResponseMask? Atr) : TraceStep(Line);

/// <summary>A command whose data was a secret and is not in the file.</summary>
/// <param name="Header">CLA INS P1 P2 Lc.</param>
public sealed record SecretStep(int Line, byte[] Header, ResponseMask? Expected) : TraceStep(Line);

/// <summary>Cuts the card's power at a write of persistent memory of the next command, and puts the card in again.</summary>
/// <param name="Write">1 is the first write.</param>
/// <param name="Torn">What becomes of the cell that is being written.</param>
public sealed record TearStep(int Line, int Write, TornWrite Torn) : TraceStep(Line);

/// <summary>A conversation with a card (traces.md).</summary>
/// <param name="Card">The fixture on which it starts, or null: any card.</param>
public sealed record Trace(string Name, string? Card, IReadOnlyList<TraceStep> Steps);

/// <summary>A file is no trace; the message names the line.</summary>
public sealed class TraceException(string message) : Exception(message);
