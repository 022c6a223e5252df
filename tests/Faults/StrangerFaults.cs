using System.Diagnostics;
using System.Globalization;

namespace HierCash.Tests.Faults;

/// <summary>Strangers on the line: 5,000 of each kind at the issuer, and an honest shop beside them.</summary>
internal static class StrangerFaults
{
    private const int Strangers = 5000;
    private const long MostMemory = 300L << 20;
    private const long MostLogAMinute = 1L << 20;
    private const int Settlements = 5;
    private static readonly TimeSpan Quickly = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(10);

    public static IEnumerable<FaultLine> Lines =>
    [
        new("strangers-plain", "5,000 plain connections: nobody else gets in", f => Beside(f, "plain")),
        new("strangers-tls", "idle TLS connections: nobody else gets in for 2 minutes", f => Beside(f, "tls")),
        new("strangers-bytes", "connections that each send 1 MiB less one byte: 3.7 GB resident and not given back", f =>
            Beside(f, "bytes")),
        new("strangers-unknown", "unknown messages: 28 MB of log in 5 s", f => Beside(f, "unknown")),
    ];

    private static void Beside(Finding finding, string kind)
    {
        using var world = new FaultWorld();
        var load = new Load(world, 30);
        load.Withdraw(world.Alice, 5000);
        long logBefore = new FileInfo(world.Issuer.LogFile).Length;
        long since = Stopwatch.GetTimestamp();
        int count = Scale.Of(Strangers);
        using var strangers = Process.Start(world.Alice.Room.In(
            world.Folder, new Dictionary<string, string>(), "/usr/bin/python3", Repository.PathOf("tests", "Faults", "strangers.py"), kind,
            FaultWorld.IssuerAddress, "7801", $"{count}"))!;
        _ = strangers.StandardError.ReadToEndAsync();
        string? ready = strangers.StandardOutput.ReadLine();
        finding.Must(ready?.StartsWith("ready ", StringComparison.Ordinal) == true, $"the strangers: {ready}");
        finding.Rounds = ready is null ? 0 : int.Parse(ready.Split(' ')[1], CultureInfo.InvariantCulture);
        for (int i = 0; i < Settlements; i++)
        {
            load.Pay(world.Alice, world.Cafe, 100);
            var settled = world.Shop(world.Cafe, null, "settle");
            finding.Took(settled.Took);
            finding.Must(settled.IsDone && settled.Took < Quickly,
                $"a settlement beside {count} strangers: {settled.Code} after {settled.Took.TotalSeconds:0.0} s {settled.Error}");
        }

        while (Stopwatch.GetElapsedTime(since) < Watched)
        {
            Task.Delay(200).Wait();
        }

        finding.Must(world.Issuer.IsServing, $"the issuer died: {world.Issuer.Log[..Math.Min(300, world.Issuer.Log.Length)]}");
        long resident = world.Issuer.Resident;
        finding.Must(resident < MostMemory, $"the issuer holds {resident >> 20} MB");
        double minutes = Math.Max(1, Stopwatch.GetElapsedTime(since).TotalMinutes);
        long logged = new FileInfo(world.Issuer.LogFile).Length - logBefore;
        finding.Must(logged < MostLogAMinute * minutes, $"the issuer logged {logged >> 10} kB in {minutes:0.0} min");
        strangers.Kill();
        strangers.WaitForExit();
        KillFaults.End(finding, world, load);
    }
}
