namespace HierCash.Wallet;

/// <summary>
/// The coins of one order that are still to be withdrawn. Repeated after it was cut short it is the same order: a coin of it that is
/// finished on the way is taken out (rule R31).
/// </summary>
public sealed class CoinSeries(IEnumerable<Amount> coins)
{
    private readonly List<Amount> _left = [.. coins];
    private readonly List<Amount> _resumed = [];

    /// <summary>The coin to withdraw now; null if all are withdrawn.</summary>
    public Amount? Next => _left.Count > 0 ? _left[0] : null;

    /// <summary>Still to be withdrawn, the next one first.</summary>
    public IReadOnlyList<Amount> Left => _left;

    /// <summary>Withdrawals that had been cut short, and were finished while these were withdrawn.</summary>
    public IReadOnlyList<Amount> Resumed => _resumed;

    /// <summary>The next coin is on the card.</summary>
    public void Done() => _left.RemoveAt(0);

    /// <summary>An earlier withdrawal came to its end before the next coin.</summary>
    public void Finished(WithdrawalResult earlier)
    {
        if (earlier.Outcome != WithdrawalOutcome.Issued)
        {
            return;
        }

        _resumed.Add(earlier.Amount);

        // The one that is being withdrawn now says itself whether it was begun before.
        int at = _left.LastIndexOf(earlier.Amount);
        if (at > 0)
        {
            _left.RemoveAt(at);
        }
    }
}
