namespace HierCash.Tests.Faults;

/// <summary>The long form at its full length, or at a share of it: HIERCASH_FAULTS_SCALE, in per cent.</summary>
internal static class Scale
{
    private static readonly int Percent =
        int.TryParse(Environment.GetEnvironmentVariable("HIERCASH_FAULTS_SCALE"), out int percent) ? percent : 100;

    public static int Of(int rounds) => Math.Max(1, (int)((long)rounds * Percent / 100));
}
