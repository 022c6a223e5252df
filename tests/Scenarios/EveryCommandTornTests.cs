using HierCash.Card.Runtime;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// For every command of the wallet: power goes at write 1, 2, 3 and so on, until the command comes to its end uncut. After each cut the
/// card answers, the money adds up, and the command can be repeated.
/// </summary>
[Parallelizable]
public sealed class EveryCommandTornTests
{
    private const string Pin = "0000";
    private static readonly Timestamp Time = new(1795424460000001);
    private static readonly ActivationCode Code = ActivationCode.Parse("0123 4567 8901 2345 6789")!;
    private SimulatedTown _town = null!;
    private TownCard _blank = null!;
    private TownCard _card = null!;
    private TownCard _issued = null!;
    private TownCard _old = null!;
    private TownCard _blocked = null!;
    private byte[] _shown = new byte[8];
    private byte[] _nonce = new byte[16];
    private readonly Dictionary<string, (TownCard Card, byte[][] Before, byte[] Command)> _cases = [];

    /// <summary>Everything that writes, and everything that must not.</summary>
    private static readonly string[] Names =
    [
        "SELECT", "VERIFY", "VERIFY wrong", "VERIFY payment", "CHANGE REFERENCE DATA", "CHANGE REFERENCE DATA payment",
        "RESET RETRY COUNTER", "GET STATUS", "PERSONALISE",
        "BEGIN ACTIVATION", "FINISH ACTIVATION", "GET NONCE", "SET BACK", "PUT CERTIFICATE",
        "BEGIN WITHDRAWAL", "BEGIN WITHDRAWAL same key", "BEGIN WITHDRAWAL again", "AUTHORISE WITHDRAWAL", "AUTHORISE WITHDRAWAL again",
        "RENOUNCE ORDER", "FINISH WITHDRAWAL",
        "RELEASE WITHDRAWAL", "GET CASH", "PAY", "PAY again", "PAY claim", "PAY all of a coin", "CONFIRM", "VOID", "RESTORE",
        "SHOW PAYMENT", "VOID shown", "CLOSE", "CLOSE spent", "GET COIN", "GET BALANCE", "READ LOG",
        "ACKNOWLEDGE LOG", "AUTHORISE LOST CARD",
    ];

    [OneTimeSetUp]
    public void Prepare()
    {
        // What is repeated is compared byte by byte: signatures follow from the seed as well.
        _town = Towns.Make(with: o => o with { Suite = new BouncyCastleSuite(new SeededRandom(1)) });
        _blank = _town.NewCard("Nobody");
        _card = _town.User("Alice", 5000, 2000);
        using var till = _town.Options.Suite.GenerateKey();
        var w = Derivations.W(till.PublicKey);
        var wallet = new WalletCard(_card.Card);
        wallet.Select();
        wallet.Verify(Pin);
        var paid = PayCommand.Fast(Time, w, new Amount(1250), Currency.Eur);
        wallet.Pay(paid, out var h);
        var sw = till.Sign(SignedMessage.Void(new CashPayment(h!.Coin!, h.Seq, h.Balance, Time, w, new Amount(1250), h.SU).Id, w));
        var key = _town.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key.Id;
        byte finish = wallet.BeginWithdrawal(new Amount(700), Currency.Eur, key).Slot;
        var entry = wallet.ReadLog(0).Content;
        wallet.PutCertificate(_town.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerStatement));
        byte release = wallet.BeginWithdrawal(new Amount(uint.MaxValue), Currency.Eur, key).Slot;
        var answers = Answers();

        byte[] select = Apdu<SelectCommand, SelectReply>(new SelectCommand(SelectCommand.Wallet));
        byte[] verify = Apdu<VerifyCommand, NoReply>(new VerifyCommand(PinRole.Holder, Block(Pin)));
        var time = Time.Plus(TimeSpan.FromMinutes(1));
        void Add(string name, byte[] command, params byte[][] before) => _cases.Add(name, (_card, [select, verify, .. before], command));
        Add("SELECT", select);
        Add("VERIFY", verify);
        Add("VERIFY wrong", Apdu<VerifyCommand, NoReply>(new VerifyCommand(PinRole.Holder, Block("9999"))));
        Add("VERIFY payment", Apdu<VerifyCommand, NoReply>(new VerifyCommand(PinRole.Payment, Block(_card.PaymentPin))));
        Add("CHANGE REFERENCE DATA payment", Apdu<ChangePinCommand, NoReply>(ChangePinCommand.OfPayment(Block("2222"))));
        Add("CHANGE REFERENCE DATA", Apdu<ChangePinCommand, NoReply>(ChangePinCommand.OfHolder(Block(Pin), Block("4711"))));
        Add("RESET RETRY COUNTER", Apdu<UnblockPinCommand, NoReply>(new UnblockPinCommand(Block(_card.Puk), Block("4711"))));
        Add("GET STATUS", Apdu<GetStatusCommand, StatusReply>(default));
        _cases.Add("PERSONALISE", (_blank, [select], Apdu<PersonaliseCommand, PersonaliseReply>(
            new PersonaliseCommand(_town.Scheme.Root.Bytes.ToArray(), new PartyId(7), Currency.Eur, new Amount(5000), Code.Hash))));
        AddActivation(select);
        Add("PUT CERTIFICATE", Apdu<PutCertificateCommand, NoReply>(new PutCertificateCommand(_town.Scheme.Certificates[0])));
        Add("BEGIN WITHDRAWAL", Apdu<BeginWithdrawalCommand, BeginWithdrawalReply>(
            new BeginWithdrawalCommand(WithdrawalMode.NewKey, 0, new Amount(900), Currency.Eur, key)));
        Add("BEGIN WITHDRAWAL same key", Apdu<BeginWithdrawalCommand, BeginWithdrawalReply>(
            new BeginWithdrawalCommand(WithdrawalMode.SameKey, 0, new Amount(900), Currency.Eur, key)));
        Add("BEGIN WITHDRAWAL again", Apdu<BeginWithdrawalCommand, BeginWithdrawalReply>(
            new BeginWithdrawalCommand(WithdrawalMode.Again, finish, default, default, default)));
        Add("AUTHORISE WITHDRAWAL", Apdu<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(finish, Time)));
        Add("AUTHORISE WITHDRAWAL again", Apdu<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(0, Time)));
        Add("RENOUNCE ORDER", Apdu<RenounceOrderCommand, SignatureReply>(new RenounceOrderCommand(1, Time)));
        Add("FINISH WITHDRAWAL", answers.Single(a => a[1] == FinishWithdrawalCommand.Ins && a[2] == finish));
        Add("RELEASE WITHDRAWAL", answers.Single(a => a[1] == ReleaseWithdrawalCommand.Ins && a[2] == release));
        byte[] getCash = Apdu<GetCashCommand, CashReply>(new GetCashCommand(time, new Amount(300), Currency.Eur));
        Add("GET CASH", getCash);
        Add("PAY", Apdu<PayCommand, PayReply>(PayCommand.Fast(time, w, new Amount(300), Currency.Eur)));
        Add("PAY again", Apdu<PayCommand, PayReply>(paid));
        Add("PAY claim", Apdu<PayCommand, PayReply>(PayCommand.Claim(time, w, new Amount(300), Currency.Eur)), getCash);
        Add("PAY all of a coin", Apdu<PayCommand, PayReply>(PayCommand.Fast(time, w, new Amount(750), Currency.Eur)));
        Add("CONFIRM", Apdu<ConfirmCommand, NoReply>(new ConfirmCommand(h.Coin!.Id, h.Seq)));
        Add("VOID", Apdu<VoidCommand, NoReply>(new VoidCommand(h.Coin!.Id, h.Seq, till.PublicKey.Bytes.ToArray(), sw)));
        var payment = new CashPayment(h.Coin!, h.Seq, h.Balance, Time, w, new Amount(1250), h.SU);
        Add("RESTORE", Apdu<RestoreCommand, NoReply>(
            new RestoreCommand(NonSettlementStatement.Sign(_town.StatementKey, new PartyId(1), payment, DeathBasis.TermOver, Time))));
        AddForgotten(select, verify, till, w);
        Add("CLOSE", Apdu<CloseCommand, PayReply>(new CloseCommand(0, time)));
        Add("CLOSE spent", Apdu<CloseCommand, PayReply>(new CloseCommand(1, time)), Apdu<PayCommand, PayReply>(
            PayCommand.Fast(time, w, new Amount(750), Currency.Eur)));
        Add("AUTHORISE LOST CARD", Apdu<AuthoriseLostCardCommand, SignatureReply>(new AuthoriseLostCardCommand(Time)));
        Add("GET COIN", Apdu<GetCoinCommand, CoinReply>(new GetCoinCommand(0)));
        Add("GET BALANCE", Apdu<GetBalanceCommand, BalanceReply>(default));
        Add("READ LOG", Apdu<ReadLogCommand, LogReply>(new ReadLogCommand(0)));
        Add("ACKNOWLEDGE LOG", Apdu<AcknowledgeLogCommand, NoReply>(new AcknowledgeLogCommand(0, entry)));
    }

    /// <summary>A payment of 12.50 that the log has forgotten, and that the wallet shows the card (rule R24).</summary>
    private void AddForgotten(byte[] select, byte[] verify, ISigningKey till, TillId w)
    {
        _old = _town.User("Olga", 5000);
        var h = RawMessages.Pay(_old, Time, w, 1250, _old.PaymentPin)!;
        RawMessages.AcknowledgeAll(_old, Pin);
        RawMessages.Dust(_old, Time.Plus(TimeSpan.FromMinutes(1)), w, Card.Wallet.WalletApplet.LogSize);
        RawMessages.AcknowledgeAll(_old, Pin);
        byte[] show = Apdu<ShowPaymentCommand, NoReply>(ShowPaymentCommand.Of(h));
        _cases.Add("SHOW PAYMENT", (_old, [select, verify], show));
        _cases.Add("VOID shown", (_old, [select, verify, show], Apdu<VoidCommand, NoReply>(
            new VoidCommand(h.Coin.Id, h.Seq, till.PublicKey.Bytes.ToArray(), till.Sign(SignedMessage.Void(h.Id, w))))));
    }

    /// <summary>
    /// Of a card that is only personalised, and of one whose PUK is blocked. What a card shows is filled in when it is sent back.
    /// </summary>
    private void AddActivation(byte[] select)
    {
        _issued = _town.NewCard("Nora");
        _town.UserBank.OpenAccount("Nora", new WalletCard(_issued.Card), Code).OrRefuse();
        _blocked = _town.User("Bela", 5000);
        var blocked = new WalletCard(_blocked.Card);
        blocked.Select();
        while (blocked.UnblockPin(_blocked.Puk == "12345678" ? "87654321" : "12345678", "4711") != StatusWord.AuthenticationMethodBlocked)
        {
        }

        using (var copy = _blocked.Clone())
        {
            // The bank brings its certificate first.
            var trace = new TracingChannel(copy.Card);
            _town.UserBank.SetBack(_town.UserBank.Accounts.Single(a => a.Name == "Bela").User, new WalletCard(trace),
                ActivationCode.Parse("9876 5432 1098 7654 3210")!).OrRefuse();
            Send(_blocked, trace.Apdus.Select(a => a.Command).Single(c => c is [0x80, 0x14, ..]));
        }

        byte[] begin = Apdu<BeginActivationCommand, PukReply>(new BeginActivationCommand(Code));
        _cases.Add("BEGIN ACTIVATION", (_issued, [select], begin));
        _cases.Add("FINISH ACTIVATION", (_issued, [select, begin],
            Apdu<FinishActivationCommand, NoReply>(new FinishActivationCommand(Block("00000000"), Block(_card.PaymentPin), Block(Pin)))));
        _cases.Add("GET NONCE", (_issued, [select], Apdu<GetNonceCommand, NonceReply>(default)));
        _cases.Add("SET BACK", (_blocked, [select, Apdu<GetNonceCommand, NonceReply>(default)], Apdu<SetBackCommand, NoReply>(
            new SetBackCommand(Code.Hash, new byte[64]))));
    }

    [OneTimeTearDown]
    public void End()
    {
        _issued.Dispose();
        _old.Dispose();
        _blocked.Dispose();
        _card.Dispose();
        _blank.Dispose();
        _town.Dispose();
    }

    [Test]
    public void EveryCommandOfTheWalletIsHere()
    {
        Assert.That(_cases.Keys, Is.EquivalentTo(Names));
        var commands = typeof(PayCommand).Assembly.GetTypes()
            .Where(t => t.Name.EndsWith("Command", StringComparison.Ordinal) && t.IsValueType)
            .Select(t => (byte)t.GetProperty("Ins")!.GetValue(null)!);
        Assert.That(_cases.Values.Select(c => c.Command[1]), Is.SupersetOf(commands));
    }

    [Test, Hole(1)]
    public void AtWhateverWriteItIsTorn([ValueSource(nameof(Names))] string name, [Values] TornCell torn)
    {
        var (card, before, command) = _cases[name];
        string whole = Uncut(card, before, command);
        int cuts = 0;
        while (true)
        {
            using var copy = card.Clone();
            Array.ForEach(before, apdu => Send(copy, apdu));
            copy.Card.CutPowerAfter(cuts, torn);
            bool isTorn = false;
            try
            {
                Assert.That(Send(copy, command), MakesKeys(name) ? Does.EndWith("9000") : Is.EqualTo(whole), "uncut");
            }
            catch (CardChannelException)
            {
                isTorn = true;
            }

            copy.Card.PowerOff();
            copy.Card.PowerOn();
            AssertSound(copy, name, cuts);
            ulong shown = name == "VOID shown" ? copy.Balance().Minor : 0;
            AssertRepeats(copy, before, command, whole, name, cuts);
            Assert.That(name != "VOID shown" || (shown is 3686 or 4936 && copy.Balance().Minor == 4936),
                $"{name}, cut {cuts}: {shown} came back whole or not at all, and once");
            AssertSound(copy, name, cuts);
            if (!isTorn)
            {
                break;
            }

            cuts++;
        }

        TestContext.Out.WriteLine($"{name}: {cuts} cut points, torn cells {torn}");
        Assert.That(cuts, name is "SELECT" or "GET STATUS" or "GET CASH" or "GET COIN" or "GET BALANCE" or "READ LOG" or "PAY again"
            or "BEGIN WITHDRAWAL again"
                or "AUTHORISE WITHDRAWAL again" or "RENOUNCE ORDER" or "AUTHORISE LOST CARD" or "PUT CERTIFICATE" or "BEGIN ACTIVATION"
                    or "GET NONCE" or "SHOW PAYMENT"
            ? Is.Zero
            : Is.GreaterThan(1));
    }

    /// <summary>Its answer is another one each time.</summary>
    private static bool MakesKeys(string name) =>
        name is "BEGIN WITHDRAWAL" or "BEGIN WITHDRAWAL same key" or "PERSONALISE" or "BEGIN ACTIVATION" or "GET NONCE";

    private string Uncut(TownCard card, byte[][] before, byte[] command)
    {
        using var copy = card.Clone();
        Array.ForEach(before, apdu => Send(copy, apdu));
        return Send(copy, command);
    }

    /// <summary>What the terminal would do: select, show the PIN, and send the command once more.</summary>
    private void AssertRepeats(TownCard card, byte[][] before, byte[] command, string whole, string name, int cut)
    {
        bool newPin = name is "CHANGE REFERENCE DATA" or "RESET RETRY COUNTER";
        foreach (byte[] apdu in before)
        {
            string answer = Send(card, apdu);
            if (newPin && answer.StartsWith("63C", StringComparison.Ordinal))
            {
                // The change was done, only its answer was lost: the new PIN counts.
                Assert.That(Send(card, Apdu<VerifyCommand, NoReply>(new VerifyCommand(PinRole.Holder, Block("4711")))), Is.EqualTo("9000"),
                    $"{name}, cut {cut}");
                return;
            }

            if (name == "FINISH ACTIVATION" && answer == "9417")
            {
                // It was activated, only the answer was lost: the PINs are those that were chosen.
                Assert.That(Send(card, Apdu<VerifyCommand, NoReply>(new VerifyCommand(PinRole.Holder, Block(Pin)))), Is.EqualTo("9000"),
                    $"{name}, cut {cut}");
                return;
            }
        }

        string repeated = Send(card, command);
        string expected = name == "VERIFY wrong" ? "63C" : whole;
        Assert.That(repeated, MakesKeys(name) ? Does.EndWith("9000") : name == "PAY claim" ? Does.EndWith(expected)
            : Does.StartWith(expected), $"{name}, cut {cut}");
    }

    private void AssertSound(TownCard card, string name, int cut)
    {
        if (_cases[name].Card != _card)
        {
            return;
        }

        string pin = new WalletCardOn(card).Opens(Pin) ? Pin : "4711";
        Assert.That(new WalletCardOn(card).Opens(pin), $"{name}, cut {cut}: one of the two PINs counts");
        var wallet = new WalletCard(card.Card);
        ulong faces = 0;
        ulong money = 0;
        var coins = Enumerable.Range(0, Card.Wallet.WalletApplet.SlotCount).Select(i => wallet.GetCoin((byte)i)).ToList();
        foreach (var coin in coins.Where(c => c.Cash is not null))
        {
            faces += coin.Cash!.Coin.Terms.FaceValue.Minor;
            money += coin.Cash.Balance.Minor;
        }

        var log = Enumerable.Range(0, Card.Wallet.WalletApplet.LogSize).Select(i => wallet.ReadLog((byte)i))
            .Where(e => e.State == LogState.Signed).ToList();
        money += log.Aggregate(0UL, (sum, e) => sum + e.Payment!.Paid.Minor);
        Assert.That(money, Is.EqualTo(faces), $"{name}, cut {cut}: x and signed, unrestored payments make X");
        Assert.That(log.GroupBy(e => (e.Payment!.Slot, e.Payment.Seq)).All(g => g.Count() == 1), $"{name}, cut {cut}: one message per seq");
    }

    /// <summary>The answers of bank and issuer to what the card has begun: a copy of it fetched them.</summary>
    private List<byte[]> Answers()
    {
        using var copy = _card.Clone();
        var trace = new TracingChannel(copy.Card);
        _town.Wallet.Resume(trace, Pin, default).OrRefuse().AsTask().Wait();
        return trace.Apdus.Select(a => a.Command).ToList();
    }

    private static byte[] Block(string pin) => Protocol.Commands.Pin.ToBlock(pin);

    private static byte[] Apdu<TCommand, TReply>(TCommand command)
        where TCommand : ICardCommand<TCommand, TReply>
        where TReply : class
    {
        var apdu = new byte[CommandApdu.MaxShortLength];
        return apdu[..command.Write(apdu)];
    }

    private string Send(TownCard card, byte[] apdu)
    {
        string answer = Runtime.CardExtensions.Send(card.Card, Convert.ToHexString(Filled(apdu)));
        byte[] data = Convert.FromHexString(answer[..^4]);
        _shown = PukReply.Decode(data)?.Block ?? _shown;
        _nonce = NonceReply.Decode(data)?.Nonce ?? _nonce;
        return answer;
    }

    /// <summary>With the PUK and the nonce that the card showed last.</summary>
    private byte[] Filled(byte[] apdu)
    {
        if (apdu is [0x80, 0x18, ..])
        {
            return Apdu<FinishActivationCommand, NoReply>(new FinishActivationCommand(_shown, Block(_card.PaymentPin), Block(Pin)));
        }

        if (apdu is not [0x80, 0x1C, ..])
        {
            return apdu;
        }

        using var key = _town.BankKey("bank-1");
        var user = _town.UserBank.Accounts.Single(a => a.Name == "Bela").User;
        return Apdu<SetBackCommand, NoReply>(
            new SetBackCommand(Code.Hash, key.Sign(SignedMessage.SetBack(_town.UserBank.Id, _nonce, user, Code.Hash))));
    }

    /// <summary>Selects the wallet and shows a PIN, without spending the last try.</summary>
    private sealed class WalletCardOn(TownCard card)
    {
        public bool Opens(string pin)
        {
            var wallet = new WalletCard(card.Card);
            wallet.Select();
            return wallet.Verify(pin).IsSuccess;
        }
    }
}
