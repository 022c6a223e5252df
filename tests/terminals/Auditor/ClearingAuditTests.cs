using HierCash.Auditor;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Audits;

/// <summary>
/// The auditor on the books of banks that lie about instructions (R8): it names the bank; of honest banks that park it finds nothing.
/// </summary>
[Parallelizable]
public sealed class ClearingAuditTests
{
    /// <summary>The bank tells the issuer that it has everything, and books nothing.</summary>
    [Test, Rule(8)]
    public async Task ABankThatAcknowledgesWhatItDidNotBookIsNamed()
    {
        using var town = Towns.Make();
        await Spend(town);
        Assert.That(Audit(town), Is.Empty);
        await new BankThatLies(town, "bank-1").Say(1);
        var finding = Audit(town).Single();
        Assert.That((finding.Books, finding.Table, finding.Row), Is.EqualTo(("bank-1", "booked_transfer", "1")), finding.ToString());
    }

    /// <summary>The bank parks for good reason, and lets the issuer believe that it booked.</summary>
    [Test, Rule(8)]
    public async Task ABankThatHidesItsParkingIsNamed()
    {
        using var town = Towns.Make();
        await Spend(town);
        await Ghost(town);
        town.Issuer.CloseCycle();
        var link = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2");
        (await town.BankOver("bank-2", new Mute(link)).Run(default)).ThrowIfAny();
        Assert.That((town.ShopBank.Parked.Count, town.Issuer.Parked.Count), Is.EqualTo((1, 0)));
        var finding = Audit(town).Single();
        Assert.That((finding.Books, finding.Table), Is.EqualTo(("bank-2", "booked_transfer")), finding.ToString());
        Assert.That(finding.What, Does.Contain("acknowledged it to the issuer as booked"));
    }

    /// <summary>Honest banks that park, suspend and book later: nothing is found, at any time.</summary>
    [Test, Rule(8), Waits(WaitingKind.ParkedInstruction, WaitingKind.Suspense)]
    public async Task ABankThatParksAndSaysSoIsNotAccused()
    {
        using var town = Towns.Make();
        await Spend(town);
        var ghost = await Ghost(town);
        await town.RunCycle();
        Assert.That(Audit(town), Is.Empty);
        Assert.That(town.Issuer.Parked.Single().Reason, Is.EqualTo(BookingOutcome.NoAccount));
        Assert.That(town.Issuer.Waits.One(WaitingKind.ParkedInstruction).What, Does.Contain("7.00 EUR"));
        town.AssertSound();
        town.Clock.Advance(TimeSpan.FromDays(31));
        await town.RunCycle();
        Assert.That(town.ShopBank.Waits.One(WaitingKind.Suspense).What, Is.EqualTo("7.00 EUR in suspense"));
        Assert.That((town.ShopBank.Audit.Suspense, town.Issuer.Parked.Single().StopsIssuing), Is.EqualTo((700L, false)));
        Assert.That(Audit(town), Is.Empty);
        town.AssertSound();
        Assert.That(town.ShopBank.OpenShopAccount("Ghost").OrRefuse(), Is.EqualTo(ghost));
        Assert.That(Audit(town), Is.Empty, "not yet tried again");
        await town.RunCycle();
        Assert.That((town.ShopBank.BalanceOfShop(ghost).Minor, town.Issuer.Parked.Count), Is.EqualTo((700UL, 0)));
        Assert.That(Audit(town), Is.Empty);
        town.AssertSound();
    }

    /// <summary>
    /// The case has fallen before its bank comes: the issuer claimed by its own proof, then S_W came and the claim went back. There is
    /// nothing to verify any more, and nothing stays parked for it.
    /// </summary>
    [Test, Rule(8)]
    public async Task AClaimThatFellBeforeItsBankCameIsBookedWithWhatIsGivenBack()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var first = town.Pay(cafe, mallory, 5000).Payments.Single();
        town.Pay(kiosk, copy, 2000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        town.Clock.Advance((town.Options.Terms.DisputeTerm * 2) + TimeSpan.FromHours(1));
        town.Issuer.CloseCycle();
        using (var key = town.TillKey(cafe))
        {
            Assert.That(RawMessages.UploadVoid(town, first, key));
        }

        town.Issuer.CloseCycle();
        await town.RunCycle();
        await town.RunCycle();
        Assert.That((town.UserBank.Parked.Count, town.ShopBank.Parked.Count, town.Issuer.Parked.Count), Is.EqualTo((0, 0, 0)));
        Assert.That((town.UserBank.Audit.Claims, town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor),
            Is.EqualTo((0L, 0UL, 2000UL)));
        Assert.That(town.UserBank.EvidenceFiles, Is.Empty);
        Assert.That(Audit(town), Is.Empty);
        town.AssertSound();
    }

    /// <summary>10.00 at the cafe, settled, and the cycle closed.</summary>
    private static async Task Spend(SimulatedTown town)
    {
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 1000);
        await town.Settle(till);
        town.Issuer.CloseCycle();
    }

    /// <summary>A clerk signed for an account that the bank never opened; the shop takes 7.00.</summary>
    /// <returns>The account that is not there.</returns>
    internal static async Task<Digest> Ghost(SimulatedTown town)
    {
        var reference = Digest.Of(System.Text.Encoding.UTF8.GetBytes($"shop account {town.ShopBank.Id} Ghost"));
        using var clerk = town.BankKey("bank-2");
        string till = town.AddTill("Ghost", r =>
            r with { Account = new ShopAccount(town.ShopBank.Id, reference,
                clerk.Sign(SignedMessage.ShopAccount(town.ShopBank.Id, reference, r.Key.Bytes))) });
        using var bob = town.User("Bob", 2000);
        town.Pay(till, bob, 700);
        await town.Settle(till);
        return reference;
    }

    private static IReadOnlyList<Finding> Audit(SimulatedTown town)
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-audit-").FullName;
        try
        {
            string Copy(string party)
            {
                string path = Path.Combine(folder, party + ".db");
                town.Export(party, path);
                return path;
            }

            return AuditRun.Run(Copy("issuer"), [.. town.Banks.Select(b => (b.Name, Copy(b.Name)))], town.Scheme.Root, town.Options.Suite)
                .OrRefuse()
                .Findings;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A bank's program that leaves its statements out.</summary>
    private sealed class Mute(ILink inner) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) => inner.Call(
            request.Type == MessageType.Instructions ? new InstructionsMessage(
                request.As<InstructionsMessage>()!.Seen).ToMessage() : request, cancel);
    }
}
