using System.Diagnostics;

namespace HierCash.Bench.Ratios;

/// <summary>One line of <c>ratios --json</c>.</summary>
/// <param name="Value">Median of the slices.</param>
/// <param name="Limit">What it is held against: a constant, or what was measured between the slices.</param>
/// <param name="Ratio">Median of the slices' ratios; the more the better, also for times.</param>
/// <param name="Bar">The least that the ratio has to be.</param>
internal sealed record Figure(string Name, double Value, string Unit, double Limit, double Ratio, double Bar, bool Ok);

/// <summary>Figures and their limits, measured by turns in one run, because the machine has other work too.</summary>
internal static class Measure
{
    private const int Slices = 7;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(250);

    /// <summary>Times per second.</summary>
    public static double Rate(Action action)
    {
        long count = 0;
        long started = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < 64; i++)
            {
                action();
            }

            count += 64;
        }
        while (Stopwatch.GetElapsedTime(started) < Slice);
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>A rate against a constant.</summary>
    public static Figure AgainstConstant(string name, Func<double> rate, string unit, double limit) =>
        Compare(name, rate, unit, () => limit, 1);

    /// <summary>A rate against another one, by turns.</summary>
    public static Figure Compare(string name, Func<double> rate, string unit, Func<double> limit, double bar) =>
        Sum(name, unit, bar, Enumerable.Range(0, Slices).Select(_ => (Value: rate(), Limit: limit()))
            .Select(s => (s.Value, s.Limit, s.Value / s.Limit)).ToList());

    /// <summary>A time that should stay below a limit.</summary>
    public static Figure Below(string name, Func<double> time, string unit, double limit) =>
        Sum(name, unit, 1, Enumerable.Range(0, Slices).Select(_ => time()).Select(t => (t, limit, limit / t)).ToList());

    private static Figure Sum(string name, string unit, double bar, List<(double Value, double Limit, double Ratio)> slices)
    {
        double ratio = Median(slices.Select(s => s.Ratio));
        return new Figure(name, Median(slices.Select(s => s.Value)), unit, Median(slices.Select(s => s.Limit)), ratio, bar, ratio >= bar);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
