using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Issuers and banks that lie in one field of a dossier or an evidence file (R3, R5, R9; hole 19): nobody is accused by it.
/// </summary>
[Parallelizable]
public sealed class LyingFieldTests : LyingCase
{
    /// <summary>The issuer's own receipt says that the payment does not count, and the issuer accuses with it all the same.</summary>
    [Test, Rule(3), Rule(5), Rule(9)]
    public void AReceiptThatSaysThatItDoesNotCountIsEvidenceOfNothing(
        [Values(Verdict.Cancelled, Verdict.Dead, Verdict.Late, Verdict.TillUnknown, Verdict.UnknownCoin, Verdict.Early)] Verdict verdict) =>
        IsNoEvidence(With(r => r with { Verdict = verdict, Share = Share.None }, Amount.Zero), Proof.ReceiptInvalid);

    /// <summary>The bank accuses nobody on such a receipt either, and keeps what was proven before.</summary>
    [Test, Rule(3), Rule(5), Rule(9)]
    public async Task ABankAccusesNobodyOnAReceiptThatSaysThatItDoesNotCount()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        var file = await town.Overspend();
        using var key = town.StatementKey;
        var lie = town.Resign(file.Dossier, h =>
            h with { Claimed = Amount.Zero, Revision = 2 }, [.. file.Dossier.Entries.Select(e => e.H.Paid.Minor == 2000
            ? e with { Receipt = Receipt.Sign(key, new PartyId(1), e.H.Id.Value, Verdict.Cancelled, e.H.Paid, Currency.Eur, Share.None, 2,
                file.Date) }
            : e)]);
        var lying = new ScriptedIssuer([lie], town.UserBankLink());
        var bank = town.BankOver("bank-1", lying);
        (await bank.FetchDossiers(default)).ThrowIfAny();
        Assert.That(lying.Outcomes.Single().Proof, Is.EqualTo(Proof.ReceiptInvalid));
        Assert.That(bank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(1));
    }

    /// <summary>
    /// A receipt of another payment, of another sum (which promises more), of another issuer or currency, in parts that do not make the
    /// sum, or by the bank.
    /// </summary>
    [TestCase("payment")]
    [TestCase("sum")]
    [TestCase("issuer")]
    [TestCase("currency")]
    [TestCase("parts")]
    [TestCase("signature")]
    [Rule(3), Rule(9)]
    public void AReceiptOfSomethingElseProvesNothing(string lie) => IsNoEvidence(
        With(
            r => lie switch
            {
                "payment" => r with { Subject = Other.Dossier.Payments[0].Id.Value },
                "sum" => r with { Paid = new Amount(5000), Share = r.Share with { Guaranteed = new Amount(5000) } },
                "issuer" => r with { Issuer = Stranger },
                "currency" => r with { Currency = new Currency(840) },
                "parts" => r with { Share = r.Share with { Guaranteed = new Amount(1) } },
                _ => r,
            },
            Amount.Zero,
            byBank: lie == "signature"),
        Proof.ReceiptInvalid);

    /// <summary>
    /// Keys of another use, or of another issuer, or that another root key certified: nobody can say that the issuer of this coin signed
    /// with them.
    /// </summary>
    [Test, Rule(9), Hole(19)]
    public void ACertificateForSomethingElseProvesNothing(
        [Values("encryption", "coin", "statement")] string which, [Values("use", "holder", "root")] string lie)
    {
        var h = File.Dossier.Header;
        KeyCertificate Lie(KeyCertificate c) => Certify(c.Key, c.Usage, c.Holder, lie);
        var forged = which switch
        {
            "encryption" => h with { EncryptionKey = Lie(h.EncryptionKey) },
            "coin" => h with { CoinKey = Lie(h.CoinKey) },
            _ => h with { StatementKeys = [.. h.StatementKeys.Select(Lie)] },
        };
        IsNoEvidence(File.Dossier with { Header = forged }, Proof.CertificateInvalid, Culprit.Bank);
    }

    /// <summary>A bank makes a statement key, certifies it itself, and signs the issuer's dossier and its receipts.</summary>
    [Test, Rule(9), Hole(19)]
    public void ABankThatMakesTheIssuersKeyIsNamed()
    {
        using var own = Suite.GenerateKey();
        var self = Certify(own.PublicKey, KeyUsage.IssuerStatement, new PartyId(1), byRoot: false);
        var entries = File.Dossier.Entries.Select(e => e with
        {
            Receipt = Receipt.Sign(own, new PartyId(1), e.H.Id.Value, Verdict.Excess, e.H.Paid, Currency.Eur,
                new Share(Amount.Zero, e.H.Paid, Amount.Zero, default), 1, File.Date),
        });
        IsNoEvidence(Dossier.Sign(own, File.Dossier.Header with { StatementKeys = [self] }, entries), Proof.CertificateInvalid,
            Culprit.Bank);
    }

    /// <summary>
    /// Payments of another coin of the same holder: of another X, currency, TM or key than the order, of two coins, or under another X in
    /// the header.
    /// </summary>
    [TestCase("X")]
    [TestCase("currency")]
    [TestCase("TM")]
    [TestCase("N_U")]
    [TestCase("two coins")]
    [TestCase("header")]
    [Rule(9), Hole(19)]
    public void PaymentsOfAnotherCoinProveNothing(string lie)
    {
        using var strange = Suite.GenerateKey();
        var real = File.Dossier.Payments[0].Coin;
        using var own = SecretOf(real.NU);
        var holder = lie == "N_U" ? strange : own;
        var other = Issue(real with { NU = holder.PublicKey.Compress() }, t => lie switch
        {
            "X" => t with { FaceValue = new Amount(6000) },
            "currency" => t with { Currency = new Currency(840) },
            "TM" => t with { TM = 1 },
            "two coins" => t with { Expiry = t.Expiry.Plus(1) },
            _ => t,
        });
        var entries = File.Dossier.Entries.Select(e => lie == "two coins" && e.H.Id == Excess.H.Id ? e : Of(other, holder, e)).ToArray();
        var dossier = Town.Resign(
            File.Dossier, h => h with { Coin = other.Id, Claimed = Amount.Zero, FaceValue = lie == "header" ? new Amount(4000)
                : h.FaceValue }, entries);

        // The order is in the scheme's currency: a bank that takes such a dossier for it has put the two together.
        IsNoEvidence(dossier, Proof.OtherCoin, lie is "currency" or "header" ? Culprit.Bank : Culprit.Issuer);
    }

    /// <summary>
    /// Something is claimed though the sum is within X; more than exceeds X, though more was promised; or more than was promised.
    /// </summary>
    [TestCase("nothing exceeds X", 1UL)]
    [TestCase("more was promised", 2001UL)]
    [TestCase("less was promised", 2000UL)]
    [Rule(9)]
    public void AClaimBeyondWhatIsOwedNamesTheIssuer(string lie, ulong claimed)
    {
        using var key = Town.StatementKey;
        DossierEntry Promise(DossierEntry e, ulong minor) => e with
        {
            Receipt = Receipt.Sign(
                key, new PartyId(1), e.H.Id.Value, Verdict.Excess, e.H.Paid, Currency.Eur,
                new Share(Amount.Zero, new Amount(minor), e.H.Paid - new Amount(minor), default), 2, File.Date),
        };
        IEnumerable<DossierEntry> entries = lie switch
        {
            "nothing exceeds X" => [Promise(Excess, 2000)],
            "more was promised" => File.Dossier.Entries.Select(e => Promise(e, e.H.Paid.Minor)),
            _ => File.Dossier.Entries.Select(e => Promise(e, 999)),
        };
        IsNoEvidence(Town.Resign(File.Dossier, h => h with { Claimed = new Amount(claimed) }, [.. entries]), Proof.ClaimInvalid);
    }

    /// <summary>
    /// A bank signs the overspender's order with a key of its own, and names any account it likes: U is made of the account's key.
    /// </summary>
    [Test, Hole(19), Rule(5)]
    public void ABankThatMakesAnAccountKeyAccusesNobody()
    {
        using var own = Suite.GenerateKey();
        using var bank = Town.BankKey("bank-1");
        var victim = Town.UserBank.Accounts.Single(a => a.Name == "Mallet");
        var order = File.Order with { User = victim.User };
        var framed = RawMessages.FalseEvidence(bank, File, order with { Signature = own.Sign(order.Message) }, own.PublicKey, victim.Name);
        var finding = Town.Check(framed);
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Bank)), finding.Finding);
    }

    /// <summary>
    /// The holder's genuine order for another amount or currency, or under another key of the issuer, is not the one that the dossier is
    /// about.
    /// </summary>
    [TestCase("X")]
    [TestCase("currency")]
    [TestCase("key")]
    [Hole(19)]
    public void AnOrderForSomethingElseNamesTheBank(string lie)
    {
        using var account = SecretOf(File.AccountKey.Compress());
        using var bank = Town.BankKey("bank-1");
        var order = lie switch
        {
            "X" => File.Order with { FaceValue = new Amount(2000) },
            "currency" => File.Order with { Currency = new Currency(840) },
            _ => File.Order with { Key = new KeyId(1) },
        };
        var finding = Town.Check(RawMessages.FalseEvidence(
            bank, File, order with { Signature = account.Sign(order.Message) }, File.AccountKey, File.Name));
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Bank)), finding.Finding);
    }

    /// <summary>A file that no bank of this scheme signed for its own account proves nothing, whoever made it.</summary>
    [TestCase("use")]
    [TestCase("holder")]
    [TestCase("root")]
    [Hole(19)]
    public void AFileByNoBankOfTheSchemeProvesNothing(string lie)
    {
        using var own = Suite.GenerateKey();
        var certificate = Certify(own.PublicKey, KeyUsage.Bank, File.Order.Bank, lie);
        var finding = Town.Check(Evidence.Sign(own, File.Order, File.AccountKey, File.Name, File.Dossier, certificate, File.Date));
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Nobody)), finding.Finding);
    }

    /// <summary>The dossier with a false receipt of what exceeds the coin, signed by the issuer.</summary>
    private Dossier With(Func<Receipt, Receipt> lie, Amount claimed, bool byBank = false)
    {
        using var key = byBank ? Town.BankKey("bank-1") : Town.StatementKey;
        var r = lie(Excess.Receipt);
        var signed = Receipt.Sign(key, r.Issuer, r.Subject, r.Verdict, r.Paid, r.Currency, r.Share, r.Revision, r.Date);
        return Town.Resign(
            File.Dossier, h => h with { Claimed = claimed },
            [.. File.Dossier.Entries.Select(e => e.H.Id == Excess.H.Id ? e with { Receipt = signed } : e)]);
    }

    private Coin Issue(Coin coin, Func<CoinAttributes, CoinAttributes> change)
    {
        using var key = Town.CoinKey;
        var unsigned = coin with { Terms = change(coin.Terms) };
        return unsigned with { SI = key.Sign(unsigned.Message) };
    }

    /// <summary>The same payment with another coin: holder, till and issuer sign all of it again.</summary>
    private DossierEntry Of(Coin coin, ISigningKey holder, DossierEntry e)
    {
        using var till = TillOf(e.H);
        using var statement = Town.StatementKey;
        var unsigned = e.H with { Coin = coin };
        var h = unsigned with { SU = holder.Sign(unsigned.Message) };
        var r = e.Receipt;
        return new DossierEntry(
            h, Submission.Sign(till, coin.Terms.Issuer, [h.Id.Value], File.Date).Prove([h.Id.Value], 0),
            Receipt.Sign(statement, r.Issuer, h.Id.Value, r.Verdict, r.Paid, coin.Terms.Currency, r.Share, r.Revision, r.Date));
    }
}
