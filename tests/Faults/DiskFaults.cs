using System.Diagnostics;

namespace HierCash.Tests.Faults;

/// <summary>Disks that are full, read-only, or fail, under processes that serve.</summary>
internal static class DiskFaults
{
    private const string SmallDisk = "20m";
    private const int EachCommands = 4;
    private static readonly TimeSpan Fault = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(30);

    public static IEnumerable<FaultLine> Lines =>
    [
        new("disk-full", "20 MB disk filled under 'serve': process dies with 134", f => Each(f, Full)),
        new("disk-read-only", "read-only under 'serve', then right: process dies with 134", f =>
            Each(f, (w, p, g) => Shim(w, p, g, DiskError.ReadOnly, 100))),
        new("disk-remounted", "a file system that ext4 itself made read-only (errors=remount-ro)", f => Each(f, Remounted)),
        new("disk-eio", "EIO under 'serve': process dies with 134, \"cannot rollback\" hides the cause", f =>
            Each(f, (w, p, g) => Shim(w, p, g, DiskError.IoError, 100))),
        new("disk-15-percent", "15% failing writes under 'serve'", f => Each(f, (w, p, g) => Shim(w, p, g, DiskError.IoError, 15))),
        new("disk-till-card", "15% failing writes under tills and cards", TillsAndCards),
        new("disk-lock", "a foreign write lock on the database of a party that serves", f => Each(f, ForeignLock)),
        new("log-full", "the log's disk is full: process dies", f => Each(f, LogFull)),
    ];

    private delegate void DiskFault(FaultWorld world, FaultParty party, Finding finding);

    /// <summary>The same for issuer and bank, each in a world of its own.</summary>
    private static void Each(Finding finding, DiskFault fault)
    {
        foreach (string name in new[] { "issuer", "north" })
        {
            using var world = new FaultWorld(isServing: false);
            fault(world, world.Servers.Single(s => s.Name == name), finding);
            finding.Rounds++;
        }
    }

    private static void Shim(FaultWorld world, FaultParty party, Finding finding, DiskError error, int percent)
    {
        using var disk = new FailingDisk(party, 7);
        world.Start();
        Play(world, party, finding, () => disk.Fail(error, percent), disk.Mend);
        finding.Must(disk.Failed > 0, $"no call of {party.Name} failed: nothing was shown");
    }

    private static void Full(FaultWorld world, FaultParty party, Finding finding)
    {
        Mount(world, party, $"mount -t tmpfs -o size={SmallDisk},mode=700 none disk");
        world.Start();
        Play(
            world, party, finding,
            () => world.North.Room.Shell(world.Folder, $"cat /dev/zero > {party.Name}/filler 2>/dev/null || true"),
            () => world.North.Room.Shell(world.Folder, $"rm {party.Name}/filler"));
    }

    /// <summary>
    /// It stays read-only until it is mounted anew, for which the process has to let go: it is stopped in order, and started again.
    /// </summary>
    private static void Remounted(FaultWorld world, FaultParty party, Finding finding)
    {
        Mount(world, party, "truncate -s 24M image && mkfs.ext4 -q image && mount -o loop,errors=remount-ro image disk");
        world.Start();
        Play(
            world, party, finding,
            () => world.North.Room.Shell(world.Folder,
                $"device=$(findmnt -no SOURCE {party.Folder}); echo 1 > /sys/fs/ext4/${{device##*/}}/trigger_fs_error"),
            () =>
            {
                party.Signal("TERM");
                finding.Must(party.ExitCode == 0, $"{party.Name} stopped with {party.ExitCode}: {Tail(party.Log)}");
                party.Kill();
                world.North.Room.Shell(world.Folder,
                    $"umount {party.Name} && (e2fsck -fy image > /dev/null || true) && mount -o loop image {party.Name}");
                party.Start();
            });
    }

    private static void ForeignLock(FaultWorld world, FaultParty party, Finding finding)
    {
        world.Start();
        string database = Path.Combine(party.Folder, party == world.Issuer ? "issuer.db" : "bank.db");
        Process? locked = null;
        Play(
            world, party, finding,
            () =>
            {
                locked = Process.Start(party.Room.In(
                    world.Folder, new Dictionary<string, string>(), "/usr/bin/python3", "-c",
                    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30); c.execute('BEGIN "
                        + "IMMEDIATE'); print('held', flush=True); sys.stdin.read()", database))!;
                Assert.That(locked.StandardOutput.ReadLine(), Is.EqualTo("held"));
            },
            () =>
            {
                locked!.StandardInput.Close();
                locked.WaitForExit();
                locked.Dispose();
            });
    }

    private static void LogFull(FaultWorld world, FaultParty party, Finding finding)
    {
        party.Room.Shell(world.Folder, "mkdir logs && mount -t tmpfs -o size=64k none logs");
        party.LogFile = Path.Combine(world.Folder, "logs", "log");
        world.Start();
        Play(
            world, party, finding,
            () => party.Room.Shell(world.Folder, "cat /dev/zero > logs/filler 2>/dev/null || true"),
            () => party.Room.Shell(world.Folder, "rm logs/filler"));
    }

    private static void TillsAndCards(Finding finding)
    {
        using var world = new FaultWorld();
        var disks = world.Tills.Concat(world.Users).Select((p, i) => new FailingDisk(p, i)).ToList();
        var load = new Load(world, 15);
        disks.ForEach(d => d.Fail(DiskError.IoError, 15));
        load.Run(Scale.Of(30));
        disks.ForEach(d => d.Mend());
        finding.Rounds = disks.Sum(d => d.Failed);
        KillFaults.End(finding, world, load);
        disks.ForEach(d => d.Dispose());
    }

    /// <summary>
    /// Load before, while, and after the fault. The process lives, what is refused is said, and service goes on by itself.
    /// </summary>
    private static void Play(FaultWorld world, FaultParty party, Finding finding, Action begin, Action end)
    {
        var load = new Load(world, 28);
        load.Run(EachCommands);
        int starts = party.Starts;
        begin();
        long since = Stopwatch.GetTimestamp();
        load.Run(EachCommands);
        while (Stopwatch.GetElapsedTime(since) < Fault)
        {
            Task.Delay(200).Wait();
        }

        bool lives = finding.Must(party.IsServing, $"{party.Name} died: {(party.IsServing ? 0 : party.ExitCode)} {Tail(party.Log)}");
        finding.Must(!party.Log.Contains("cannot rollback", StringComparison.Ordinal), "'cannot rollback' hides the first error");
        end();
        if (lives && party.Starts == starts)
        {
            finding.Await(() => world.Wallet(world.Alice, "withdraw", "1.00").IsDone, Back,
                $"no withdrawal once the disk of {party.Name} is whole: {Tail(party.Log)}");
        }

        KillFaults.End(finding, world, load);
    }

    /// <summary>The party's folder on a file system of its own.</summary>
    private static void Mount(FaultWorld world, FaultParty party, string mount) => party.Room.Shell(
        world.Folder, $"mkdir disk && {mount} && cp -a {party.Name}/. disk && sync -f disk && mount --move disk {party.Name} && chmod 700 "
            + $"{party.Name}");

    private static string Tail(string log) => log.Length > 300 ? log[^300..] : log;
}
