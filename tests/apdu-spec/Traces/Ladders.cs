using HierCash.Card.Wallet;
using HierCash.Tests.Vectors;

namespace HierCash.Tests.Traces;

/// <summary>Commands for the conformance traces, with the keys of vectors.json around the fixture cards.</summary>
internal static class Ladders
{
    public static readonly BouncyCastleSuite Crypto = new(new SeededRandom(7));
    public static readonly PartyId IssuerId = new(1);
    public static readonly Timestamp Date = new(1_790_000_000_000_000);
    public static readonly ISigningKey Till = Key("till");
    public static readonly TillId W = Derivations.W(Till.PublicKey);
    public static readonly KeyId PE = Key("encryption").PublicKey.Id;
    public static readonly KeyId Nobody = new(1);
    public static readonly byte[] Select = Apdu<SelectCommand, SelectReply>(new SelectCommand(SelectCommand.Wallet));
    public static readonly byte[] RightPin = Verify(FixtureCard.HolderPin);
    public static readonly byte[] RightPaymentPin = Verify(FixtureCard.PaymentPin, PinRole.Payment);
    public static readonly ActivationCode Code = ActivationCode.Parse(FixtureCard.Code)!;

    /// <summary>All wallet commands in one sound form, for a card that cannot do them; and their data field broken.</summary>
    public static IEnumerable<(string Name, byte[] Sound, string MalformedStatus)> OfMoney()
    {
        yield return ("PUT CERTIFICATE", Apdu<PutCertificateCommand, NoReply>(
            new PutCertificateCommand(Certificate(Key("bank"), KeyUsage.Bank, "bank"))), "6A80");
        foreach (var command in OfHolder())
        {
            yield return command;
        }
    }

    /// <summary>What a card that is not activated does not do either.</summary>
    public static IEnumerable<(string Name, byte[] Sound, string MalformedStatus)> OfHolder()
    {
        var zero = new CoinId(Digest.Of("none"u8));
        yield return ("BEGIN WITHDRAWAL", Begin(WithdrawalMode.NewKey, 0, 0, 840, Nobody), "6A80");
        yield return ("AUTHORISE WITHDRAWAL", Apdu<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(16, Date)),
            "6A80");
        yield return ("RENOUNCE ORDER", Renounce(0), "6A80");
        yield return ("FINISH WITHDRAWAL", Finish(16, new byte[CashAnswer.EncipheredSize]), "6A80");
        yield return ("RELEASE WITHDRAWAL", Release(16, Never(new WithdrawalId(zero.Value), IssuerId, Key("bank"))), "6A80");
        yield return ("GET CASH", GetCash(0, 840), "6A80");
        yield return ("PAY", Pay(Date, 0, 840), "6A80");
        yield return ("CONFIRM", Confirm(zero, 1), "6A80");
        yield return ("VOID", Void(zero, 1, Key("bank"), new byte[64]), "6A80");
        var death = new NonSettlementStatement(
            new PartyId(9), new PaymentId(zero.Value), zero, 1, new Amount(1), DeathBasis.Voided, Date, new byte[64]);
        yield return ("RESTORE", Apdu<RestoreCommand, NoReply>(new RestoreCommand(death)), "6A80");
        yield return ("SHOW PAYMENT", Apdu<ShowPaymentCommand, NoReply>(
            new ShowPaymentCommand(zero, 1, new Amount(1), Date, W, new Amount(1), new byte[64])), "6A80");
        yield return ("CLOSE", Close(16), "6A80");
        yield return ("GET COIN", Apdu<GetCoinCommand, CoinReply>(new GetCoinCommand(16)), "6700");
        yield return ("GET BALANCE", Apdu<GetBalanceCommand, BalanceReply>(default), "6700");
        yield return ("READ LOG", Apdu<ReadLogCommand, LogReply>(new ReadLogCommand(64)), "6700");
        yield return ("ACKNOWLEDGE LOG", Acknowledge(64, default), "6A80");
        yield return ("AUTHORISE LOST CARD", Apdu<AuthoriseLostCardCommand, SignatureReply>(new AuthoriseLostCardCommand(Date)), "6A80");
    }

    public static byte[] Apdu<TCommand, TReply>(TCommand command)
        where TCommand : ICardCommand<TCommand, TReply>
        where TReply : class
    {
        var apdu = new byte[CommandApdu.MaxShortLength];
        return apdu[..command.Write(apdu)];
    }

    public static ISigningKey Key(string name) => Crypto.Key(name);

    public static byte[] Renounce(uint number) => Apdu<RenounceOrderCommand, SignatureReply>(new RenounceOrderCommand(number, Date));

    public static byte[] Acknowledge(byte index, Digest content) =>
        Apdu<AcknowledgeLogCommand, NoReply>(new AcknowledgeLogCommand(index, content));

    public static byte[] Verify(string pin, PinRole role = PinRole.Holder) =>
        Apdu<VerifyCommand, NoReply>(new VerifyCommand(role, Block(pin)));

    public static byte[] ReadLog(byte index) => Apdu<ReadLogCommand, LogReply>(new ReadLogCommand(index));

    public static byte[] FinishActivation(byte[] puk, string payment, string holder) =>
        Apdu<FinishActivationCommand, NoReply>(new FinishActivationCommand(puk, Block(payment), Block(holder)));

    public static byte[] SetBack(Digest code, byte[] signature) => Apdu<SetBackCommand, NoReply>(new SetBackCommand(code, signature));

    public static byte[] PayAgain(Timestamp time, uint y, ushort currency) =>
        Apdu<PayCommand, PayReply>(PayCommand.Repeat(time, W, new Amount(y), new Currency(currency)));

    public static byte[] Block(string pin) => Protocol.Commands.Pin.ToBlock(pin);

    public static byte[] Begin(WithdrawalMode mode, byte slot, uint x, ushort currency, KeyId key) =>
        Apdu<BeginWithdrawalCommand, BeginWithdrawalReply>(
        new BeginWithdrawalCommand(mode, slot, new Amount(x), new Currency(currency), key));

    public static byte[] Finish(byte slot, byte[] ek) => Apdu<FinishWithdrawalCommand, NoReply>(new FinishWithdrawalCommand(slot, ek));

    public static byte[] Release(byte slot, NonIssuanceStatement statement) =>
        Apdu<ReleaseWithdrawalCommand, NoReply>(new ReleaseWithdrawalCommand(slot, statement));

    public static byte[] GetCash(uint y, ushort currency, Timestamp? time = null) =>
        Apdu<GetCashCommand, CashReply>(new GetCashCommand(time ?? Date, new Amount(y), new Currency(currency)));

    public static byte[] Pay(Timestamp time, uint y, ushort currency) =>
        Apdu<PayCommand, PayReply>(PayCommand.Fast(time, W, new Amount(y), new Currency(currency)));

    public static byte[] PayClaim(Timestamp time, uint y, ushort currency, bool right)
    {
        var command = PayCommand.Claim(time, W, new Amount(y), new Currency(currency));
        return Apdu<PayCommand, PayReply>(right ? command : command with { Challenge = new Challenge(Id16.Read(new byte[16])) });
    }

    public static byte[] Confirm(CoinId coin, ushort seq) => Apdu<ConfirmCommand, NoReply>(new ConfirmCommand(coin, seq));

    public static byte[] Void(CoinId coin, ushort seq, ISigningKey till, byte[] sw) =>
        Apdu<VoidCommand, NoReply>(new VoidCommand(coin, seq, till.PublicKey.Bytes.ToArray(), sw));

    public static byte[] Close(byte slot, Timestamp? time = null) => Apdu<CloseCommand, PayReply>(new CloseCommand(slot, time ?? Date));

    public static byte[] Show(CashPayment h) => Apdu<ShowPaymentCommand, NoReply>(ShowPaymentCommand.Of(h));

    public static NonIssuanceStatement Never(WithdrawalId request, PartyId issuer, ISigningKey key) =>
        NonIssuanceStatement.Sign(key, issuer, new PartyId(0x101), new Amount(900), Currency.Eur, request, IssueRefusal.Asked, Date);

    public static KeyCertificate Certificate(ISigningKey root, KeyUsage usage, string key) =>
        KeyCertificate.Issue(root, usage, IssuerId, Date, Date.Plus(TimeSpan.FromDays(1461)), Key(key).PublicKey);

    /// <summary>The issuer's E_K to E_I, as it should be or claimed or signed by another key.</summary>
    public static byte[] Answer(byte[] ei, ISigningKey signer, KeyId claimed)
    {
        var m = CoinRequest.Decode(Ecies.TryDecrypt(Crypto, Key("encryption"), ei)!)!;
        var terms = new CoinAttributes(Coin.Suite1, GFunction.Sha256, IssuerId, claimed, m.FaceValue, m.Currency, m.TM, new Quarter(235));
        var si = signer.Sign(SignedMessage.Coin(terms, Derivations.G(terms.G, m.NU)));
        return CashCipher.Encrypt(m.Seed, new CashAnswer(terms.Suite, terms.G, IssuerId, claimed, terms.Expiry, si).Encode());
    }

    /// <summary>The answer of an issuer that makes the key pair: the user's, of vectors.json. The coin says so, or hides it.</summary>
    public static byte[] AnswerWithKey(byte[] ei, ISigningKey signer, bool said = true)
    {
        var m = CoinRequest.Decode(Ecies.TryDecrypt(Crypto, Key("encryption"), ei)!)!;
        using var made = Key("user");
        var terms = new CoinAttributes(Coin.Suite1, GFunction.Sha256, IssuerId, signer.PublicKey.Id, m.FaceValue, m.Currency, m.TM,
            new Quarter(235), said);
        var si = signer.Sign(SignedMessage.Coin(terms, Derivations.G(terms.G, made.PublicKey.Compress())));
        byte[] answer = new CashAnswer(terms.Suite, terms.G, IssuerId, terms.IssuerKey, terms.Expiry, si, said).Encode();
        return CashCipher.Encrypt(m.Seed, [.. answer, .. made.ExportScalar()]);
    }

    /// <summary>H of what PAY answered.</summary>
    public static CashPayment H(byte[] reply, Timestamp time, uint y)
    {
        var read = PayCommand.ParseReply(reply)!;
        return new CashPayment(read.Coin!, read.Seq, read.Balance, time, W, new Amount(y), read.SU);
    }

    /// <summary>The same command with wrong P1 and P2 and a broken data field.</summary>
    public static byte[] WrongParameters(byte[] apdu) => [apdu[0], apdu[1], 0xFE, 0xFE, 1, 0xFF];

    /// <summary>The same with a data field that is not the page's.</summary>
    public static byte[] WrongData(byte[] apdu) => [.. apdu[..4], 1, 0xFF, 0];
}
