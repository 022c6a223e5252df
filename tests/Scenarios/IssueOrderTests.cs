namespace HierCash.Tests.Scenarios;

/// <summary>
/// What a bank that lies, or a card that somebody programmed, has the issuer sign (holes 7, 14, 16, 20): each field of an order against
/// what it is about.
/// </summary>
[Parallelizable]
public sealed class IssueOrderTests
{
    private static readonly Amount Fifty = new(5000);

    /// <summary>E_I asks for another currency than the order: the bank debits euros, and the card would get yen.</summary>
    [Test, Hole(16)]
    public async Task AnotherCurrencyInEIIsNotIssued()
    {
        using var town = Towns.Make();
        using var user = town.Options.Suite.GenerateKey();
        var reply = await Ask(town, Made(town, user, Fifty, new Currency(392)), o => o);
        Assert.That(reply.As<IssueReply>()?.Answer.Never?.Reason, Is.EqualTo(IssueRefusal.AmountDiffers));
        Assert.That(town.Issuer.Registry.FindBank(town.UserBank.Id)!.Circulation.Issued.IsZero);
    }

    [Test, Hole(16)]
    public async Task AnotherSchemesCurrencyIsNotIssued()
    {
        using var town = Towns.Make();
        using var user = town.Options.Suite.GenerateKey();
        var reply = await Ask(town, Made(town, user, Fifty, new Currency(392)), o => o with { Currency = new Currency(392) });
        Assert.That(Refusal.Read(reply)?.Reason, Is.EqualTo(RefusalReason.OtherCurrency));
    }

    /// <summary>A coin of nothing is never used up, and stays in the inspection database.</summary>
    [Test, Hole(16)]
    public async Task ACoinOfNothingIsNotIssued()
    {
        using var town = Towns.Make();
        using var user = town.Options.Suite.GenerateKey();
        var reply = await Ask(town, Made(town, user, Amount.Zero, Currency.Eur), o => o with { FaceValue = Amount.Zero });
        Assert.That(Refusal.Read(reply)?.Reason, Is.EqualTo(RefusalReason.AmountZero));
        Assert.That(town.Rows("issuer")["inspection"], Is.Zero);
    }

    /// <summary>An order that is dated ahead does not grow old: it would be good for as long as its date lies ahead.</summary>
    [Test, Hole(7)]
    public async Task AnOrderThatIsDatedAheadIsNotIssued()
    {
        using var town = Towns.Make();
        using var user = town.Options.Suite.GenerateKey();
        var made = Made(town, user, Fifty, Currency.Eur);
        Assert.That(Refusal.Read(await Ask(town, made, o => o with { Date = o.Date.Plus(TimeSpan.FromHours(25)) }))?.Reason,
            Is.EqualTo(RefusalReason.OutOfDate));
        Assert.That((await Ask(town, made, o => o)).As<IssueReply>()?.Answer.EK, Is.Not.Null);
    }

    /// <summary>The issuer answers once for each E_I: a bank that asks again for more gets no cash that was issued for less.</summary>
    [Test, Hole(7)]
    public async Task TheSameEIIsNotIssuedForMore()
    {
        using var town = Towns.Make();
        using var user = town.Options.Suite.GenerateKey();
        var made = Made(town, user, Fifty, Currency.Eur);
        Assert.That((await Ask(town, made, o => o)).As<IssueReply>()?.Answer.EK, Is.Not.Null);
        Assert.That(Refusal.Read(await Ask(town, made, o => o with { FaceValue = new Amount(10_000) }))?.Reason,
            Is.EqualTo(RefusalReason.RequestOfAnother));
    }

    /// <summary>Somebody else's N_U, in a scheme whose issuer also makes keys: who names a key has to have it.</summary>
    [Test, Hole(20), Hole(14)]
    public async Task AnothersKeyIsNotIssuedWhereTheIssuerMakesKeysToo()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { IssuerKeys = true } });
        using var user = town.Options.Suite.GenerateKey();
        using var another = town.Options.Suite.GenerateKey();
        var stolen = CoinRequest.Create(user, WithdrawalTests.PE(town).Id, new byte[32], Fifty, Currency.Eur,
            0) with { NU = another.PublicKey.Compress() };
        var reply = await Ask(town, stolen.Encipher(town.Options.Suite, WithdrawalTests.PE(town)), o => o);
        Assert.That(reply.As<IssueReply>()?.Answer.Never?.Reason, Is.EqualTo(IssueRefusal.Undecipherable));
        Assert.That(
            (await Ask(town, Made(town, another, Fifty, Currency.Eur), o => o)).As<IssueReply>()?.Answer.EK, Is.Not.Null,
            "and its owner's own request is no second one");
    }

    /// <summary>An answer that gives the cash and says "never": a bank that took both would pay the money back as well.</summary>
    [Test, Hole(7)]
    public void AnAnswerIsCashOrNeverAndNotBoth()
    {
        using var town = Towns.Make();
        using var statement = town.StatementKey;
        var never = NonIssuanceStatement.Sign(
            statement, town.Issuer.Id, town.UserBank.Id, Fifty, Currency.Eur, new WithdrawalId(Digest.Of("E_I"u8)), IssueRefusal.Asked,
            Timestamp.Now(town.Clock));
        var both = new IssueReply(new(new byte[CashAnswer.EncipheredSize], never)).ToMessage();
        Assert.That(both.As<IssueReply>()?.Answer, Is.Null);
        Assert.That((new IssueReply(new(null, never)).ToMessage()).As<IssueReply>()?.Answer.Never, Is.Not.Null);
    }

    private static byte[] Made(SimulatedTown town, ISigningKey user, Amount amount, Currency currency) =>
        CoinRequest.Create(user, WithdrawalTests.PE(town).Id, new byte[32], amount, currency, 0)
            .Encipher(town.Options.Suite, WithdrawalTests.PE(town));

    /// <summary>A request straight to the issuer, signed with the bank's real key, whatever it says.</summary>
    private static ValueTask<LinkMessage> Ask(SimulatedTown town, byte[] ei, Func<IssueRequest, IssueRequest> change)
    {
        using var key = town.BankKey("bank-1");
        var asked = change(new IssueRequest(
            town.UserBank.Id, Fifty, Currency.Eur, WithdrawalTests.PE(town).Id, ei, Timestamp.Now(town.Clock), []));
        var message = SignedMessage.IssueRequest(asked.Bank, asked.FaceValue, asked.Currency, asked.Key, asked.Request, asked.Date);
        return town.UserBankLink().Call(new IssueMessage(asked with { Signature = key.Sign(message) }).ToMessage(), default);
    }
}
