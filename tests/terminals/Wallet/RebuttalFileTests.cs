using HierCash.Wallet;

namespace HierCash.Tests.Wallets;

/// <summary>Rule R5: the file of what was shown holds the proof of the day. Whatever comes later takes nothing of that.</summary>
[Parallelizable]
public sealed class RebuttalFileTests
{
    private readonly BclSuite _suite = new BclSuite();
    private string _folder = "";
    private ISigningKey _key = null!;

    private string Main => Path.Combine(_folder, "coin.rebuttal");

    [SetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        _key = _suite.GenerateKey();
    }

    [TearDown]
    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>One content, another, the first again, and the other again: each keeps its stamps of the first day.</summary>
    [Test, Rule(5)]
    public void StampsComeBackWithTheContent()
    {
        var (a, b) = (Content(1), Content(2));
        RebuttalFile.Keep(Main, Stamped(a, 1));
        RebuttalFile.Keep(Main, Stamped(b, 2));
        Assert.That(Days(RebuttalFile.Keep(Main, Stamped(a, 40))), Is.EquivalentTo(new[] { 1, 40 }));
        Assert.That(Days(RebuttalFile.Keep(Main, Stamped(b, 41))), Is.EquivalentTo(new[] { 2, 41 }));
        Assert.That(Days(Read(Main)), Is.EquivalentTo(new[] { 2, 41 }));
        Assert.That(Days(Read(Path.Combine(_folder, $"coin-{a.Digest.ToString()[..8]}.rebuttal"))), Is.EquivalentTo(new[] { 1, 40 }));
    }

    /// <summary>Each came with the certificate of a key that is used no more: the stamps of the first day still prove it.</summary>
    [Test, Rule(5)]
    public void StampsComeBackWithTheirCertificates()
    {
        using var root = _suite.GenerateKey();
        Rebuttal By(Rebuttal content, int day)
        {
            using var key = _suite.GenerateKey();
            var certificate = KeyCertificate.Issue(root, KeyUsage.Bank, new PartyId(2), default, new Timestamp(1000), key.PublicKey);
            return content.With(Stamp.Sign(key, new PartyId(2), StampRole.Bank, content.Digest, new Timestamp((ulong)day)), [certificate]);
        }

        RebuttalFile.Keep(Main, By(Content(1), 1));
        RebuttalFile.Keep(Main, By(Content(2), 2));
        var kept = RebuttalFile.Keep(Main, By(Content(1), 40));
        Assert.That(kept.Stamps.Select(s => (kept with { Stamps = [s] }).IsStampedBefore(_suite, root.PublicKey, new Timestamp(1000))),
            Is.EqualTo(new[] { true, true }));
    }

    /// <summary>A file that cannot be read is there for who can read it later.</summary>
    [Test, Rule(5)]
    public void WhatCannotBeReadIsMovedAside()
    {
        File.WriteAllBytes(Main, [1, 2, 3]);
        RebuttalFile.Keep(Main, Stamped(Content(1), 1));
        Assert.That(Days(Read(Main)), Is.EqualTo(new[] { 1 }));
        Assert.That(Directory.GetFiles(_folder, "*.unread").Select(File.ReadAllBytes), Is.EqualTo(new[] { new byte[] { 1, 2, 3 } }));
    }

    /// <summary>
    /// The accuser says 256 other certificates at each of five calls: the file can be read, and the stamp of the first day stands in it
    /// with the bank's certificate.
    /// </summary>
    [Test, Rule(5), Rule(10)]
    public void InventedCertificatesMakeNoFileUnreadable()
    {
        var made = KeyCertificate.Issue(_key, KeyUsage.IssuerStatement, new PartyId(1), default, new Timestamp(1), _key.PublicKey);
        var bank = KeyCertificate.Issue(_key, KeyUsage.Bank, new PartyId(2), default, new Timestamp(1), _key.PublicKey);
        for (int day = 1; day <= 5; day++)
        {
            int from = day * 1000;
            RebuttalFile.Keep(Main, Stamped(Content(
                1) with { Certificates = [.. Enumerable.Range(from, 256).Select(i => made with { NotAfter = new Timestamp((ulong)i) }),
                    bank] }, day));
            Assert.That(Days(Read(Main)), Does.Contain(1).And.Contain(day));
        }

        Assert.That(Read(Main).Certificates, Has.Count.LessThanOrEqualTo(Rebuttal.MaxCertificates));
        Assert.That(Read(Main).Certificates.Select(c => c.Usage), Does.Contain(KeyUsage.Bank));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    private Rebuttal Content(byte n) => new(
        [new VoidStatement(new CoinId(Digest.Of("coin"u8)), n, _key.PublicKey.Bytes.ToArray(), new byte[64])], [], []);

    private Rebuttal Stamped(Rebuttal rebuttal, int day) =>
        rebuttal.With(Stamp.Sign(_key, new PartyId(2), StampRole.Bank, rebuttal.Digest, new Timestamp((ulong)day)), []);

    private static IEnumerable<int> Days(Rebuttal rebuttal) => rebuttal.Stamps.Select(s => (int)s.Date.Microseconds);

    private static Rebuttal Read(string file) => Rebuttal.Decode(File.ReadAllBytes(file))!;
}
