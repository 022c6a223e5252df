using HierCash.Card.Runtime;

namespace HierCash.Tests.Runtime;

/// <summary>A thief who cuts the power of a PIN check (rule R11: counters are torn-proof).</summary>
[Parallelizable]
public sealed class PinTearTests
{
    private const string Select = "00A4040006F000000001A1";
    private static readonly Aid Instance = Aid.Parse("F000000001A1");

    /// <summary>
    /// The try goes before the comparison, so a cut at the first write tells nobody whether the PIN was right: with the right one the try
    /// is gone until the last write, and with the last try the PIN is blocked.
    /// </summary>
    [Test, Rule(11)]
    public void TheTryIsGoneBeforeTheComparison([Values] TornCell torn, [Values(0, 2)] int wrongBefore)
    {
        using var made = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        made.Install(TestApplet.PackageAid, Instance);
        made.Send(Select);
        for (int i = 0; i < wrongBefore; i++)
        {
            made.Send("8007000004 00000000");
        }

        int left = 3 - wrongBefore;
        foreach (int cut in new[] { 2, 3 })
        {
            using var card = new EmulatedCard(made.Image.Copy(), TestApplet.Package);
            card.Send(Select);
            card.CutPowerAfter(cut, cut == 2 ? torn : TornCell.Old);
            Assert.That(TrySend(card, "8007000004 01020304"), Is.False, $"cut {cut}: two writes take the try, two give it back");
            card.Reset();
            card.Send(Select);
            Assert.That(card.Send("8009000002"), Is.EqualTo($"{left - 1:X2}009000"), $"cut {cut}");
            Assert.That(card.Send("8007000004 01020304"), Is.EqualTo(left == 1 ? "63C0" : "9000"));
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
