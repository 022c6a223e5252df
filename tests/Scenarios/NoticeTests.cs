using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Simulation;

namespace HierCash.Tests.Scenarios;

/// <summary>Banks and issuers that shorten a user's term, or shut their ears (R5).</summary>
[Parallelizable]
public sealed class NoticeTests
{
    /// <summary>A bank dates its file before the issuer made the dossier, so that the term is over sooner: void.</summary>
    [Test, Rule(5)]
    public async Task AFileFromBeforeItsDossierIsVoid()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        Assert.That(town.Check(SignedAnew(town, file, file.Date)).Culprit, Is.EqualTo(Culprit.User), "as it should be");
        var finding = town.Check(SignedAnew(town, file, new Timestamp(file.Dossier.Header.Date.Microseconds - 3_600_000_000)));
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Nobody)));
        Assert.That(finding.Finding, Does.Contain("void"));
    }

    /// <summary>
    /// A bank gives its user a notice of an earlier day, of another file or user, or with a shorter term: the bank has to answer.
    /// </summary>
    [Test, Rule(5)]
    public async Task ANoticeThatIsNotOfItsFileNamesTheBank()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var other = await town.Overspend("Mallet");
        using var bank = town.BankKey("bank-1");
        var term = town.Options.Terms.DisputeTerm;
        Notice Say(Notice n) => Notice.Sign(bank, n.Bank, n.User, n.Coin, n.Content, n.Date, n.Until);
        Assert.That(town.Check(file with { Notice = Say(file.Notice) }).Culprit, Is.EqualTo(Culprit.User), "as it should be");
        var early = new Timestamp(file.Date.Microseconds - (ulong)term.TotalMicroseconds);
        Notice[] notices =
        [
            file.Notice with { Date = early, Until = early.Plus(term) },
            file.Notice with { Until = file.Notice.Date.Plus(TimeSpan.FromHours(1)) },
            file.Notice with { Content = other.Notice.Content },
            file.Notice with { User = other.Notice.User },
            file.Notice with { Bank = town.ShopBank.Id },
            file.Notice with { Coin = other.Notice.Coin },
        ];
        foreach (var notice in notices)
        {
            var finding = town.Check(file with { Notice = Say(notice) });
            Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Bank)), finding.Finding);
        }
    }

    /// <summary>An issuer makes a dossier with a term of no time at all: the bank keeps nothing of it.</summary>
    [Test, Rule(5)]
    public async Task ADossierWithAnotherTermIsRefused()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var lying = new ScriptedIssuer([town.Resign(file.Dossier, h => h with { DisputeTerm = TimeSpan.Zero, Revision = 2 })],
            town.UserBankLink());
        var bank = town.BankOver("bank-1", lying);
        Assert.That((await bank.FetchDossiers(default))?.Sentence, Does.Contain("other terms"));
        Assert.That(bank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(1));
    }

    /// <summary>
    /// A till took a payment back and settled it all the same; the holder rebuts while the issuer is away. The bank's stamp shows that it
    /// was in time.
    /// </summary>
    [Test, Rule(5)]
    public async Task TheBanksStampAloneShowsThatARebuttalWasInTime()
    {
        bool away = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (from, _, _) => away && from == "bank-1" ? LinkFault.LoseRequest : LinkFault.None });
        using var alice = town.User("Alice", 5000);
        var (file, _, _) = await BlameTests.SettledAllTheSame(town, alice, town.AddTill("Cafe"));
        away = true;
        var shown = (await town.Wallet.Rebut(alice.Card, alice.Pin, default)).Single();
        Assert.That(shown.Rebuttal.Stamps.Select(s => s.Role), Is.EqualTo(new[] { StampRole.Bank }));
        Assert.That(shown.Stands, Is.False, "the bank holds on to nothing");
        Assert.That(shown.Rebuttal.IsStampedBefore(town.Options.Suite, town.Scheme.Root, file.Notice.Until), "and the holder can show it");
    }

    /// <summary>The file under the bank's genuine signature and notice, with a date of the bank's choice.</summary>
    private static Evidence SignedAnew(SimulatedTown town, Evidence file, Timestamp date)
    {
        using var bank = town.BankKey("bank-1");
        var content = BerTlv.Encode(file.MaxEncodedSize, (ref BerTlvWriter writer) =>
        {
            file.Order.Write(ref writer);
            writer.Write(WalletTag.AccountKey, file.AccountKey.Bytes);
            writer.Write(WalletTag.Name, file.Name);
            file.Dossier.Header.Write(ref writer);
            file.BankKey.Write(ref writer);
            writer.Write(WalletTag.Date, date.Microseconds);
        });
        var term = file.Dossier.Header.DisputeTerm;
        return file with
        {
            Date = date,
            Signature = bank.Sign(SignedMessage.Evidence(file.Order.Bank, file.Order.User, file.Name, content, date)),
            Notice = Notice.Sign(bank, file.Order.Bank, file.Order.User, file.Dossier.Coin, Digest.Of(content), date, date.Plus(term)),
        };
    }
}
