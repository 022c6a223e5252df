using System.Diagnostics;
using HierCash.Card.Readers;

namespace HierCash.Tests.Pcsc;

/// <summary>How fast APDUs pass through pcscd and Debian's vpcd, while nothing else runs.</summary>
public sealed class RateTests
{
    private const int Slice = 4000;
    private const int Slices = 30;
    private const int Wanted = 3;
    private const double Bar = 8000;

    [Test]
    public void AtLeast8000NoOpApdusPerSecond()
    {
        using var service = new PcscService(forUs: true);
        service.Must("hiercash-card", "new", "rate.card");
        using var inserted = service.Insert("rate.card");
        using var card = CardChannels.Open("Virtual PCD 00 00", new BclSuite(), TimeSpan.FromSeconds(10), _ => { }, CancellationToken.None);
        var response = new byte[ICardChannel.ResponseRoom];
        var rates = new List<double>();
        for (int i = 0; i < Slices && rates.Count(r => r >= Bar) < Wanted; i++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int j = 0; j < Slice; j++)
            {
                // GET RESPONSE without an answer waiting: nothing but the way there and back.
                int length = card.Transmit([0x00, 0xC0, 0x00, 0x00, 0x00], response);
                Assert.That(length == 2 && response[0] == 0x69 && response[1] == 0x85);
            }

            rates.Add(Slice / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        TestContext.Out.WriteLine($"no-op APDUs per second over pcscd and vpcd: {string.Join(", ", rates.Select(r => r.ToString("0")))}");
        Assert.That(rates.Count(r => r >= Bar), Is.EqualTo(Wanted), "slices at full speed; in others the machine had other work too");
    }
}
