namespace HierCash.Tests.Faults;

/// <summary>A little of everything in one world, for every run.</summary>
internal static class ShortDay
{
    private const int Before = 2;
    private const int Kills = 4;
    private const int Older = 12;

    public static IEnumerable<FaultLine> Lines => [new("short-day", "a little of everything, in every run", Play) { IsShort = true }];

    private static void Play(Finding finding)
    {
        using var world = new FaultWorld();
        var load = new Load(world, 1);
        load.Run(Before);
        KillFaults.KillUnderLoad(world, load, finding, Kills);
        BackupFaults.PutBack(finding, world, load, world.North, Older);
        KillFaults.End(finding, world, load);
    }
}
