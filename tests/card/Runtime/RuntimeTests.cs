using HierCash.Card.Runtime;

namespace HierCash.Tests.Runtime;

[Parallelizable]
public sealed class RuntimeTests
{
    private static readonly Aid First = Aid.Parse("F000000001A1");
    private static readonly Aid Second = Aid.Parse("F000000001A2");
    private EmulatedCard _card = null!;

    [SetUp]
    public void MakeCard()
    {
        _card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        _card.Install(TestApplet.PackageAid, First);
        _card.Install(TestApplet.PackageAid, Second);
        _card.Send("00A4040006F000000001A1");
    }

    [TearDown]
    public void TakeCardOut() => _card.Dispose();

    /// <summary>The test that other emulators fail (peers: transactions that really roll back).</summary>
    [Test]
    public void AnAbortBringsTheOldValueBack()
    {
        Assert.That(_card.Send("8002000004 11111111"), Is.EqualTo("9000"));
        Assert.That(_card.Send("8003000004 22222222"), Is.EqualTo("9000"));
        Assert.That(_card.Send("8005000404"), Is.EqualTo("111111119000"));
    }

    [TestCase("8004000004 22222222", "9000", Description = "left open")]
    [TestCase("8006000004 22222222", "6F00", Description = "an exception")]
    public void ATransactionThatTheAppletDoesNotEndIsAborted(string command, string answer)
    {
        _card.Send("8002000004 11111111");
        Assert.That(_card.Send(command), Is.EqualTo(answer));
        Assert.That(_card.Send("8005000404"), Is.EqualTo("111111119000"));
        Assert.That(_card.Send("8002000004 33333333"), Is.EqualTo("9000"), "a new transaction begins");
    }

    [Test]
    public void TheCommitBufferHasAnEnd()
    {
        _card.Send("8002000004 11111111");
        Assert.That(_card.Send("800D0000"), Is.EqualTo("6F00"));
        Assert.That(_card.Send("8005000404"), Is.EqualTo("111111119000"));
    }

    [Test]
    public void InstancesHaveMemoryOfTheirOwnThatSurvivesReset()
    {
        _card.Send("8002000004 11111111");
        _card.Send("00A4040006F000000001A2");
        _card.Send("8002000004 22222222");
        _card.Reset();
        _card.Send("00A4040006F000000001A1");
        Assert.That(_card.Send("8005000404"), Is.EqualTo("111111119000"));
        _card.Send("00A4040006F000000001A2");
        Assert.That(_card.Send("8005000404"), Is.EqualTo("222222229000"));
    }

    [Test]
    public void TransientMemoryIsClearedByItsEvent()
    {
        _card.Send("800A7700");
        Assert.That(_card.Send("800B000000"), Is.EqualTo("77779000"));
        _card.Send("00A4040006F000000001A2");
        _card.Send("00A4040006F000000001A1");
        Assert.That(_card.Send("800B000000"), Is.EqualTo("00779000"), "after deselect");
        _card.Reset();
        _card.Send("00A4040006F000000001A1");
        Assert.That(_card.Send("800B000000"), Is.EqualTo("00009000"), "after reset");
    }

    [Test]
    public void NothingIsSelectedAfterReset()
    {
        _card.Reset();
        Assert.That(_card.Send("8005000404"), Is.EqualTo("6999"));
    }

    [Test]
    public void SelectionByPartOfTheNameAndByNextOccurrence()
    {
        Assert.That(_card.Send("00A4040005F000000001"), Is.EqualTo("9000"));
        _card.Send("8002000001 AA");
        Assert.That(_card.Send("00A4040205F000000001"), Is.EqualTo("9000"), "next");
        Assert.That(_card.Send("8005000101"), Is.EqualTo("009000"), "the second instance");
        Assert.That(_card.Send("00A4040205F000000001"), Is.EqualTo("6A82"), "no third");
        Assert.That(_card.Send("8005000101"), Is.EqualTo("009000"), "the second stays selected");
        Assert.That(_card.Send("00A4040005F000000002"), Is.EqualTo("6A82"));
        Assert.That(_card.Send("00A4040105F000000001"), Is.EqualTo("6A86"));
    }

    [TestCase("81050004", "6881")]
    [TestCase("C0050004", "6881")]
    [TestCase("84050004", "6882")]
    [TestCase("A0050004", "6E00")]
    [TestCase("FF050004", "6E00")]
    [TestCase("80EE0000", "6D00")]
    [TestCase("800500", "6700")]
    public void WhatTheDispatcherRefuses(string command, string status) => Assert.That(_card.Send(command), Is.EqualTo(status));

    [Test]
    public void AChainBringsItsDataAsOneCommand()
    {
        Assert.That(_card.Send("9002000003 112233"), Is.EqualTo("9000"));
        Assert.That(_card.Send("8005000404"), Is.EqualTo("6883"), "another command ends the chain");
        Assert.That(_card.Send("8005000404"), Is.EqualTo("000000009000"), "and nothing of it was done");
        _card.Send("9002000003 112233");
        Assert.That(_card.Send("8002000001 44"), Is.EqualTo("9000"));
        Assert.That(_card.Send("8005000404"), Is.EqualTo("112233449000"));
        _card.Send("9002000003 AABBCC");
        _card.Reset();
        _card.Send("00A4040006F000000001A1");
        _card.Send("8002000001 55");
        Assert.That(_card.Send("8005000404"), Is.EqualTo("552233449000"), "a reset forgets the chain");
    }

    /// <summary>512 bytes of data in pieces of both lengths; one more is refused, and the chain is gone.</summary>
    [Test]
    public void AChainHasALimit()
    {
        string piece = new('7', 2 * 200);
        Assert.That(_card.Send("90020000C8" + piece), Is.EqualTo("9000"));
        Assert.That(_card.Send("90020000C8" + piece), Is.EqualTo("9000"));
        Assert.That(_card.Send("8002000000 0070" + new string('7', 2 * 112)), Is.EqualTo("9000"));
        Assert.That(_card.Send("8005FF0404")[..2], Is.EqualTo("77"));
        _card.Send("90020000C8" + piece);
        _card.Send("90020000C8" + piece);
        Assert.That(_card.Send("8002000071" + new string('8', 2 * 113)), Is.EqualTo("6700"));
        Assert.That(_card.Send("8005000404"), Is.EqualTo("777777779000"));
    }

    /// <summary>Wear is counted for the card's life, page by page, and kept with the image.</summary>
    [Test]
    public void WritesWearTheirPages()
    {
        uint Wear() => _card.MemoryReport.Areas.Single(a => a is { Owner: "F000000001A1", Name: "1" }).Wear;
        uint before = Wear();
        for (int i = 0; i < 10; i++)
        {
            _card.Send("8002000004 11111111");
        }

        Assert.That(Wear(), Is.EqualTo(before + 10));
        Assert.That(_card.MemoryReport.Areas.Single(a => a.Name == "undo log").Wear, Is.GreaterThanOrEqualTo(40));
        _card.Send("8005000404");
        Assert.That(Wear(), Is.EqualTo(before + 10), "reading wears nothing");
        Assert.That(_card.MemoryReport.Free, Is.LessThan(_card.MemoryReport.Size).And.GreaterThan(0));
    }

    /// <summary>Power goes by chance at one write in twenty: after each tear the card answers, and each cell is old or new.</summary>
    [Test]
    public void PowerGoesByChanceFromASeed()
    {
        _card.CutPowerAtRandom(new Random(5), 20);
        string last = "00000000";
        int torn = 0;
        for (int i = 1; i <= 500; i++)
        {
            string next = i.ToString("X8", System.Globalization.CultureInfo.InvariantCulture);
            try
            {
                _card.Send("00A4040006F000000001A1");
                _card.Send("8002000004" + next);
                last = next;
            }
            catch (CardChannelException)
            {
                torn++;
                _card.PowerOn();
                _card.Send("00A4040006F000000001A1");
                string now = _card.Send("8005000404")[..8];
                Assert.That(now, Is.EqualTo(last).Or.EqualTo(next));
                last = now;
            }
        }

        Assert.That(torn, Is.GreaterThan(50));
    }

    [Test]
    public void LongAnswersAreFetchedWithGetResponse()
    {
        Assert.That(_card.Send("800C000000"), Is.EqualTo("6100"), "300 bytes do not fit 256");
        Assert.That(_card.Send("00C00000FF"), Has.Length.EqualTo((255 + 2) * 2).And.EndsWith("612D"));
        Assert.That(_card.Send("00C000002D"), Has.Length.EqualTo((45 + 2) * 2).And.EndsWith("9000"));
        Assert.That(_card.Send("00C0000000"), Is.EqualTo("6985"), "nothing is left");
        Assert.That(_card.Send("800C0000000200"), Has.Length.EqualTo((300 + 2) * 2), "extended Le takes all at once");
    }

    [Test]
    public void AnotherCommandDropsThePendingAnswer()
    {
        _card.Send("800C000000");
        _card.Send("8005000404");
        Assert.That(_card.Send("00C0000000"), Is.EqualTo("6985"));
    }

    [Test]
    public void PinTriesGoDownAndComeBackOnlyWithTheRightPin()
    {
        Assert.That(_card.Send("8007000004 00000000"), Is.EqualTo("63C2"));
        Assert.That(_card.Send("8007000004 01020304"), Is.EqualTo("9000"));
        Assert.That(_card.Send("8009000002"), Is.EqualTo("03019000"));
        _card.Reset();
        _card.Send("00A4040006F000000001A1");
        Assert.That(_card.Send("8009000002"), Is.EqualTo("03009000"), "the validated flag died");
    }

    [Test]
    public void AnAbortGivesNoTryBack()
    {
        Assert.That(_card.Send("8008000004 00000000"), Is.EqualTo("63C2"));
        Assert.That(_card.Send("8008000004 00000000"), Is.EqualTo("63C1"));
        Assert.That(_card.Send("8008000004 00000000"), Is.EqualTo("63C0"));
        Assert.That(_card.Send("8007000004 01020304"), Is.EqualTo("63C0"), "blocked, also for the right PIN");
    }

    /// <summary>Power is cut at each write of a PIN check: the tries never rise, whatever the cell was left with.</summary>
    [Test]
    public void ACutGivesNoTryBack([Values] TornCell torn)
    {
        for (int cut = 0; ; cut++)
        {
            using var card = new EmulatedCard(_card.Image.Copy(), TestApplet.Package);
            card.Send("00A4040006F000000001A1");
            card.CutPowerAfter(cut, torn);
            bool completed = TrySend(card, "8007000004 00000000");
            card.Reset();
            card.Send("00A4040006F000000001A1");
            string status = card.Send("8009000002");
            int tries = Convert.ToInt32(status[..2], 16);
            Assert.That(tries, Is.EqualTo(2).Or.EqualTo(completed ? 2 : 3), $"cut {cut}");
            if (completed)
            {
                Assert.That(cut, Is.GreaterThan(0));
                break;
            }
        }
    }

    /// <summary>Power is cut at each cell of a transaction over several places, the journal's own included.</summary>
    [Test]
    public void ATornTransactionIsWholeOrNotAtAll([Values] TornCell torn)
    {
        _card.Send("8002000008 1111111122222222");
        const string Old = "11111111222222229000";
        const string New = "AAAAAAAABBBBBBBB9000";
        int cuts = 0;
        bool sawOld = false;
        for (int cut = 0; ; cut++, cuts++)
        {
            using var card = new EmulatedCard(_card.Image.Copy(), TestApplet.Package);
            card.Send("00A4040006F000000001A1");
            card.CutPowerAfter(cut, torn);
            bool completed = TrySend(card, "8002000008 AAAAAAAABBBBBBBB");
            card.Reset();
            card.Send("00A4040006F000000001A1");
            string now = card.Send("8005000808");
            Assert.That(now, Is.EqualTo(New).Or.EqualTo(completed ? New : Old), $"cut {cut}");
            sawOld |= now == Old;
            Assert.That(card.Send("8002000008 CCCCCCCCDDDDDDDD"), Is.EqualTo("9000"), "the card goes on");
            Assert.That(card.Send("8005000808"), Is.EqualTo("CCCCCCCCDDDDDDDD9000"));
            if (completed)
            {
                break;
            }
        }

        Assert.That(cuts, Is.GreaterThan(8));
        Assert.That(sawOld);
    }

    /// <summary>Power is cut during the recovery from a cut, at each cell of it.</summary>
    [Test]
    public void ATornRecoveryIsRecovered([Values] TornCell torn)
    {
        _card.Send("8002000008 1111111122222222");
        for (int cut = 0; cut < 12; cut++)
        {
            using var card = new EmulatedCard(_card.Image.Copy(), TestApplet.Package);
            card.Send("00A4040006F000000001A1");
            card.CutPowerAfter(6, TornCell.New);
            Assert.That(TrySend(card, "8002000008 AAAAAAAABBBBBBBB"), Is.False);
            var image = card.Image.Copy();
            CutRecovery(image, cut, torn);
            using var again = new EmulatedCard(image.Copy(), TestApplet.Package);
            again.Send("00A4040006F000000001A1");
            Assert.That(again.Send("8005000808"), Is.EqualTo("11111111222222229000"), $"cut {cut}");
        }
    }

    [Test]
    public void ATornInstallationLeavesNoApplet([Values] TornCell torn)
    {
        for (int cut = 0; ; cut++)
        {
            using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
            card.CutPowerAfter(cut, torn);
            bool completed = true;
            try
            {
                card.Install(TestApplet.PackageAid, First);
            }
            catch (CardChannelException)
            {
                completed = false;
            }

            card.Reset();
            string selected = card.Send("00A4040006F000000001A1");
            Assert.That(selected, Is.EqualTo("9000").Or.EqualTo(completed ? "9000" : "6A82"), $"cut {cut}");
            if (selected == "6A82")
            {
                card.Install(TestApplet.PackageAid, First);
            }

            Assert.That(card.Send("00A4040006F000000001A1"), Is.EqualTo("9000"));
            Assert.That(card.Send("8007000004 01020304"), Is.EqualTo("9000"));
            if (completed)
            {
                break;
            }
        }
    }

    [Test]
    public void QuotasAreKept()
    {
        var greedy = new AppletPackage(Aid.Parse("F000000009"), c =>
        {
            c.Persistent(1, CardImage.DefaultSize);
            throw new InvalidOperationException("the quota should have stopped this");
        });
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package, greedy);
        Assert.That(() => card.Install(greedy.Package, First), Throws.TypeOf<CardMemoryException>().With.Message.Contains("full"));
        Assert.That(card.Send("00A4040006F000000001A1"), Is.EqualTo("6A82"));
        card.Install(TestApplet.PackageAid, First);
        Assert.That(() => card.Install(TestApplet.PackageAid, First),
            Throws.TypeOf<CardMemoryException>().With.Message.Contains("already"));
    }

    [Test]
    public void ManyCardsAreIslands()
    {
        var cards = Enumerable.Range(0, 50).Select(_ => new EmulatedCard(_card.Image.Copy(), TestApplet.Package)).ToList();
        for (int i = 0; i < cards.Count; i++)
        {
            cards[i].Send("00A4040006F000000001A1");
            cards[i].Send($"8002000001 {i:X2}");
        }

        for (int i = 0; i < cards.Count; i++)
        {
            Assert.That(cards[i].Send("8005000101"), Is.EqualTo($"{i:X2}9000"));
        }
    }

    private static void CutRecovery(MemoryImage image, int cut, TornCell torn)
    {
        try
        {
            _ = new PersistentMemory(new CuttingImage(image, cut, torn));
        }
        catch (PowerLostException)
        {
            // What the image holds now is what the next power-on finds.
        }
    }

    private static bool TrySend(EmulatedCard card, string hex)
    {
        try
        {
            card.Send(hex);
            return true;
        }
        catch (CardChannelException)
        {
            return false;
        }
    }
}
