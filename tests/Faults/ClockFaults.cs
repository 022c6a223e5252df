using HierCash.Tests.Consoles;

namespace HierCash.Tests.Faults;

/// <summary>One party's clock is wrong for two cycles, then right.</summary>
internal static class ClockFaults
{
    private const long Price = 200;
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(30);

    private static readonly (string Name, TimeSpan Ahead)[] Offsets =
    [
        ("-8 d", TimeSpan.FromDays(-8)), ("-1 d", TimeSpan.FromDays(-1)), ("+25 h", TimeSpan.FromHours(25)),
        ("+40 d", TimeSpan.FromDays(40)), ("+1,100 d", TimeSpan.FromDays(1100)),
    ];

    public static IEnumerable<FaultLine> Lines =>
    [
        new("clock-issuer", "issuer's clock wrong, then right: \"hot list 0 is older than the till's 0\"", f => Each(f, w => w.Issuer)),
        new("clock-bank", "a bank's clock wrong, then right", f => Each(f, w => w.North)),
        new("clock-till", "till's clock wrong, then right: \"still queued\" without a reason; \"balance too small\" for ever", f =>
            Each(f, w => w.Cafe)),
        new("clock-wallet", "wallet's clock wrong, then right: 'redeem' exits 0 with \"by themselves\", 50.00 stuck", f =>
            Each(f, w => w.Alice)),
        new("clock-bank-alone", "bank's clock 10 d ahead while the issuer was down, then right: \"a moment ago\" until restart", BankAlone),
        new("refused-refund", "one refused refund blocks a till's settlement for good", RefusedRefund),
    ];

    private static void Each(Finding finding, Func<FaultWorld, FaultParty> who)
    {
        foreach (var (name, ahead) in Offsets)
        {
            using var world = new FaultWorld();
            Wrong(finding, world, who(world), ahead, name);
            finding.Rounds++;
        }
    }

    /// <summary>
    /// Two cycles of a day's work under the wrong clock; then the right one, and nothing may wait that no date and no command ends.
    /// </summary>
    private static void Wrong(Finding finding, FaultWorld world, FaultParty party, TimeSpan ahead, string name)
    {
        var load = new Load(world, 26);
        foreach (var user in world.Users)
        {
            load.Withdraw(user, 5000);
        }

        load.Pay(world.Alice, world.Cafe, 100);
        party.Clock = ahead;
        for (int cycle = 0; cycle < 2; cycle++)
        {
            finding.MustBeDoneOrExplained(world.Wallet(world.Alice, "withdraw", "10.00"), $"{party.Name} {name}: withdraw",
                mayBeAway: true);
            foreach (var user in world.Users)
            {
                Paid(finding, world, user, load.Pay(user, world.Cafe, Price), $"{party.Name} {name}: pay");
            }

            finding.MustBeDoneOrExplained(Settle(finding, world, $"{party.Name} {name}"), $"{party.Name} {name}: settle", mayBeAway: true);
            finding.MustBeDoneOrExplained(world.Wallet(world.Alice, "redeem"), $"{party.Name} {name}: redeem", mayBeAway: true);
        }

        party.Clock = TimeSpan.Zero;
        Settle(finding, world, $"{party.Name} {name}, right again");
        foreach (var user in world.Users)
        {
            finding.MustBeDoneOrExplained(world.Wallet(user, "withdraw", "20.00"), $"{party.Name} {name}, right again: withdraw");
            finding.MustBeDoneOrExplained(load.Pay(user, world.Cafe, 100), $"{party.Name} {name}, right again: pay");
            finding.MustBeDoneOrExplained(load.Pay(user, world.Kiosk, 100), $"{party.Name} {name}, right again: pay elsewhere");
        }

        Settle(finding, world, $"{party.Name} {name}, right again");
        Drain.AfterTerms(world, TimeSpan.FromDays(9));
        foreach (var till in world.Tills)
        {
            Settle(finding, world, $"{party.Name} {name}, 9 d later", till);
        }

        Drain.Quiet(world);
        finding.Close(Books.Read(world));
        foreach (string found in Drain.Audit(world))
        {
            finding.Must(false, $"{party.Name} {name}: {found}");
        }
    }

    /// <summary>A card that is called too empty for a payment is that.</summary>
    private static void Paid(Finding finding, FaultWorld world, FaultParty user, Said said, string what)
    {
        if (!said.Error.Contains("balance is too small", StringComparison.Ordinal))
        {
            finding.MustBeDoneOrExplained(said, what, mayBeAway: true);
            return;
        }

        long balance = world.Ask(user, "balance").GetProperty("balance").Minor();
        finding.Must(balance < Price, $"{what}: {user.Name} has {balance}, and hears: {said.Error}");
    }

    /// <summary>What stays queued is said with its reason.</summary>
    private static Said Settle(Finding finding, FaultWorld world, string when, FaultParty? till = null)
    {
        var said = world.Shop(till ?? world.Cafe, null, "settle");
        bool isQueued = said.IsDone && !said.Output.Contains(" 0 still queued", StringComparison.Ordinal);
        finding.Must(!isQueued || said.Output.Contains("hiercash-", StringComparison.Ordinal)
            || System.Text.RegularExpressions.Regex.IsMatch(said.Output, @"\d{4}-\d\d-\d\d"), $"{when}: {said.Output}");
        return said;
    }

    private static void BankAlone(Finding finding)
    {
        using var world = new FaultWorld();
        world.Issuer.Kill();
        world.North.Clock = TimeSpan.FromDays(10);
        world.Wallet(world.Alice, "withdraw", "10.00");
        Task.Delay(TimeSpan.FromSeconds(4)).Wait();
        world.North.Clock = TimeSpan.Zero;
        world.Issuer.Start();
        finding.Await(() => world.Wallet(world.Alice, "withdraw", "10.00").IsDone, Back, "no withdrawal once the bank's clock is right");
        finding.Rounds = 1;
        KillFaults.End(finding, world, new Load(world, 10));
    }

    /// <summary>A payment that the guarantee has paid is refunded: the refusal is shown, and the rest is settled.</summary>
    private static void RefusedRefund(Finding finding)
    {
        using var world = new FaultWorld();
        var alice = world.Alice;
        string image = Path.Combine(world.Folder, FaultWorld.ImageOf(alice));
        CardFaults.Must(world.Wallet(alice, "withdraw", "20.00"));
        File.Copy(image, image + ".copy");
        File.Copy(image + ".witness", image + ".copy.witness");
        CardFaults.Must(world.Shop(world.Cafe, alice, "pay", "20.00"));
        CardFaults.Must(world.Shop(world.Cafe, null, "settle"));
        File.Move(image + ".copy", image, overwrite: true);
        File.Move(image + ".copy.witness", image + ".witness", overwrite: true);
        string receipt = CardFaults.Must(world.Shop(world.Kiosk, alice, "pay", "20.00", "--json")).Json.GetProperty("time").GetString()!;
        CardFaults.Must(world.Shop(world.Kiosk, null, "settle"));
        finding.Await(() => world.Ask(world.North, "status").GetProperty("evidence").GetInt64() > 0, Back,
            "no evidence of the overspending");

        // The dispute term passes, and the guarantee pays.
        world.SetClocks(TimeSpan.FromDays(32));
        Task.Delay(TimeSpan.FromSeconds(3)).Wait();
        CardFaults.Must(world.Shop(world.Kiosk, null, "settle"));
        finding.Await(() => Balance(world) == 2000, Back, $"the guarantee has not paid, the kiosk has {Balance(world)}");
        var refund = world.Shop(world.Kiosk, alice, "refund", receipt, "--without-card");
        finding.MustNotCrash(refund, "refund");
        CardFaults.Must(world.Wallet(world.Bob, "withdraw", "20.00"));
        CardFaults.Must(world.Shop(world.Kiosk, world.Bob, "pay", "3.00"));
        var settled = world.Shop(world.Kiosk, null, "settle");
        finding.Must(settled.Output.StartsWith("1 payment settled", StringComparison.Ordinal),
            $"settle beside a refund that cannot be made: {settled.Code} {settled.Output}{settled.Error}");
        finding.MustBeDoneOrExplained(settled, "settle");
        finding.Rounds = 1;

        // The holder who paid twice owes what the guarantee paid: nothing is lost, and nothing there twice.
        Drain.Quiet(world);
        finding.Close(Books.Read(world));
        foreach (string found in Drain.Audit(world))
        {
            finding.Must(false, found);
        }
    }

    private static long Balance(FaultWorld world) =>
        world.Ask(world.North, "accounts").GetProperty("shops").EnumerateArray().Single().GetProperty("balance").Minor();
}
