using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Cheating;
using HierCash.Tests.Suite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Cases that somebody makes large, or changes as often as he likes: what can be proven is paid, and nobody waits for the rest (rules R8,
/// R9, R10).
/// </summary>
[Parallelizable]
public sealed class LargeCaseTests
{
    /// <summary>
    /// Dust that was credited before makes a dossier too large for all that is guaranteed. What the largest payments prove is claimed and
    /// paid, also from a bank that never says what it found; the promise for which it does not reach stays open, and nothing is claimed
    /// that the bank would have to park.
    /// </summary>
    [Test, Rule(9), Rule(8)]
    public async Task DustKeepsNoShopFromWhatTheLargestPaymentsProve([Values] bool bankSpeaks)
    {
        var suite = new KeepingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        town.Issuer.MostDossierPages = 1;
        string friend = town.AddTill("Den");
        string[] shops = [.. Enumerable.Range(0, 6).Select(i => $"Kiosk {i}")];
        string[] tills = [.. shops.Select(s => town.AddTill(s))];
        using var mallory = town.User("Mallory", 300);
        var coin = mallory.Coins().Single().Coin;
        using var key = suite.SecretOf(coin.NU);
        var start = Timestamp.Now(town.Clock);
        CashPayment Sign(string till, int seq, ulong y)
        {
            var unsigned = new CashPayment(coin, (ushort)seq, new Amount(300), start.Plus(TimeSpan.FromMicroseconds(seq)),
                town.Till(till).W, new Amount(y), []);
            return unsigned with { SU = key.Sign(unsigned.Message) };
        }

        foreach (var batch in Enumerable.Range(1, 300).Select(i => Sign(friend, i, 1)).Chunk(SettleMessage.MaxPayments))
        {
            await town.Submit(friend, batch);
        }

        for (int i = 0; i < tills.Length; i++)
        {
            Assert.That((await town.Submit(tills[i], Sign(tills[i], 301 + i, 300))).Single().Share.Guaranteed.Minor, Is.EqualTo(300));
        }

        if (!bankSpeaks)
        {
            // It says nothing for so long that the issuer claims by what its own dossier proves.
            town.Clock.Advance(town.Options.Terms.DisputeTerm * 2 + TimeSpan.FromHours(1));
            Assert.That(town.Issuer.CloseCycle(), Is.GreaterThan(0));
        }

        await town.LetDaysPass(35);
        Assert.That(
            (town.UserBank.Parked.Count, town.UserBank.Audit.Claims, town.Rows("issuer")["claim_payment"],
                shops.Sum(s => (long)town.ShopAccount(s).Minor)),
            Is.EqualTo((0, -1500L, 5L, 1500L)), "six times 3.00, and 250 of 0.01, exceed 3.00 by 17.50");
        Assert.That(town.Issuer.Alarms.Select(a => a.Kind), Has.Member("dossier too large"));
    }

    /// <summary>
    /// A bank never comes again, and one of its holders made a coin's case large. The issuer verifies that once, and not in each cycle
    /// while everybody waits; when the case changes, it looks again.
    /// </summary>
    [Test, Rule(10), Rule(8)]
    public async Task WhatWasProvenIsProvenOnce()
    {
        var suite = new CountingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        string till = town.AddTill("Cafe");
        string other = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var key = town.TillKey(till);
        town.Pay(till, mallory, 4000);
        var small = town.Pay(till, mallory, 1000).Payments.Single();
        town.Pay(other, copy, 4000);
        await town.Settle(till);
        await town.Settle(other);
        town.Clock.Advance((town.Options.Terms.DisputeTerm * 2) + TimeSpan.FromHours(1));
        Assert.That(Cycle(), Is.GreaterThan(4), "the bank said nothing, and the claim is made on the issuer's own dossier");
        Assert.That(town.Rows("issuer")["claim_payment"], Is.EqualTo(1));
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromDays(2));
        Assert.That((Cycle(), Cycle()), Is.EqualTo((0, 0)));
        Assert.That(town.Rows("issuer")["arrears"], Is.EqualTo(2), "the float, and the claim: it is proven, and not booked");
        Assert.That(RawMessages.UploadVoid(town, small, key));
        Assert.That((Cycle() > 4, Cycle()), Is.EqualTo((true, 0)));

        int Cycle()
        {
            int before = suite.Verified;
            town.Issuer.CloseCycle();
            return suite.Verified - before;
        }
    }

    /// <summary>
    /// A shop helps a holder to change a case of thousands of cents with each cent that it takes back. Her bank judges it again a day
    /// later, and verifies what is new, nothing twice.
    /// </summary>
    [Test, Rule(10)]
    public async Task ALargeCaseIsJudgedAgainADayLaterAndOnlyWhatIsNew()
    {
        var keeping = new KeepingSuite(new BclSuite());
        var suite = new CountingSuite(keeping);
        using var town = Towns.Make(with: o => o with { Suite = suite });
        (string till, string other) = (town.AddTill("Cafe"), town.AddTill("Kiosk"));
        using var mallory = town.User("Mallory", 4097);
        var coin = mallory.Coins().Single().Coin;
        using var key = keeping.SecretOf(coin.NU);
        using var tillKey = town.TillKey(till);
        var start = Timestamp.Now(town.Clock);
        CashPayment Sign(string where, int seq)
        {
            var unsigned = new CashPayment(coin, (ushort)seq, new Amount(4097), start.Plus(TimeSpan.FromMicroseconds(seq)),
                town.Till(where).W, new Amount(1), []);
            return unsigned with { SU = key.Sign(unsigned.Message) };
        }

        var paid = Enumerable.Range(1, 4097).Select(i => Sign(till, i)).ToList();
        foreach (var batch in paid.Chunk(SettleMessage.MaxPayments))
        {
            await town.Submit(till, batch);
        }

        await town.Submit(other, Sign(other, 4098));
        await town.Submit(till, Sign(till, 4099));
        (await town.UserBank.FetchDossiers(default)).ThrowIfAny();
        Assert.That(Revision(), Is.EqualTo(1));
        Assert.That(RawMessages.UploadVoid(town, paid[7], tillKey));
        Assert.That((await Judge(), Revision()), Is.EqualTo((true, 1)), "at once there is little to do");
        town.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        Assert.That((await Judge(), Revision()), Is.EqualTo((true, 2)), "and nothing twice");

        uint Revision() => town.UserBank.EvidenceFiles.Single().Dossier.Header.Revision;
        async Task<bool> Judge()
        {
            int before = suite.Verified;
            (await town.UserBank.FetchDossiers(default)).ThrowIfAny();
            return suite.Verified - before < 100;
        }
    }
}
