using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Bad days between a bank, a letter and a card (rule R12): kill -9, a full disk, a card that leaves. The same call goes on.
/// </summary>
[Parallelizable]
public sealed class LetterTests
{
    private sealed class Killed(string point) : Exception(point);

    /// <summary>Stops the bank at a point, once.</summary>
    private sealed class Kill : ICrashPoints
    {
        public string? Point { get; set; }

        public void Reach(string point)
        {
            if (point == Point)
            {
                Point = null;
                throw new Killed(point);
            }
        }
    }

    private readonly Kill _kill = new();
    private string _folder = null!;
    private SimulatedTown _town = null!;
    private TownCard _alice = null!;

    private string Letter => Path.Combine(_folder, "alice.letter");

    [SetUp]
    public void MakeTown()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        _kill.Point = null;
        _town = Towns.Make(with: o => o with { Directory = _folder, Crash = _kill });
        _alice = _town.NewCard("Alice");
    }

    [TearDown]
    public void EndTown()
    {
        _alice.Dispose();
        _town.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// Between the books, the letter and the card: no letter is ever unknown to the books, and what the first call wrote is what the holder
    /// gets.
    /// </summary>
    [Test, Rule(12)]
    public void TheSameCallGoesOnWhereverItWasCutShort(
        [Values(Bank.CrashPoints.LetterBooked, Bank.CrashPoints.LetterWritten, Bank.CrashPoints.LetterOffered)] string point,
        [Values] bool isSetBack)
    {
        if (isSetBack)
        {
            _town.OpenAccount(_alice, new Amount(100));
            BlockPuk();
        }

        _kill.Point = point;
        Assert.That(() => Call(isSetBack), Throws.TypeOf<Killed>());
        Assert.That(File.Exists(Letter), Is.EqualTo(point != Bank.CrashPoints.LetterBooked));
        string? before = File.Exists(Letter) ? File.ReadAllText(Letter) : null;
        RestartBanks();
        Call(isSetBack);
        Assert.That(File.ReadAllText(Letter), Is.EqualTo(before ?? File.ReadAllText(Letter)));
        _alice.Activate(ActivationLetter.Read(Letter));
        Assert.That(_alice.Balance().IsZero);
        Assert.That(_town.UserBank.Accounts.Single().Name, Is.EqualTo("Alice"));
    }

    /// <summary>
    /// Nobody has the code of a letter that no card has heard of: neither a refusal later nor a second letter leaves one that opens
    /// nothing.
    /// </summary>
    [Test, Rule(12)]
    public void ALetterThatNoCardHasHeardOfGoesWithARefusal()
    {
        using var bob = _town.User("Bob");
        _kill.Point = Bank.CrashPoints.LetterWritten;
        Assert.That(() => Call(isSetBack: false), Throws.TypeOf<Killed>());
        var code = ActivationLetter.Read(Letter);
        Assert.That(_town.UserBank.WithLetter<bool>(Letter, "Bob", null, _ => true).Refused?.Sentence, Does.Contain("for another holder"));
        Assert.That(File.Exists(Letter), "it is Alice's");
        Assert.That(
            () => _town.UserBank.WithLetter(Letter, "Alice", null, c => _town.UserBank.OpenAccount("Alice", Selected(bob), c)),
            Throws.TypeOf<CardRefusedException>().With.Message.Contains("is activated"));
        Assert.That((File.Exists(Letter), _town.UserBank.KnowsCode(code)), Is.EqualTo((false, false)));
        Call(isSetBack: false);
        _alice.Activate(ActivationLetter.Read(Letter));
        Assert.That(_alice.Balance().IsZero);
    }

    /// <summary>
    /// A call for a second letter was cut short before there was one. The first, to which the card may have been set back already, is no
    /// old one for that.
    /// </summary>
    [Test, Rule(12)]
    public void ALetterThatNeverWasMakesNoOtherOneOld()
    {
        _town.OpenAccount(_alice, Amount.Zero);
        BlockPuk();
        using var reader = new GoneReader(_alice.Card, SetBackInstruction);
        var user = _town.UserBank.Accounts.Single().User;
        Assert.That(
            () => _town.UserBank.WithLetter(Letter, "Alice", user, c => SetBack(user, Selected(_alice, reader), c)),
            Throws.TypeOf<CardChannelException>());
        _kill.Point = Bank.CrashPoints.LetterBooked;
        Assert.That(() => _town.UserBank.WithLetter<bool>(Letter + "-2", "Alice", user, _ => true), Throws.TypeOf<Killed>());
        RestartBanks();
        Call(isSetBack: true);
        _alice.Activate(ActivationLetter.Read(Letter));
        Assert.That(_alice.Balance().IsZero);
    }

    /// <summary>
    /// A new card's letter was lost, and its PUK is not blocked. A set-back that was cut short before the card heard of it does not make it
    /// a card that was set back.
    /// </summary>
    [Test, Rule(12)]
    public void ACallThatWasCutShortIsNoSetBack([Values] bool isBookedOnly, [Values] bool isAnotherLetter)
    {
        _town.UserBank.OpenAccount("Alice", Selected(_alice, _alice.Card), ActivationCode.Random(_town.Options.Suite.Random)).OrRefuse();
        var user = _town.UserBank.Accounts.Single().User;
        _kill.Point = isBookedOnly ? Bank.CrashPoints.LetterBooked : Bank.CrashPoints.LetterOffered;
        Assert.That(() => _town.UserBank.WithLetter(Letter, "Alice", user, c => SetBack(user, Selected(_alice, _alice.Card), c)),
            Throws.TypeOf<Killed>());
        RestartBanks();
        Assert.That(
            () => _town.UserBank.WithLetter(isAnotherLetter ? Letter + "-2" : Letter, "Alice", user, c =>
                SetBack(user, Selected(_alice, _alice.Card), c)),
            Throws.TypeOf<CardRefusedException>().With.Message.StartsWith("This card is not activated yet"));
        Assert.That(_town.UserBank.Alarms, Is.Empty, "nothing was signed");
    }

    /// <summary>
    /// The answer of a set-back was lost, so the card may have the code. The same call is then refused, for somebody put another card in:
    /// the letter stays, for it may be the only thing that opens the first card.
    /// </summary>
    [Test, Rule(12)]
    public void ALetterWhoseCodeACardMayHaveOutlastsALaterRefusal([Values] bool isTaken)
    {
        using var bob = _town.User("Bob");
        _town.OpenAccount(_alice, Amount.Zero);
        BlockPuk();
        using var reader = new GoneReader(_alice.Card, SetBackInstruction, arrives: isTaken);
        var user = _town.UserBank.Accounts.Single(a => a.Name == "Alice").User;
        Assert.That(
            () => _town.UserBank.WithLetter(Letter, "Alice", user, c => SetBack(user, Selected(_alice, reader), c)),
            Throws.TypeOf<CardChannelException>());
        string letter = File.ReadAllText(Letter);
        Assert.That(() => _town.UserBank.WithLetter(Letter, "Alice", user, c => SetBack(user, Selected(bob), c)),
            Throws.TypeOf<CardRefusedException>());
        Assert.That(File.Exists(Letter) && _town.UserBank.KnowsCode(ActivationLetter.Read(Letter)));
        if (!isTaken)
        {
            Call(isSetBack: true);
        }

        Assert.That(File.ReadAllText(Letter), Is.EqualTo(letter));
        _alice.Activate(ActivationLetter.Read(Letter));
        Assert.That(_alice.Balance().IsZero);
    }

    /// <summary>
    /// Half a letter on a full disk would be in the way of the call that is repeated; a file that was there is not touched.
    /// </summary>
    [Test]
    public void WhatCannotBeWrittenLeavesNothing()
    {
        static void Full(Stream file)
        {
            file.Write("To Al"u8);
            throw new IOException("No space left on device");
        }

        Assert.That(() => PrivateFile.WriteOnce(Letter, Full),
            Throws.TypeOf<IOException>().With.Message.EqualTo("No space left on device"));
        Assert.That(File.Exists(Letter), Is.False);
        Call(isSetBack: false);
        string letter = File.ReadAllText(Letter);
        Assert.That(() => PrivateFile.WriteOnce(Letter, Full), Throws.TypeOf<IOException>().With.Message.Contains("is there already"));
        Assert.That(File.ReadAllText(Letter), Is.EqualTo(letter));
    }

    /// <summary>
    /// What the bank did not sign does not stand in its books: nobody is told to report a card as lost that left before the nonce.
    /// </summary>
    [Test, Rule(12)]
    public void ACardThatLeavesBeforeItsNonceIsNoSetBackInTheBooks()
    {
        _town.OpenAccount(_alice, Amount.Zero);
        BlockPuk();
        var user = _town.UserBank.Accounts.Single().User;
        int said = _town.UserBank.Explain(user).Count();
        using var reader = new GoneReader(_alice.Card, GetNonceInstruction);
        Assert.That(() => _town.UserBank.SetBack(user, Selected(_alice, reader), ActivationCode.Random(_town.Options.Suite.Random)),
            Throws.TypeOf<CardChannelException>());
        Assert.That((_town.UserBank.Alarms.Count, _town.UserBank.Explain(user).Count()), Is.EqualTo((0, said)));
        Call(isSetBack: true);
        Assert.That((_town.UserBank.Alarms.Count, _town.UserBank.Explain(user).Count()), Is.EqualTo((1, said + 1)));
    }

    /// <summary>
    /// The answer of FINISH ACTIVATION is lost, on this or on that side of the card's writing. Nothing in the world shows the PUK again:
    /// its file stays, and one finds out whose it is.
    /// </summary>
    [Test, Rule(12)]
    public void ALostAnswerOfTheActivationKeepsTheFileWithThePuk([Values] bool isTaken)
    {
        Call(isSetBack: false);
        var code = ActivationLetter.Read(Letter);
        string file = Path.Combine(_folder, "alice.puk");
        using var reader = new GoneReader(_alice.Card, FinishActivationInstruction, arrives: isTaken);
        var card = Selected(_alice, reader);
        string puk = card.BeginActivation(code);
        Assert.That(
            () => Activation.Finish(card, puk, "1111", "0000", file).ThrowIfAny(),
            Throws.TypeOf<CardChannelException>().With.Message.Contains($"may have taken this PUK: keep '{file}'")
                .And.Message.Contains($"activated already, '{file}' is its PUK"));
        Assert.That(File.ReadAllText(file).Trim(), Is.EqualTo(puk));
        var again = Selected(_alice);
        if (isTaken)
        {
            Assert.That(() => again.BeginActivation(code),
                Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.AlreadyDone));
            Assert.That(again.UnblockPin(puk, "4711").IsSuccess, "as the sentence says");
        }
        else
        {
            string next = again.BeginActivation(code);
            Assert.That(Activation.Finish(again, next, "0000", "0000", file + "-2"), Is.Not.Null);
            Assert.That(File.Exists(file + "-2"), Is.False, "the PUK of no card");
            Activation.Finish(again, next, "1111", "0000", file + "-3").ThrowIfAny();
            Assert.That(again.UnblockPin(puk, "4711").TriesLeft, Is.Not.Null, "as the sentence says, the card has another one");
            Assert.That(again.UnblockPin(File.ReadAllText(file + "-3").Trim(), "4711").IsSuccess);
        }
    }

    private void Call(bool isSetBack)
    {
        AccountId? user = isSetBack ? _town.UserBank.Accounts.Single(a => a.Name == "Alice").User : null;
        var bank = _town.UserBank;
        var refused = user is { } known ? bank.WithLetter(Letter, "Alice", user, code => SetBack(known, Selected(_alice), code)).Refused
            : bank.WithLetter(Letter, "Alice", user, code => bank.OpenAccount("Alice", new WalletCard(_alice.Card), code)).Refused;
        refused.ThrowIfAny();
    }

    private Result<AccountId> SetBack(AccountId user, WalletCard card, ActivationCode code) =>
        _town.UserBank.SetBack(user, card, code);

    private void RestartBanks()
    {
        foreach (string name in _town.PartyNames.Where(n => n.StartsWith("bank", StringComparison.Ordinal)).ToList())
        {
            _town.Restart(name);
        }
    }

    private static WalletCard Selected(TownCard card, ICardChannel? channel = null)
    {
        var wallet = new WalletCard(channel ?? card.Card);
        wallet.Select();
        return wallet;
    }

    private void BlockPuk()
    {
        var wallet = Selected(_alice);
        while (wallet.UnblockPin(_alice.Puk == "12345678" ? "87654321" : "12345678", "4711") != StatusWord.AuthenticationMethodBlocked)
        {
        }
    }

    // INS of set-back.md, get-nonce.md, finish-activation.md.
    private const byte SetBackInstruction = 0x1C;
    private const byte GetNonceInstruction = 0x1A;
    private const byte FinishActivationInstruction = 0x18;

    /// <summary>Is gone with one command.</summary>
    /// <param name="arrives">Only the answer is lost.</param>
    private sealed class GoneReader(ICardChannel inner, byte instruction, bool arrives = true) : ICardChannel
    {
        public ReadOnlyMemory<byte> Atr => inner.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            bool isGone = command[1] == instruction;
            int length = isGone && !arrives ? 0 : inner.Transmit(command, response);
            return isGone ? throw new CardChannelException("The reader is gone.") : length;
        }

        public void Reset() => inner.Reset();

        public void Dispose()
        {
        }
    }
}
