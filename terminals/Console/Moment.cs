namespace HierCash.Terminals.Consoles;

/// <summary>
/// A moment that a person types: year, month, day, hour and minute, and Z or the distance from UTC (ISO 8601). Nothing of it is guessed:
/// 05/11 is one day here and another there, and what follows from it cannot be taken back.
/// </summary>
public static class Moment
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK"];

    /// <returns>Null if it is none.</returns>
    public static Timestamp? Read(string text) =>
        text.IndexOf('T', StringComparison.Ordinal) is > 0 and var day && text.AsSpan(day).IndexOfAny('Z', '+', '-') > 0
        && DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
        && time > DateTimeOffset.UnixEpoch
            ? Timestamp.From(time)
            : null;
}
