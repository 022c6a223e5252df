using System.Diagnostics;

namespace HierCash.Tests.Consoles;

/// <summary>A server that is told to stop is gone: idle connections do not hold it.</summary>
public sealed class StopTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Both banks are connected to the issuer, by links that they keep.</summary>
    [Test]
    public void TheIssuerStopsAtOnceBesideConnectedBanks()
    {
        using var town = new NetworkTown();
        var started = Stopwatch.GetTimestamp();
        while (!town.North.Log.Contains("instructions booked", StringComparison.Ordinal)
            || !town.South.Log.Contains("instructions booked", StringComparison.Ordinal))
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(30)), "the banks have visited");
            Task.Delay(50).Wait();
        }

        var told = Stopwatch.GetTimestamp();
        Assert.That(town.Issuer.Stop(), Is.Zero);
        Assert.That(Stopwatch.GetElapsedTime(told), Is.LessThan(Limit));
        Assert.That(town.Issuer.Said, Does.Contain("Stopping."));
        town.Issuer.Start();
        started = Stopwatch.GetTimestamp();
        while (town.Run("hiercash-shop", "settle", "--dir", "cafe").Code != 0)
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(30)), "and serves again");
            Task.Delay(50).Wait();
        }
    }
}
