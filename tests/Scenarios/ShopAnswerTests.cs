using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Cheating;
using HierCash.Simulation;

namespace HierCash.Tests.Scenarios;

/// <summary>Rules R3, R5: no old answer, no old file and no stolen key name a shop that made good what it took back.</summary>
[Parallelizable]
public sealed class ShopAnswerTests
{
    /// <summary>
    /// Mallory overspends, and asks the cafe about her payment before anybody took it back. Then she has it refunded by the book, and shows
    /// S_W, the old answer and the old file: nothing of it is forged, and nobody is named.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task AnOldAnswerNamesNoShop()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        var (cafe, h, time, file) = await Overspend(town, mallory);
        var old = Again(town.Till(cafe).Answer(h.Id.ToString()).OrRefuse());
        Assert.That((old.IsTakenBack, old.Reversal), Is.EqualTo((false, (Reversal?)null)));
        town.Clock.Advance(TimeSpan.FromDays(1));
        await town.Till(cafe).Refund(time, mallory.Card, town.TillLink(cafe), default).OrRefuse();
        var shown = (await town.Wallet.Rebut(mallory.Card, mallory.Pin, default)).Single().Rebuttal;
        Assert.That(shown.Stamps.Any(s => s.Role == StampRole.Bank && s.Date > old.Date));
        var finding = town.Check(file, new Defence([shown], [old]));
        Assert.That(finding.Culprit, Is.EqualTo(Culprit.ShopToAnswer), finding.Finding);
        var fresh = Again(town.Till(cafe).Answer(h.Id.ToString()).OrRefuse());
        Assert.That(fresh.IsTakenBack);
        Assert.That(town.Check(file, new Defence([shown], [old, fresh])).Culprit, Is.EqualTo(Culprit.Nobody),
            "with the reversal it was made good");
        Assert.That(town.Check(file, new Defence([shown], [fresh], ShopIsSilent: true)).Culprit, Is.EqualTo(Culprit.Nobody));
    }

    /// <summary>
    /// A thief has the key of the cafe's till, and signs S_W with it. The till, which knows of none, says so after the bank saw it: that
    /// names nobody. What the thief signs is dated before the bank's stamp, or after the key was revoked: neither is the shop's word.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task AStolenKeyDoesNotAnswerForItsShop()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        var (cafe, h, _, file) = await Overspend(town, mallory);
        using var stolen = town.TillKey(cafe);
        var before = ShopAnswer.Sign(stolen, h.Id, Timestamp.Now(town.Clock), true, null, null);
        town.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That(RawMessages.Void(mallory, h, stolen));
        var shown = (await town.Wallet.Rebut(mallory.Card, mallory.Pin, default)).Single().Rebuttal;
        EvidenceFinding Asked(params ShopAnswer[] answers) => town.Check(file, new Defence([shown], answers));
        Assert.That(Asked(before).Culprit, Is.EqualTo(Culprit.ShopToAnswer), "dated before the bank saw S_W");
        var honest = town.Till(cafe).Answer(h.Id.ToString()).OrRefuse();
        Assert.That(honest.Date, Is.GreaterThanOrEqualTo(shown.Stamps.Single(s => s.Role == StampRole.Bank).Date));
        var denied = Asked(honest);
        Assert.That((denied.Culprit, denied.Finding.Contains($"Refund payment {h.Id} there", StringComparison.Ordinal)),
            Is.EqualTo((Culprit.Nobody, true)), denied.Finding);
        Assert.That(town.Check(file, new Defence([shown], [honest], ShopIsSilent: true)).Culprit, Is.EqualTo(Culprit.Nobody),
            "it has answered: it took nothing back, it says");
        var early = Timestamp.Now(town.Clock);
        town.Clock.Advance(TimeSpan.FromHours(1));
        var revoked = Timestamp.Now(town.Clock);
        town.Clock.Advance(TimeSpan.FromHours(1));
        var after = ShopAnswer.Sign(stolen, h.Id, Timestamp.Now(town.Clock), true, null, null);
        Defence Known(Timestamp since, bool silent, params ShopAnswer[] answers) =>
            new([shown], answers, silent) { Revoked = new Dictionary<TillId, Timestamp> { [h.Till] = since } };
        Assert.That(town.Check(file, Known(revoked, false, after)).Culprit, Is.EqualTo(Culprit.ShopToAnswer),
            "signed with a key that was revoked by then");
        var backdated = ShopAnswer.Sign(stolen, h.Id, early, true, null, null);
        Assert.That(Asked(backdated).Culprit, Is.EqualTo(Culprit.Shop), "where nobody knows of the revocation");
        Assert.That(town.Check(file, Known(revoked, false, backdated)).Culprit, Is.EqualTo(Culprit.ShopToAnswer),
            "the thief has written a date of before the revocation");
        var late = town.Check(file, Known(file.Date, true, after));
        Assert.That((late.Culprit, late.Finding.Contains($"revoked on {file.Date}", StringComparison.Ordinal)),
            Is.EqualTo((Culprit.Nobody, true)), "S_W was first shown after the revocation");

        // What is not known to be revoked is the shop's own word, and the verdict says from when: a printed limit.
        var limit = Asked(after);
        Assert.That((limit.Culprit, limit.Finding.Contains($"says so itself on {after.Date}", StringComparison.Ordinal)),
            Is.EqualTo((Culprit.Shop, true)), limit.Finding);
        var silent = town.Check(file, new Defence([shown], [], ShopIsSilent: true));
        Assert.That((silent.Culprit, silent.Finding.Contains("whoever judges here says", StringComparison.Ordinal)),
            Is.EqualTo((Culprit.Shop, true)), silent.Finding);
    }

    /// <summary>
    /// The thief shows the file from before the reversal, or cuts the reversals off. The bank that saw S_W had it taken back: whoever has
    /// its newest file, or another answer of the till, clears the shop.
    /// </summary>
    [Test, Rule(3)]
    public async Task TheIssuersReversalClearsAShopWhoeverBringsIt()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        var (cafe, h, time, file) = await Overspend(town, mallory);
        using var stolen = town.TillKey(cafe);
        Assert.That(RawMessages.Void(mallory, h, stolen));
        var shown = (await town.Wallet.Rebut(mallory.Card, mallory.Pin, default)).Single().Rebuttal;
        await town.RunCycle();
        var answer = ShopAnswer.Sign(stolen, h.Id, Timestamp.Now(town.Clock), true, null, null);
        var newest = Evidence.Decode(town.UserBank.EvidenceFiles.Single().Encode())!;
        Assert.That(newest.Reversals, Has.Count.EqualTo(1));
        var stripped = Evidence.Decode((newest with { Reversals = [], FiledKeys = [] }).Encode())!;
        IReadOnlyList<KeyCertificate> keys = [.. newest.Dossier.Header.StatementKeys, .. newest.FiledKeys];
        foreach (var old in new[] { file, stripped })
        {
            foreach (bool silent in new[] { false, true })
            {
                var cleared = town.Check(old, new Defence([shown], [answer], silent) { Reversals = [(newest.Reversals[0], keys)] });
                Assert.That(cleared.Culprit, Is.EqualTo(Culprit.Nobody), cleared.Finding);
            }

            Assert.That(town.Check(old, new Defence([shown], [answer]) { Reversals = [(newest.Reversals[0], [newest.BankKey])] }).Culprit,
                Is.EqualTo(Culprit.Shop), "under no key of the issuer");
        }

        // The shop itself asks the issuer, which answers with the reversal that it made then.
        await town.Till(cafe).Refund(time, null, town.TillLink(cafe), default).OrRefuse();
        Assert.That(town.Check(file, new Defence([shown], [answer, town.Till(cafe).Answer(h.Id.ToString()).OrRefuse()])).Culprit,
            Is.EqualTo(Culprit.Nobody));
    }

    /// <summary>A coin of 50.00 and its copy pay 30.00 at the cafe and 30.00 at the kiosk; the bank has the file.</summary>
    private static async Task<(string Cafe, CashPayment H, Timestamp Time, Evidence File)> Overspend(SimulatedTown town, TownCard mallory)
    {
        using var copy = mallory.Clone();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        var paid = town.Pay(cafe, mallory, 3000);
        town.Pay(kiosk, copy, 3000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        await town.RunCycle();
        return (cafe, paid.Payments.Single(), paid.Sale.Time, Evidence.Decode(town.UserBank.EvidenceFiles.Single().Encode())!);
    }

    private static ShopAnswer Again(ShopAnswer answer) => ShopAnswer.Decode(answer.Encode())!;
}
