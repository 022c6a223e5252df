using HierCash.Card.Runtime;

namespace HierCash.Tests.Runtime;

[Parallelizable]
public sealed class CardImageTests
{
    private static readonly Aid First = Aid.Parse("F000000001A1");
    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "test.card");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(true)]
    [TestCase(false)]
    public void StateSurvivesTheProgram(bool power)
    {
        using (var card = NewCard(power))
        {
            card.Send("8002000004 11111111");
        }

        using var again = Open(power);
        Assert.That(again.Send("8005000404"), Is.EqualTo("111111119000"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void AnImageIsLocked(bool power)
    {
        using var card = NewCard(power);
        Assert.That(() => PowerImage.Open(FilePath), Throws.TypeOf<CardImageException>().With.Message.Contains("in use"));
        Assert.That(() => ProcessImage.Open(FilePath), Throws.TypeOf<CardImageException>().With.Message.Contains("in use"));
    }

    /// <summary>The card answered, the host lost power before anything else reached the disk: the redo record is enough.</summary>
    [Test]
    public void WhatWasAnsweredIsOnDisk()
    {
        using var card = NewCard(power: true);
        card.Send("8002000004 11111111");
        byte[] file = ReadShared(FilePath);
        byte[] witness = ReadShared(FilePath + ".witness");
        card.Send("8002000004 22222222");

        // The cells as they were before everything, the records as they were after the first write.
        string copy = Path.Combine(_folder, "copy.card");
        PrivateFile.Write(copy, file);
        PrivateFile.Write(copy + ".witness", witness);
        using var restored = new EmulatedCard(PowerImage.Open(copy), TestApplet.Package);
        restored.Send("00A4040006F000000001A1");
        Assert.That(restored.Send("8005000404"), Is.EqualTo("111111119000"));
        Assert.That(restored.Image.IsRestored, Is.False);
    }

    /// <summary>
    /// The disk fails once, at any of the lines of a command. Nothing more is written through that card, and the next opening has it as it
    /// was before or after.
    /// </summary>
    [Test]
    public void AWriteThatFailsLosesNoCard()
    {
        for (int fails = 0; ; fails++)
        {
            File.Delete(FilePath);
            int written = 0, at = fails;
            bool failed = false;
            using (var card = NewCard(power: true))
            {
                card.Send("8002000004 11111111");
                ((PowerImage)card.Image).WritingLine = () =>
                {
                    if (written++ == at)
                    {
                        failed = true;
                        throw new IOException("No space left on device");
                    }
                };
                try
                {
                    card.Send("8002000004 22222222");
                }
                catch (CardChannelException)
                {
                    Assert.That(failed);
                    Assert.That(() => card.Send("8002000004 33333333"), Throws.InstanceOf<CardChannelException>(),
                        "what the card holds is not what is on disk");
                }
            }

            using var again = Open(power: true);
            Assert.That(again.Send("8005000404"), Is.EqualTo("222222229000"), $"line {fails}: its record was whole");
            if (!failed)
            {
                Assert.That(fails, Is.GreaterThan(1), "a command writes more lines than one");
                return;
            }
        }
    }

    /// <summary>A full disk finds no place in an image that is not there yet.</summary>
    [Test]
    public void AnImageHasItsRoomFromTheStart()
    {
        NewCard(power: true).Dispose();
        using var du = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("du", ["--block-size=1", FilePath]) { RedirectStandardOutput = true })!;
        long allocated = long.Parse(du.StandardOutput.ReadToEnd().Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(allocated, Is.GreaterThanOrEqualTo(new FileInfo(FilePath).Length));
    }

    /// <summary>A redo record that was cut anywhere leaves the state before it.</summary>
    [Test]
    public void ATornRedoRecordLeavesTheStateBefore()
    {
        byte[] before, after;
        using (var card = NewCard(power: true))
        {
            card.Send("8002000004 11111111");
            before = ReadShared(FilePath);
            card.Send("8002000004 22222222");
            after = ReadShared(FilePath);
        }

        var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).ToList();
        int record = changed.First(i => i >= 64 + CardImage.DefaultSize);
        var torn = (byte[])before.Clone();
        foreach (int at in changed.Where(i => i >= record && i < record + 30))
        {
            torn[at] = after[at];
        }

        string copy = Path.Combine(_folder, "copy.card");
        PrivateFile.Write(copy, torn);
        using var restored = new EmulatedCard(PowerImage.Open(copy), TestApplet.Package);
        restored.Send("00A4040006F000000001A1");
        Assert.That(restored.Send("8005000404"), Is.EqualTo("111111119000"));
    }

    /// <summary>An image that is named by a link is the card itself, and no restored copy of it.</summary>
    [Test, Hole(24)]
    public void ALinkToAnImageIsTheCard()
    {
        NewCard(power: true).Dispose();
        string link = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName, "linked.card");
        File.CreateSymbolicLink(link, FilePath);
        using (var linked = PowerImage.Open(link))
        {
            Assert.That(linked.IsRestored, Is.False);
        }

        Assert.That(File.Exists(link + ".witness"), Is.False);
        using var same = Open(power: true);
        Assert.That(same.Image.IsRestored, Is.False);
    }

    [Test, Hole(24)]
    public void ARestoredBackupIsKnownAsOne()
    {
        byte[] backup;
        using (var card = NewCard(power: true))
        {
            card.Send("8002000004 11111111");
            backup = ReadShared(FilePath);
            card.Send("8002000004 22222222");
        }

        using (var same = Open(power: true))
        {
            Assert.That(same.Image.IsRestored, Is.False, "the image itself is no copy");
        }

        File.WriteAllBytes(FilePath, backup);
        using (var restored = Open(power: true))
        {
            Assert.That(restored.Image.IsRestored);
        }

        File.Delete(FilePath + ".witness");
        using var alone = Open(power: true);
        Assert.That(alone.Image.IsRestored, "a copy without its witness may be older than the card");
    }

    [Test]
    public void OpeningForTheProcessKeepsWhatPowerWrote()
    {
        using (var card = NewCard(power: true))
        {
            card.Send("8002000004 11111111");
        }

        using (var card = Open(power: false))
        {
            Assert.That(card.Send("8005000404"), Is.EqualTo("111111119000"));
            card.Send("8002000004 33333333");
        }

        using var again = Open(power: true);
        Assert.That(again.Send("8005000404"), Is.EqualTo("333333339000"), "no old record undid it");
    }

    public static IEnumerable<TestCaseData> Corruptions =>
    [
        new TestCaseData((Func<byte[], byte[]>)(f => f[..100]), "cut short").SetArgDisplayNames("cut off"),
        new TestCaseData((Func<byte[], byte[]>)(f => [.. f, 0]), "written over").SetArgDisplayNames("longer"),
        new TestCaseData((Func<byte[], byte[]>)(_ => []), "not a card image").SetArgDisplayNames("empty"),
        new TestCaseData((Func<byte[], byte[]>)(f => Flip(f, 0)), "not a card image").SetArgDisplayNames("magic"),
        new TestCaseData((Func<byte[], byte[]>)(f => Flip(f, 14)), "header").SetArgDisplayNames("header"),
        new TestCaseData((Func<byte[], byte[]>)(f => Flip(f, 64 + 5000)), "damaged").SetArgDisplayNames("a cell"),
        new TestCaseData((Func<byte[], byte[]>)(f => Flip(f, 64 + CardImage.DefaultSize - 1)), "damaged")
            .SetArgDisplayNames("the last cell"),
    ];

    [TestCaseSource(nameof(Corruptions))]
    public void ADamagedImageIsRefusedWithASentence(Func<byte[], byte[]> corrupt, string part)
    {
        NewCard(power: true).Dispose();
        var damaged = corrupt(File.ReadAllBytes(FilePath));
        File.WriteAllBytes(FilePath, damaged);
        Assert.That(() => PowerImage.Open(FilePath),
            Throws.TypeOf<CardImageException>().With.Message.Contains(part).And.Message.EndsWith("."));
        Assert.That(File.ReadAllBytes(FilePath), Is.EqualTo(damaged), "nothing was changed");
    }

    [Test]
    public void AMissingImageAndATakenNameAreRefusedWithASentence()
    {
        Assert.That(() => PowerImage.Open(FilePath), Throws.TypeOf<CardImageException>().With.Message.Contains("no card image"));
        NewCard(power: true).Dispose();
        Assert.That(() => PowerImage.Create(FilePath), Throws.TypeOf<CardImageException>().With.Message.Contains("there already"));
    }

    private static byte[] Flip(byte[] file, int at)
    {
        file[at] ^= 0x10;
        return file;
    }

    private EmulatedCard NewCard(bool power)
    {
        CardImage image = power ? PowerImage.Create(FilePath) : ProcessImage.Create(FilePath);
        var card = new EmulatedCard(image, TestApplet.Package);
        card.Install(TestApplet.PackageAid, First);
        card.Send("00A4040006F000000001A1");
        return card;
    }

    private EmulatedCard Open(bool power)
    {
        CardImage image = power ? PowerImage.Open(FilePath) : ProcessImage.Open(FilePath);
        var card = new EmulatedCard(image, TestApplet.Package);
        card.Send("00A4040006F000000001A1");
        return card;
    }

    /// <summary>Reads past the lock, as a backup program would.</summary>
    private static byte[] ReadShared(string path)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true })!;
        using var content = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(content);
        process.WaitForExit();
        return content.ToArray();
    }
}
