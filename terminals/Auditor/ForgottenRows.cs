namespace HierCash.Auditor;

/// <summary>What books say that they have forgotten (R10): numbered rows are all there, or were counted when they went.</summary>
/// <param name="Times">How many went.</param>
/// <param name="Highest">The highest number that went.</param>
/// <param name="Amount">What they added up to, in minor units.</param>
internal sealed record ForgottenRows(long Times, long Highest, long Amount)
{
    private long _due = 1;
    private long _gaps;

    /// <param name="bank">At the issuer: whose. 0 in a bank's own books.</param>
    public static ForgottenRows Of(Books books, string what, long bank = 0) => books.Rows(
        "SELECT coalesce(sum(times), 0), coalesce(max(number), 0), coalesce(sum(amount), 0) FROM forgotten WHERE what = $1 AND bank = $2",
        r => new ForgottenRows(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), what, bank).Single();

    /// <summary>Takes the next row that is kept.</summary>
    /// <returns>The number that is missing before it, or null.</returns>
    public long? MissingBefore(long number)
    {
        long due = _due;
        long forgotten = Math.Max(0, Math.Min(number - 1, Highest) - due + 1);
        _gaps += forgotten;
        _due = number + 1;
        return number - due > forgotten ? Math.Max(due, Highest + 1) : null;
    }

    /// <summary>True if the rows end with that number, and as many went as are not there.</summary>
    public bool EndsAt(long number) => _due <= number + 1 && MissingBefore(number + 1) is null && _gaps == Times;
}
