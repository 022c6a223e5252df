namespace HierCash.Tests.Vectors;

/// <summary>Decoders read the vectors back to the same bytes, and refuse them when anything is cut off or added.</summary>
[Parallelizable]
public sealed class DecoderVectorTests
{
    private static readonly BclSuite Suite = new();

    private static readonly Dictionary<string, Func<byte[], byte[]?>> Decoders = new()
    {
        ["payment"] = b => CashPayment.Decode(b)?.Encode(),
        ["certificate-encryption"] = b => KeyCertificate.Decode(b)?.Encode(),
        ["never-issued"] = b => NonIssuanceStatement.Decode(b)?.Encode(),
        ["receipt"] = b => Receipt.Decode(b)?.Encode(),
        ["submission-proof"] = b => SubmissionProof.Decode(b)?.Encode(),
        ["reversal"] = b => Reversal.Decode(b)?.Encode(),
        ["transfer"] = b => ClearingInstruction.Decode(b)?.Encode(),
        ["dossier"] = b => DossierHeader.Decode(b)?.Encode(),
        ["dossier-page"] = b => DossierPage.Decode(b)?.Encode(),
        ["notice"] = b => Notice.Decode(b)?.Encode(),
        ["stamp"] = b => Stamp.Decode(b)?.Encode(),
        ["stamp-witness"] = b => Stamp.Decode(b)?.Encode(),
        ["shop-answer"] = b => ShopAnswer.Decode(b)?.Encode(),
        ["booking-statement"] = b => BookingStatement.Decode(b)?.Encode(),
        ["position"] = b => Position.Decode(b)?.Encode(),
        ["evidence"] = b => Evidence.Decode(b)?.Encode(),
        ["enrolment-request"] = b => EnrolmentRequest.Decode(b)?.Encode(),
        ["next-key-request"] = b => EnrolmentRequest.Decode(b)?.Encode(),
        ["further-till-request"] = b => EnrolmentRequest.Decode(b)?.Encode(),
        ["shop-grant"] = b => EnrolmentGrant.Decode(b, Suite)?.Encode(),
        ["enrolment-grant"] = b => EnrolmentGrant.Decode(b, Suite)?.Encode(),
        ["m"] = b => CoinRequest.Decode(b)?.Encode(),
        ["cash-answer"] = b => CashAnswer.Decode(b)?.Encode(),
        ["cash-answer-issuer-keyed"] = b => CashAnswer.Decode(b)?.Encode(),
        ["coin-issuer-keyed"] = ReadCoin,
        ["select-reply"] = b => Reply<SelectReply>(SelectCommand.ParseReply(b), r => r.Write),
        ["get-status-reply"] = b => Reply<StatusReply>(GetStatusCommand.ParseReply(b), r => r.Write),
        ["personalise-reply"] = b => Reply<PersonaliseReply>(PersonaliseCommand.ParseReply(b), r => r.Write),
        ["begin-withdrawal-reply"] = b => Reply<BeginWithdrawalReply>(BeginWithdrawalCommand.ParseReply(b), r => r.Write),
        ["authorise-withdrawal-reply"] = b => Reply<OrderReply>(AuthoriseWithdrawalCommand.ParseReply(b), r => r.Write),
        ["renounce-order-reply"] = b => Reply<SignatureReply>(RenounceOrderCommand.ParseReply(b), r => r.Write),
        ["begin-activation-reply"] = b => Reply<PukReply>(BeginActivationCommand.ParseReply(b), r => r.Write),
        ["get-nonce-reply"] = b => Reply<NonceReply>(GetNonceCommand.ParseReply(b), r => r.Write),
        ["get-cash-reply"] = b => Reply<CashReply>(GetCashCommand.ParseReply(b), r => r.Write),
        ["pay-fast-reply"] = b => Reply<PayReply>(PayCommand.ParseReply(b), r => r.Write),
        ["pay-claim-reply"] = b => Reply<PayReply>(PayCommand.ParseReply(b), r => r.Write),
        ["get-coin-reply"] = b => Reply<CoinReply>(GetCoinCommand.ParseReply(b), r => r.Write),
        ["get-coin-reply-pending"] = b => Reply<CoinReply>(GetCoinCommand.ParseReply(b), r => r.Write),
        ["get-balance-reply"] = b => Reply<BalanceReply>(GetBalanceCommand.ParseReply(b), r => r.Write),
        ["dead-statement"] = b => NonSettlementStatement.Decode(b)?.Encode(),
        ["read-log-reply-voided"] = b => Reply<LogReply>(ReadLogCommand.ParseReply(b), r => r.Write),
        ["read-log-reply-dead"] = b => Reply<LogReply>(ReadLogCommand.ParseReply(b), r => r.Write),
        ["read-log-reply"] = b => Reply<LogReply>(ReadLogCommand.ParseReply(b), r => r.Write),
    };

    public static IEnumerable<string> Names => Decoders.Keys;

    [TestCaseSource(nameof(Names))]
    public void DecodesToTheSameBytes(string name) =>
        Assert.That(Decoders[name](SpecVectors.Bytes(name)), Is.EqualTo(SpecVectors.Bytes(name)));

    [TestCaseSource(nameof(Names))]
    public void RefusesEveryTruncationAndAnAddedByte(string name)
    {
        var bytes = SpecVectors.Bytes(name);
        for (int length = 0; length < bytes.Length; length++)
        {
            // A status without its private part is a status of another card.
            if (name != "get-status-reply" || length != 19)
            {
                Assert.That(Decoders[name](bytes[..length]), Is.Null, $"cut to {length} bytes");
            }
        }

        Assert.That(Decoders[name]([.. bytes, 0]), Is.Null);
    }

    [Test]
    public void TheSignaturesOfTheVectorsVerify()
    {
        var h = CashPayment.Decode(SpecVectors.Bytes("payment"))!;
        Assert.Multiple(() =>
        {
            Assert.That(h.Coin.Verify(Suite, Suite.Key("coin").PublicKey), "S_I");
            Assert.That(h.Verify(Suite), "S_U");
            Assert.That(KeyCertificate.Decode(SpecVectors.Bytes("certificate-bank"))!.Verify(Suite, Suite.Key("root").PublicKey),
                "certificate");
            Assert.That(ClearingInstruction.Decode(SpecVectors.Bytes("transfer"))!.Verify(Suite, Suite.Key("statement").PublicKey),
                "transfer");
            Assert.That(BookingStatement.Decode(SpecVectors.Bytes("booking-statement"))!.Verify(Suite, Suite.Key("bank").PublicKey),
                "booking statement");
            Assert.That(Position.Decode(SpecVectors.Bytes("position"))!.Verify(Suite, Suite.Key("bank").PublicKey), "position");
            Assert.That(Receipt.Decode(SpecVectors.Bytes("receipt"))!.Verify(Suite, Suite.Key("statement").PublicKey), "receipt");
            Assert.That(NonIssuanceStatement.Decode(SpecVectors.Bytes("never-issued"))!.Verify(Suite, Suite.Key("statement").PublicKey),
                "never issued");
        });
    }

    [Test]
    public void TheIssuerOpensTheVectorsEI()
    {
        using var secret = Suite.Key("encryption");
        Assert.That(Ecies.TryDecrypt(Suite, secret, SpecVectors.Bytes("E_I")), Is.EqualTo(SpecVectors.Bytes("m")));
        Assert.That(CashCipher.TryDecrypt(SpecVectors.Seed, SpecVectors.Bytes("E_K")), Is.EqualTo(SpecVectors.Bytes("cash-answer")));
        Assert.That(CoinRequest.Decode(SpecVectors.Bytes("m"))!.VerifyPossession(Suite, secret.PublicKey.Id));
    }

    [Test]
    public void FramesSurviveTheWayThere()
    {
        foreach (string name in SpecVectors.Names.Where(n => n.StartsWith("frame-", StringComparison.Ordinal)))
        {
            var bytes = SpecVectors.Bytes(name);
            Assert.That(LinkFrame.Decode(bytes.AsSpan(4))!.Encode(), Is.EqualTo(bytes), name);
        }
    }

    [Test]
    public void AFrameOfAnotherVersionIsNoFrame()
    {
        var bytes = SpecVectors.Bytes("frame-certificates");
        bytes[4] = 1;
        Assert.That(LinkFrame.Decode(bytes.AsSpan(4)), Is.Null);
    }

    private static byte[]? ReadCoin(byte[] bytes)
    {
        var reader = new BerTlvReader(bytes);
        var coin = Coin.Read(ref reader);
        return reader.Complete && coin.Terms.IssuerKeyed ? BerTlv.Encode(200, coin.Write) : null;
    }

    private static byte[]? Reply<T>(T? reply, Func<T, BerTlv.WriteObjects> write)
        where T : class => reply is null ? null : BerTlv.Encode(512, write(reply));
}
