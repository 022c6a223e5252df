namespace HierCash.Tests.Suite;

/// <summary>
/// Keys and chance from a seed as in <see cref="BouncyCastleSuite"/>, signatures by the operating system's library: what a scenario does
/// follows from its seed, only the bytes of its signatures differ from run to run. That is faster. What compares bytes takes the other one.
/// </summary>
internal sealed class SeededSuite(IRandomSource random) : ICashSuite
{
    private readonly BclSuite _library = new(random);

    public IRandomSource Random => random;

    public ISigningKey GenerateKey()
    {
        while (true)
        {
            var scalar = new byte[ISigningKey.ScalarSize];
            random.Fill(scalar);
            try
            {
                return _library.ImportKey(scalar);
            }
            catch (ArgumentException)
            {
                // One of 2^32 is none of the group's: the next.
            }
        }
    }

    public ISigningKey ImportKey(ReadOnlySpan<byte> scalar) => _library.ImportKey(scalar);

    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => _library.Verify(key, message, signature);
}
