using BenchmarkDotNet.Attributes;
using HierCash.Wallet;

namespace HierCash.Bench.Micro;

/// <summary>The steps of the road, in process: what a payment costs beside the one signature that it cannot do without.</summary>
public class RoadBenchmarks : IDisposable
{
    private readonly BclSuite _suite = new();
    private readonly byte[] _message = new byte[90];
    private SimulatedTown _town = null!;
    private TownCard _card = null!;
    private WalletCard _wallet = null!;
    private ISigningKey _key = null!;
    private CoinRequest _request = null!;
    private ulong _time = 1795424460000001;

    [GlobalSetup]
    public void MakeTown()
    {
        _town = new SimulatedTown(new TownOptions { Suite = _suite, Cap = new Amount(uint.MaxValue) });
        _card = _town.NewCard("Alice");
        _town.OpenAccount(_card, new Amount(uint.MaxValue));
        var cash = _town.Wallet.Withdraw(_card.Card, _card.Pin, new Amount(4_000_000_000), default).AsTask().GetAwaiter().GetResult();
        if (cash.Outcome != WithdrawalOutcome.Issued)
        {
            throw new InvalidOperationException(cash.Message);
        }

        _wallet = new WalletCard(_card.Card);
        _wallet.Select();
        _wallet.Verify(_card.Pin);
        _wallet.Verify(_card.PaymentPin, PinRole.Payment);
        _key = _suite.GenerateKey();
        _request = CoinRequest.Create(_key, _key.PublicKey.Id, new byte[32], new Amount(5000), Currency.Eur, 0);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _card.Dispose();
        _town.Dispose();
        _key.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The limit: one signature by the same provider.</summary>
    [Benchmark(Baseline = true)]
    public byte[] Sign() => _key.Sign(_message);

    /// <summary>PAY by the emulated card, transaction and log included; each entry is acknowledged, so that the log never fills.</summary>
    [Benchmark]
    public int PayOnCard()
    {
        var status = _wallet.Pay(PayCommand.Fast(new Timestamp(_time++), default, new Amount(1), Currency.Eur), out var reply);
        if (!status.IsSuccess)
        {
            throw new InvalidOperationException(status.Explain());
        }

        // Whichever entry this payment took: acknowledging all keeps the benchmark from filling the log.
        if (reply!.Seq % 60 == 0)
        {
            for (byte i = 0; i < 64; i++)
            {
                _wallet.AcknowledgeLog(i, _wallet.ReadLog(i).Content);
            }
        }

        if (reply.Seq > 60_000)
        {
            Dispose();
            MakeTown();
        }

        return reply.Seq;
    }

    /// <summary>E_I, as a card makes it.</summary>
    [Benchmark]
    public byte[] EncipherRequest() => _request.Encipher(_suite, _key.PublicKey);
}
