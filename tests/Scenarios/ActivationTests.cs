using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Simulation;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Rule R12: the bank's letter holds one activation code; the card makes its PUK; a blocked PUK goes back to a new code and no further.
/// </summary>
[Parallelizable]
public sealed class ActivationTests
{
    private static readonly ActivationCode Letter = ActivationCode.Parse("1111 2222 3333 4444 5555")!;
    private static readonly ActivationCode Next = ActivationCode.Parse("5555 4444 3333 2222 1111")!;
    private SimulatedTown _town = null!;

    [SetUp]
    public void MakeTown() => _town = Towns.Make();

    [TearDown]
    public void EndTown() => _town.Dispose();

    /// <summary>
    /// A clerk has kept a copy of the letter and has the card first: he can activate it. The holder sees that, before there is any money on
    /// it.
    /// </summary>
    [Test, Rule(12)]
    public void AClerkWithTheLetterCanActivateFirstAndTheHolderSeesIt()
    {
        using var card = _town.NewCard("Alice");
        _town.UserBank.OpenAccount("Alice", new WalletCard(card.Card), Letter).OrRefuse();
        var clerk = Selected(card);
        string puk = clerk.BeginActivation(Letter);
        Assert.That(clerk.FinishActivation(puk, "6666", "7777").IsSuccess, "he has what it takes");
        Assert.That(() => card.Activate(Letter),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.AlreadyDone), "and she sees it");
        Assert.That(clerk.Verify("7777").IsSuccess);
        Assert.That(clerk.GetBalance().Total.IsZero);
    }

    /// <summary>Once she has activated it the letter opens nothing, whoever has a copy, and no PIN or PUK is anybody's but hers.</summary>
    [Test, Rule(12)]
    public void AfterTheActivationTheLetterIsWorthNothing()
    {
        using var card = _town.NewCard("Alice");
        _town.UserBank.OpenAccount("Alice", new WalletCard(card.Card), Letter).OrRefuse();
        card.Activate(Letter);
        var clerk = Selected(card);
        Assert.That(() => clerk.BeginActivation(Letter),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.AlreadyDone));
        Assert.That(clerk.FinishActivation("12345678", "6666", "7777"), Is.EqualTo(WalletStatus.AlreadyDone));
        foreach (string guess in new[] { "00000000", "11112222", "22223333" })
        {
            Assert.That(clerk.UnblockPin(guess, "7777").TriesLeft, Is.Not.Null,
                "the public PUK of the first version, and digits of the letter (finding 1)");
        }

        Assert.That(() => _town.UserBank.SetBack(_town.UserBank.Accounts.Single().User, clerk, Next),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("not blocked"));
        Assert.That(() => _town.UserBank.OpenAccount("Alice", clerk, Next), Throws.TypeOf<CardRefusedException>(),
            "nor is it personalised once more, for another letter");
        Assert.That(card.Balance().IsZero, "her PIN counts");
    }

    /// <summary>A thief of a card in the mail has no letter: he gets as far as certificates, and guessing costs him for ever.</summary>
    [Test, Rule(12)]
    public void AThiefWithoutTheLetterGetsNowhere()
    {
        using var card = _town.NewCard("Alice");
        _town.UserBank.OpenAccount("Alice", new WalletCard(card.Card), Letter).OrRefuse();
        var thief = Selected(card);
        for (int i = 0; i < 50; i++)
        {
            Assert.That(() => thief.BeginActivation(ActivationCode.Random(_town.Options.Suite.Random)),
                Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.WrongCode));
        }

        foreach (var (what, status) in new (string, StatusWord)[]
        {
            ("VERIFY", thief.Verify("0000")), ("UNBLOCK", thief.UnblockPin("00000000", "7777")),
                ("FINISH", thief.FinishActivation("00000000", "6666", "7777")),
            ("PAY", thief.Pay(PayCommand.Fast(default, default, new Amount(1), Currency.Eur), out _)),
            ("BEGIN", thief.Send<BeginWithdrawalCommand, BeginWithdrawalReply>(
                new BeginWithdrawalCommand(WithdrawalMode.NewKey, 0, new Amount(1), Currency.Eur, default), out _)),
            ("SET BACK", thief.SetBack(Next.Hash, new byte[64])),
        })
        {
            Assert.That(status, Is.EqualTo(WalletStatus.NotActivated).Or.EqualTo(StatusWord.ConditionsNotSatisfied), what);
        }

        card.Activate(Letter);
        Assert.That(card.Balance().IsZero, "its holder activates it all the same: nothing that he tried blocked it");
    }

    /// <summary>A stranger blocks PIN and PUK without knowing anything (finding 20). The bank sets the card back; the coins stay.</summary>
    [Test, Rule(12)]
    public void ABlockedPukGoesBackToANewCodeAndTheCoinsStay()
    {
        using var alice = _town.User("Alice", 5000);
        var account = _town.UserBank.Accounts.Single();
        BlockPuk(alice);
        var stranger = Selected(alice);
        using var key = _town.Options.Suite.GenerateKey();
        var forged = key.Sign(SignedMessage.SetBack(_town.UserBank.Id, stranger.GetNonce(), account.User, Next.Hash));
        Assert.That(stranger.SetBack(Next.Hash, forged), Is.EqualTo(WalletStatus.KeyUnknown).Or.EqualTo(WalletStatus.InvalidSignature),
            "not on anybody's word");
        Assert.That(() => _town.ShopBank.SetBack(account.User, stranger, Next), Throws.TypeOf<CardRefusedException>(),
            "nor on another bank's");
        _town.UserBank.SetBack(account.User, stranger, Next).OrRefuse();
        Assert.That(stranger.GetStatus().State, Is.EqualTo(WalletState.NotActivated));
        Assert.That(stranger.Verify(alice.Pin), Is.EqualTo(WalletStatus.NotActivated), "back to the code and no further");
        Assert.That(() => stranger.BeginActivation(Letter), Throws.TypeOf<CardRefusedException>());
        alice.Activate(Next);
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000));
        Assert.That(_town.Pay(_town.AddTill("Cafe"), alice, 1250).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(alice.Log(), Has.Count.EqualTo(1));
    }

    /// <summary>What the bank signed once sets no card back a second time, and no other card.</summary>
    [Test, Rule(12)]
    public void TheBanksSignatureIsGoodForOneNonceAndOneCard()
    {
        using var alice = _town.User("Alice", 5000);
        using var bob = _town.User("Bob", 5000);
        var users = _town.UserBank.Accounts.ToDictionary(a => a.Name, a => a.User);
        BlockPuk(alice);
        BlockPuk(bob);
        using var trace = new TracingChannel(alice.Card);
        _town.UserBank.SetBack(users["Alice"], Selected(alice, trace), Next).OrRefuse();
        alice.Activate(Next);
        BlockPuk(alice);
        foreach (var card in new[] { alice, bob })
        {
            var replay = Selected(card);
            foreach (var apdu in trace.Apdus)
            {
                card.Card.Transmit(apdu.Command, new byte[ICardChannel.ResponseRoom]);
            }

            Assert.That(replay.GetStatus().State, Is.EqualTo(WalletState.Personalised), card.Owner);
        }

        Assert.That(() => _town.UserBank.SetBack(users["Alice"], Selected(bob), Letter),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("not the card of that account"));
        Assert.That(() => _town.UserBank.SetBack(users["Alice"], Selected(alice), Next),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("old one"), "somebody has read that letter");
    }

    /// <summary>
    /// The finder of a card that was reported as lost blocks its PUK and takes it to the counter: the bank signs nothing, and keeps the
    /// card.
    /// </summary>
    [Test, Rule(12), Hole(10)]
    public async Task ACardThatWasReportedAsLostIsNotSetBack()
    {
        using var alice = _town.User("Alice", 5000);
        using var bob = _town.User("Bob", 5000);
        var users = _town.UserBank.Accounts.ToDictionary(a => a.Name, a => a.User);
        var report = WalletTerminal.SignLostReport(alice.Card, alice.Pin, Timestamp.Now(_town.Clock));
        _town.Clock.Advance(TimeSpan.FromHours(1));
        var reported = Timestamp.Now(_town.Clock);
        Assert.That(await _town.Wallet.ReportLost(report, default), Is.EqualTo(1));
        _town.Clock.Advance(TimeSpan.FromHours(1));
        BlockPuk(alice);
        BlockPuk(bob);
        using var trace = new TracingChannel(alice.Card);
        Assert.That(_town.UserBank.SetBack(users["Alice"], new WalletCard(trace), Next).Refused?.Sentence,
            Does.Contain($"reported as lost on {reported}: keep the card"));
        Assert.That(trace.Apdus, Is.Empty, "the card heard nothing of it");
        var finder = Selected(alice);
        Assert.That(finder.GetStatus().State, Is.EqualTo(WalletState.Personalised));
        Assert.That(() => finder.BeginActivation(Next), Throws.TypeOf<CardRefusedException>(), "and he chooses no PIN");
        Assert.That(
            () => _town.UserBank.SetBack(users["Bob"], finder, Next),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("not the card of that account"), "nor under another's name");
        _town.UserBank.SetBack(users["Bob"], Selected(bob), Next).OrRefuse();
        bob.Activate(Next);
        Assert.That(bob.Balance().Minor, Is.EqualTo(5000), "others are set back as before");
    }

    /// <summary>
    /// A clerk has kept the first letter. He blocks the PUK once more and has the card set back to its code, which the card, that knows
    /// only its last one, has forgotten: he would activate it before its holder does, and the coins are on it.
    /// </summary>
    [Test, Rule(12)]
    public void AClerkWhoKeptTheFirstLetterSetsNoCardBackToIt()
    {
        using var alice = _town.NewCard("Alice");
        var account = _town.UserBank.OpenAccount("Alice", new WalletCard(alice.Card), Letter).OrRefuse();
        alice.Activate(Letter);
        BlockPuk(alice);
        _town.UserBank.SetBack(account.User, Selected(alice), Next).OrRefuse();
        alice.Activate(Next);
        BlockPuk(alice);
        var clerk = Selected(alice);
        Assert.That(_town.UserBank.SetBack(account.User, clerk, Letter).Refused?.Sentence, Does.Contain("an old one of the card"));
        Assert.That(_town.UserBank.OpenAccount("Alice", clerk, Letter).Refused, Is.Not.Null);
        Assert.That(clerk.GetStatus().State, Is.EqualTo(WalletState.Personalised), "it was not set back");
        var last = ActivationCode.Random(_town.Options.Suite.Random);
        _town.UserBank.SetBack(account.User, clerk, last).OrRefuse();
        _town.UserBank.SetBack(account.User, clerk, last).OrRefuse();
        Assert.That(() => clerk.BeginActivation(Letter),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.WrongCode));
        alice.Activate(last);
        Assert.That(alice.Balance().IsZero);
    }

    /// <summary>
    /// A letter that was written for Alice's card opens no account of Bob's, and sets no card of his back: she has read it.
    /// </summary>
    [Test, Rule(12)]
    public void ALetterIsForOneHolderAndOneCard()
    {
        using var alice = _town.NewCard("Alice");
        using var bob = _town.User("Bob", 5000);
        var accounts = _town.UserBank.Accounts;
        Assert.That(() => _town.UserBank.OpenAccount("Alice", Selected(bob), Letter),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("is activated"));
        Assert.That(_town.UserBank.KnowsCode(Letter), Is.False, "what the card refused is nobody's code");
        _town.UserBank.OpenAccount("Alice", new WalletCard(alice.Card), Letter).OrRefuse();
        using var blank = _town.NewCard("Bobby");
        Assert.That(_town.UserBank.OpenAccount("Bobby", new WalletCard(blank.Card), Letter).Refused?.Sentence,
            Does.Contain("belongs to a card already"));
        Assert.That(Selected(blank).GetStatus().State, Is.EqualTo(WalletState.Blank));
        BlockPuk(bob);
        Assert.That(_town.UserBank.SetBack(accounts.Single(a => a.Name == "Bob").User, Selected(bob), Letter).Refused?.Sentence,
            Does.Contain("another holder"));
        Assert.That((_town.UserBank.IsLetterFor(Letter, "Alice", null), _town.UserBank.IsLetterFor(Letter, "Bob", null)),
            Is.EqualTo((true, false)));
    }

    /// <summary>
    /// A clerk has a stolen card set back with a letter of his own, and his reader says nothing of it. What the bank signed stands in its
    /// books already when the card hears of it, and it stays there when the card refuses.
    /// </summary>
    [Test, Rule(12)]
    public void ASetBackStandsInTheBooksBeforeTheBankSignsIt()
    {
        using var alice = _town.User("Alice", 5000);
        using var bob = _town.User("Bob");
        using var eve = _town.User("Eve");
        var users = _town.UserBank.Accounts.ToDictionary(a => a.Name, a => a.User);
        BlockPuk(eve);
        var first = Timestamp.Now(_town.Clock);
        Assert.That(() => _town.UserBank.SetBack(users["Bob"], Selected(eve), Next), Throws.TypeOf<CardRefusedException>());
        _town.Clock.Advance(TimeSpan.FromDays(1));
        BlockPuk(alice);
        var reader = new GoneReader(alice.Card);
        Assert.That(() => _town.UserBank.SetBack(users["Alice"], Selected(alice, reader), Next), Throws.TypeOf<CardChannelException>());
        Assert.That(Selected(alice).GetStatus().State, Is.EqualTo(WalletState.NotActivated), "it was set back");
        var now = Timestamp.Now(_town.Clock);
        Assert.That(
            _town.UserBank.Alarms.Select(a => (a.Kind, a.Holder, a.Number)),
            Is.EqualTo(new (string, string?, ulong)[] { ("card set back", "Alice", 0), ("set-back with another card", "Bob", 0) }));
        Assert.That(_town.UserBank.Alarms[^1].Advice,
            Does.Contain("the card in the reader said that it is another one").And.Not.Contain("reported as lost"),
            "nobody cancels Bob's coins for it");
        Assert.That(_town.UserBank.Explain(users["Alice"]).Last(),
            Does.StartWith($"{now}: this bank signed that the card").And.Contain("goes back to the code of a new letter"));
        Assert.That(_town.UserBank.Explain(users["Bob"]).Single(),
            Does.StartWith($"{first}: this bank signed").And.EndsWith("see whether the holder still has the card."), "a reader may lie");
    }

    /// <summary>
    /// A clerk who has the bank's key and a card that somebody lost signs as the bank does. The card goes back to no code while its holder
    /// can open it.
    /// </summary>
    [Test, Rule(12)]
    public void WithTheBanksKeyNobodySetsACardBackThatItsHolderCanOpen()
    {
        using var alice = _town.User("Alice", 5000);
        var account = _town.UserBank.Accounts.Single();
        BlockPuk(alice);
        _town.UserBank.SetBack(account.User, Selected(alice), Next).OrRefuse();
        alice.Activate(Next);
        var clerks = ActivationCode.Random(_town.Options.Suite.Random);
        using var key = _town.BankKey("bank-1");
        var card = Selected(alice);
        var signed = key.Sign(SignedMessage.SetBack(_town.UserBank.Id, card.GetNonce(), account.User, clerks.Hash));
        Assert.That(card.SetBack(clerks.Hash, signed), Is.EqualTo(StatusWord.ConditionsNotSatisfied));
        Assert.That(card.GetStatus().State, Is.EqualTo(WalletState.Personalised));
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000));
    }

    /// <summary>
    /// A clerk's slip is no alarm: for a card whose PUK is not blocked, for one that waits for its first letter, and with a letter that was
    /// used, the bank signs nothing.
    /// </summary>
    [Test, Rule(12)]
    public void WhatTheCardCannotTakeIsNotSignedAndNoAlarm()
    {
        using var alice = _town.NewCard("Alice");
        using var bob = _town.User("Bob");
        var account = _town.UserBank.OpenAccount("Alice", new WalletCard(alice.Card), Letter).OrRefuse();
        using var trace = new TracingChannel(alice.Card);
        Assert.That(() => _town.UserBank.SetBack(account.User, Selected(alice, trace), Next),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("not activated yet"));
        alice.Activate(Letter);
        Assert.That(() => _town.UserBank.SetBack(account.User, Selected(alice, trace), Next),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("PUK is not blocked"));
        Assert.That(() => _town.UserBank.SetBack(account.User, Selected(bob), Next),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("PUK is not blocked"));
        Assert.That(trace.Apdus.Any(a => a.Command[1] == 0x1C), Is.False, "no SET BACK reached the card");
        BlockPuk(alice);
        Assert.That(() => _town.UserBank.SetBack(account.User, Selected(alice), Letter),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("old one"));
        Assert.That(_town.UserBank.Alarms, Is.Empty);
        Assert.That(_town.UserBank.Explain(account.User), Is.Empty);
        _town.UserBank.SetBack(account.User, Selected(alice), Next).OrRefuse();
        _town.UserBank.SetBack(account.User, Selected(alice), Next).OrRefuse();
        Assert.That(_town.UserBank.Alarms.Select(a => (a.Kind, a.Holder)), Is.EqualTo(new[] { ("card set back", (string?)"Alice") }),
            "the same once more: the card says that it is done");
        alice.Activate(Next);
        var last = ActivationCode.Random(_town.Options.Suite.Random);
        Assert.That(() => _town.UserBank.SetBack(account.User, Selected(alice), last),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("PUK is not blocked"));
        Assert.That(_town.UserBank.Alarms, Has.Count.EqualTo(1));
    }

    /// <summary>Takes SET BACK to the card and is gone before the answer.</summary>
    private sealed class GoneReader(ICardChannel inner) : ICardChannel
    {
        public ReadOnlyMemory<byte> Atr => inner.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            int length = inner.Transmit(command, response);
            return command[1] == SetBackInstruction ? throw new CardChannelException("The reader is gone.") : length;
        }

        public void Reset() => inner.Reset();

        public void Dispose()
        {
        }

        /// <summary>INS of SET BACK (set-back.md).</summary>
        private const byte SetBackInstruction = 0x1C;
    }

    /// <summary>The PUK is the card's own, another one each time, and what was not written down right sets nothing.</summary>
    [Test, Rule(12)]
    public void ThePukIsShownOnceAndAskedBack()
    {
        using var card = _town.NewCard("Alice");
        _town.UserBank.OpenAccount("Alice", new WalletCard(card.Card), Letter).OrRefuse();
        var wallet = Selected(card);
        string first = wallet.BeginActivation(Letter);
        string second = wallet.BeginActivation(Letter);
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(wallet.FinishActivation(first, "1111", "0000"), Is.EqualTo(WalletStatus.WrongPuk));
        Assert.That(wallet.FinishActivation(second, "1111", "0000"), Is.EqualTo(StatusWord.ConditionsNotSatisfied), "one chance");
        string third = wallet.BeginActivation(Letter);
        Assert.That(wallet.FinishActivation(third, "0000", "0000"), Is.EqualTo(StatusWord.WrongData), "two PINs, not one for both");
        Assert.That(wallet.FinishActivation(third, "1111", "0000"), Is.EqualTo(StatusWord.Success));
        Assert.That(wallet.UnblockPin(first, "4711").TriesLeft, Is.EqualTo(9));
        Assert.That(wallet.UnblockPin(third, "4711"), Is.EqualTo(StatusWord.Success));
    }

    private static WalletCard Selected(TownCard card, ICardChannel? channel = null)
    {
        var wallet = new WalletCard(channel ?? card.Card);
        wallet.Select();
        return wallet;
    }

    private static void BlockPuk(TownCard card)
    {
        var wallet = Selected(card);
        while (wallet.UnblockPin(card.Puk == "12345678" ? "87654321" : "12345678", "4711") != StatusWord.AuthenticationMethodBlocked)
        {
        }
    }
}
