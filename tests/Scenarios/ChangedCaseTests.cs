using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Suite;

namespace HierCash.Tests.Scenarios;

/// <summary>Two things happen to one case at once: what one of them writes takes nothing of the other out of the books.</summary>
[Parallelizable]
public sealed class ChangedCaseTests
{
    /// <summary>
    /// A rebuttal is heard while a reversal of the same case is filed, or the other way round. Both are needed, and both are in the books:
    /// whichever was weighed without the other is weighed again.
    /// </summary>
    [Test, Rule(3), Rule(10), CancelAfter(60_000)]
    public async Task WhatChangesACaseWhileItIsWeighedIsNotLost([Values] bool isHeardMeanwhile, CancellationToken end)
    {
        var suite = new CountingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        using var copied = await CopiedCard.Spend(town, ("Cafe", 4000), ("Kiosk", 4000), ("Bakery", 4000));
        await town.RunCycle(end);
        var (first, second) = (copied.Paid[0].Payments.Single(), copied.Paid[1].Payments.Single());
        Evidence Newest() => town.UserBank.EvidenceFiles.Single(f => f.Dossier.Coin == first.Coin.Id);
        var file = Newest();
        await town.Till(copied.Tills[0]).Refund(copied.Paid[0].Sale.Time, null, town.TillLink(copied.Tills[0]), end).OrRefuse();
        bool weighs = false;
        var bank = town.BankOver("bank-1", new ChangedAnswer(
            new ScriptedIssuer([], town.UserBankLink()), MessageType.CaseReversals, reply =>
        {
            weighs = isHeardMeanwhile;
            return reply;
        }));
        var rebuttal = town.Dead(second, DeathBasis.TermOver, file.Date);
        Task? meanwhile = null;
        suite.Before = () =>
        {
            if (weighs)
            {
                weighs = false;
                meanwhile = Task.Run(async () => await (isHeardMeanwhile ? Hear() : File()), end);
                Assert.That(() => isHeardMeanwhile ? town.Rows("bank-1")["rebuttal"]
                    : Newest().Reversals.Count, Is.EqualTo(1).After(20_000, 20));
            }
        };
        async Task Hear() => (await bank.Rebut(first.Coin.Id, rebuttal, end)).OrRefuse();
        async Task File() => (await bank.FetchDossiers(end)).ThrowIfAny();
        weighs = !isHeardMeanwhile;
        await (isHeardMeanwhile ? File() : Hear());
        await meanwhile!;
        suite.Before = null;
        Assert.That((Newest().Reversals.Count, town.UserBank.Notices(file.Order.User).Count(n => n.Coin == first.Coin.Id)),
            Is.EqualTo((1, 0)));
    }
}
