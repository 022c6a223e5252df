namespace HierCash.Tests.Suite;

/// <summary>Counts what is verified: the work that somebody else's message costs, whatever the machine.</summary>
internal sealed class CountingSuite(ICashSuite inner) : ICashSuite
{
    private int _verified;

    public int Verified => Volatile.Read(ref _verified);

    /// <summary>Runs before each verification, or nothing.</summary>
    public Action? Before { get; set; }

    public IRandomSource Random => inner.Random;

    public ISigningKey GenerateKey() => inner.GenerateKey();

    public ISigningKey ImportKey(ReadOnlySpan<byte> scalar) => inner.ImportKey(scalar);

    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Interlocked.Increment(ref _verified);
        Before?.Invoke();
        return inner.Verify(key, message, signature);
    }
}
