namespace HierCash.Card.Wallet;

/// <summary>The suite as a card has it: what takes time on a real one is charged.</summary>
internal sealed class MeteredSuite(ICashSuite suite, CardMeter meter) : ICashSuite
{
    public IRandomSource Random => suite.Random;

    public ISigningKey GenerateKey()
    {
        meter.Charge(CardOperation.GenerateKey);
        return new Key(suite.GenerateKey(), meter);
    }

    /// <summary>Free: a card stores keys as objects.</summary>
    public ISigningKey ImportKey(ReadOnlySpan<byte> scalar) => new Key(suite.ImportKey(scalar), meter);

    public bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        meter.Charge(CardOperation.Verify);
        return suite.Verify(key, message, signature);
    }

    private sealed class Key(ISigningKey key, CardMeter meter) : ISigningKey
    {
        public PublicKey PublicKey => key.PublicKey;

        public byte[] Sign(ReadOnlySpan<byte> message)
        {
            meter.Charge(CardOperation.Sign);
            return key.Sign(message);
        }

        public byte[] Agree(PublicKey point)
        {
            meter.Charge(CardOperation.Agree);
            return key.Agree(point);
        }

        public byte[] ExportScalar() => key.ExportScalar();

        public void Dispose() => key.Dispose();
    }
}
