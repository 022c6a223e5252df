using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>Shops and banks with good certificates that speak for somebody else (R3, R6, hole 10).</summary>
[Parallelizable]
public sealed class SpeakingForOthersTests
{
    /// <summary>
    /// The finder's friend has a shop: it asks for the hot list in the name of the till that was paid, so that this till would seem to have
    /// been told.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task NoShopMakesAContactForAnothersTill()
    {
        using var town = Towns.Make();
        string kiosk = town.AddTill("Kiosk");
        string den = town.AddTill("Den");
        using var carol = town.User("Carol", 5000);
        var report = WalletTerminalReport(town, carol);
        var h = town.Sign(carol, kiosk, 1000, Timestamp.Now(town.Clock));
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        await town.Wallet.ReportLost(report, default).OrRefuse();
        town.Clock.Advance(TimeSpan.FromDays(3));
        var reply = await town.TillLink(den).Call(
            new HotListMessage(0, town.Till(kiosk).W, Timestamp.Now(town.Clock)).ToMessage(), default);
        Assert.That(Refusal.Read(reply)?.Reason, Is.EqualTo(RefusalReason.NotAllowed));
        Assert.That((await town.Submit(kiosk, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
    }

    /// <summary>A shop got hold of another's signed batch, and submits it on its own link.</summary>
    [Test, Rule(3)]
    public async Task NoShopSubmitsAnothersBatch()
    {
        using var town = Towns.Make();
        string kiosk = town.AddTill("Kiosk");
        string den = town.AddTill("Den");
        using var carol = town.User("Carol", 5000);
        var h = town.Sign(carol, kiosk, 1000, Timestamp.Now(town.Clock));
        using var key = town.TillKey(kiosk);
        var reply = await town.TillLink(den).Call(
            SettleMessage.Sign(key, town.Issuer.Id, [h], Timestamp.Now(town.Clock)).ToMessage(), default);
        Assert.That(reply.As<SettleReply>()?.Receipts.Select(r => r.Verdict) ?? [], Is.All.EqualTo(Verdict.TillUnknown));
        Assert.That((await town.Submit(kiosk, h)).Single() is { Verdict: Verdict.Settled, Repeated: false },
            "nobody had it settled before");
    }

    /// <summary>A bank has the coins of another bank's user cancelled, so that her payments are refused.</summary>
    [Test, Hole(10)]
    public void NoBankCancelsAnothersCoins()
    {
        using var town = Towns.Make();
        using var carol = town.User("Carol", 5000);
        var order = RawMessages.Orders(town).Single();
        using var key = town.BankKey("bank-2");
        var link = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2");
        Assert.That(RawMessages.Cancel(link, key, town.ShopBank.Id, order.Request, Timestamp.Now(town.Clock)), Is.False);
        string till = town.AddTill("Cafe");
        town.Clock.Advance(TimeSpan.FromDays(3));
        Assert.That(town.Pay(till, carol, 1000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
    }

    /// <summary>A bank signs evidence against Alice, with the order of the overspender in Alice's name.</summary>
    [Test, Hole(19)]
    public async Task NoBankAccusesOnAnothersOrder()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 2000);
        var real = await town.Overspend();
        var account = town.UserBank.Accounts.Single(a => a.Name == "Alice");
        using var key = town.BankKey("bank-1");
        var forged = RawMessages.FalseEvidence(key, real, real.Order with { User = account.User }, account.Key, account.Name);
        var finding = forged.Check(town.Options.Suite, town.Scheme.Root);
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.Bank)));
    }

    /// <summary>Somebody on the way to the issuer tells the bank that the overspender's payments were taken back.</summary>
    [Test, Rule(3)]
    public async Task ABankFilesOnlyReversalsThatTheIssuerSigned()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        using var stranger = town.Options.Suite.GenerateKey();
        var h = file.Dossier.Payments[0];
        var reversal = Reversal.Sign(stranger, town.Issuer.Id, h.Id, h.Paid, h.Paid, Timestamp.Now(town.Clock));
        var lying = new ForgedReversals(town.UserBankLink(), new CaseReversal(1_000_000, file.Dossier.Coin, reversal));
        (await town.BankOver("bank-1", lying).FetchDossiers(default)).ThrowIfAny();
        Assert.That(lying.IsHeard, "the bank asked for reversals");
        var now = town.UserBank.EvidenceFiles.Single();
        Assert.That((now.Reversals.Count, now.Check(town.Options.Suite, town.Scheme.Root).IsProven), Is.EqualTo((0, true)));
    }

    /// <summary>A link on which one reversal comes that nobody signed.</summary>
    private sealed class ForgedReversals(ILink inner, CaseReversal forged) : ILink
    {
        public bool IsHeard { get; private set; }

        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            if (request.Type != MessageType.CaseReversals || IsHeard)
            {
                return inner.Call(request, cancel);
            }

            IsHeard = true;
            return ValueTask.FromResult(new CaseReversalsReply([forged]).ToMessage());
        }
    }

    private static LostCardReport WalletTerminalReport(SimulatedTown town, TownCard card) =>
        Wallet.WalletTerminal.SignLostReport(card.Card, card.Pin, Timestamp.Now(town.Clock));
}
