using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A genuine coin of the town's issuer whose SS_U its holder knows: whoever breaks a chip open can sign anything with it.
/// </summary>
internal sealed class OwnKeyCoin : IDisposable
{
    private readonly SimulatedTown _town;
    private readonly ISigningKey _secret;

    private OwnKeyCoin(SimulatedTown town, ISigningKey secret, Coin coin)
    {
        _town = town;
        _secret = secret;
        Coin = coin;
    }

    public Coin Coin { get; }

    /// <summary>Withdraws it at the issuer in the name of bank-1, whose books do not have it.</summary>
    public static async Task<OwnKeyCoin> Withdraw(SimulatedTown town, Amount faceValue)
    {
        var secret = town.Options.Suite.GenerateKey();
        var seed = new byte[32];
        var issued = await Ask(town, secret, faceValue, 0, seed);
        var answer = CashAnswer.Decode(CashCipher.TryDecrypt(seed, issued.EK))!;
        return new OwnKeyCoin(town, secret, answer.ToCoin(faceValue, Currency.Eur, 0, secret.PublicKey.Compress()));
    }

    /// <summary>Withdraws by the same order once more: the coin as the issuer signs it now.</summary>
    public async Task<Coin> WithdrawAgain()
    {
        var seed = new byte[32];
        var issued = await Ask(_town, _secret, Coin.Terms.FaceValue, 0, seed);
        return CashAnswer.Decode(CashCipher.TryDecrypt(seed, issued.EK))!.ToCoin(
            Coin.Terms.FaceValue, Currency.Eur, 0, _secret.PublicKey.Compress());
    }

    /// <summary>Withdraws another coin of the same key in the name of bank-1.</summary>
    public async Task<bool> WithdrawAnother(ushort tm) =>
        (await Ask(_town, _secret, Coin.Terms.FaceValue, tm, [.. Enumerable.Repeat((byte)tm, 32)])).EK is not null;

    private static async Task<WithdrawalAnswer> Ask(SimulatedTown town, ISigningKey secret, Amount faceValue, ushort tm, byte[] seed)
    {
        var suite = town.Options.Suite;
        var pe = WithdrawalTests.PE(town);
        var request = CoinRequest.Create(secret, pe.Id, seed, faceValue, Currency.Eur, tm);
        var ei = request.Encipher(suite, pe);
        var now = Timestamp.Now(town.Clock);
        using var bank = town.BankKey("bank-1");
        var id = town.UserBank.Id;
        var order = new IssueRequest(
            id, faceValue, Currency.Eur, pe.Id, ei, now,
            bank.Sign(SignedMessage.IssueRequest(id, faceValue, Currency.Eur, pe.Id, new WithdrawalId(Digest.Of(ei)), now)));
        var link = town.IssuerLink(new LinkPeer(LinkRole.Bank, id), "bank-1");
        return (await link.Ask(new IssueMessage(order), default)).Reply!.Answer;
    }

    /// <summary>Any payment, honest or not, with a genuine S_U.</summary>
    /// <param name="shown">With another S_I.</param>
    public CashPayment Pay(Timestamp time, TillId till, ushort seq, ulong x, ulong y, Coin? shown = null)
    {
        var h = new CashPayment(shown ?? Coin, seq, new Amount(x), time, till, new Amount(y), []);
        return h with { SU = _secret.Sign(h.Message) };
    }

    /// <summary>A card that signs all of y with this x before it, whatever the coin holds.</summary>
    /// <param name="more">What it signs beyond y.</param>
    public ICardChannel Card(ushort seq, ulong x, ulong more = 0) =>
        new ForgedCard(pay => Pay(pay.Time, pay.Till, seq, x, pay.Amount.Minor + more));

    public void Dispose() => _secret.Dispose();
}
