using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// An issuer that keeps a dossier to itself until nothing counts for money that its bank's holder could show, with a shop that settles what
/// it took back (rule R5): nobody is claimed from who cannot answer.
/// </summary>
[Parallelizable]
public sealed class LateNoticeTests
{
    /// <summary>
    /// The first dossier of the coin comes so late. Alice answers on the first day of her term; before the end and after it nothing is
    /// claimed.
    /// </summary>
    [TestCase(150, true)]
    [TestCase(174, true)]
    [TestCase(300, true)]
    [TestCase(100, false)]
    [Rule(5)]
    public async Task NobodyIsClaimedFromOnANoticeThatCannotBeAnswered(int daysAfterExpiry, bool isLate)
    {
        using var town = Towns.Make();
        (string den, string kiosk) = (town.AddTill("Den"), town.AddTill("Kiosk"));
        using var alice = town.User("Alice", 5000);
        var h = town.SignAndVoid(alice, den, 4500);
        await town.Submit(den, h);
        town.Pay(kiosk, alice, 5000);
        await town.Settle(kiosk);
        var kept = await NextDossier(town);
        Wait(town, h.Coin, daysAfterExpiry);
        var issuer = new ScriptedIssuer([town.Resign(kept, d => d with { Date = Timestamp.Now(town.Clock) })]);
        var bank = town.BankOver("bank-1", issuer);
        (await bank.FetchDossiers(default)).ThrowIfAny();
        var file = bank.EvidenceFiles.Single();
        if (isLate)
        {
            using var key = town.TillKey(den);
            town.Clock.Advance(TimeSpan.FromHours(1));
            var finding = (await bank.Rebut(file.Dossier.Coin, new Rebuttal([VoidStatement.Sign(key, h)], [], []), default)).OrRefuse();
            Assert.That(finding.IsProven, Is.False, "for blame it counts whenever it comes");
        }

        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromDays(1));
        await Claim(town, bank, issuer, kept);
        Assert.That((bank.Audit.Claims, bank.Parked.Count), Is.EqualTo(isLate ? (0L, 1) : (-4500L, 0)),
            "where it could be answered in time, and was not, it is booked");
    }

    /// <summary>
    /// She was accused in time, and answered all of it: the case fell. The revision in which another payment of that shop's takes the place
    /// of what she struck out comes when nothing counts any more: her former notice allows nothing of it.
    /// </summary>
    [TestCase(100)]
    [TestCase(181)]
    [TestCase(300)]
    [Rule(5)]
    public async Task WhoWasAcquittedIsNotClaimedFromForWhatComesLater(int daysAfterExpiry)
    {
        using var town = Towns.Make();
        (string den, string kiosk) = (town.AddTill("Den"), town.AddTill("Kiosk"));
        using var alice = town.User("Alice", 5000);
        var dens = new List<CashPayment>();
        foreach (ulong y in new ulong[] { 4500, 4400, 4300 })
        {
            dens.Add(town.SignAndVoid(alice, den, y));
            town.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await town.Submit(den, dens[0]);
        town.Clock.Advance(TimeSpan.FromHours(25));
        town.Pay(kiosk, alice, 5000);
        await town.Submit(den, dens[1], dens[2]);
        await town.Settle(kiosk);
        (await town.UserBank.FetchDossiers(default)).ThrowIfAny();
        var file = town.UserBank.EvidenceFiles.Single();
        town.Clock.Advance(TimeSpan.FromDays(5));
        using var key = town.TillKey(den);
        var keeps = new Broken(town.UserBankLink(), m => m.Type == MessageType.Dossiers);
        var finding = (await town.BankOver("bank-1", keeps)
            .Rebut(file.Dossier.Coin, new Rebuttal([.. dens.Select(d => VoidStatement.Sign(key, d))], [], []), default)).OrRefuse();
        Assert.That(finding.IsProven, Is.False);
        var kept = await NextDossier(town);
        Assert.That(kept.Payments.Any(p => p.Id == dens[2].Id), "another one takes the place");
        Wait(town, dens[0].Coin, daysAfterExpiry);
        var issuer = new ScriptedIssuer([town.Resign(kept, d => d with { Date = Timestamp.Now(town.Clock) })]);
        var bank = town.BankOver("bank-1", issuer);
        (await bank.FetchDossiers(default)).ThrowIfAny();
        await Claim(town, bank, issuer, kept);
        Assert.That((bank.Audit.Claims, bank.Parked.Count), Is.EqualTo((0L, 1)));
    }

    /// <summary>
    /// A bank was away from its issuer until its notice could not be answered in time any more. It was stopped for that long; it books
    /// nothing, obeying the rule, and its holders get cash again. One that came in time books, and the shop is paid.
    /// </summary>
    [TestCase(150, 0)]
    [TestCase(100, 4000)]
    [Rule(5), Rule(8)]
    public async Task ABankThatCameTooLateIsNotStoppedForWhatItMayNotBook(int daysAfterExpiry, int paid)
    {
        using var town = Towns.Make();
        (string cafe, string kiosk) = (town.AddTill("Cafe"), town.AddTill("Kiosk"));
        using var alice = town.User("Alice", 100);
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var coin = mallory.Coins().Single().Coin;
        town.Pay(cafe, mallory, 5000);
        town.Pay(kiosk, copy, 4000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        for (var end = coin.Terms.Expiry.End.Plus(TimeSpan.FromDays(daysAfterExpiry)); Timestamp.Now(town.Clock) < end; town.Clock.Advance(
            TimeSpan.FromDays(5)))
        {
            town.Issuer.CloseCycle();
        }

        Assert.That(town.Rows("issuer")["arrears"], Is.GreaterThan(0), "it owes, and does not come");
        await town.LetDaysPass(75);
        Assert.That((town.Rows("issuer")["arrears"], (int)town.ShopAccount("Kiosk").Minor), Is.EqualTo((0L, paid)));
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(Wallet.WithdrawalOutcome.Issued));
    }

    /// <summary>
    /// A holder hid another X in E_I than the order says, which only the issuer can see, and the issuer let it pass. The bank signs no file
    /// about that: whoever checks it would name the bank.
    /// </summary>
    [Test, Rule(9), Hole(16)]
    public async Task ABankSignsNoFileAboutWhatWasNotOrdered()
    {
        var suite = new Suite.KeepingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        var model = await town.Overspend();
        string den = town.AddTill("Den");
        using var tillKey = town.TillKey(den);
        using var account = suite.SecretOf(model.AccountKey.Compress());
        using var secret = suite.GenerateKey();
        using var coinKey = town.CoinKey;
        using var statement = town.StatementKey;
        var encryption = model.Dossier.Header.EncryptionKey.Key;
        var m = CoinRequest.Create(secret, encryption.Id, new byte[32], new Amount(100), Currency.Eur, 0);
        var now = Timestamp.Now(town.Clock);
        var unsigned = new WithdrawalOrder(model.Order.User, model.Order.Bank, new Amount(5000), Currency.Eur, encryption.Id,
            m.Encipher(suite, encryption), model.Order.Number + 1, now, []);
        var passes = new ChangedAnswer(
            town.UserBankLink(), MessageType.Issue, _ => new IssueReply(new(new byte[CashAnswer.EncipheredSize], null)).ToMessage());
        await town.BankOver("bank-1", passes).Handle(
            LinkPeer.Wallet, new WithdrawMessage(unsigned with { Signature = account.Sign(unsigned.Message) }).ToMessage(), default);
        var bare = new Coin(model.Dossier.Payments[0].Coin.Terms with { FaceValue = new Amount(100), TM = 0 }, secret.PublicKey.Compress(),
            []);
        var coin = bare with { SI = coinKey.Sign(bare.Message) };
        DossierEntry Entry(ushort seq)
        {
            var h = new CashPayment(coin, seq, new Amount(100), now, town.Till(den).W, new Amount(100), []);
            h = h with { SU = secret.Sign(h.Message) };
            Digest[] subjects = [h.Id.Value];
            var share = new Share(h.Paid, Amount.Zero, Amount.Zero, default);
            return new DossierEntry(
                h, Submission.Sign(tillKey, town.Issuer.Id, subjects, now).Prove(subjects, 0),
                Receipt.Sign(statement, town.Issuer.Id, h.Id.Value, Verdict.Settled, h.Paid, Currency.Eur, share, 1, now));
        }

        var header = model.Dossier.Header with { Coin = coin.Id, FaceValue = new Amount(100), Claimed = Amount.Zero, Opening = m.Encode(),
            Date = now, Revision = 1 };
        var dossier = Dossier.Sign(statement, header, [Entry(1), Entry(2)]);
        Assert.That(dossier.Check(suite, town.Scheme.Root, unsigned.EI), Is.EqualTo(Proof.Excess), "of itself it holds");
        var issuer = new ScriptedIssuer([dossier]);
        (await town.BankOver("bank-1", issuer).FetchDossiers(default)).ThrowIfAny();
        Assert.That(issuer.Outcomes.Select(o => o.Proof), Is.EqualTo(new[] { Proof.OtherCoin }));
        Assert.That(town.UserBank.EvidenceFiles.Select(f => f.Dossier.Coin), Is.EqualTo(new[] { model.Dossier.Coin }));
    }

    /// <summary>What an honest issuer hands out now.</summary>
    private static async Task<Dossier> NextDossier(SimulatedTown town)
    {
        var link = town.UserBankLink();
        var header = (await link.Ask(new DossiersMessage(null), default)).Reply?.Header;
        var page = (await link.Ask(new DossierPageMessage(header!.Coin, header.Revision, 0), default)).Reply!.Page;
        return new Dossier(header, [page]);
    }

    private static void Wait(SimulatedTown town, Coin coin, int daysAfterExpiry) =>
        town.Clock.Advance(coin.Terms.Expiry.End.ToDate()!.Value + TimeSpan.FromDays(daysAfterExpiry) - town.Clock.GetUtcNow());

    private static async Task Claim(SimulatedTown town, Bank.BankParty bank, ScriptedIssuer issuer, Dossier dossier)
    {
        using var statement = town.StatementKey;
        issuer.Instruction = n => ClearingInstruction.Sign(
            statement, town.Issuer.Id, n, bank.Id, TransferKind.ClaimDebit, dossier.Coin.Value, dossier.Header.Claimed, Currency.Eur,
            Timestamp.Now(town.Clock));
        (await bank.FetchInstructions(default)).ThrowIfAny();
    }
}
