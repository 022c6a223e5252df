namespace HierCash.Tests.Vectors;

/// <summary>Every encoder against the vectors of the specification, and every vector against an encoder.</summary>
[Parallelizable]
public sealed class EncoderVectorTests
{
    private static readonly BouncyCastleSuite Suite = new(new SeededRandom(1));
    private static readonly PartyId Issuer = new(1);
    private static readonly PartyId Bank = new(7);
    private static readonly Amount X = new(5000);
    private static readonly Amount Y = new(1250);
    private static readonly Timestamp Date = new(1795424400000000);
    private static readonly Timestamp Time = new(1795424460000001);
    private static readonly Dictionary<string, Func<byte[]>> Encoders = Build();

    public static IEnumerable<string> All => SpecVectors.Names;

    [TestCaseSource(nameof(All))]
    public void EncoderGivesTheVector(string name)
    {
        Assert.That(Encoders, Contains.Key(name), "a vector without an encoder");
        Assert.That(Convert.ToHexStringLower(Encoders[name]()), Is.EqualTo(SpecVectors.Hex(name)));
    }

    [Test]
    public void EveryEncoderHasAVector() => Assert.That(Encoders.Keys, Is.EquivalentTo(SpecVectors.Names));

    private static Dictionary<string, Func<byte[]>> Build()
    {
        var encryption = Suite.Key("encryption").PublicKey;
        var coinKey = Suite.Key("coin");
        var account = Suite.Key("account");
        var user = Suite.Key("user");
        var till = Suite.Key("till");
        var statement = Suite.Key("statement");
        var bankKey = Suite.Key("bank");
        var root = Suite.Key("root");
        var w = Derivations.W(till.PublicKey);
        var u = Derivations.U(account.PublicKey);
        var request = CoinRequest.Create(user, encryption.Id, SpecVectors.Seed, X, Currency.Eur, 0);
        var ei = request.Encipher(Suite, encryption);
        var requestId = new WithdrawalId(Digest.Of(ei));
        var terms = new CoinAttributes(1, GFunction.Sha256, Issuer, coinKey.PublicKey.Id, X, Currency.Eur, 0, new Quarter(231));
        var coin = new Coin(terms, user.PublicKey.Compress(), []);
        coin = coin with { SI = coinKey.Sign(coin.Message) };
        var keyed = coin with { Terms = terms with { IssuerKeyed = true } };
        keyed = keyed with { SI = coinKey.Sign(keyed.Message) };
        byte[] keyedAnswer = [.. CashAnswer.Of(keyed).Encode(), .. user.ExportScalar()];
        var unsigned = new CashPayment(coin, 3, new Amount(4200), Time, w, Y, []);
        var h = unsigned with { SU = user.Sign(unsigned.Message) };
        var sw = till.Sign(SignedMessage.Void(h.Id, w));
        var ek = CashCipher.Encrypt(request.Seed, CashAnswer.Of(coin).Encode());
        var from = new Timestamp(1795392000000000);
        var until = new Timestamp(2110752000000000);
        KeyCertificate Certify(KeyUsage usage, PartyId holder, ISigningKey key) =>
            KeyCertificate.Issue(root, usage, holder, from, until, key.PublicKey);
        var certificateE = Certify(KeyUsage.IssuerEncryption, Issuer, Suite.Key("encryption"));
        var certificateC = Certify(KeyUsage.IssuerCoin, Issuer, coinKey);
        var certificateB = Certify(KeyUsage.Bank, Bank, bankKey);
        byte[] Message(KeyCertificate c) => SignedMessage.Certificate(c.Usage, c.Holder, c.NotBefore, c.NotAfter, c.Key.Bytes);
        var order = new WithdrawalOrder(u, Bank, X, Currency.Eur, encryption.Id, ei, 7, Date, []);
        order = order with { Signature = account.Sign(order.Message) };
        var renunciation = new Renunciation(u, Bank, 7, Date, account.Sign(SignedMessage.Renunciation(u, Bank, 7, Date)));
        var shown = new ShownOrder(u, Bank, X, Currency.Eur, encryption.Id, requestId, 7, Date, order.Signature);
        var breq = SignedMessage.IssueRequest(Bank, X, Currency.Eur, encryption.Id, requestId, Date);
        var bankRequest = new IssueRequest(Bank, X, Currency.Eur, encryption.Id, ei, Date, bankKey.Sign(breq));
        var never = NonIssuanceStatement.Sign(statement, Issuer, Bank, X, Currency.Eur, requestId, IssueRefusal.AmountDiffers, Date);
        var share = new Share(new Amount(1000), new Amount(200), new Amount(50), Time);
        var subjects = new[] { h.Id.Value, Digest.Of("other"u8), Digest.Of("third"u8) };
        var submission = Submission.Sign(till, Issuer, subjects, Date, Time);
        var voided = new VoidedPayment(h, new VoidStatement(coin.Id, 3, till.PublicKey.Bytes.ToArray(), sw));
        var reversal = Reversal.Sign(statement, Issuer, h.Id, Y, new Amount(1000), Date);
        var receipt = Receipt.Sign(statement, Issuer, h.Id.Value, Verdict.Excess, Y, Currency.Eur, share, 2, Date);
        var transfer = ClearingInstruction.Sign(
            statement, Issuer, 5, Bank, TransferKind.FloatDebit, default, new Amount(123456), Currency.Eur, Date);
        var parked = BookingStatement.Sign(bankKey, Bank, 5, BookingOutcome.BeyondFloat, Date);
        var position = Position.Sign(bankKey, new Position(PositionRole.Bank, Issuer, Bank, 7, 5, 2, 3, false, Date, []));
        var dead = NonSettlementStatement.Sign(statement, Issuer, h, DeathBasis.Voided, Date);
        var certificateS = Certify(KeyUsage.IssuerStatement, Issuer, statement);
        var header = new DossierHeader(
            Issuer, coin.Id, 1, Date, TimeSpan.FromDays(30), TimeSpan.FromDays(1), X, new Amount(200), request.Encode(), certificateE,
            certificateC, [certificateS], [], []);
        var dossier = Dossier.Sign(statement, header, [new DossierEntry(h, submission.Prove(subjects, 0), receipt)]);
        var evidence = Evidence.Sign(bankKey, order, account.PublicKey, "Mallory", dossier, certificateB, Date)
            .File([(reversal, certificateS)]);
        var rebuttal = new Rebuttal([voided.Void], [dead], [certificateS]);
        var stamp = Stamp.Sign(bankKey, Bank, StampRole.Bank, rebuttal.Digest, Date);
        rebuttal = rebuttal.With(stamp, [certificateB]);
        var logged = new LoggedPayment(4, 3, new Amount(4200), Time, w, Y, true, true, h.SU);
        var hot = Digest.Of(SignedMessage.HotEntry(8, coin.Id)).ToArray()[..8];
        var circulation = new Circulation(new Amount(1000), new Amount(300), new Amount(20), new Amount(1));
        var shopAccount = new ShopAccount(
            Bank, Digest.Of("account"u8), bankKey.Sign(SignedMessage.ShopAccount(Bank, Digest.Of("account"u8), till.PublicKey.Bytes)));
        var scheme = new Scheme(Issuer, root.PublicKey, [certificateE, certificateC], new SchemeParameters(), Suite);
        var grant = EnrolmentGrant.Sign(root, Bank, "Bank", scheme, certificateB, [0x30, 0x00]);
        var shopGrant = EnrolmentGrant.Sign(root, new PartyId(3), "Cafe", scheme, null, [0x30, 0x00], (Bank, Digest.Of("account"u8)));
        EnrolmentRequest Vouched(ISigningKey key, EnrolmentRole role, string name, PartyId party, ISigningKey by) =>
            EnrolmentRequest.Sign(key, role, name) with { Voucher = KeyVoucher.Sign(by, role, party, key.PublicKey) };
        var pin = Pin.ToBlock("1234");
        var next = Pin.ToBlock("56789");
        var puk = Pin.ToBlock("12345678");
        var code = ActivationCode.Parse("0123 4567 8901 2345 6789")!;
        var nonce = Digest.Of("nonce"u8).ToArray()[..16];
        return new Dictionary<string, Func<byte[]>>
        {
            ["f"] = () => Derivations.F(Time, w).Value.ToArray(),
            ["g-identity"] = () => Derivations.G(GFunction.Identity, coin.NU),
            ["g-sha256"] = () => Derivations.G(GFunction.Sha256, coin.NU),
            ["W"] = () => w.Value.ToArray(),
            ["U"] = () => u.Value.ToArray(),
            ["key-id"] = () => [.. BitConverter.GetBytes(encryption.Id.Value).Reverse()],
            ["possession-message"] = () => SignedMessage.Possession(encryption.Id, X, Currency.Eur, 0, coin.NU, SpecVectors.Seed),
            ["m"] = request.Encode,
            ["E_I"] = () => ei,
            ["coin-message"] = () => coin.Message,
            ["coin-id"] = () => coin.Id.Value.ToArray(),
            ["S_I"] = () => coin.SI,
            ["cash-answer"] = () => CashAnswer.Of(coin).Encode(),
            ["E_K"] = () => ek,
            ["coin-message-issuer-keyed"] = () => keyed.Message,
            ["cash-answer-issuer-keyed"] = () => CashAnswer.Of(keyed).Encode(),
            ["m-without-key"] = () => CoinRequest.WithoutKey(SpecVectors.Seed, X, Currency.Eur).Encode(),
            ["E_K-issuer-keyed"] = () => CashCipher.Encrypt(SpecVectors.Seed, keyedAnswer),
            ["payment-message"] = () => h.Message,
            ["payment-id"] = () => h.Id.Value.ToArray(),
            ["S_U"] = () => h.SU,
            ["void-message"] = () => SignedMessage.Void(h.Id, w),
            ["S_W"] = () => sw,
            ["bank-request-message"] = () => breq,
            ["account-request-message"] = () => order.Message,
            ["renunciation-message"] = () => SignedMessage.Renunciation(u, Bank, 7, Date),
            ["never-issued-message"] = () => SignedMessage.NonIssuanceStatement(
                Issuer, Bank, X, Currency.Eur, requestId, IssueRefusal.AmountDiffers, Date),
            ["receipt-message"] = () => SignedMessage.Receipt(Issuer, h.Id.Value, Verdict.Excess, Y, Currency.Eur, share, 2, Date),
            ["transfer-message"] = () => SignedMessage.ClearingInstruction(
                Issuer, 5, Bank, TransferKind.FloatDebit, default, new Amount(123456), Currency.Eur, Date),
            ["booking-message"] = () => SignedMessage.Booking(Bank, 5, BookingOutcome.BeyondFloat, Date),
            ["position-message"] = () => SignedMessage.Position(position),
            ["dead-message"] = () => SignedMessage.Dead(Issuer, h.Id, coin.Id, 3, Y, DeathBasis.Voided, Date),
            ["reversed-message"] = () => SignedMessage.Reversed(Issuer, h.Id, Y, new Amount(1000), Date),
            ["reversal"] = reversal.Encode,
            ["submission-root"] = () => MerkleTree.Root(subjects).ToArray(),
            ["submission-message"] = () => SignedMessage.Submission(Issuer, MerkleTree.Root(subjects), Date, Time),
            ["submission"] = () => BerTlv.Encode(Submission.MaxEncodedSize, submission.Write),
            ["submission-proof"] = submission.Prove(subjects, 0).Encode,
            ["lost-card-message"] = () => SignedMessage.LostCard(u, Bank, Date),
            ["cancellation-message"] = () => SignedMessage.Cancellation(Bank, requestId, Date),
            ["hot-entry"] = () => hot,
            ["hot-list-message"] = () => SignedMessage.HotList(Issuer, 8, 0, Date, 1, hot),
            ["audit-message"] = () => SignedMessage.Audit(Issuer, 2, Bank, Currency.Eur, circulation, Date, Digest.Of("previous"u8)),
            ["enrolment-message"] = () => SignedMessage.Enrolment(1, bankKey.PublicKey.Bytes, "Mallory"),
            ["shop-account-message"] = () => SignedMessage.ShopAccount(Bank, Digest.Of("account"u8), till.PublicKey.Bytes),
            ["enrolment-request"] = () => (EnrolmentRequest.Sign(till, EnrolmentRole.Shop, "Cafe") with { Account = shopAccount }).Encode(),
            ["next-key-message"] = () => SignedMessage.NextKey(1, Bank, account.PublicKey.Bytes),
            ["further-till-message"] = () => SignedMessage.NextKey(2, new PartyId(3), user.PublicKey.Bytes),
            ["next-key-request"] = () => Vouched(account, EnrolmentRole.Bank, "Bank", Bank, bankKey).Encode(),
            ["further-till-request"] = () => Vouched(user, EnrolmentRole.Shop, "Cafe", new PartyId(3), till).Encode(),
            ["shop-grant"] = shopGrant.Encode,
            ["grant-message"] = () => SignedMessage.Grant(Inside(grant.Encode(), WalletTag.Enrolment)),
            ["enrolment-grant"] = grant.Encode,
            ["certificate-encryption-message"] = () => Message(certificateE),
            ["certificate-coin-message"] = () => Message(certificateC),
            ["certificate-bank-message"] = () => Message(certificateB),
            ["coin"] = () => BerTlv.Encode(200, coin.Write),
            ["coin-issuer-keyed"] = () => BerTlv.Encode(200, keyed.Write),
            ["payment"] = h.Encode,
            ["certificate-encryption"] = certificateE.Encode,
            ["certificate-coin"] = certificateC.Encode,
            ["certificate-bank"] = certificateB.Encode,
            ["account-request"] = () => BerTlv.Encode(WithdrawalOrder.MaxEncodedSize, order.Write),
            ["bank-request"] = () => BerTlv.Encode(IssueRequest.MaxEncodedSize, bankRequest.Write),
            ["never-issued"] = never.Encode,
            ["receipt"] = receipt.Encode,
            ["transfer"] = transfer.Encode,
            ["certificate-statement-message"] = () => Message(certificateS),
            ["certificate-statement"] = certificateS.Encode,
            ["dossier-message"] = () => dossier.Header.Message,
            ["dossier"] = dossier.Header.Encode,
            ["dossier-page"] = dossier.Pages[0].Encode,
            ["notice-message"] = () => SignedMessage.Notice(
                Bank, u, coin.Id, evidence.Notice.Content, Date, Date.Plus(TimeSpan.FromDays(30))),
            ["notice"] = evidence.Notice.Encode,
            ["stamp-message"] = () => SignedMessage.Stamp(Bank, StampRole.Bank, rebuttal.Digest, Date),
            ["stamp"] = stamp.Encode,
            ["stamp-witness-message"] = () => SignedMessage.Stamp(Bank, StampRole.Witness, rebuttal.Digest, Date),
            ["stamp-witness"] = Stamp.Sign(bankKey, Bank, StampRole.Witness, rebuttal.Digest, Date).Encode,
            ["rebuttal"] = rebuttal.Encode,
            ["shop-answer-message"] = () => SignedMessage.ShopAnswer(h.Id, w, Date, true, Digest.Of(reversal.Encode())),
            ["shop-answer"] = ShopAnswer.Sign(till, h.Id, Date, true, reversal, certificateS).Encode,
            ["booking-statement"] = parked.Encode,
            ["position"] = position.Encode,
            ["evidence-message"] = () => EvidenceMessage(evidence),
            ["evidence"] = evidence.Encode,
            ["select"] = () => Apdu(new SelectCommand(SelectCommand.Wallet).Write),
            ["select-reply"] = () => BerTlv.Encode(64, new SelectReply(SelectCommand.Wallet, 2, 1).Write),
            ["verify"] = () => Apdu(new VerifyCommand(PinRole.Holder, pin).Write),
            ["verify-payment-pin"] = () => Apdu(new VerifyCommand(PinRole.Payment, pin).Write),
            ["change-pin"] = () => Apdu(ChangePinCommand.OfHolder(pin, next).Write),
            ["change-payment-pin"] = () => Apdu(ChangePinCommand.OfPayment(next).Write),
            ["unblock-pin"] = () => Apdu(new UnblockPinCommand(puk, next).Write),
            ["activation-code-message"] = () => SignedMessage.ActivationCode(code.Ascii),
            ["set-back-message"] = () => SignedMessage.SetBack(Bank, nonce, u, code.Hash),
            ["begin-activation"] = () => Apdu(new BeginActivationCommand(code).Write),
            ["begin-activation-reply"] = () => BerTlv.Encode(32, new PukReply(puk).Write),
            ["finish-activation"] = () => Apdu(new FinishActivationCommand(puk, pin, next).Write),
            ["get-nonce"] = () => Apdu(new GetNonceCommand().Write),
            ["get-nonce-reply"] = () => BerTlv.Encode(32, new NonceReply(nonce).Write),
            ["set-back"] = () => Apdu(new SetBackCommand(code.Hash, bankKey.Sign(SignedMessage.SetBack(Bank, nonce, u, code.Hash))).Write),
            ["get-status"] = () => Apdu(new GetStatusCommand().Write),
            ["get-status-reply"] = () => BerTlv.Encode(200, new StatusReply(
                WalletState.Personalised, 2, 3, 2, 10,
                new PrivateStatus(Digest.Of(root.PublicKey.Bytes), u, Bank, Currency.Eur, new Amount(10000), Y, 5, 16, 64, 7)).Write),
            ["personalise"] = () => Apdu(new PersonaliseCommand(
                root.PublicKey.Bytes.ToArray(), Bank, Currency.Eur, new Amount(10000), code.Hash).Write),
            ["personalise-reply"] = () => BerTlv.Encode(100, new PersonaliseReply(account.PublicKey).Write),
            ["put-certificate"] = () => Apdu(new PutCertificateCommand(certificateE).Write),
            ["begin-withdrawal"] = () => Apdu(new BeginWithdrawalCommand(WithdrawalMode.NewKey, 0, X, Currency.Eur, encryption.Id).Write),
            ["begin-withdrawal-same-key"] = () =>
                Apdu(new BeginWithdrawalCommand(WithdrawalMode.SameKey, 4, X, Currency.Eur, encryption.Id).Write),
            ["begin-withdrawal-again"] = () => Apdu(new BeginWithdrawalCommand(WithdrawalMode.Again, 4, default, default, default).Write),
            ["begin-withdrawal-reply"] = () => BerTlv.Encode(256, new BeginWithdrawalReply(4, ei).Write),
            ["authorise-withdrawal"] = () => Apdu(new AuthoriseWithdrawalCommand(4, Date).Write),
            ["authorise-withdrawal-reply"] = () => BerTlv.Encode(200, new OrderReply(encryption.Id, requestId, 7, order.Signature).Write),
            ["renounce-order"] = () => Apdu(new RenounceOrderCommand(7, Date).Write),
            ["renounce-order-reply"] = () => BerTlv.Encode(100, new SignatureReply(renunciation.Signature).Write),
            ["finish-withdrawal"] = () => Apdu(new FinishWithdrawalCommand(4, ek).Write),
            ["release-withdrawal"] = () => Apdu(new ReleaseWithdrawalCommand(4, never).Write),
            ["get-cash"] = () => Apdu(new GetCashCommand(Time, Y, Currency.Eur).Write),
            ["get-cash-reply"] = () => BerTlv.Encode(200, new CashReply(coin, new Amount(4200)).Write),
            ["pay-fast"] = () => Apdu(PayCommand.Fast(Time, w, Y, Currency.Eur).Write),
            ["pay-fast-reply"] = () => BerTlv.Encode(256, new PayReply(coin, 3, new Amount(4200), null, h.SU).Write),
            ["pay-claim"] = () => Apdu(PayCommand.Claim(Time, w, Y, Currency.Eur).Write),
            ["pay-claim-reply"] = () => BerTlv.Encode(256, new PayReply(null, 3, new Amount(4200), new Amount(1000), h.SU).Write),
            ["pay-repeat"] = () => Apdu(PayCommand.Repeat(Time, w, Y, Currency.Eur).Write),
            ["confirm"] = () => Apdu(new ConfirmCommand(coin.Id, 3).Write),
            ["show-payment"] = () => Apdu(ShowPaymentCommand.Of(h).Write),
            ["close"] = () => Apdu(new CloseCommand(4, h.Time).Write),
            ["void"] = () => Apdu(new VoidCommand(coin.Id, 3, till.PublicKey.Bytes.ToArray(), sw).Write),
            ["get-coin"] = () => Apdu(new GetCoinCommand(4).Write),
            ["get-coin-reply"] = () => BerTlv.Encode(
                256, new CoinReply(SlotState.Active, null, new CashReply(coin, new Amount(4200)), 3, 7).Write),
            ["get-coin-reply-pending"] = () => BerTlv.Encode(
                64, new CoinReply(SlotState.Pending, new PendingWithdrawal(X, Currency.Eur, encryption.Id), null, 0, 0).Write),
            ["get-balance"] = () => Apdu(new GetBalanceCommand().Write),
            ["get-balance-reply"] = () => BerTlv.Encode(64, new BalanceReply(new Amount(4200), Currency.Eur).Write),
            ["read-log"] = () => Apdu(new ReadLogCommand(63).Write),
            ["read-log-reply"] = () => BerTlv.Encode(256, new LogReply(LogState.Signed, logged).Write),
            ["read-log-reply-voided"] = () => BerTlv.Encode(
                512, new LogReply(LogState.Restored,
                    logged with { Proof = new RestoreProof(till.PublicKey.Bytes.ToArray(), default, default, default, sw) }).Write),
            ["read-log-reply-dead"] = () => BerTlv.Encode(
                512, new LogReply(LogState.Restored,
                    logged with { Proof = new RestoreProof(null, Issuer, DeathBasis.Voided, Date, dead.Signature) }).Write),
            ["dead-statement"] = dead.Encode,
            ["restore"] = () => Apdu(new RestoreCommand(dead).Write),
            ["authorise-lost-card"] = () => Apdu(new AuthoriseLostCardCommand(Date).Write),
            ["acknowledge-log"] = () => Apdu(new AcknowledgeLogCommand(63, new LogReply(LogState.Signed, logged).Content).Write),
            ["frame-withdraw"] = () => Frame(FrameKind.Request, new WithdrawMessage(order).ToMessage()),
            ["frame-withdraw-reply"] = () => Frame(FrameKind.Response, new WithdrawReply(new(ek, null)).ToMessage()),
            ["frame-withdraw-reply-never"] = () => Frame(FrameKind.Response, new WithdrawReply(new(null, never, "no")).ToMessage()),
            ["frame-withdraw-reply-pending"] = () => Frame(FrameKind.Response, new WithdrawReply(WithdrawalAnswer.Pending).ToMessage()),
            ["frame-certificates"] = () => Frame(FrameKind.Request, new CertificatesMessage().ToMessage()),
            ["frame-certificates-reply"] = () => Frame(FrameKind.Response, new CertificatesReply([certificateE, certificateC]).ToMessage()),
            ["frame-show-order"] = () => Frame(FrameKind.Request, new ShowOrderMessage(shown).ToMessage()),
            ["frame-show-order-reply"] = () => Frame(FrameKind.Response, new ShowOrderReply(null).ToMessage()),
            ["frame-show-order-reply-waits"] = () => Frame(FrameKind.Response, new ShowOrderReply(Date).ToMessage()),
            ["frame-renounce"] = () => Frame(FrameKind.Request, new RenounceMessage(renunciation).ToMessage()),
            ["frame-renounce-reply"] = () => Frame(FrameKind.Response, new RenounceReply(Date).ToMessage()),
            ["frame-issue"] = () => Frame(FrameKind.Request, new IssueMessage(bankRequest).ToMessage()),
            ["frame-withhold"] = () => Frame(FrameKind.Request, new WithholdMessage(bankRequest).ToMessage()),
            ["frame-issue-reply"] = () => Frame(FrameKind.Response, new IssueReply(new(ek, null)).ToMessage()),
            ["frame-instructions"] = () => Frame(FrameKind.Request, new InstructionsMessage(4).ToMessage()),
            ["frame-instructions-parked"] = () => Frame(FrameKind.Request, new InstructionsMessage(5, [parked]).ToMessage()),
            ["frame-instructions-reply"] = () => Frame(FrameKind.Response, new InstructionsReply([transfer]).ToMessage()),
            ["frame-agree"] = () => Frame(FrameKind.Request, new AgreeMessage(position, null).ToMessage()),
            ["frame-agree-reply"] = () => Frame(FrameKind.Response, new AgreeReply(position).ToMessage()),
            ["frame-notices"] = () => Frame(FrameKind.Request, new NoticesMessage(u).ToMessage()),
            ["frame-notices-reply"] = () => Frame(FrameKind.Response, new NoticesReply([evidence.Notice]).ToMessage()),
            ["frame-accusation"] = () => Frame(FrameKind.Request, new AccusationMessage(u, coin.Id, null).ToMessage()),
            ["frame-accusation-reply"] = () => Frame(FrameKind.Response, new AccusationReply(root.PublicKey, evidence).ToMessage()),
            ["frame-accusation-page"] = () => Frame(FrameKind.Request, new AccusationMessage(u, coin.Id, 0).ToMessage()),
            ["frame-accusation-page-reply"] = () => Frame(FrameKind.Response, new AccusationReply(evidence.Dossier.Pages[0]).ToMessage()),
            ["frame-rebut"] = () => Frame(FrameKind.Request, new RebutMessage(coin.Id, rebuttal).ToMessage()),
            ["frame-rebut-reply"] = () => Frame(FrameKind.Response, new RebutReply(stamp, certificateB, false).ToMessage()),
            ["frame-dossiers"] = () => Frame(FrameKind.Request, new DossiersMessage(null).ToMessage()),
            ["frame-dossiers-after"] = () => Frame(FrameKind.Request, new DossiersMessage(coin.Id).ToMessage()),
            ["frame-dossiers-reply"] = () => Frame(FrameKind.Response, new DossiersReply(dossier.Header).ToMessage()),
            ["frame-dossier-outcome"] = () => Frame(FrameKind.Request, new DossierOutcomeMessage(coin.Id, 1, Proof.Excess).ToMessage()),
            ["frame-dossier-page"] = () => Frame(FrameKind.Request, new DossierPageMessage(coin.Id, 1, 0).ToMessage()),
            ["frame-dossier-page-reply"] = () => Frame(FrameKind.Response, new DossierPageReply(dossier.Pages[0]).ToMessage()),
            ["frame-case-reversals"] = () => Frame(FrameKind.Request, new CaseReversalsMessage(4).ToMessage()),
            ["frame-case-reversals-reply"] = () =>
                Frame(FrameKind.Response, new CaseReversalsReply([new CaseReversal(5, coin.Id, reversal)]).ToMessage()),
            ["frame-stamp-rebuttal"] = () => Frame(FrameKind.Request, new StampRebuttalMessage(rebuttal.Digest).ToMessage()),
            ["frame-stamp-rebuttal-reply"] = () => Frame(FrameKind.Response, new StampRebuttalReply(stamp).ToMessage()),
            ["frame-settle"] = () => Frame(FrameKind.Request, SettleMessage.Of(submission, [h, h]).ToMessage()),
            ["frame-forward-void"] = () => Frame(FrameKind.Request, new ForwardVoidMessage(voided).ToMessage()),
            ["frame-forward-void-reply"] = () => Frame(FrameKind.Response, new ForwardVoidReply(reversal).ToMessage()),
            ["frame-hot-list"] = () => Frame(FrameKind.Request, new HotListMessage(8, w, Date).ToMessage()),
            ["frame-settle-reply"] = () => Frame(FrameKind.Response, new SettleReply([receipt]).ToMessage()),
            ["frame-revoked"] = () => Frame(FrameKind.Response, new Refusal(RefusalReason.KeyRevoked, "no", Date).ToMessage()),
            ["frame-order-missing"] = () => Frame(FrameKind.Response, new Refusal(RefusalReason.OrderMissing, "no", Order: 7).ToMessage()),
            ["frame-order-renounced"] = () => Frame(
                FrameKind.Response, new Refusal(RefusalReason.OrderRenounced, "no", Until: Date).ToMessage()),
            ["frame-refusal"] = () => Frame(FrameKind.Response, new Refusal(RefusalReason.InsufficientFunds, "no").ToMessage()),
        };
    }

    private static byte[] EvidenceMessage(Evidence evidence)
    {
        var content = BerTlv.Encode(evidence.MaxEncodedSize, (ref BerTlvWriter w) =>
        {
            evidence.Order.Write(ref w);
            w.Write(WalletTag.AccountKey, evidence.AccountKey.Bytes);
            w.Write(WalletTag.Name, evidence.Name);
            evidence.Dossier.Header.Write(ref w);
            evidence.BankKey.Write(ref w);
            w.Write(WalletTag.Date, evidence.Date.Microseconds);
        });
        return SignedMessage.Evidence(evidence.Order.Bank, evidence.Order.User, evidence.Name, content, evidence.Date);
    }

    /// <summary>The signed content is what lies between the outer tag and the signature object.</summary>
    private static byte[] Inside(byte[] encoded, Tag tag) => new BerTlvReader(encoded).Read(tag)[..^66].ToArray();

    private delegate int ApduWriter(Span<byte> to);

    private static byte[] Apdu(ApduWriter write)
    {
        var buffer = new byte[CommandApdu.MaxShortLength];
        return buffer[..write(buffer)];
    }

    private static byte[] Frame(FrameKind kind, LinkMessage message) =>
        new LinkFrame(kind, 77, kind == FrameKind.Response ? message with { Said = Date } : message).Encode();
}
