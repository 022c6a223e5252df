using HierCash.Protocol.Cash;

namespace HierCash.Tests.Scenarios;

/// <summary>The finder of a lost card, and shops that let them have a TIME of their choice (R6).</summary>
public sealed class LostCardTests : LostCardScenario
{
    /// <summary>A till in touch with the issuer claims, days later, to have been paid before the report: its contacts say otherwise.</summary>
    [Test, Rule(6), Hole(10)]
    public async Task ATillThatBackdatesTimeIsNotPaid()
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default);
        Town.Clock.Advance(TimeSpan.FromDays(5));
        var h = Sign(Colluding, Before, 1000);
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        await NothingIsLost(0);
    }

    /// <summary>A till that truly was offline all the time is paid for what it took before the report, up to the floor limit: the holder's printed risk.</summary>
    [Test, Rule(6), Hole(10)]
    public async Task ATillThatWasOfflineIsPaidUpToTheFloorLimit()
    {
        Town.Clock.Advance(TimeSpan.FromDays(5));
        var small = Sign(Offline, Before, Town.Options.Terms.FloorLimit.Minor);
        var large = Sign(Offline, new Timestamp(Before.Microseconds + 1), Town.Options.Terms.FloorLimit.Minor + 1);
        Assert.That((await Town.Submit(Offline, small, large)).Select(r => r.Verdict), Is.EqualTo(new[] { Verdict.Settled, Verdict.Cancelled }));
        Assert.That((await Town.Submit(Offline, Sign(Offline, new Timestamp(Before.Microseconds + 2), 100))).Single().Verdict, Is.EqualTo(Verdict.Cancelled), "now it had contact");
        await NothingIsLost(Town.Options.Terms.FloorLimit.Minor);
    }

    /// <summary>While lists may be old, whoever was paid is paid; it has to arrive soon.</summary>
    [TestCase(47, true)]
    [TestCase(50, false)]
    [Rule(6), Hole(10)]
    public async Task WithinTheAgeOfAListArrivalDecides(int hours, bool paid)
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default);
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
        Town.Clock.Advance(TimeSpan.FromHours(hours));
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(paid ? Verdict.Settled : Verdict.Cancelled));
        await NothingIsLost(paid ? 1000UL : 0);
    }
}
