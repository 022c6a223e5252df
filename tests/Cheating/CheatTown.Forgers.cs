using HierCash.Card.Client;
using HierCash.Oracle;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Cheating;

/// <summary>Whoever signs with a key that is not the one it should be.</summary>
internal sealed partial class CheatTown
{
    /// <summary>
    /// Something like a card pays at an honest shop: with a coin of its own making, or with a coin that it has seen and cannot sign for.
    /// </summary>
    public void PayForged(ShopEntry shop, ulong minor, bool ownCoin) => Try(() =>
    {
        var seen = Held.Select(h => h.H).Concat(PaymentsOf(Mallory)).FirstOrDefault()?.Coin ?? Alice.Card.Coins()[0].Coin;
        using var key = World.Options.Suite.GenerateKey();
        var made = seen with { NU = key.PublicKey.Compress() };
        made = made with { SI = key.Sign(made.Message) };
        var coin = ownCoin ? made : seen;
        var channel = new ForgedCard(pay =>
        {
            var h = new CashPayment(coin, 1, coin.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
            return h with { SU = key.Sign(h.Message) };
        });
        var till = World.Till(shop.Till);
        var result = till.Pay(channel, new Amount(minor));
        if (ownCoin)
        {
            Truth.Withdrew(coin.Id.ToString(), Mallory.Name, 0);
        }

        Note(new Purchase(shop, Mallory, Mallory.Card, result.Sale, Hand.Copy), result, Hand.Copy);
        Did($"A forged card pays {Money(minor)} at {shop.Name} with {(ownCoin ? "a coin of its own making" : "a coin that it has seen")}: "
            + $"{result.Message}");
        Settle(shop);
    });

    /// <summary>Mallory sends the issuer {H, S_W} of what she paid at shops, S_W signed with a key of her own.</summary>
    public void VoidForged() => Try(() =>
    {
        using var key = World.Options.Suite.GenerateKey();
        foreach (var h in PaymentsOf(Mallory).Where(h => Shops.Exists(s => !s.Cheats && IsOwn(h, s))))
        {
            bool taken = RawMessages.UploadVoid(World, h, key);
            Did($"Mallory sends the issuer a void of {Money(h.Paid.Minor)} that she signed herself: {(taken ? "taken" : "refused")}.");
        }
    });

    /// <summary>Mallory's card begins a withdrawal, and the clerk sends the order in Alice's name.</summary>
    public void OrderForged(ulong minor) => Try(() =>
    {
        var alice = World.UserBank.Accounts.Single(a => a.Name == Alice.Name);
        Mallory.Card.Card.Reset();
        var client = new WalletCard(Mallory.Card.Card);
        client.Select();
        client.Verify(Mallory.Card.Pin);
        var pe = World.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key.Id;
        var begun = client.BeginWithdrawal(new Amount(minor), Currency.Eur, pe);
        var signed = client.AuthoriseWithdrawal(begun.Slot, Now);
        var order = new WithdrawalOrder(alice.User, World.UserBank.Id, new Amount(minor), Currency.Eur, pe, begun.EI, signed.Number, Now,
            signed.Signature);
        var reply = World.UserBank.Handle(
            LinkPeer.Wallet, new WithdrawMessage(order).ToMessage(), default).AsTask().GetAwaiter().GetResult();
        bool done = reply.As<WithdrawReply>()?.Answer.EK is { } ek && client.FinishWithdrawal(begun.Slot, ek).IsSuccess;
        TellCoins(Mallory);
        Did($"A clerk sends an order of Mallory's card for {Money(minor)} in Alice's name: {(done ? "issued" : "refused")}.");
    });

    /// <summary>Den submits a cent of the stolen card, and says of a TIME that it still has to send a payment of then.</summary>
    public void DenSaysThatMoreIsQueued(Timestamp since) => Try(() =>
    {
        using var key = DenKey;
        if (RawMessages.Pay(Carol.Card, Now, World.Till(Den.Till).W, 1) is { } h)
        {
            Take(Carol, Carol.Card, h, Hand.Thief, accepted: true);
            var verdicts = RawMessages.Settle(DenLink, key, [h], Now, since);
            Did($"Den submits a cent of Carol's stolen card, and says that more is queued since {since}: {Count(verdicts)}.");
        }
    });

    /// <summary>Den takes a stolen card that was reported, under the true TIME.</summary>
    public void TakeStolenAtDen(ulong minor) => Try(() =>
    {
        if (Carol.IsRobbed && RawMessages.Pay(Carol.Card, Now, World.Till(Den.Till).W, minor) is { } h)
        {
            Take(Carol, Carol.Card, h, Hand.Thief, accepted: true);
            Did($"The thief pays {Money(h.Paid.Minor)} at Den with Carol's card.");
        }
    });
}
