namespace HierCash.Tests.Iso7816;

[Parallelizable]
public sealed class CommandApduTests
{
    [TestCase("80100000", ApduCase.Case1, 0, 0)]
    [TestCase("8010000000", ApduCase.Case2Short, 0, 256)]
    [TestCase("80100000FF", ApduCase.Case2Short, 0, 255)]
    [TestCase("8010000002AABB", ApduCase.Case3Short, 2, 0)]
    [TestCase("8010000002AABB00", ApduCase.Case4Short, 2, 256)]
    [TestCase("8010000002AABB01", ApduCase.Case4Short, 2, 1)]
    [TestCase("80100000000000", ApduCase.Case2Extended, 0, 65536)]
    [TestCase("80100000000100", ApduCase.Case2Extended, 0, 256)]
    [TestCase("80100000000002AABB", ApduCase.Case3Extended, 2, 0)]
    [TestCase("80100000000002AABB0000", ApduCase.Case4Extended, 2, 65536)]
    [TestCase("80100000000002AABB0103", ApduCase.Case4Extended, 2, 259)]
    public void EveryCaseOfIso7816Part3IsTakenApart(string hex, ApduCase expected, int data, int ne)
    {
        Assert.That(CommandApdu.Parse(Convert.FromHexString(hex), out var command), Is.EqualTo(StatusWord.Success));
        Assert.That((command.Case, command.Data.Length, command.Ne), Is.EqualTo((expected, data, ne)));
        Assert.That((command.Cla, command.Ins), Is.EqualTo(((byte)0x80, (byte)0x10)));
        Assert.That(data == 0 || command.Data.SequenceEqual<byte>([0xAA, 0xBB]));
    }

    [TestCase("")]
    [TestCase("80")]
    [TestCase("801000")]
    [TestCase("8010000002AA")]
    [TestCase("8010000002AABB0000")]
    [TestCase("801000000000")]
    [TestCase("80100000000002AA")]
    [TestCase("80100000000002AABB00")]
    [TestCase("80100000000000AABB")]
    public void WhatFitsNoCaseHasAWrongLength(string hex) =>
        Assert.That(CommandApdu.Parse(Convert.FromHexString(hex), out _), Is.EqualTo(StatusWord.WrongLength));

    [Test]
    public void EveryStatusWordHasASentence()
    {
        foreach (var field in new[] { typeof(StatusWord), typeof(WalletStatus) }.SelectMany(t => t.GetFields())
            .Where(f => f.IsStatic && f.FieldType == typeof(StatusWord)))
        {
            var status = (StatusWord)field.GetValue(null)!;
            Assert.That(status.Explain(), Does.Not.Contain("does not list"), field.Name);
        }

        Assert.That(StatusWord.WrongPin(2).Explain(), Does.Contain("2 tries"));
        Assert.That(new StatusWord(0x1234).Explain(), Does.Contain("1234"));
    }
}
