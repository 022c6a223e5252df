using HierCash.Card.Runtime;

namespace HierCash.Tests.Runtime;

/// <summary>Arrays and applet instances that are deleted: their bytes are wiped and come back, whenever power goes.</summary>
[Parallelizable]
public sealed class DeletionTests
{
    private static readonly Aid Package = Aid.Parse("F000000009");
    private static readonly Aid Other = Aid.Parse("F00000000901");
    private const int RuntimeOwn = 1033;
    private static readonly byte[] Secret = Enumerable.Repeat((byte)0xA5, 1000).ToArray();

    [Test]
    public void ADeletedArrayGivesItsRoomBack()
    {
        AppletContext context = null!;
        using var card = Make(c => context = c);
        int free = card.MemoryReport.Free;
        for (int i = 0; i < 500; i++)
        {
            context.Persistent(7, 20_000).Write(19_990, Secret.AsSpan(0, 10));
            Assert.That(card.MemoryReport.Free, Is.EqualTo(free - 20_000));
            Assert.That(context.Delete(7));
            Assert.That(context.Delete(7), Is.False, "it is gone");
        }

        Assert.That(card.MemoryReport.Free, Is.EqualTo(free));
        Assert.That(card.Image.Bytes.IndexOf(Secret.AsSpan(0, 8)), Is.EqualTo(-1), "wiped");
        Assert.That(context.Persistent(7, 20_000).Span.ContainsAnyExcept((byte)0), Is.False, "new again");
    }

    /// <summary>Room in the middle is found; room in pieces is no room for one array.</summary>
    [Test]
    public void TheFirstGapThatIsLargeEnoughIsTaken()
    {
        AppletContext context = null!;
        using var card = Make(c => context = c);
        int rest = (card.MemoryReport.Free / 3) & ~3;
        for (ushort id = 1; id <= 3; id++)
        {
            context.Persistent(id, rest).Write(0, [(byte)id]);
        }

        context.Delete(1);
        context.Delete(3);
        Assert.That(() => context.Persistent(4, rest + 100), Throws.TypeOf<CardMemoryException>().With.Message.Contains("in one piece"));
        context.Persistent(4, rest).Write(0, [4]);
        context.Persistent(5, rest).Write(0, [5]);
        card.Reset();
        Assert.That(card.MemoryReport.Areas.Where(a => a.Owner != "runtime").OrderBy(a => a.Offset).Select(a => a.Name),
            Is.EqualTo(new[] { "4", "2", "5" }));
        Assert.That(Enumerable.Range(0, 3).Select(i => context.Persistent((ushort)(new[] { 4, 2, 5 }[i]), rest).Span[0]),
            Is.EqualTo(new byte[] { 4, 2, 5 }));
    }

    [Test]
    public void WithinATransactionNothingIsDeleted()
    {
        AppletContext context = null!;
        using var card = Make(c => context = c);
        context.Persistent(1, 4);
        using var transaction = context.BeginTransaction();
        bool refused = false;
        try
        {
            context.Delete(1);
        }
        catch (CardMemoryException)
        {
            refused = true;
        }

        Assert.That(refused);
    }

    /// <summary>
    /// Power goes at every write of a deletion: the array is whole or gone, and at the next power-on no byte of it is left if it is gone.
    /// </summary>
    [Test]
    public void ADeletionTornAtEveryWriteIsWholeOrDone([Values] TornCell torn)
    {
        bool wasWhole = false;
        bool wasGone = false;
        for (int cut = 0; ; cut++)
        {
            AppletContext context = null!;
            using var card = Make(c => context = c, Other);
            context.Persistent(9, Secret.Length).WriteNonAtomic(0, Secret);
            int free = card.MemoryReport.Free;
            card.CutPowerAfter(cut, torn);
            bool isTorn = false;
            try
            {
                Assert.That(card.Uninstall(Other));
            }
            catch (CardChannelException)
            {
                isTorn = true;
            }

            card.PowerOff();
            card.PowerOn();
            bool whole = card.Send("00A4040006F00000000901") == "9000";
            wasWhole |= whole;
            wasGone |= !whole;
            Assert.That(card.MemoryReport.Free, Is.EqualTo(whole ? free : free + Secret.Length), $"cut {cut}");
            Assert.That(card.Image.Bytes[3900..].IndexOf(Secret.AsSpan(0, 4)) >= 0, Is.EqualTo(whole), $"cut {cut}");
            Assert.That(card.Send("00A4040005F000000009"), Is.EqualTo("9000"), "the other applet is there");
            if (!isTorn)
            {
                Assert.That(cut, Is.GreaterThan(250));
                break;
            }
        }

        Assert.That((wasWhole, wasGone), Is.EqualTo((true, true)));
    }

    /// <summary>The instance that takes the place of a deleted one starts with nothing of it.</summary>
    [Test]
    public void APlaceIsTakenAgainAndHoldsNothingOld()
    {
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        for (int round = 0; round < 20; round++)
        {
            for (byte i = 0; i < 8; i++)
            {
                card.Install(TestApplet.PackageAid, new Aid([0xF0, 0, 0, 0, 2, i]));
                card.Send($"00A4040006F0000000020{i}");
                Assert.That(card.Send("8005000404"), Is.EqualTo("000000009000"), "new");
                card.Send($"8002000004 1111111{i}");
            }

            Assert.That(card.Uninstall(new Aid([0xF0, 0, 0, 0, 2, 3])));
            Assert.That(card.Uninstall(new Aid([0xF0, 0, 0, 0, 2, 3])), Is.False);
            Assert.That(card.Send("8005000404"), Is.EqualTo("6999"), "nothing is selected after it");
            Assert.That(card.Send("00A4040006F00000000203"), Is.EqualTo("6A82"));
            if (round % 2 == 0)
            {
                card.Reset();
            }

            for (byte i = 0; i < 8; i++)
            {
                if (i != 3)
                {
                    card.Send($"00A4040006F0000000020{i}");
                    Assert.That(card.Send("8005000404"), Is.EqualTo($"1111111{i}9000"));
                    Assert.That(card.Uninstall(new Aid([0xF0, 0, 0, 0, 2, i])));
                }
            }
        }

        Assert.That(card.MemoryReport.TransientUsed, Is.EqualTo(RuntimeOwn), "the runtime's own");
    }

    [Test]
    public void TheAppletHearsOfItsEnd()
    {
        var heard = new List<string>();
        using var card = new EmulatedCard(new MemoryImage(), new AppletPackage(Package, c => new Leaving(heard)));
        card.Install(Package, Package);
        card.Send("00A4040005F000000009");
        Assert.That(card.Uninstall(Package));
        Assert.That(heard, Is.EqualTo(new[] { "deselect", "uninstall" }), "a fault of it stops nothing");
    }

    /// <summary>RAM is as large as the card that is to be emulated.</summary>
    [TestCase(RuntimeOwn + 100, 100, true)]
    [TestCase(RuntimeOwn + 100, 101, false)]
    [TestCase(4096, 3000, true)]
    public void RamHasTheSizeThatIsAskedFor(int quota, int wanted, bool fits)
    {
        using var card = new EmulatedCard(new MemoryImage(), quota, new AppletPackage(Package, c =>
        {
            c.Transient(wanted, ClearOn.Reset);
            return new Idle();
        }));
        Assert.That(card.MemoryReport.TransientQuota, Is.EqualTo(quota));
        Assert.That(() => card.Install(Package, Package), fits ? Throws.Nothing
            : Throws.TypeOf<CardMemoryException>().With.Message.Contains("100 are free"));
        Assert.That(card.MemoryReport.TransientUsed, Is.EqualTo(fits ? RuntimeOwn + wanted : RuntimeOwn),
            "a failed installation keeps no RAM");
    }

    private static EmulatedCard Make(Action<AppletContext> open, params Aid[] more)
    {
        var card = new EmulatedCard(new MemoryImage(), new AppletPackage(Package, c =>
        {
            open(c);
            return new Idle();
        }));
        card.Install(Package, Package);
        foreach (var aid in more)
        {
            card.Install(Package, aid);
        }

        return card;
    }

    private class Idle : Applet
    {
        public override StatusWord Process(in CommandApdu command, Span<byte> response, out int length)
        {
            length = 0;
            return StatusWord.Success;
        }
    }

    private sealed class Leaving(List<string> heard) : Idle
    {
        public override void Deselect() => heard.Add("deselect");

        public override void Uninstall()
        {
            heard.Add("uninstall");
            throw new InvalidOperationException("a fault of the applet");
        }
    }
}
