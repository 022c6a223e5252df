using HierCash.Card.Wallet;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Wallets;

/// <summary>The holder's own records: only what is in them does the card forget.</summary>
[Parallelizable]
public sealed class WalletRecordsTests
{
    [Test, Hole(1), Hole(19)]
    public async Task WhatTheCardForgetsIsKeptAndStillRebuts()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        string till = town.AddTill("Cafe");
        var first = town.Pay(till, alice, 100);
        await town.Till(till).Refund(first.Sale.Time, alice.Card, town.TillLink(till), default).OrRefuse();
        for (int i = 1; i < WalletApplet.LogSize; i++)
        {
            Assert.That(town.Pay(till, alice, 1).Outcome, Is.EqualTo(TillOutcome.Accepted));
        }

        Assert.That(town.Pay(till, alice, 1).Message, Is.EqualTo(WalletStatus.LogFull.Explain()));
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        Assert.That(records.Keep(alice.Card, alice.Pin), Is.EqualTo(WalletApplet.LogSize));
        Assert.That(records.Keep(alice.Card, alice.Pin), Is.Zero, "nothing is new");
        Assert.That(town.Pay(till, alice, 1).Outcome, Is.EqualTo(TillOutcome.Accepted), "the card has room again");
        Assert.That(records.Keep(alice.Card, alice.Pin), Is.EqualTo(1));
        Assert.That(records.All, Has.Count.EqualTo(WalletApplet.LogSize + 1));
        Assert.That(records.All[0].State, Is.EqualTo(LogState.Restored));

        // The oldest entry, the one that was taken back, is gone from the card and still speaks for her.
        Assert.That(WalletTerminal.ReadPayments(alice.Card, alice.Pin).Any(e => e.State == LogState.Restored), Is.False);
        var rebuttal = await town.WalletWith(records).MakeRebuttal(alice.Card, alice.Pin, default);
        Assert.That(rebuttal.Voids.Single().Voids(town.Options.Suite, first.Payments.Single()));
        Assert.That((await town.Wallet.MakeRebuttal(alice.Card, alice.Pin, default)).Voids, Is.Empty);
    }

    /// <summary>
    /// An image of the card from before a refund, or a copy that somebody made, is read: the till's S_W, or the issuer's word, stays in the
    /// records.
    /// </summary>
    [Test, Rule(3), Hole(19)]
    public async Task AnOlderCopyOfTheCardTakesNoProofFromTheRecords()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        string till = town.AddTill("Cafe");
        var h = town.Sign(alice, till, 1250);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Sign(alice, till, 1);
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        Assert.That(records.Keep(alice.Card, alice.Pin), Is.EqualTo(2));
        using var older = alice.Clone();
        using var key = town.TillKey(till);
        Assert.That(RawMessages.Void(alice, h, key));
        Assert.That(records.Keep(alice.Card, alice.Pin), Is.EqualTo(1), "taken back");

        Assert.That(WalletTerminal.ReadPayments(older.Card, older.Pin).Single(e => e.H.Id == h.Id).State, Is.EqualTo(LogState.Signed));
        Assert.That(WalletRecords.Missing(records, older.Card, older.Pin), Is.Zero, "the records know more than this card, not less");
        Assert.That(records.Keep(older.Card, older.Pin), Is.Zero);
        await Restore(older, h);
        Assert.That(records.Keep(older.Card, older.Pin), Is.EqualTo(1), "another proof stands beside it");
        Assert.That(records.Keep(older.Card, older.Pin), Is.Zero);
        Assert.That(WalletRecords.Missing(records, older.Card, older.Pin), Is.Zero, "nor where it was taken back in another way");
        var kept = records.All.Where(e => e.H.Id == h.Id).ToList();
        Assert.That(kept.Select(e => (e.State, e.Entry.Proof?.TillKey is not null)),
            Is.EquivalentTo(new[] { (LogState.Restored, true), (LogState.Restored, false) }));
        using var lost = town.User("Bela");
        var rebuttal = await town.WalletWith(records).MakeRebuttal(lost.Card, lost.Pin, default);
        Assert.That(rebuttal.Voids.Single().Voids(town.Options.Suite, h), "the card is gone, and the records still rebut");

        async Task Restore(TownCard card, CashPayment payment)
        {
            town.Clock.Advance(town.Options.Terms.SettlePeriod + TimeSpan.FromDays(1));
            Assert.That((await town.Wallet.Recover(card.Card, card.Pin, e => e.Seq == payment.Seq, default).OrRefuse()).Single().Done);
        }
    }

    /// <summary>
    /// A bank that relays the issuer's stamp and then falls silent takes no proof from who is accused; nor does one that never answers.
    /// </summary>
    [Test, Rule(5), Hole(19)]
    public async Task WhoIsAccusedDoesNotNeedTheAccuser()
    {
        Func<LinkMessage, bool> isLost = _ => false;
        using var town = Towns.Make(with: o => o with
        {
            Faults = (from, to, message) => from == SimulatedTown.WalletName && isLost(message) ? LinkFault.LoseRequest : LinkFault.None,
        });
        using var alice = town.User("Alice", 5000);
        var (file, _, _) = await BlameTests.SettledAllTheSame(town, alice, town.AddTill("Cafe"));
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var wallet = town.WalletWith(new WalletRecords(store));
        isLost = m => m.Type == MessageType.Rebut;
        var kept = new List<Rebuttal>();
        var shown = (await wallet.Rebut(alice.Card, alice.Pin, default, (notice, rebuttal) =>
        {
            kept.Add(rebuttal);
            return rebuttal;
        })).Single();
        Assert.That((shown.Stands, kept.Count), Is.EqualTo(((bool?)null, 1)));
        Assert.That(kept[0].With(kept[0].Stamps[0], file.Dossier.Header.StatementKeys)
            .IsStampedBefore(town.Options.Suite, town.Scheme.Root, file.Notice.Until));
        Assert.That(kept[0].Stamps.Select(s => s.Role), Is.EqualTo(new[] { StampRole.Issuer }));

        isLost = _ => true;
        var alone = await wallet.MakeRebuttal(alice.Card, alice.Pin, default);
        Assert.That((alone.Voids.Count, alone.Certificates.Count), Is.EqualTo((1, 1)), "with the certificates of an earlier contact");
        Assert.That((await town.Wallet.MakeRebuttal(alice.Card, alice.Pin, default)).Voids, Has.Count.EqualTo(1));

        isLost = _ => false;
        kept.Clear();
        var heard = (await wallet.Rebut(alice.Card, alice.Pin, default, (notice, rebuttal) =>
        {
            kept.Add(rebuttal);
            return rebuttal;
        })).Single();
        Assert.That((heard.Stands, kept.Count, kept[^1].Stamps.Count), Is.EqualTo(((bool?)false, 2, 2)));
    }
}
