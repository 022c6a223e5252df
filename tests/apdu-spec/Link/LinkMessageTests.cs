namespace HierCash.Tests.Link;

/// <summary>
/// Every message of the registry: read back to the same bytes, refused when anything is cut off or added, and never more than it may be.
/// </summary>
[Parallelizable]
public sealed class LinkMessageTests
{
    private static IEnumerable<TestCaseData> Samples =>
        LinkSamples.All.Select((m, i) => new TestCaseData(m).SetArgDisplayNames($"{m.Type}-{i}"));

    private static IEnumerable<TestCaseData> TooMany =>
        LinkSamples.TooMany.Select(m => new TestCaseData(m.Write, m.Sent).SetArgDisplayNames(m.Name));

    [Test]
    public void TheRegistryHasEveryMessage()
    {
        var types = LinkMessages.All.SelectMany(m => new[] { m.Type, m.ReplyType }).Append(MessageType.Refusal).Distinct();
        Assert.That(types, Is.EquivalentTo(Enum.GetValues<MessageType>()));
        Assert.That(LinkMessages.All.Select(m => m.Type), Is.Ordered.And.Unique);
        var samples = LinkSamples.All.Select(m => m.Type).Append(MessageType.Refusal).Distinct();
        Assert.That(samples, Is.EquivalentTo(Enum.GetValues<MessageType>()));
    }

    [TestCaseSource(nameof(Samples))]
    public void DecodesToTheSameBytes(LinkMessage message)
    {
        Assert.That(Recoded(message.Type, message.Body), Is.EqualTo(message.Body));
        var limit = LinkMessages.All.Where(m => m.Type == message.Type).Select(m => m.Request)
            .Concat(LinkMessages.All.Where(m => m.ReplyType == message.Type).Select(m => m.Reply)).First();
        Assert.That(message.Body, Has.Length.LessThanOrEqualTo(limit.Bytes));
    }

    /// <summary>
    /// Cut before an object that may be left out it says less, in exactly those bytes; cut or lengthened anywhere else it says nothing. A
    /// byte in the middle may make a length longer than it has to be: then it says the same.
    /// </summary>
    [TestCaseSource(nameof(Samples))]
    public void CutOrLengthenedItIsRefused(LinkMessage message)
    {
        for (int at = 0; at <= message.Body.Length; at++)
        {
            byte[] cut = message.Body[..at];
            Assert.That(Recoded(message.Type, cut), Is.Null.Or.EqualTo(cut), $"cut to {at} bytes");
            foreach (byte added in (byte[])[0x00, 0x81, 0xFF])
            {
                byte[] longer = [.. cut, added, .. message.Body[at..]];
                var read = Recoded(message.Type, longer);
                bool isNone = read is null || (at < message.Body.Length
                    && (read.SequenceEqual(message.Body) || read.SequenceEqual(longer)));
                Assert.That(isNone, $"{added:X2} at {at}");
            }
        }
    }

    [TestCaseSource(nameof(TooMany))]
    public void OneEntryTooManyIsNeitherSentNorRead(Func<LinkMessage> write, LinkMessage sent)
    {
        Assert.That(write, Throws.ArgumentException);
        Assert.That(Recoded(sent.Type, sent.Body), Is.Null);
    }

    [Test]
    public void WhatAWalletSendsItsBankIsNoLongFrameButARebuttal()
    {
        var limits = new LinkLimits();
        Assert.That(limits.MaxLongFrame, Is.EqualTo(385 * 1024));
        var longer = LinkMessages.All.Where(m => m.IsAtBank && LinkFrame.HeaderSize + m.Request.Bytes > limits.MaxStrangerFrame);
        Assert.That(longer.Select(m => m.Type), Is.EquivalentTo(new[] { MessageType.Rebut }));
    }

    private static byte[]? Recoded(MessageType type, byte[] body)
    {
        var message = new LinkMessage(type, body);
        return LinkMessages.All.Where(m => m.Type == type || m.ReplyType == type)
            .Select(m => m.Recode(message)).FirstOrDefault(m => m is not null)?.Body;
    }
}
