using System.Buffers.Binary;
using System.Numerics;
using HierCash.Card.Runtime;

namespace HierCash.Tests.Runtime;

/// <summary>Quotas, bounds, damaged images: where the runtime says no.</summary>
[Parallelizable]
public sealed class LimitTests
{
    private static readonly Aid Package = Aid.Parse("F000000009");

    [TestCase(8191)]
    [TestCase(8200)]
    [TestCase((1 << 20) + 32)]
    [TestCase(0)]
    public void AnImageHasOneOfTheSizesThatCardsHave(int size) =>
        Assert.That(() => new MemoryImage(size), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void MoreThanTheQuotaOfEitherMemoryIsRefused()
    {
        Refuses(context => context.Persistent(1, 40_000), "Persistent memory is full");
        Refuses(context => context.Transient(2_000, ClearOn.Reset), "Transient memory is full");
        Refuses(context => (context.Persistent(1, 8), context.Persistent(1, 12)), "Array 1 has 8 bytes, not 12");
        Refuses(
            context =>
            {
                for (ushort i = 0; i <= 128; i++)
                {
                    context.Persistent(i, 4);
                }
            },
            "commit buffer of 512 bytes is full");
    }

    /// <summary>An installation that fails leaves nothing behind.</summary>
    [Test]
    public void AnInstallationIsWholeOrNotAtAll()
    {
        using var card = new EmulatedCard(new MemoryImage(),
            Applets(context => context.Persistent(1, 100), context => context.Persistent(2, 40_000)), TestApplet.Package);
        int free = card.MemoryReport.Free;
        Assert.That(() => card.Install(Package, Package), Throws.TypeOf<CardMemoryException>());
        Assert.That(card.MemoryReport.Free, Is.EqualTo(free));
        for (byte i = 0; i < 8; i++)
        {
            card.Install(TestApplet.PackageAid, new Aid([0xF0, 0, 0, 0, 2, i]));
        }

        Assert.That(() => card.Install(TestApplet.PackageAid, Package),
            Throws.TypeOf<CardMemoryException>().With.Message.Contains("8 applets"));
        Assert.That(() => card.Install(TestApplet.PackageAid, new Aid([0xF0, 0, 0, 0, 2, 1])),
            Throws.TypeOf<CardMemoryException>().With.Message.Contains("installed already"));
    }

    [Test]
    public void OutsideAnArrayNothingIsReadOrWritten()
    {
        PersistentBytes bytes = default;
        AppletContext context = null!;
        using var card = new EmulatedCard(new MemoryImage(), Applets(c => bytes = c.Persistent(1, 8), c => context = c));
        card.Install(Package, Package);
        Assert.That(() => bytes.Write(-1, [1]), Throws.TypeOf<CardMemoryException>());
        Assert.That(() => bytes.Write(8, [1]), Throws.TypeOf<CardMemoryException>());
        Assert.That(() => bytes.Slice(0, -1), Throws.TypeOf<CardMemoryException>());
        Assert.That(() => bytes.WriteNonAtomic(7, [1, 2]), Throws.TypeOf<CardMemoryException>());
        bytes.WriteByte(7, 5);
        bytes.WriteUInt16(5, 0x0102);
        bytes.WriteNonAtomic(1, [9, 9]);
        Assert.That(bytes.Span.ToArray(), Is.EqualTo(new byte[] { 0, 9, 9, 0, 0, 1, 2, 5 }));
        Assert.That(
            () =>
            {
                using var outer = context.BeginTransaction();
                using var inner = context.BeginTransaction();
            },
            Throws.TypeOf<CardMemoryException>().With.Message.Contains("open already"));
    }

    [Test]
    public void AnAppletMayRefuseToBeSelected()
    {
        using var card = new EmulatedCard(new MemoryImage(), new AppletPackage(Package, _ => new Unwilling()));
        card.Install(Package, Package);
        Assert.That(card.Send("00A4040005F000000009"), Is.EqualTo("6999"));
        Assert.That(card.Send("80000000"), Is.EqualTo("6999"), "nothing is selected");
        Assert.That(card.Send("00A4040011" + new string('0', 34)), Is.EqualTo("6700"));
    }

    [Test]
    public void ACardWithoutPowerSaysSo()
    {
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        card.CutPowerAtRandom(new Random(1), 5);
        card.CutPowerAtRandom(new Random(1), 0);
        card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        Assert.That(card.CellsWritten, Is.GreaterThan(5), "the risk is over");
        card.PowerOff();
        card.CutPowerAtRandom(new Random(1), 0);
        Assert.That(card.CellsWritten, Is.Zero);
        Assert.That(() => card.Send("80000000"), Throws.TypeOf<CardChannelException>().With.Message.Contains("There is no card"));
    }

    [Test]
    public void ACodeThatIsNotHereAndMemoryThatIsDamagedAreTold()
    {
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        Assert.That(() => new EmulatedCard(card.Image.Copy()),
            Throws.TypeOf<CardImageException>().With.Message.Contains("whose code is not here"));

        var words = card.Image.Copy();
        words.Bytes.Slice(16, 16).Clear();
        Assert.That(() => new EmulatedCard(words, TestApplet.Package),
            Throws.TypeOf<CardImageException>().With.Message.Contains("both copies"));

        var version = card.Image.Copy();
        version.Bytes[0] ^= 1;
        Assert.That(() => new EmulatedCard(version, TestApplet.Package),
            Throws.TypeOf<CardImageException>().With.Message.Contains("layout"));

        var torn = new MemoryImage();
        torn.Bytes[20] = 7;
        using var begun = new EmulatedCard(torn, TestApplet.Package);
        begun.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        Assert.That(begun.Send("00A4040005F000000001"), Is.EqualTo("9000"), "power went when the image was new");
    }

    [TestCase(5, 32768, "format that this version does not know")]
    [TestCase(3, 32768, "of an older version")]
    [TestCase(4, 4096, "claims 4096 bytes")]
    [TestCase(4, 32769, "claims 32769 bytes")]
    [TestCase(4, 1 << 24, "claims 16777216 bytes")]
    [TestCase(4, 65536, "cut short or written over")]
    public void AHeaderThatIsSoundAndWrongIsRefused(int format, int size, string part)
    {
        string file = Path.GetTempFileName();
        try
        {
            var header = new byte[64];
            "HIERCARD"u8.CopyTo(header);
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(8), format);
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), size);
            uint crc = uint.MaxValue;
            foreach (byte b in header.AsSpan(0, 16))
            {
                crc = BitOperations.Crc32C(crc, b);
            }

            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), ~crc);
            File.WriteAllBytes(file, header);
            Assert.That(() => PowerImage.Open(file), Throws.TypeOf<CardImageException>().With.Message.Contains(part));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Wear is kept with the image, in both durabilities.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void WearStaysWithTheImage(bool power)
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-wear-").FullName;
        try
        {
            string file = Path.Combine(folder, "a.card");
            CardImage Open(bool create) => power ? create ? PowerImage.Create(file) : PowerImage.Open(file) : create
                ? ProcessImage.Create(file) : ProcessImage.Open(file);
            uint worn;
            using (var card = new EmulatedCard(Open(true), TestApplet.Package))
            {
                card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
                card.Send("00A4040005F000000001");
                for (int i = 0; i < 200; i++)
                {
                    card.Send("8002000004 11111111");
                }

                worn = card.Image.Wear.ToArray().Max();
                card.Dispose();
            }

            var image = Open(false);
            Assert.That(image.Wear.ToArray().Max(), Is.EqualTo(worn).And.GreaterThan(200u));
            image.Dispose();
            image.Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Refuses(Action<AppletContext> open, string part)
    {
        using var card = new EmulatedCard(new MemoryImage(), Applets(open));
        Assert.That(() => card.Install(Package, Package), Throws.TypeOf<CardMemoryException>().With.Message.Contains(part));
    }

    private static void Refuses<T>(Func<AppletContext, T> open, string part) => Refuses(context => { open(context); }, part);

    private static AppletPackage Applets(params Action<AppletContext>[] open) => new(Package, context =>
    {
        Array.ForEach(open, o => o(context));
        return new Unwilling();
    });

    private sealed class Unwilling : Applet
    {
        public override bool Select() => false;

        public override StatusWord Process(in CommandApdu command, Span<byte> response, out int length)
        {
            length = 0;
            return StatusWord.Success;
        }
    }
}
