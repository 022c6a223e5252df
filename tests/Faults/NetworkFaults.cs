using System.Diagnostics;

namespace HierCash.Tests.Faults;

/// <summary>Flows that are cut, swallowed, late, or lossy. The only way to the issuer is a relay.</summary>
internal static class NetworkFaults
{
    private const int Cuts = 20;
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(20);

    public static IEnumerable<FaultLine> Lines =>
    [
        new("flow-swallowed", "established flow silently dropped: 15 minutes cut off while new processes get through", Swallowed),
        new("link-cut", "the way to the issuer cut for 3 s, 20 times, under load", CutOff),
        new("loss", "5% loss at 400 ms", Loss),
    ];

    private static void Swallowed(Finding finding)
    {
        using var world = new FaultWorld(isRelayed: true);
        var load = new Load(world, 29);
        load.Run(2);
        for (int round = 0; round < Scale.Of(5); round++)
        {
            world.Relay!.SwallowEstablished();
            long since = Stopwatch.GetTimestamp();
            finding.Await(() => world.Wallet(world.Alice, "withdraw", "1.00").IsDone, Back, "no withdrawal over a new flow");
            var took = Stopwatch.GetElapsedTime(since);
            finding.Must(took < Seconds, $"cut off for {took.TotalSeconds:0} s");
            finding.MustNotCrash(world.Shop(world.Cafe, null, "settle"), "settle");
            finding.Rounds++;
        }

        finding.Must(world.Relay!.Packets.Dropped > 0, "no packet was swallowed: nothing was shown");
        KillFaults.End(finding, world, load);
    }

    private static void CutOff(Finding finding)
    {
        using var world = new FaultWorld(isRelayed: true);
        var load = new Load(world, 20);
        bool isOver = false;
        var working = Task.Run(() => load.Run(int.MaxValue, () => Volatile.Read(ref isOver)));
        for (int i = 0; i < Scale.Of(Cuts); i++)
        {
            world.Relay!.IsCut = true;
            Task.Delay(Cut).Wait();
            world.Relay.IsCut = false;
            finding.Await(() => world.Shop(world.Cafe, null, "settle").IsDone, Back, "no settlement once the way is there");
            finding.Rounds++;
        }

        Volatile.Write(ref isOver, true);
        working.Wait();
        KillFaults.End(finding, world, load);
    }

    private static void Loss(Finding finding)
    {
        using var world = new FaultWorld(isRelayed: true);
        world.Relay!.Delay = 200;
        world.Relay.Loss = 50;
        var load = new Load(world, 5);
        load.Run(Scale.Of(30));
        finding.Rounds = load.Ledger.Commands;
        finding.Must(load.Ledger.Codes.Keys.Count(k => k.EndsWith(" 0", StringComparison.Ordinal)) > 2, "hardly anything got through");
        KillFaults.End(finding, world, load);
    }
}
