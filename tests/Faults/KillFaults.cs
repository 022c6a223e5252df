namespace HierCash.Tests.Faults;

/// <summary>Processes that are killed, or that stand still.</summary>
internal static class KillFaults
{
    private const int Kills = 400;
    private const int Stops = 30;
    private const int LongestPause = 1500;
    private const int ServerInThree = 3;
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(30);

    public static IEnumerable<FaultLine> Lines =>
    [
        new("kill", "kill -9 at 400 random moments, with 'keep' in the load", f => Kill(f, Scale.Of(Kills))),
        new("stop", "SIGSTOP of servers for up to 1.5 s under load", f => Stop(f, Scale.Of(Stops))),
    ];

    private static void Kill(Finding finding, int kills)
    {
        using var world = new FaultWorld();
        var load = new Load(world, 400);
        KillUnderLoad(world, load, finding, kills);
        End(finding, world, load);
    }

    /// <summary>Kills commands and servers at random moments until there were so many.</summary>
    public static void KillUnderLoad(FaultWorld world, Load load, Finding finding, int kills)
    {
        var random = new SeededRandom(400);
        bool isOver = false;
        var working = Task.Run(() => load.Run(int.MaxValue, () => Volatile.Read(ref isOver)));
        for (int killed = 0; killed < kills;)
        {
            Task.Delay(20 + random.Next(400)).Wait();
            if (random.Next(ServerInThree) > 0)
            {
                killed += world.KillOne(random.Next(64)) ? 1 : 0;
                continue;
            }

            var server = world.Servers[random.Next(3)];
            server.Kill();
            killed++;
            long since = System.Diagnostics.Stopwatch.GetTimestamp();
            server.Start();
            finding.Took(System.Diagnostics.Stopwatch.GetElapsedTime(since));
        }

        Volatile.Write(ref isOver, true);
        working.Wait();
        finding.Rounds += kills;
    }

    private static void Stop(Finding finding, int stops)
    {
        using var world = new FaultWorld();
        var load = new Load(world, 30);
        StopUnderLoad(world, load, finding, stops);
        End(finding, world, load);
    }

    /// <summary>Servers stand still for a moment, one after the other.</summary>
    public static void StopUnderLoad(FaultWorld world, Load load, Finding finding, int stops)
    {
        var random = new SeededRandom(30);
        bool isOver = false;
        var working = Task.Run(() => load.Run(int.MaxValue, () => Volatile.Read(ref isOver)));
        for (int i = 0; i < stops; i++)
        {
            var server = world.Servers[random.Next(3)];
            server.Signal("STOP");
            Task.Delay(random.Next(LongestPause)).Wait();
            server.Signal("CONT");
            finding.Await(() => server.IsServing, Back, $"{server.Name} is gone");
            finding.Rounds++;
        }

        Volatile.Write(ref isOver, true);
        working.Wait();
    }

    /// <summary>
    /// Faults are over: everything comes to an end, and the books agree to the cent. What a card signed for nobody comes back after its
    /// term.
    /// </summary>
    public static void End(Finding finding, FaultWorld world, Load load)
    {
        var waits = Drain.Run(world, load);
        finding.Must(waits.Count == 0, string.Join(", ", waits));
        var books = Books.Read(world, load.Ledger);
        if (!books.Agree)
        {
            waits = Drain.AfterTerms(world, TimeSpan.FromDays(9));
            finding.Must(waits.Count == 0, string.Join(", ", waits));
            books = Books.Read(world, load.Ledger);
        }

        finding.Close(books);
        finding.Must(!load.Ledger.Crashes.Any(), $"ended with {string.Join(", ", load.Ledger.Crashes)}");
        foreach (string found in Drain.Audit(world))
        {
            finding.Must(false, found);
        }
    }
}
