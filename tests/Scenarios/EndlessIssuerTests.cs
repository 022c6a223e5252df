using System.Buffers.Binary;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>An issuer that never runs out of answers (R8, R10): a visit comes to its end, and nothing fills up.</summary>
[Parallelizable]
public sealed class EndlessIssuerTests
{
    private const int End = 400;

    /// <summary>
    /// Genuinely signed dossiers about one coin after the other that nobody has: by a request of this bank, or of nobody here.
    /// </summary>
    [TestCase(true)]
    [TestCase(false)]
    [Rule(8), Rule(10)]
    public async Task DossiersWithoutEndKeepNobodyWaitingAndFillNothing(bool strange)
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        var file = await town.Overspend();
        using var key = town.StatementKey;
        using var nobody = town.Options.Suite.GenerateKey();
        var opening = CoinRequest.Create(nobody, file.Dossier.Header.EncryptionKey.Key.Id, new byte[32], new Amount(5000), Currency.Eur, 0)
            .Encode();
        int asked = 0;
        int instructions = 0;
        var outcomes = new List<Proof>();
        var lying = new Endless(town.UserBankLink(), request =>
        {
            switch (request.Type)
            {
                case MessageType.Dossiers when asked < End:
                    var id = new byte[Digest.Size];
                    BinaryPrimitives.WriteInt32BigEndian(id, ++asked);
                    var header = file.Dossier.Header with { Coin = new CoinId(Digest.Read(id)), Date = Timestamp.Now(town.Clock) };
                    return new DossiersReply((strange ? header with { Opening = opening } : header).SignedBy(key)).ToMessage();
                case MessageType.DossierPage:
                    return LinkBody.Kept<DossierPageReply>(file.Dossier.Pages[0].Encode());
                case MessageType.DossierOutcome:
                    outcomes.Add(request.As<DossierOutcomeMessage>()!.Proof);
                    return new DossierOutcomeReply().ToMessage();
                case MessageType.Instructions:
                    instructions++;
                    return null;
                default:
                    return null;
            }
        });
        var bank = town.BankOver("bank-1", lying);
        var rows = town.Rows("bank-1");
        for (int visit = 1; visit <= 2; visit++)
        {
            (await bank.Run(default)).ThrowIfAny();
            Assert.That((asked, instructions > 0), Is.EqualTo((64 * visit, true)),
                "the rest at the next visit, and the instructions at each");
        }

        Assert.That(outcomes, Has.Count.EqualTo(128).And.All.EqualTo(strange ? Proof.OpeningMismatch : Proof.OtherCoin));
        Assert.That(town.Rows("bank-1")["evidence"], Is.EqualTo(rows["evidence"]));
        Assert.That(bank.Alarms.Select(a => a.Kind), Is.EqualTo(strange ? new[] { "dossier of no withdrawal" } : []),
            "one, however many come");
    }

    /// <summary>Reversals that nobody signed, one after the other.</summary>
    [Test, Rule(8)]
    public async Task ReversalsWithoutEndKeepNobodyWaiting()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        var file = await town.Overspend();
        using var own = town.Options.Suite.GenerateKey();
        var h = file.Dossier.Payments[0];
        var forged = Reversal.Sign(own, new PartyId(1), h.Id, h.Paid, h.Paid, Timestamp.Now(town.Clock));
        int asked = 0;
        var lying = new Endless(town.UserBankLink(), request => request.Type == MessageType.CaseReversals && asked < End
            ? new CaseReversalsReply([new CaseReversal((ulong)++asked, h.Coin.Id, forged)]).ToMessage()
            : null);
        (await town.BankOver("bank-1", lying).Run(default)).ThrowIfAny();
        Assert.That((asked, town.UserBank.EvidenceFiles.Single().Reversals.Count), Is.EqualTo((64, 0)));
    }

    /// <summary>Answers by itself what it likes, and lets an honest issuer answer the rest.</summary>
    private sealed class Endless(ILink honest, Func<LinkMessage, LinkMessage?> answer) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            answer(request) is { } said ? ValueTask.FromResult(said) : honest.Call(request, cancel);
    }
}
