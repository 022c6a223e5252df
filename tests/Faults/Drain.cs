using System.Diagnostics;

namespace HierCash.Tests.Faults;

/// <summary>What everybody does when the faults are over, until nothing waits any more.</summary>
internal static class Drain
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(50);
    private static readonly TimeSpan VisitEvery = TimeSpan.FromMilliseconds(1300);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(300);

    /// <summary>Ends what was cut short, settles, and waits until the banks have booked all of it.</summary>
    /// <returns>What did not come to an end, in words.</returns>
    public static IReadOnlyList<string> Run(FaultWorld world, Load load)
    {
        foreach (var party in world.Servers.Where(p => !p.IsServing))
        {
            party.Start();
        }

        Parallel.ForEach(world.Users, user => load.Ledger.Count("resume", world.Wallet(user, "resume", "--all")));
        foreach (var till in world.Tills)
        {
            // Fetches the hot list, and ends refunds; then each card comes by, and gets back what is owed to it.
            load.Ledger.Count("settle", world.Shop(till, null, "settle"));
            foreach (var user in world.Users)
            {
                load.Pay(user, till, 1);
                CancelUnaccepted(world, user, till);
            }

            load.Ledger.Count("settle", world.Shop(till, null, "settle"));
        }

        return Quiet(world);
    }

    /// <summary>Everybody's clock goes on so far, and everybody does what ends what waited for it: tills settle, holders recover.</summary>
    /// <returns>What does not come to an end.</returns>
    public static IReadOnlyList<string> AfterTerms(FaultWorld world, TimeSpan ahead)
    {
        world.SetClocks(world.Issuer.Clock + ahead);
        for (int round = 0; round < 2; round++)
        {
            Parallel.ForEach(world.Tills, till => world.Shop(till, null, "settle"));
            Parallel.ForEach(world.Users, user => world.Wallet(user, "recover"));
        }

        // A till does not hear what a wallet gave back to its card, until that card is there again.
        foreach (var till in world.Tills)
        {
            foreach (var user in world.Users)
            {
                Cancel(world, user, till, world.Ask(till, "journal").GetProperty("sales").EnumerateArray()
                    .Where(t => t.GetProperty("state").GetString() is not ("accepted" or "refunded"))
                    .Select(t => t.GetProperty("time").GetString()!));
            }
        }

        return Quiet(world);
    }

    /// <summary>
    /// The same without a jump, which an issuer takes for an outage that prolongs its terms (rule R6): less than an hour at a time, and the
    /// banks visit between.
    /// </summary>
    /// <returns>What does not come to an end.</returns>
    public static IReadOnlyList<string> Walk(FaultWorld world, TimeSpan ahead)
    {
        var goal = world.Issuer.Clock + ahead;
        while (world.Issuer.Clock + Pace < goal)
        {
            world.SetClocks(world.Issuer.Clock + Pace);
            Task.Delay(VisitEvery).Wait();
        }

        return AfterTerms(world, Pace);
    }

    /// <summary>Waits until nothing is on its way between issuer and banks.</summary>
    /// <returns>What still is.</returns>
    public static IReadOnlyList<string> Quiet(FaultWorld world)
    {
        long since = Stopwatch.GetTimestamp();
        while (Waiting(world) is { Count: > 0 } waiting)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                return waiting;
            }

            Task.Delay(Glance).Wait();
        }

        return [];
    }

    /// <summary>All audits: each party's own, and the auditor's, who reads all books.</summary>
    /// <returns>What they found.</returns>
    public static IReadOnlyList<string> Audit(FaultWorld world)
    {
        var found = new List<string>();
        foreach (var party in world.Servers)
        {
            var own = world.Party(party, "audit");
            found.AddRange(own.IsDone ? [] : [$"{party.Name} audit: {own.Output}{own.Error}"]);
        }

        var all = world.Run(
            world.Issuer, [], "hiercash-auditor", "audit", "--issuer", "issuer/issuer.db", "--bank", "north/bank.db", "--bank",
            "south/bank.db", "--root", "north.grant");
        found.AddRange(all.IsDone ? [] : [$"auditor: {all.Output}{all.Error}"]);
        return found;
    }

    /// <summary>What is on its way between issuer and banks.</summary>
    public static IReadOnlyList<string> Waiting(FaultWorld world)
    {
        var issuer = world.Ask(world.Issuer, "status");
        long transfers = issuer.GetProperty("transfers").GetInt64();
        long unfetched = issuer.GetProperty("unfetched").GetInt64();
        return transfers + unfetched == 0 ? [] : [$"{transfers} transfers and {unfetched} instructions wait at the issuer"];
    }

    /// <summary>Payments of which the card says that it signed them, and the till that it has not accepted them.</summary>
    private static void CancelUnaccepted(FaultWorld world, FaultParty user, FaultParty till)
    {
        var journal = world.Ask(till, "journal").GetProperty("sales").EnumerateArray()
            .ToDictionary(t => t.GetProperty("time").GetString()!, t => t.GetProperty("state").GetString());
        var signed = world.Ask(user, "log").GetProperty("payments").EnumerateArray().Where(e => e.GetProperty("state")
            .GetString() != "restored")
            .Select(e => e.GetProperty("time").GetString()!);
        Cancel(world, user, till, signed.Distinct().Where(t => journal.TryGetValue(t, out string? state) && state != "accepted"));
    }

    private static void Cancel(FaultWorld world, FaultParty user, FaultParty till, IEnumerable<string> times)
    {
        foreach (string time in times)
        {
            world.Shop(till, user, "cancel", time);
        }
    }
}
