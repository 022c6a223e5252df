using HierCash.Bench.Ratios;
using SharpFuzz;

namespace HierCash.Fuzz;

/// <summary>bench fuzz: one target under afl-fuzz (fuzz.sh starts it), or one file.</summary>
internal static class FuzzRun
{
    public static int Run(string[] args)
    {
        if (args.Length is 0 or > 2 || !FuzzTargets.Names.Contains(args[0]))
        {
            Console.Error.WriteLine($"Usage: bench -- fuzz TARGET [FILE]; targets are {string.Join(", ", FuzzTargets.Names)}. Without FILE "
                + $"it waits for afl-fuzz: use fuzz.sh.");
            return 2;
        }

        var targets = new FuzzTargets(Path.Combine(Programs.Root(), "apdu-spec", "traces", "fixtures"));
        if (args.Length == 2)
        {
            targets.Run(args[0], File.ReadAllBytes(args[1]));
            return 0;
        }

        Fuzzer.Run((Stream stream) =>
        {
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            targets.Run(args[0], bytes.ToArray());
        });
        return 0;
    }
}
