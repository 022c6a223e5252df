namespace HierCash.Tests.Link;

/// <summary>What a bank says to a rebuttal: the case stands, it falls, or nothing yet. Any other word is no answer.</summary>
[Parallelizable]
public sealed class RebutAnswerTests
{
    [TestCase(null, null)]
    [TestCase((byte)1, true)]
    [TestCase((byte)2, false)]
    public void WhatStandsAndWhatFalls(byte? state, bool? stands) => Assert.That(Read(state)!.Stands, Is.EqualTo(stands));

    [Test]
    public void AnotherStateIsNoAnswer([Values((byte)0, (byte)3, (byte)255)] byte state) => Assert.That(Read(state), Is.Null);

    private static RebutReply? Read(byte? state)
    {
        var suite = new BclSuite();
        using var root = suite.GenerateKey();
        using var key = suite.GenerateKey();
        var date = new Timestamp(1795424400000000);
        var certificate = KeyCertificate.Issue(
            root, KeyUsage.Bank, new PartyId(2), date, new Timestamp(date.Microseconds + 1), key.PublicKey);
        var stamp = Stamp.Sign(key, new PartyId(2), StampRole.Bank, Digest.Of([1]), date);
        var message = new RebutReply(stamp, certificate, state is null ? null : true).ToMessage();
        var body = message.Body.ToArray();
        if (state is { } other)
        {
            body[^1] = other;
        }

        return (new LinkMessage(message.Type, body)).As<RebutReply>();
    }
}
