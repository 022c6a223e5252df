using BenchmarkDotNet.Attributes;
using HierCash.Bench.Ratios;
using HierCash.Card.Runtime;

namespace HierCash.Bench.Micro;

/// <summary>
/// The card runtime alone: one APDU that does nothing, one that updates four bytes in a transaction, in memory and in a file.
/// </summary>
public class CardBenchmarks : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hiercash-bench-").FullName;
    private BareCard _inMemory = null!;
    private BareCard _inFile = null!;

    [GlobalSetup]
    public void MakeCards()
    {
        _inMemory = new BareCard(new MemoryImage());
        _inFile = new BareCard(ProcessImage.Create(Path.Combine(_folder, "bench.card")));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _inMemory.Dispose();
        _inFile.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void NoOp() => _inMemory.NoOp();

    [Benchmark]
    public void TransactionInMemory() => _inMemory.Update();

    /// <summary>Durability process: survives kill -9.</summary>
    [Benchmark]
    public void TransactionInFile() => _inFile.Update();
}
