using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// The end of a case's term, and what a file holds of what was brought (rules R3, R4, R5, R8): nobody gains by the last moment, and nothing
/// that was heard is lost with a revision.
/// </summary>
[Parallelizable]
public sealed class CaseEndTests
{
    /// <summary>
    /// Mallory overspent at a friend's, twice, and at Kiosk. In the last seconds of the term she brings S_W of the one payment of the
    /// friend's that the file holds, and the other takes its place. The bank, which is away for six days, still learns of that before the
    /// issuer forgets: its claim stands.
    /// </summary>
    [Test, Rule(4), Rule(5)]
    public async Task WhatIsBroughtLastReachesTheBankInARevision()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var second = mallory.Clone();
        string friend = town.AddTill("Den");
        string kiosk = town.AddTill("Kiosk");
        using var key = town.TillKey(friend);
        var expiry = mallory.Coins()[0].Coin.Terms.Expiry.End;
        Until(town, expiry, -TimeSpan.FromHours(2));
        await town.RunCycle();
        var a = town.Pay(friend, mallory, 4500).Payments.Single();
        await town.Settle(friend);
        town.Pay(kiosk, copy, 5000);
        await town.Settle(kiosk);
        town.Clock.Advance(TimeSpan.FromSeconds(1));
        var b = town.Sign(second, friend, 4500);
        await town.LetDaysPass(3);
        await town.Submit(friend, b);
        await town.LetDaysPass(60);
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-4500));
        var shown = new[] { a, b }.First(h => town.UserBank.EvidenceFiles.Single().Dossier.Payments.Any(p => p.Id == h.Id));
        var end = expiry.Plus(town.Options.Terms.DisputedTerm);
        Until(town, end, -TimeSpan.FromSeconds(2));
        Assert.That(RawMessages.UploadVoid(town, shown, key), "two seconds before the end");
        town.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.That(RawMessages.UploadVoid(town, new[] { a, b }.Single(h => h != shown), key), Is.False, "two seconds after it");
        for (int day = 0; day < 6; day++)
        {
            town.Issuer.CloseCycle();
            town.Issuer.Purge();
            town.Clock.Advance(TimeSpan.FromDays(1));
        }

        await town.RunCycle();
        await town.LetDaysPass(40);
        var file = town.UserBank.EvidenceFiles.Single();
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-4500));
        Assert.That(town.Check(file, new Defence([new Rebuttal([VoidStatement.Sign(key, shown)], [], [])], [], ShopIsSilent: true)).Culprit,
            Is.EqualTo(Culprit.User));
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }

    /// <summary>
    /// Alice was acquitted in time: her bank heard S_W five days after its notice, and brought it. The issuer refused it, and accuses her
    /// once more when the bank may take nothing new: what the bank has brought in time counts for ever, and no claim comes of it.
    /// </summary>
    [TestCase(100)]
    [TestCase(181)]
    [TestCase(300)]
    [Rule(5), Rule(8)]
    public async Task AnIssuerThatRefusedAVoidAccusesNobodyLater(int daysAfterExpiry)
    {
        using var town = Towns.Make();
        string den = town.AddTill("Den");
        string kiosk = town.AddTill("Kiosk");
        using var alice = town.User("Alice", 5000);
        var h = town.SignAndVoid(alice, den, 4500);
        await town.Submit(den, h);
        town.Pay(kiosk, alice, 5000);
        await town.Settle(kiosk);
        var refusing = new ChangedAnswer(town.UserBankLink(), MessageType.BankVoid, _ =>
            new Refusal(RefusalReason.OutOfDate, "The terms are over.").ToMessage());
        var bank = town.BankOver("bank-1", refusing);
        (await bank.FetchDossiers(default)).ThrowIfAny();
        var file = bank.EvidenceFiles.Single();
        town.Clock.Advance(TimeSpan.FromDays(5));
        using var key = town.TillKey(den);
        var finding = (await bank.Rebut(file.Dossier.Coin, new Rebuttal([VoidStatement.Sign(key, h)], [], []), default)).OrRefuse();
        Assert.That((finding.IsProven, bank.Notices(file.Order.User).Count), Is.EqualTo((false, 0)));
        Until(town, h.Coin.Terms.Expiry.End, TimeSpan.FromDays(daysAfterExpiry));
        using var statement = town.StatementKey;
        var liar = new ScriptedIssuer([town.Resign(file.Dossier, d => d with { Revision = 2, Date = Timestamp.Now(town.Clock) })]);
        bank = town.BankOver("bank-1", liar);
        (await bank.FetchDossiers(default)).ThrowIfAny();
        Assert.That(bank.Notices(file.Order.User), Is.Empty);
        liar.Instruction = n => ClearingInstruction.Sign(
            statement, town.Issuer.Id, n, bank.Id, TransferKind.ClaimDebit, file.Dossier.Coin.Value, new Amount(4500), Currency.Eur,
            Timestamp.Now(town.Clock));
        (await bank.FetchInstructions(default)).ThrowIfAny();
        Assert.That((bank.Audit.Claims, bank.Parked.Count), Is.EqualTo((0L, 1)));
    }

    /// <summary>
    /// Mallory and a friend have a stolen key of Kiosk's till. One rebuttal holds S_W of six hundred small payments and of Kiosk's; before
    /// the bank has brought them all, the next revision has none of them. What the issuer then says of Kiosk's stands in the file all the
    /// same: its key names nobody.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task WhatWasBroughtIsFiledWhateverTheRevision()
    {
        var suite = new Suite.KeepingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        string den = town.AddTill("Den");
        string kiosk = town.AddTill("Kiosk");
        string bakery = town.AddTill("Bakery");
        using var mallory = town.User("Mallory", 4600);
        using var copy = mallory.Clone();
        var coin = mallory.Coins().Single().Coin;
        using var key = suite.SecretOf(coin.NU);
        var start = Timestamp.Now(town.Clock);
        CashPayment Unsigned(string till, int seq, int micro, ulong x, ulong y) =>
            new(coin, (ushort)seq, new Amount(x), start.Plus(TimeSpan.FromMicroseconds(micro)), town.Till(till).W, new Amount(y), []);
        CashPayment Sign(CashPayment h) => h with { SU = key.Sign(h.Message) };

        // Payment ids sort as the thief likes: these are all brought before Kiosk's.
        var sale = Sign(Enumerable.Range(0, 10_000).Select(i => Unsigned(kiosk, 1, i, 4600, 4000))
            .First(h => h.Id.Value.ToArray()[0] >= 0x80));
        await town.Submit(kiosk, sale);
        var last = sale.Id.Value.ToArray();
        var dust = Enumerable.Range(2, 10_000).Select(i => Unsigned(den, i, i, 1, 1))
            .Where(h => h.Id.Value.ToArray().AsSpan().SequenceCompareTo(last) < 0).Take(600).Select(Sign).ToList();
        var (large, larger) = (Sign(Unsigned(den, 65_001, 65_001, 4600, 4600)), Sign(Unsigned(den, 65_002, 65_002, 4600, 4600)));
        foreach (var batch in dust.Chunk(SettleMessage.MaxPayments))
        {
            await town.Submit(den, batch);
        }

        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Pay(bakery, copy, 4500);
        await town.Settle(bakery);
        town.Clock.Advance(TimeSpan.FromDays(2));
        await town.RunCycle();
        var first = town.UserBank.EvidenceFiles.Single();
        Assert.That(first.Dossier.Payments.Select(p => p.Id), Does.Contain(sale.Id));
        using var denKey = town.TillKey(den);
        using var stolen = town.TillKey(kiosk);
        var shown = new Rebuttal([.. first.Dossier.Payments.Where(p => p.Till == town.Till(den).W)
            .Select(h => VoidStatement.Sign(denKey, h)), VoidStatement.Sign(stolen, sale)], [], []);
        var answer = (await town.UserBank.Handle(LinkPeer.Wallet, new RebutMessage(coin.Id, shown).ToMessage(), default)).As<RebutReply>()!;
        Assert.That(answer.Stamp.Role, Is.EqualTo(StampRole.Bank));
        await town.Submit(den, large, larger);
        for (int i = 0; i < 6; i++)
        {
            await town.RunCycle();
            town.Clock.Advance(TimeSpan.FromHours(1));
        }

        var newest = town.UserBank.EvidenceFiles.Single();
        Assert.That(newest.Dossier.Payments.Select(p => p.Id), Does.Not.Contain(sale.Id));
        Assert.That(newest.Reversals.Select(r => r.Payment), Does.Contain(sale.Id));
        var word = ShopAnswer.Sign(stolen, sale.Id, Timestamp.Now(town.Clock), true, null, null);
        IReadOnlyList<KeyCertificate> keys = [.. newest.Dossier.Header.StatementKeys, .. newest.FiledKeys];
        var finding = town.Check(first, new Defence(
            [shown.With(answer.Stamp, [answer.Certificate])], [word]) { Reversals = [.. newest.Reversals.Select(r => (r, keys))] });
        Assert.That(finding.Culprit, Is.Not.EqualTo(Culprit.Shop), finding.Finding);
    }

    /// <summary>
    /// An issuer signs each reversal of a case under another key. The file stays one that anybody can read, and the bank's cases are shown.
    /// </summary>
    [Test, Rule(8), Rule(10)]
    public async Task ManyKeysSpoilNoFile()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var dust = RawMessages.Dust(mallory, Timestamp.Now(town.Clock), town.Till(cafe).W, 40);
        town.Pay(kiosk, copy, 4980);
        await town.Submit(cafe, [.. dust]);
        await town.Settle(kiosk);
        await town.RunCycle();
        var chosen = town.UserBank.EvidenceFiles.Single().Dossier.Payments.Select(p => p.Id).ToHashSet();
        using var key = town.TillKey(cafe);
        int taken = 0;
        foreach (var h in dust.Where(h => chosen.Contains(h.Id)))
        {
            town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
            town.Clock.Advance(TimeSpan.FromMinutes(2));
            taken += RawMessages.UploadVoid(town, h, key) ? 1 : 0;

            // The issuer keeps the next revision to itself.
            try
            {
                var deaf = town.BankOver("bank-1", new Broken(town.UserBankLink(), m => m.Type == MessageType.Dossiers));
                (await deaf.Run(default)).ThrowIfAny();
            }
            catch (LinkException)
            {
            }
        }

        Assert.That(taken, Is.GreaterThan(DossierHeader.MaxKeys));
        var file = Evidence.Decode(town.UserBank.EvidenceFiles.Single().Encode())!;
        Assert.That((file.FiledKeys.Count, file.Reversals.Count), Is.EqualTo((DossierHeader.MaxKeys, DossierHeader.MaxKeys)));
        Assert.That(town.UserBank.Cases, Has.Count.EqualTo(1));
    }

    private static void Until(SimulatedTown town, Timestamp moment, TimeSpan and) =>
        town.Clock.Advance(TimeSpan.FromMicroseconds((long)moment.Microseconds - (long)Timestamp.Now(town.Clock).Microseconds) + and);
}
