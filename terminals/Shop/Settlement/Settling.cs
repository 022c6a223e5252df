using System.Data.Common;

namespace HierCash.Shop;

/// <summary>
/// Settlement in the background of a till that goes on selling. Whatever goes wrong, it goes on when it can (rules R25 and R28).
/// </summary>
/// <param name="issuer">This till's own way to the issuer.</param>
public sealed class Settling(ShopTill till, ILink issuer, TimeProvider clock)
{
    private string? _offline;
    private string? _fault;

    /// <summary>Why nothing could be settled the last time; null if all of it was.</summary>
    public string? Offline => Volatile.Read(ref _offline);

    /// <summary>The same, where it is this till's own files that cannot be read or written; null if they can.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Held while this till settles; it gives null while another process does (rule R31).</summary>
    public Func<IDisposable?>? Begin { get; init; }

    /// <summary>Settles now and then until it is cancelled, and does not throw.</summary>
    public async Task Run(TimeSpan every, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(every, clock);
        try
        {
            do
            {
                var (offline, fault) = await Once(cancel);
                Volatile.Write(ref _offline, offline);
                Volatile.Write(ref _fault, fault);
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException)
        {
            // The end of the day.
        }
    }

    private async Task<(string? Offline, string? Fault)> Once(CancellationToken cancel)
    {
        try
        {
            using var turn = Begin?.Invoke();
            if (Begin is not null && turn is null)
            {
                return ("Another process settles this till.", null);
            }

            return ((await till.Synchronise(issuer, cancel)).Refused?.Sentence, null);
        }
        catch (LinkException e)
        {
            return (e.Message, null);
        }
        catch (Exception e) when (e is DbException or UnusableFileException or RefusedException or IOException
            or UnauthorizedAccessException)
        {
            return (e.Message, e.Message);
        }
    }
}
