namespace HierCash.Tests.Scenarios;

/// <summary>
/// What names a shop (rules R3, R5), one condition at a time: each payment for itself, and only a stamp that the file's own bank gave over
/// what was shown.
/// </summary>
[Parallelizable]
public sealed class NamedShopTests
{
    /// <summary>
    /// Two shops settled what they had taken back, and both are silent. One S_W was shown in time, the other with a stolen key after the
    /// term: the first shop is named, the second is not, whichever payment stands first in the file.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task OfTwoSilentShopsTheOneThatWasShownInTimeIsNamed([Values] bool isTheLarger)
    {
        using var town = Towns.Make();
        using var copied = await CopiedCard.Spend(town, ("Cafe", 4500), ("Den", 4000), ("Kiosk", 4200));
        var (a, b) = (copied.Paid[0].Payments.Single(), copied.Paid[1].Payments.Single());
        await town.RunCycle();
        var file = town.UserBank.EvidenceFiles.Single();
        using var cafe = town.TillKey(copied.Tills[0]);
        using var den = town.TillKey(copied.Tills[1]);
        using var bank = town.BankKey("bank-1");
        var (guilty, other) = isTheLarger ? (a, b) : (b, a);
        var (inTime, late) = isTheLarger ? (Shown(cafe, a), Shown(den, b)) : (Shown(den, b), Shown(cafe, a));
        inTime = inTime.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, inTime.Digest, file.Date), []);
        var finding = town.Check(file, new Defence([inTime, late], [], ShopIsSilent: true));
        Assert.That(finding.Culprit, Is.EqualTo(Culprit.Shop), finding.Finding);
        Assert.That(finding.Finding, Does.Contain(guilty.Till.ToString()).And.Not.Contain(other.Till.ToString()));

        // The other shop has answered, of its own payment. The one that is to be named was not asked by that: nobody is named yet.
        var answer = ShopAnswer.Sign(isTheLarger ? den : cafe, other.Id, file.Date, true, null, null);
        var open = town.Check(file, new Defence([inTime, late], [answer]));
        Assert.That((open.Culprit, open.Finding.Contains(guilty.Id.ToString(), StringComparison.Ordinal)),
            Is.EqualTo((Culprit.ShopToAnswer, true)), open.Finding);
    }

    /// <summary>
    /// A stamp that nobody signed, that another bank gave, or that is over another rebuttal, says nothing of when the file's bank saw this
    /// one.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task AStampThatTheFilesBankDidNotGiveNamesNoShop(
        [Values("signature", "bank", "digest", "witness", "former", "good")] string lie)
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var (file, rebuttal, _) = await BlameTests.SettledAllTheSame(town, alice, town.AddTill("Cafe"));
        using var bank = town.BankKey("bank-1");
        using var other = town.BankKey("bank-2");
        using var strange = town.Options.Suite.GenerateKey();
        using var root = town.RootKey;
        KeyCertificate Certify(PartyId holder, ISigningKey key, Timestamp since) =>
            KeyCertificate.Issue(root, KeyUsage.Bank, holder, since, file.Notice.Until.Plus(TimeSpan.FromDays(3650)), key.PublicKey);
        Assert.That(file.BankKey.NotBefore, Is.GreaterThan(default(Timestamp)), "there was a key before it");
        var certificate = lie == "former" ? Certify(file.BankKey.Holder, strange, default)
            : Certify(town.ShopBank.Id, other, file.BankKey.NotBefore);
        var stamp = lie switch
        {
            "signature" or "former" => Stamp.Sign(strange, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, file.Date),
            "bank" => Stamp.Sign(other, town.ShopBank.Id, StampRole.Bank, rebuttal.Digest, file.Date),
            "digest" => Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, Digest.Of("another rebuttal"u8), file.Date),
            "witness" => Stamp.Sign(bank, file.BankKey.Holder, StampRole.Witness, rebuttal.Digest, file.Date),
            _ => Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, file.Date),
        };
        var shown = rebuttal.With(stamp, [certificate]);
        Assert.That(file.Beside(shown).IsStampedBefore(town.Options.Suite, town.Scheme.Root, file.Notice.Until),
            Is.EqualTo(lie is "bank" or "witness" or "former" or "good"), "for the accused it is a true one");
        var finding = town.Check(file, new Defence([shown], [], ShopIsSilent: true));
        Assert.That(finding.Culprit, Is.EqualTo(lie == "good" ? Culprit.Shop : Culprit.Nobody), finding.Finding);
        shown = shown with { Certificates = [.. shown.Certificates, KeyCertificate.Decode(file.BankKey.Encode())!] };
        var revoked = town.Check(file, new Defence([shown], [], ShopIsSilent: true) { RevokedBankKeys = [file.BankKey.Key.Id] });
        Assert.That(revoked.Culprit, Is.EqualTo(Culprit.Nobody), "whoever has the bank's former key dates its stamps as they like");
        var next = KeyCertificate.Issue(root, KeyUsage.Bank, file.BankKey.Holder, file.Date,
            file.Notice.Until.Plus(TimeSpan.FromDays(3650)), strange.PublicKey);
        var later = rebuttal.With(Stamp.Sign(strange, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, file.Date), [next]);
        Assert.That(town.Check(file, new Defence([later], [], ShopIsSilent: true) { RevokedBankKeys = [file.BankKey.Key.Id] }).Culprit,
            Is.EqualTo(Culprit.Shop), "its next one is its own");
        Assert.That(
            town.Check(file, new Defence([later], [], ShopIsSilent: true) { RevokedBankKeys = [file.BankKey.Key.Id, strange.PublicKey.Id] })
                .Culprit, Is.EqualTo(Culprit.Nobody),
            "until that is revoked too");
    }

    /// <summary>
    /// A wallet or a bank had the payment taken back: the issuer gave the reversal to whoever asked, and the shop has none to show. The
    /// issuer's word that the payment is "voided" clears the shop, though S_W that was shown in time lies beside it.
    /// </summary>
    [Test, Rule(3)]
    public async Task TheIssuersWordThatItWasTakenBackClearsTheShopBesideSW([Values] bool isOneFile)
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        string till = town.AddTill("Cafe");
        var (file, rebuttal, h) = await BlameTests.SettledAllTheSame(town, alice, till);
        using var bank = town.BankKey("bank-1");
        using var key = town.TillKey(till);
        var answer = ShopAnswer.Sign(key, h.Id, file.Date, true, null, null);
        Rebuttal Stamped(Rebuttal shown) => shown.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, shown.Digest, file.Date), []);
        EvidenceFinding Judge(DeathBasis basis, Timestamp date)
        {
            var dead = town.Dead(h, basis, date);
            return town.Check(file, new Defence(
                isOneFile ? [Stamped(dead with { Voids = rebuttal.Voids })] : [Stamped(rebuttal), dead], [answer], ShopIsSilent: true));
        }

        var after = file.Date.Plus(TimeSpan.FromDays(1));
        var cleared = Judge(DeathBasis.Voided, after);
        Assert.That((cleared.IsProven, cleared.Culprit), Is.EqualTo((false, Culprit.Nobody)), cleared.Finding);
        Assert.That(cleared.Finding, Does.Contain("the issuer made it good"));
        Assert.That(Judge(DeathBasis.TermOver, after).Culprit, Is.EqualTo(Culprit.Shop), "that says of no reversal");
        Assert.That(Judge(DeathBasis.Voided, new Timestamp(file.Dossier.Header.Date.Microseconds - 1)).Culprit, Is.EqualTo(Culprit.Shop),
            "nor does one of before the dossier");
    }

    /// <summary>
    /// A denial keeps a shop from being named if it is the till's own word about that payment, and no word of a revoked key.
    /// </summary>
    [Test, Rule(3)]
    public async Task WhoDeniesHasToBeTheTill([Values("stranger", "other payment", "revoked", "good")] string lie)
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        string cafe = town.AddTill("Cafe");
        var (file, rebuttal, h) = await BlameTests.SettledAllTheSame(town, alice, cafe);
        using var bank = town.BankKey("bank-1");
        using var till = town.TillKey(cafe);
        using var strange = town.Options.Suite.GenerateKey();
        var shown = rebuttal.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, rebuttal.Digest, file.Date), []);
        var about = lie == "other payment" ? file.Dossier.Payments.First(p => p.Id != h.Id).Id : h.Id;
        var denial = ShopAnswer.Sign(lie == "stranger" ? strange : till, about, file.Date.Plus(TimeSpan.FromHours(2)), false, null, null);
        var revoked = new Dictionary<TillId, Timestamp> { [h.Till] = file.Date.Plus(TimeSpan.FromHours(1)) };
        var finding = town.Check(file, new Defence([shown], [denial], ShopIsSilent: true) { Revoked = lie == "revoked" ? revoked : [] });
        Assert.That(finding.Culprit, Is.EqualTo(lie == "good" ? Culprit.Nobody : Culprit.Shop), finding.Finding);

        // Not shown in time, and nobody's word that it was asked: a revoked key's answer is none.
        var open = town.Check(file, new Defence([rebuttal], [denial]) { Revoked = lie == "revoked" ? revoked : [] });
        Assert.That(open.Culprit, Is.EqualTo(lie == "good" ? Culprit.Nobody : Culprit.ShopToAnswer), open.Finding);
    }

    /// <summary>Who shows S_W a second time lifts nothing of what the shop has said since the first.</summary>
    [Test, Rule(3)]
    public async Task TheFirstHearingCounts()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        string cafe = town.AddTill("Cafe");
        var (file, rebuttal, h) = await BlameTests.SettledAllTheSame(town, alice, cafe);
        using var bank = town.BankKey("bank-1");
        using var till = town.TillKey(cafe);
        Rebuttal At(Rebuttal r, int hours) =>
            r.With(Stamp.Sign(bank, file.BankKey.Holder, StampRole.Bank, r.Digest, file.Date.Plus(TimeSpan.FromHours(hours))), []);
        var again = rebuttal with { Voids = [.. rebuttal.Voids, .. rebuttal.Voids] };
        var answer = ShopAnswer.Sign(till, h.Id, file.Date.Plus(TimeSpan.FromHours(2)), true, null, null);
        Assert.That(town.Check(file, new Defence([At(rebuttal, 1), At(again, 3)], [answer])).Culprit, Is.EqualTo(Culprit.Shop));
    }

    private static Rebuttal Shown(ISigningKey key, CashPayment h) =>
        new([VoidStatement.Of(h, key.PublicKey.Bytes.ToArray(), key.Sign(SignedMessage.Void(h.Id, h.Till)))], [], []);
}
