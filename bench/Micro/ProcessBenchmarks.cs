using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using HierCash.Bench.Ratios;

namespace HierCash.Bench.Micro;

/// <summary>A signature by the card beside the same signature by the library.</summary>
public class SignBenchmarks : IDisposable
{
    private SigningCard _card = null!;

    [GlobalSetup]
    public void MakeCard() => _card = new SigningCard();

    [GlobalCleanup]
    public void Dispose()
    {
        _card.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public byte[] Plain() => _card.SignPlain();

    [Benchmark]
    public byte[] Card() => _card.Sign();
}

/// <summary>hiercash-card, compiled ahead of time: from the start of the process to the end of its first answer.</summary>
[SimpleJob(RunStrategy.Monitoring, iterationCount: 30)]
public class FirstResponseBenchmarks : IDisposable
{
    private NativeCard _card = null!;

    [GlobalSetup]
    public void Publish() => _card = new NativeCard();

    [GlobalCleanup]
    public void Dispose()
    {
        _card.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void FirstResponse() => _card.FirstResponse();
}

/// <summary>
/// One APDU that does nothing through pcscd and vpcd. In a namespace with both: tests/with-pcscd.sh dotnet run --no-build -c Release
/// --project bench -- --filter '*Vpcd*'
/// </summary>
[InProcess]
public class VpcdBenchmarks : IDisposable
{
    private readonly byte[] _response = new byte[ICardChannel.ResponseRoom];
    private TownCard _card = null!;
    private PcscTownReader _reader = null!;
    private ICardChannel _channel = null!;

    [GlobalSetup]
    public void Insert()
    {
        _card = TownCard.Make("Alice", new BclSuite());
        _reader = new PcscTownReader("Virtual PCD 00 00", new BclSuite(), TimeProvider.System, _ => { });
        _channel = _reader.Insert(_card);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _channel.Dispose();
        _reader.Dispose();
        _card.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int NoOp() => _channel.Transmit([0x00, 0xC0, 0x00, 0x00, 0x00], _response);
}
