namespace HierCash.Simulation;

/// <summary>One reader, one profile. Times in milliseconds.</summary>
/// <param name="Median">From SELECT to OK, the till's disk included.</param>
/// <param name="CardMedian">Of that, waiting for the card.</param>
/// <param name="NoOp">Median of a command that does nothing, over the same reader in the same run.</param>
/// <param name="OverNoOps">CardMedian against as many commands that do nothing.</param>
/// <param name="Bits">Bits of TIME, W, e, y, currency, seq, x and S_U.</param>
/// <param name="PatentBits">What the patent counts at most.</param>
public sealed record PaymentTimes(
    string Reader, string Profile, int Payments, double Median, double P99, double CardMedian, double CardP99, double NoOp,
    double OverNoOps,
    int Apdus, int Bytes, int Bits, int PatentBits);

/// <summary>Takes many payments and times each.</summary>
public static class PaymentTiming
{
    private const int PatentBits = 1200;
    private const int Warm = 20;
    private const int NoOpsAtATime = 20;
    private const int NoOps = 500;
    private const int RoomEvery = 16;

    /// <summary>Payments of one minor unit, after a few that are not counted.</summary>
    /// <exception cref="CardChannelException">The card or its reader is gone.</exception>
    public static PaymentTimes Run(SimulatedTown town, ITownReader reader, TownCard card, string till, PaymentProfile profile, int count,
        Action<int> progress)
    {
        using var channel = reader.Insert(card);
        var whole = new List<double>(count);
        var waiting = new List<double>(count);
        TracingChannel? last = null;
        for (int i = 0; i < Warm + count; i++)
        {
            if (i % RoomEvery == 0)
            {
                KeepLog(channel, card);
                progress(Math.Max(0, i - Warm));
            }

            last = new TracingChannel(channel);
            long started = Stopwatch.GetTimestamp();
            var result = town.Till(till).Pay(last, new Amount(1), null, profile);
            double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (result.Outcome != TillOutcome.Accepted)
            {
                throw new RefusedException(Outcome.Fault, result.Message);
            }

            if (i >= Warm)
            {
                whole.Add(took);
                waiting.Add(last.Elapsed.TotalMilliseconds);
            }
        }

        double noOp = Median(TimeNoOps(channel));
        double card50 = Median(waiting);
        int apdus = last!.Apdus.Count;
        return new PaymentTimes(
            reader.Name, profile.ToString(), count, Median(whole), At(whole, 0.99), card50, At(waiting, 0.99), noOp,
            card50 / (apdus * noOp),
            apdus, last.Bytes, PaymentBits.Count(last.Apdus), PatentBits);
    }

    /// <summary>Several at a time: one alone may be shorter than the clock's step.</summary>
    private static List<double> TimeNoOps(ICardChannel channel)
    {
        var times = new List<double>(NoOps / NoOpsAtATime);
        var response = new byte[ICardChannel.ResponseRoom];
        for (int i = 0; i < NoOps / NoOpsAtATime; i++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int n = 0; n < NoOpsAtATime; n++)
            {
                channel.Transmit([0x00, 0xC0, 0x00, 0x00, 0x00], response);
            }

            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds / NoOpsAtATime);
        }

        return times;
    }

    /// <summary>
    /// What a wallet does now and then: the log makes room only for payments that somebody has a copy of. And the payment PIN, which more
    /// than 16 payments want.
    /// </summary>
    private static void KeepLog(ICardChannel channel, TownCard owner)
    {
        var card = new WalletCard(channel);
        card.Select();
        card.Verify(owner.PaymentPin, PinRole.Payment);
        card.Verify(owner.Pin);
        for (byte i = 0; i < card.GetStatus().Private!.LogEntries; i++)
        {
            var entry = card.ReadLog(i);
            if (entry.Payment is { Acknowledged: false })
            {
                card.AcknowledgeLog(i, entry.Content);
            }
        }
    }

    private static double Median(List<double> times) => At(times, 0.5);

    private static double At(List<double> times, double quantile)
    {
        var sorted = times.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(quantile * sorted.Count))];
    }
}
