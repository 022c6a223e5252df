using HierCash.Tests.Consoles;

namespace HierCash.Tests.Faults;

/// <summary>Money that only the wallet's file remembers, and what is begun twice.</summary>
internal static class CardFaults
{
    private static readonly TimeSpan AfterAllTerms = TimeSpan.FromDays(9);
    private const int SmallWithdrawals = 15;
    private const int FullLog = 63;
    private const int Repeats = 8;
    private const int OpenTickets = 32;

    public static IEnumerable<FaultLine> Lines =>
    [
        new("redeem-keep", "20.00 gone until expiry: redeem while the issuer is away, keep, 15 withdrawals", RedeemKeep),
        new("pay-keep", "60.00 gone until expiry: a payment that waits for the issuer, 63 elsewhere, keep", PayKeep),
        new("refund-keep", "20.00 gone until expiry, without any fault: a refund after keep", RefundKeep),
        new("withdraw-again", "8 repeated 'withdraw' with the issuer away: 8 coins", WithdrawAgain),
        new("open-tickets", "32 open tickets of cards pulled before signing: a payment takes 4 times as long", Tickets),
        new("pay-beside-settle", "'pay' while 'settle' waits for a hung issuer: \"Another process serves the shop\"", PayBesideSettle),
        new("says-what-is", "false messages: read-only folder, full disk, frozen card, settled before OK", FalseMessages),
    ];

    private static void RedeemKeep(Finding finding)
    {
        using var world = new FaultWorld();
        var alice = world.Alice;
        Must(world.Wallet(alice, "withdraw", "20.00"));
        Must(world.Wallet(alice, "withdraw", "20.00"));
        world.Issuer.Kill();
        world.Wallet(alice, "redeem");
        Must(world.Wallet(alice, "keep"));
        world.Issuer.Start();
        Small(world, alice);
        var again = world.Wallet(alice, "redeem");
        finding.Must(!again.Output.Contains("nothing to redeem", StringComparison.Ordinal), $"redeem: {again.Output}");
        finding.Rounds = 1;
        End(finding, world, alice);
    }

    private static void PayKeep(Finding finding)
    {
        using var world = new FaultWorld();
        var alice = world.Alice;
        Must(world.Wallet(alice, "withdraw", "100.00"));
        Must(world.Wallet(alice, "withdraw", "20.00"));

        // A till that never heard the hot list asks the issuer about every payment.
        Must(world.Shop(world.Kiosk, null, "settle"));
        world.Issuer.Kill();
        var waits = world.Shop(world.Cafe, alice, "pay", "60.00");
        finding.Must(waits.Code == 3, $"a payment above the floor limit without the issuer: {waits.Code} {waits.Error}");
        for (int i = 0; i < FullLog; i++)
        {
            Must(world.Shop(world.Kiosk, alice, "pay", "0.10"));
        }

        Must(world.Wallet(alice, "keep", "--paid"));
        for (int i = 0; i < 5; i++)
        {
            world.Shop(world.Kiosk, alice, "pay", "0.10");
        }

        world.Issuer.Start();
        world.Shop(world.Cafe, alice, "pay", "0.01");
        finding.Rounds = 1;
        End(finding, world, alice);
    }

    private static void RefundKeep(Finding finding)
    {
        using var world = new FaultWorld();
        var alice = world.Alice;
        Must(world.Wallet(alice, "withdraw", "20.00"));
        var receipts = new[] { "12.00", "8.00" }.Select(
            a => Must(world.Shop(world.Cafe, alice, "pay", a, "--json")).Json.GetProperty("time").GetString()!).ToList();
        Must(world.Shop(world.Cafe, null, "settle"));
        Must(world.Wallet(alice, "withdraw", "5.00"));
        Must(world.Shop(world.Cafe, alice, "pay", "1.00"));
        Must(world.Wallet(alice, "keep", "--paid"));
        Small(world, alice);
        foreach (string receipt in receipts)
        {
            finding.MustNotCrash(world.Shop(world.Cafe, alice, "refund", receipt), "refund");
        }

        finding.Rounds = 1;
        End(finding, world, alice);
        long accepted = world.Ask(world.Cafe, "status").GetProperty("accepted").Minor();
        finding.Must(accepted == 101, $"the cafe sold for 1.00 and, at the end, for 0.01, and has {accepted}");
    }

    private static void WithdrawAgain(Finding finding)
    {
        using var world = new FaultWorld();
        var alice = world.Alice;
        world.Issuer.Kill();
        for (int i = 0; i < Repeats; i++)
        {
            var said = world.Wallet(alice, "withdraw", "20.00");
            finding.Must(said.Code == 3, $"withdraw without the issuer: {said.Code} {said.Error}");
        }

        var other = world.Wallet(alice, "withdraw", "30.00");
        finding.Must(other.Code == 1 && other.Error.Contains("20.00", StringComparison.Ordinal),
            $"another amount is to be refused, naming the one that waits: {other.Code} {other.Error}");
        world.Issuer.Start();
        finding.Await(() => world.Wallet(alice, "resume", "--all").IsDone, TimeSpan.FromSeconds(30), "the withdrawal does not go on");
        long card = world.Ask(alice, "balance").GetProperty("balance").Minor();
        finding.Must(card == 2000, $"20.00 were asked for, and the card holds {card}");
        finding.Rounds = Repeats;
        finding.Close(Books.Read(world));
    }

    /// <summary>The card's disk fails while the till asks: a ticket, and no signature.</summary>
    private static void Tickets(Finding finding)
    {
        using var world = new FaultWorld();
        using var disk = new FailingDisk(world.Alice, 1);
        Must(world.Wallet(world.Bob, "withdraw", "20.00"));
        Must(world.Wallet(world.Alice, "withdraw", "20.00"));
        var before = Must(world.Shop(world.Cafe, world.Bob, "pay", "0.10")).Took;
        disk.Fail(DiskError.IoError);
        for (int i = 0; i < OpenTickets; i++)
        {
            finding.MustNotCrash(world.Shop(world.Cafe, world.Alice, "pay", "0.10"), "pay");
        }

        disk.Mend();
        var paid = Enumerable.Range(0, 3).Select(_ => world.Shop(world.Cafe, world.Alice, "pay", "0.10")).ToList();
        finding.Must(paid.TrueForAll(p => p.IsDone), $"a payment after it: {paid[0].Code} {paid[0].Error}");
        var after = paid.Min(p => p.Took);
        finding.Must(after < (2 * before) + TimeSpan.FromMilliseconds(300),
            $"a payment takes {after.TotalMilliseconds:0} ms, {before.TotalMilliseconds:0} ms before");
        finding.Rounds = OpenTickets;
        End(finding, world, world.Alice);
    }

    private static void PayBesideSettle(Finding finding)
    {
        using var world = new FaultWorld();
        Must(world.Wallet(world.Alice, "withdraw", "20.00"));
        Must(world.Shop(world.Cafe, world.Alice, "pay", "0.10"));
        world.Issuer.Signal("STOP");
        var settling = Task.Run(() => world.Shop(world.Cafe, null, "settle"));
        Task.Delay(TimeSpan.FromSeconds(1)).Wait();
        for (int i = 0; i < 3; i++)
        {
            var paid = world.Shop(world.Cafe, world.Alice, "pay", "0.20");
            finding.Must(paid.IsDone, $"pay beside settle: {paid.Code} {paid.Error}");
            finding.Rounds++;
        }

        world.Issuer.Signal("CONT");
        finding.MustNotCrash(settling.Result, "settle");
        End(finding, world, world.Alice);
    }

    private static void FalseMessages(Finding finding)
    {
        using var world = new FaultWorld();
        using var disk = new FailingDisk(world.Cafe, 1);
        var alice = world.Alice;
        Must(world.Wallet(alice, "withdraw", "20.00"));
        disk.Fail(DiskError.ReadOnly);
        var readOnly = world.Shop(world.Cafe, alice, "pay", "1.00");
        finding.Must(readOnly.Code == 1 && !readOnly.Error.Contains("Another process", StringComparison.Ordinal),
            $"read-only folder: {readOnly.Code} {readOnly.Error}");
        disk.Mend();

        // A card on a disk without room leaves nothing behind, and says so.
        Directory.CreateDirectory(Path.Combine(world.Folder, "full"));
        string full = world.Cafe.Room.Shell(
            world.Folder, "mount -t tmpfs -o size=64k none full && (hiercash-card new full/new.card 2>&1 || true); ls full; umount full");
        finding.Must(!full.Contains("already", StringComparison.Ordinal)
            && !full.Contains("\nnew.card", StringComparison.Ordinal), $"card new on a full disk: {full}");

        var paid = Must(world.Shop(world.Cafe, alice, "pay", "1.00"));
        finding.Must(paid.Output.Contains("queued for settlement", StringComparison.Ordinal), $"a payment that is queued: {paid.Output}");
        Must(world.Wallet(alice, "withdraw", "80.00"));
        var settled = Must(world.Shop(world.Cafe, alice, "pay", "60.00"));
        finding.Must(!settled.Output.Contains("queued for settlement", StringComparison.Ordinal),
            $"a payment that was settled before OK: {settled.Output}");

        Drain.Run(world, new Load(world, 1));
        finding.Close(Books.Read(world));

        // A restored copy of the image is frozen.
        string image = Path.Combine(world.Folder, FaultWorld.ImageOf(world.Bob));
        Must(world.Wallet(world.Bob, "withdraw", "20.00"));
        File.Copy(image, image + ".copy");
        Must(world.Wallet(world.Bob, "withdraw", "5.00"));
        File.Move(image + ".copy", image, overwrite: true);
        var frozen = world.Wallet(world.Bob, "redeem");
        finding.Must(frozen.Code == 1, $"redeem with a frozen card: {frozen.Code} {frozen.Output}{frozen.Error}");
        finding.Rounds = 5;
    }

    private static void Small(FaultWorld world, FaultParty user)
    {
        for (int i = 0; i < SmallWithdrawals; i++)
        {
            world.Wallet(user, "withdraw", "1.00");
        }
    }

    /// <summary>All terms pass, and everybody does what the consoles say; then all money is where it belongs.</summary>
    private static void End(Finding finding, FaultWorld world, FaultParty user)
    {
        var load = new Load(world, 1);
        Drain.Run(world, load);
        Drain.AfterTerms(world, AfterAllTerms);
        long sold = world.Tills.Sum(t => world.Ask(t, "status").GetProperty("accepted").Minor());
        if (FaultWorld.Deposit - Wealth(world, user) > sold)
        {
            Drain.Walk(world, AfterAllTerms);
        }

        long gone = FaultWorld.Deposit - Wealth(world, user);
        finding.Must(gone <= sold, $"{user.Name} is {gone} poorer, and the shops sold for {sold}: {Books.Read(world)}; {Waits(world)}");
        finding.Close(Books.Read(world));
        finding.Must(Drain.Audit(world) is { Count: 0 }, "an audit fails");
    }

    /// <summary>What each party says that it waits for.</summary>
    private static string Waits(FaultWorld world) =>
        string.Join("; ", world.Servers.Concat(world.Tills).Select(p => $"{p.Name}: {world.Ask(p, "status").GetProperty("waits")}"));

    public static long Wealth(FaultWorld world, FaultParty user) => world.Ask(user, "balance").GetProperty("balance").Minor()
        + world.Ask(world.BankOf(user), "accounts").GetProperty("users").EnumerateArray()
        .Single(u => u.GetProperty("name").GetString() == user.Name).GetProperty("balance").Minor();

    /// <summary>A step that has to succeed for the line to show anything.</summary>
    public static Said Must(Said said) =>
        said.IsDone ? said : throw new InvalidOperationException($"{said.Code} {said.Output}{said.Error}");
}
