using HierCash.Bank;
using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Simulation;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A card is gone, and its account's money is not: the bank gives the account another card. The finder, and a clerk in a hurry, get nothing
/// by it.
/// </summary>
[Parallelizable]
public sealed class ReplacedCardTests : LostCardScenario
{
    private static readonly ActivationCode Letter = ActivationCode.Parse("2468 1357 2468 1357 2468")!;

    /// <summary>
    /// What is on the account goes over at once, and what comes back of the old card's coins, once their terms are over, by itself.
    /// </summary>
    [Test, Hole(10)]
    public async Task TheNewCardHasTheBalanceAndWhatComesBackLater()
    {
        using var card = Town.NewCard("Alice");
        var old = Town.UserBank.Accounts.Single(a => a.Name == "Alice");
        Assert.That(Town.UserBank.OpenAccount("Alice", Selected(card), Letter).Refused?.Sentence,
            Does.Contain("'hiercash-bank replace-card Alice' gives it this card"));
        var account = Town.UserBank.ReplaceCard("Alice", Selected(card), Letter, withoutReport: false).OrRefuse();
        Assert.That((account.Name, account.User == old.User), Is.EqualTo(("Alice", false)));
        Assert.That((Town.UserBank.BalanceOf(account.User).Minor, Town.UserBank.BalanceOf(old.User).IsZero), Is.EqualTo((80_000UL, true)));
        Assert.That(Town.UserBank.ReplaceCard("Alice", Selected(card), Letter, withoutReport: false).OrRefuse(), Is.EqualTo(account),
            "the same call goes on");
        card.Activate(Letter);
        Assert.That((await Town.Wallet.Withdraw(card.Card, card.Pin, new Amount(5000), default)).Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        Town.Clock.Advance(TimeSpan.FromDays(40));
        await Town.RunCycle();
        await Town.RunCycle();
        Assert.That((Town.UserBank.BalanceOf(account.User).Minor, Town.UserBank.BalanceOf(old.User).IsZero), Is.EqualTo((95_000UL, true)),
            "200.00 of the old card came back");
        Assert.That(Town.UserBank.Statement(account.User).Select(l => (l.Kind, l.Change)),
            Is.EqualTo(new[] { ("card replaced", 80_000L), ("withdrawal", -5000L), ("card replaced", 20_000L) }));
        Assert.That(Town.UserBank.Accounts.Select(a => a.Name), Is.EquivalentTo(new[] { "Alice", Replacement(old) }));
        Assert.That(TownAudit.RunQuiet(Town), Is.Empty);
    }

    /// <summary>
    /// The card is replaced while a withdrawal waits for the issuer, which then does not issue: the money is where the new card gets it.
    /// </summary>
    [Test, Hole(10), Hole(7)]
    public async Task WhatIsNotIssuedAfterwardsGoesOn()
    {
        bool away = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (from, _, _) => away && from == "bank-1" ? LinkFault.LoseRequest : LinkFault.None });
        using var bob = town.User("Bob");
        var old = town.UserBank.Accounts.Single();
        away = true;
        Assert.That(town.Withdraw(bob, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        using var card = town.NewCard("Bob");
        var account = town.UserBank.ReplaceCard("Bob", Selected(card), Letter, withoutReport: true).OrRefuse();
        Assert.That(town.UserBank.BalanceOf(account.User).Minor, Is.EqualTo(95_000));
        town.Issuer.Registry.SetCap(town.UserBank.Id, Amount.Zero);
        away = false;
        await town.RunCycle();
        Assert.That((town.UserBank.BalanceOf(account.User).Minor, town.UserBank.BalanceOf(old.User).IsZero), Is.EqualTo((100_000UL, true)));
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }

    /// <summary>Who pays in for the holder knows the old account only: the money is where the new card gets it.</summary>
    [Test, Hole(10)]
    public void WhatIsPaidInForTheOldCardGoesOn()
    {
        using var card = Town.NewCard("Alice");
        var old = Town.UserBank.Accounts.Single(a => a.Name == "Alice");
        var account = Town.UserBank.ReplaceCard("Alice", Selected(card), Letter, withoutReport: false).OrRefuse();
        Town.UserBank.Deposit(old.User, new Amount(5000), 4711).OrRefuse();
        Assert.That((Town.UserBank.BalanceOf(account.User).Minor, Town.UserBank.BalanceOf(old.User).IsZero), Is.EqualTo((85_000UL, true)));
        Town.UserBank.Deposit(old.User, new Amount(5000), 4711).OrRefuse();
        Assert.That(Town.UserBank.BalanceOf(account.User).Minor, Is.EqualTo(85_000UL), "one receipt is booked once");
    }

    /// <summary>
    /// The finder has the holder PIN as well. His withdrawal is refused for good, and leaves no slot taken; the bank sets no such card
    /// back.
    /// </summary>
    [Test, Hole(10)]
    public async Task TheOldCardStaysClosed()
    {
        var lost = await Town.Wallet.Withdraw(Found.Card, Found.Pin, new Amount(1000), default);
        Assert.That((lost.Outcome, Found.Pending()), Is.EqualTo((WithdrawalOutcome.Refused, 0)));
        Assert.That(lost.Message, Does.Contain("reported as lost").And.Contain("hiercash-bank replace-card NAME"));
        using var card = Town.NewCard("Alice");
        var old = Town.UserBank.Accounts.Single(a => a.Name == "Alice");
        Town.UserBank.ReplaceCard("Alice", Selected(card), Letter, withoutReport: false).OrRefuse();
        var replaced = await Town.Wallet.Withdraw(Found.Card, Found.Pin, new Amount(1000), default);
        Assert.That((replaced.Outcome, Found.Pending()), Is.EqualTo((WithdrawalOutcome.Refused, 0)));
        Assert.That(replaced.Message, Does.Contain("replaced by another one"));
        Assert.That(Town.UserBank.SetBack(old.User, Selected(Found), ActivationCode.Random(Town.Options.Suite.Random)).Refused?.Sentence,
            Does.Contain("reported as lost"));
        Assert.That(TownAudit.RunQuiet(Town), Is.Empty);
    }

    /// <summary>
    /// Nobody gets another holder's money because the name was free to say: without the old card's report the clerk has to say that there
    /// is none.
    /// </summary>
    [Test, Hole(10)]
    public async Task WithoutAReportTheClerkHasToSaySo()
    {
        using var bob = Town.User("Bob", 5000);
        using var card = Town.NewCard("Bob");
        var old = Town.UserBank.Accounts.Single(a => a.Name == "Bob");
        Assert.That(Town.UserBank.ReplaceCard("Bob", Selected(card), Letter, withoutReport: false).Refused?.Sentence,
            Does.Contain("was not reported as lost").And.Contain("--without-report"));
        Assert.That(Selected(card).GetStatus().State, Is.EqualTo(WalletState.Blank), "nothing was sent to the card");
        Assert.That(Town.UserBank.ReplaceCard("Carol", Selected(card), Letter, withoutReport: true).Refused?.Sentence,
            Does.Contain("no account 'Carol'"));
        Assert.That(() => Town.UserBank.ReplaceCard("Bob", Selected(Found), Letter, withoutReport: true),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("activated"));
        var account = Town.UserBank.ReplaceCard("Bob", Selected(card), Letter, withoutReport: true).OrRefuse();
        Assert.That((await Town.Wallet.Withdraw(bob.Card, bob.Pin, new Amount(100), default)).Outcome,
            Is.EqualTo(WithdrawalOutcome.Refused));
        Assert.That(Town.UserBank.SetBack(old.User, Selected(bob), ActivationCode.Random(Town.Options.Suite.Random)).Refused?.Sentence,
            Does.Contain("keep the card"));
        Assert.That((bob.Balance().Minor, Town.UserBank.BalanceOf(account.User).Minor), Is.EqualTo((5000UL, 95_000UL)),
            "its coins stay good");
        Assert.That((await Town.Wallet.Redeem(bob.Card, bob.Pin, null, default)).Single().Done);
        await Town.RunCycle();
        await Town.RunCycle();
        Assert.That(Town.UserBank.BalanceOf(account.User).Minor, Is.EqualTo(100_000), "what the old card redeems is the account's");
        Assert.That(TownAudit.RunQuiet(Town), Is.Empty);
    }

    /// <summary>
    /// A first card that "did not come" is replaced, and turns up with its letter when the second one is gone. It had the account before,
    /// and does not get it again: what comes for the one would go on to the other, and from there back, for ever.
    /// </summary>
    [Test, Rule(12), CancelAfter(60_000)]
    public void NoAccountGoesBackToACardThatHadIt(CancellationToken end)
    {
        using var first = Town.NewCard("Dora");
        using var second = Town.NewCard("Dora");
        var code = ActivationCode.Parse("1212 3434 5656 7878 9090")!;
        var former = Town.UserBank.OpenAccount("Dora", Selected(first), code).OrRefuse();
        var account = Town.UserBank.ReplaceCard("Dora", Selected(second), Letter, withoutReport: true).OrRefuse();
        second.Activate(Letter);
        Assert.That(Town.UserBank.Deposit(former.User, new Amount(1200), 7).OrRefuse(),
            Is.EqualTo(account), "and the clerk is told who has it");
        Assert.That((Town.UserBank.BalanceOf(former.User).IsZero, Town.UserBank.BalanceOf(account.User).Minor), Is.EqualTo((true, 1200UL)),
            "what is paid in to the former name goes on too");
        Assert.That(Town.UserBank.ReplaceCard("Dora", Selected(first), code, withoutReport: true).Refused?.Sentence,
            Does.StartWith("This card had an account"));
        Assert.That(Town.UserBank.Accounts.Single(a => a.Name == "Dora"), Is.EqualTo(account), "the name stays where it is");
        string formerName = Town.UserBank.Accounts.Single(a => a.User == former.User).Name;
        Assert.That(formerName, Does.StartWith("Dora until "));
        using var third = Town.NewCard("Dora");
        var next = ActivationCode.Parse("0909 8787 6565 4343 2121")!;
        Assert.That(Town.UserBank.ReplaceCard(formerName, Selected(third), next, withoutReport: true).Refused?.Sentence,
            Does.Contain("this account has another card already"));
        Assert.That(Selected(third).GetStatus().State, Is.EqualTo(WalletState.Blank), "no card is spoiled by a wrong name");
        Assert.That(Town.UserBank.ReplaceCard("Dora", Selected(third), next, withoutReport: true).OrRefuse().Name, Is.EqualTo("Dora"),
            "a new card does");
        Assert.That(end.IsCancellationRequested, Is.False);
    }

    /// <summary>
    /// The letter of the old card lies where 'open-account' has put it, and somebody has read it: the new card gets no such code, and can
    /// be set back, and once more.
    /// </summary>
    [Test, Rule(12)]
    public void TheNewCardNeverGetsTheOldCardsLetter()
    {
        using var first = Town.NewCard("Dora");
        using var second = Town.NewCard("Dora");
        var old = ActivationCode.Parse("1212 3434 5656 7878 9090")!;
        Town.UserBank.OpenAccount("Dora", Selected(first), old).OrRefuse();
        first.Activate(old);
        Assert.That(Town.UserBank.ReplaceCard("Dora", Selected(second), old, withoutReport: true).Refused?.Sentence,
            Does.StartWith("That letter belongs to a card already"));
        Assert.That(Selected(second).GetStatus().State, Is.EqualTo(WalletState.Blank), "nothing was sent to the card");
        var account = Town.UserBank.ReplaceCard("Dora", Selected(second), Letter, withoutReport: true).OrRefuse();
        second.Activate(Letter);
        var wallet = Selected(second);
        while (wallet.UnblockPin(second.Puk == "12345678" ? "87654321" : "12345678", "7777") != StatusWord.AuthenticationMethodBlocked)
        {
        }

        Town.UserBank.SetBack(account.User, Selected(second), ActivationCode.Parse("1111 2222 3333 4444 5555")!).OrRefuse();
        var again = ActivationCode.Parse("5555 4444 3333 2222 1111")!;
        Town.UserBank.SetBack(account.User, Selected(second), again).OrRefuse();
        second.Activate(again);
        Assert.That(second.Balance().IsZero, "its letter was lost too");
    }

    private string Replacement(AccountEntry old) => $"Alice until {Town.Options.Start.AddHours(1):yyyy-MM-dd} {old.User.ToString()[..8]}";

    private static WalletCard Selected(TownCard card)
    {
        var wallet = new WalletCard(card.Card);
        wallet.Select();
        return wallet;
    }
}
