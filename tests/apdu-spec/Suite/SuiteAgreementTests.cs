namespace HierCash.Tests.Suite;

/// <summary>BouncyCastle and the BCL agree with each other on random input, and refuse the same.</summary>
[Parallelizable]
public sealed class SuiteAgreementTests
{
    private const int Rounds = 200;
    private readonly BclSuite _bcl = new();
    private readonly BouncyCastleSuite _bouncy = new(new SeededRandom(99));

    [Test]
    public void KeysSignaturesAndAgreementsAreTheSame()
    {
        var random = new SeededRandom(5);
        var message = new byte[90];
        for (int i = 0; i < Rounds; i++)
        {
            random.Fill(message);
            using var one = _bouncy.GenerateKey();
            using var same = _bcl.ImportKey(one.ExportScalar());
            using var other = _bcl.GenerateKey();
            Assert.That(same.PublicKey, Is.EqualTo(one.PublicKey));
            Assert.That(_bcl.Verify(one.PublicKey, message, one.Sign(message)));
            Assert.That(_bouncy.Verify(same.PublicKey, message, same.Sign(message)));
            Assert.That(_bouncy.Verify(other.PublicKey, message, one.Sign(message)), Is.False);
            Assert.That(_bcl.Verify(other.PublicKey, message, one.Sign(message)), Is.False);
            Assert.That(one.Agree(other.PublicKey), Is.EqualTo(same.Agree(other.PublicKey)));
            Assert.That(one.Agree(other.PublicKey), Is.EqualTo(other.Agree(one.PublicKey)));
            Assert.That(PublicKey.TryDecode(one.PublicKey.Compress()), Is.EqualTo(one.PublicKey));
        }
    }

    [Test]
    public void EIIsTheSameFromBothAndOpensWithBoth()
    {
        var random = new SeededRandom(6);
        var plain = new byte[137];
        for (int i = 0; i < 40; i++)
        {
            random.Fill(plain);
            using var secret = _bouncy.GenerateKey();
            using var same = _bcl.ImportKey(secret.ExportScalar());
            var ei = Ecies.Encrypt(_bcl, secret.PublicKey, plain);
            Assert.That(Ecies.Encrypt(_bouncy, secret.PublicKey, plain), Is.EqualTo(ei));
            Assert.That(Ecies.TryDecrypt(_bouncy, secret, ei), Is.EqualTo(plain));
            Assert.That(Ecies.TryDecrypt(_bcl, same, ei), Is.EqualTo(plain));
        }
    }

    /// <summary>Hole 21: one answer for every E_I that is not byte for byte what Encrypt makes.</summary>
    [Test, Hole(21)]
    public void AnyFlippedBitOfEIIsRefused()
    {
        using var secret = _bouncy.GenerateKey();
        var ei = Ecies.Encrypt(_bouncy, secret.PublicKey, new byte[40]);
        for (int bit = 0; bit < ei.Length * 8; bit++)
        {
            ei[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(Ecies.TryDecrypt(_bouncy, secret, ei), Is.Null, $"bit {bit}");
            ei[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.That(Ecies.TryDecrypt(_bouncy, secret, ei), Is.Not.Null);
    }

    /// <summary>An E_I that decrypts but was made with another ephemeral key proves nothing to others, so it is refused.</summary>
    [Test, Hole(21)]
    public void ARandomisedEIIsRefused()
    {
        using var secret = _bouncy.GenerateKey();
        var plain = new byte[40];
        var other = new byte[40];
        other[0] = 1;
        var randomised = RandomisedEcies.Encrypt(_bouncy, secret.PublicKey, plain, ephemeralOf: other);
        Assert.That(randomised, Has.Length.EqualTo(Ecies.CiphertextSize(40)));
        Assert.That(Ecies.TryDecrypt(_bouncy, secret, randomised), Is.Null);
        Assert.That(Ecies.TryDecrypt(_bouncy, secret, RandomisedEcies.Encrypt(_bouncy, secret.PublicKey, plain, ephemeralOf: plain)),
            Is.EqualTo(plain));
    }

    /// <summary>
    /// The library's forms of public keys are kept, more of them than there is room for, and used by several threads: each signature is
    /// good under its own key alone.
    /// </summary>
    [Test]
    public void ManyKeysAreVerifiedAtOnce()
    {
        const int Keys = 600;
        var suite = new BclSuite();
        byte[] message = [1, 2, 3];
        var signed = Enumerable.Range(0, Keys).Select(_ =>
        {
            using var key = suite.GenerateKey();
            return (key.PublicKey, Signature: key.Sign(message));
        }).ToArray();
        var wrong = new System.Collections.Concurrent.ConcurrentBag<int>();
        Parallel.For(0, 4 * Keys, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            // Some keys come again and again, from all threads at once.
            int one = i % 3 == 0 ? i % 5 : i % Keys;
            if (!suite.Verify(signed[one].PublicKey, message, signed[one].Signature)
                || suite.Verify(signed[one].PublicKey, message, signed[(one + 1) % Keys].Signature))
            {
                wrong.Add(one);
            }
        });
        Assert.That(wrong, Is.Empty);
    }

    [TestCase(0)]
    [TestCase(1)]
    public void KeysOutsideTheGroupAreRefused(int suite)
    {
        ICashSuite chosen = suite == 0 ? _bcl : _bouncy;
        var order = Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
        Assert.That(() => chosen.ImportKey(new byte[32]), Throws.ArgumentException);
        Assert.That(() => chosen.ImportKey(order), Throws.ArgumentException);
        Assert.That(() => chosen.ImportKey(new byte[31]), Throws.ArgumentException);
    }

    [Test]
    public void PointsOffTheCurveAreRefused()
    {
        using var key = _bouncy.GenerateKey();
        var bytes = key.PublicKey.Bytes.ToArray();
        bytes[64] ^= 1;
        Assert.That(PublicKey.TryDecode(bytes), Is.Null);
        Assert.That(PublicKey.TryDecode(new byte[65]), Is.Null);
        Assert.That(PublicKey.TryDecode([0]), Is.Null);
        Assert.That(PublicKey.TryDecode([2, .. Enumerable.Repeat((byte)0xFF, 32)]), Is.Null);
        bytes[0] = 6;
        Assert.That(PublicKey.TryDecode(bytes), Is.Null);
    }

    [Test]
    public void SeededKeysRepeat()
    {
        using var one = new BouncyCastleSuite(new SeededRandom(3)).GenerateKey();
        using var two = new BouncyCastleSuite(new SeededRandom(3)).GenerateKey();
        using var three = new BouncyCastleSuite(new SeededRandom(4)).GenerateKey();
        Assert.That(two.PublicKey, Is.EqualTo(one.PublicKey));
        Assert.That(three.PublicKey, Is.Not.EqualTo(one.PublicKey));
    }
}
