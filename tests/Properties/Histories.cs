using System.Collections.Concurrent;
using System.Globalization;

namespace HierCash.Tests.Properties;

/// <summary>
/// Random histories, each of a seed, from 1 on: what fails in one run fails in the next, and a soak asks for more of them. HIERCASH_SEED
/// begins elsewhere, and with a count of 1 tells one history again.
/// </summary>
internal static class Histories
{
    /// <summary>How often, as that environment variable says; else as often as in every run.</summary>
    public static int Asked(string variable, int inEveryRun) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int asked) ? asked : inEveryRun;

    /// <summary>Runs that many, on all cores.</summary>
    /// <returns>How many there were.</returns>
    public static int Run(int inEveryRun, Action<ulong> history)
    {
        int count = Asked("HIERCASH_HISTORIES", inEveryRun);
        ulong first = ulong.TryParse(Environment.GetEnvironmentVariable("HIERCASH_SEED"), CultureInfo.InvariantCulture, out ulong seed)
            ? seed : 1;
        var failures = new ConcurrentQueue<string>();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (i, loop) =>
        {
            try
            {
                history(first + (ulong)i);
            }
            catch (Exception e)
            {
                failures.Enqueue($"HIERCASH_SEED={first + (ulong)i} HIERCASH_HISTORIES=1: {e}");
                loop.Stop();
            }
        });
        Assert.That(failures, Is.Empty);
        return count;
    }
}
