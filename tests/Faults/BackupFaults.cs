namespace HierCash.Tests.Faults;

/// <summary>Each party restored from a copy that is 500 commands of everybody old, while all others go on.</summary>
internal static class BackupFaults
{
    private const int Transactions = 500;
    private const int AfterRestore = 10;
    private const long Little = 100;
    private const int Unsent = 3;
    private static readonly TimeSpan NextVisit = TimeSpan.FromSeconds(30);

    public static IEnumerable<FaultLine> Lines =>
    [
        new("backup-bank", "bank restored from a copy: +40.00 made of nothing, a shop's 10.00 never credited, every audit clean", f =>
            Restored(f, w => w.North)),
        new("backup-issuer", "issuer restored from a copy: instruction numbers given twice, -70.01", f => Restored(f, w => w.Issuer)),
        new("backup-till", "a till restored from a copy", f => Restored(f, w => w.Cafe)),
        new("backup-card", "a card's image restored from a copy", f => Restored(f, w => w.Alice)),
    ];

    private static void Restored(Finding finding, Func<FaultWorld, FaultParty> who)
    {
        using var world = new FaultWorld();
        var party = who(world);
        var load = new Load(world, 27);
        load.Run(Scale.Of(20));
        PutBack(finding, world, load, party, Scale.Of(Transactions));
        if (party == world.Alice)
        {
            ReportLost(finding, world, party);
        }

        KillFaults.End(finding, world, load);
    }

    /// <summary>
    /// A restored image is frozen, and says so. Its holder reports the card as lost, and its money comes to her account after the terms.
    /// </summary>
    private static void ReportLost(Finding finding, FaultWorld world, FaultParty holder)
    {
        var paid = world.Shop(world.Cafe, holder, "pay", "0.01");
        finding.Must(paid.Code == 1 && paid.Error.Contains("frozen", StringComparison.OrdinalIgnoreCase),
            $"a restored card pays: {paid.Code} {paid.Output}{paid.Error}");
        string report = $"{holder.Name}/lost";
        CardFaults.Must(world.Wallet(holder, "lost-report", report));
        string scheme = world.Ask(world.Issuer, "status").GetProperty("fingerprint").GetString()!;
        CardFaults.Must(world.Run(holder, [holder], "hiercash-wallet", "report-lost", report, "--fingerprint", scheme, "--bank",
            "127.0.0.1:7802"));
        world.Lost.Add(holder);
        foreach (var till in world.Tills)
        {
            // What it paid before is sent in, and is not given back.
            CardFaults.Must(world.Shop(till, null, "settle"));
        }

        Drain.Walk(world, TimeSpan.FromDays(9));
    }

    /// <summary>
    /// One is put back to a copy, in mid-traffic, while all others go on. A server and a till notice, and recover; a card is frozen.
    /// </summary>
    /// <param name="transactions">The copy is so many commands old.</param>
    public static void PutBack(Finding finding, FaultWorld world, Load load, FaultParty party, int transactions)
    {
        bool serves = world.Servers.Contains(party);
        Copy(party, serves, () => world.Cafe.Room.Shell(world.Folder, $"cp -a {party.Name} {party.Name}.copy"));
        load.Run(Math.Max(1, transactions / world.Users.Count));
        if (world.Tills.Contains(party))
        {
            // What it took after its last settlement is not there for anybody to give back.
            load.Ledger.Count("settle", world.Shop(party, null, "settle"));
            int sent = load.Ledger.Payments.Count;
            load.Run(Unsent);
            foreach (var payment in load.Ledger.Payments.Skip(sent).Where(p => p.Till == party))
            {
                payment.MayBeLost = true;
            }
        }

        Copy(party, serves, () => world.Cafe.Room.Shell(world.Folder, $"{Forget(world, party)} && rm {party.Name}.copy -r"));

        // Nobody is told.
        load.Run(AfterRestore);
        finding.Rounds++;
        if (serves)
        {
            Recover(finding, world, load, party);
        }

        if (world.Tills.Contains(party))
        {
            var settled = world.Shop(party, null, "settle");
            finding.Must(settled.Code == 1 && settled.Error.Contains("hiercash-shop recover", StringComparison.Ordinal),
                $"settle of a restored till: {settled.Code} {settled.Output}{settled.Error}");
            var recovered = world.Shop(party, null, "recover");
            finding.Must(recovered.IsDone, $"recover: {recovered.Code} {recovered.Output}{recovered.Error}");
        }
    }

    private static void Recover(Finding finding, FaultWorld world, Load load, FaultParty party)
    {
        string recover = $"hiercash-{(party == world.Issuer ? "issuer" : "bank")} recover";
        finding.Await(() => world.Party(party, "status").Output.Contains(recover, StringComparison.Ordinal), NextVisit,
            $"{party.Name} does not notice that it was restored");
        finding.Must(Drain.Audit(world).Any(
            f => f.StartsWith("auditor", StringComparison.Ordinal) && f.Contains("restored", StringComparison.OrdinalIgnoreCase)),
            "the auditor does not name the restored party");
        Stop(party);
        var recovered = world.Party(party, "recover");
        finding.Must(recovered.IsDone, $"recover: {recovered.Code} {recovered.Output}{recovered.Error}");
        party.Start();

        // An issuer goes on once both banks have visited; a holder's next withdrawal brings the orders that her bank has forgotten.
        foreach (var user in world.Users)
        {
            finding.Await(() => Withdraws(load, user), NextVisit, $"{user.Name} withdraws nothing after the recovery");
        }
    }

    /// <summary>A card that is full of coins withdraws nothing, whoever was restored.</summary>
    private static bool Withdraws(Load load, FaultParty user)
    {
        var said = load.Withdraw(user, Little);
        return said.IsDone || said.Error.Contains("no room left", StringComparison.Ordinal);
    }

    /// <summary>Of one who serves nothing may run meanwhile.</summary>
    private static void Copy(FaultParty party, bool serves, Action work)
    {
        if (serves)
        {
            Stop(party);
        }

        work();
        if (serves)
        {
            party.Start();
        }
    }

    private static void Stop(FaultParty party)
    {
        party.Signal("TERM");
        _ = party.ExitCode;
        party.Kill();
    }

    /// <summary>Of a card the image alone is restored: its witness lies elsewhere, as a real card's counter would.</summary>
    private static string Forget(FaultWorld world, FaultParty party) => world.Users.Contains(party)
        ? $"cp -a {party.Name}.copy/{party.Name}.card {party.Name}/"
        : $"rm -r {party.Name} && cp -a {party.Name}.copy {party.Name}";
}
