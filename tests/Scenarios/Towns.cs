using HierCash.Card.Client;
using HierCash.Card.Runtime;
using HierCash.Card.Wallet;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Simulation;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;
using HierCash.Tests.Suite;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Small towns for scenarios, replayable from their seed.</summary>
internal static class Towns
{
    public static SimulatedTown Make(ulong seed = 1, Func<TownOptions, TownOptions>? with = null)
    {
        var options = new TownOptions { Suite = new SeededSuite(new SeededRandom(seed)) };
        return new SimulatedTown(with is null ? options : with(options));
    }

    /// <summary>A user with an account of 1,000.00 and these coins on the card.</summary>
    public static TownCard User(this SimulatedTown town, string name, params ulong[] coins)
    {
        var card = town.NewCard(name);
        town.OpenAccount(card, new Amount(100_000));
        foreach (ulong coin in coins)
        {
            Assert.That(town.Withdraw(card, coin).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        }

        return card;
    }

    /// <summary>A card image at that path, activated, of a holder with that deposit: one that can be put back to a copy.</summary>
    public static EmulatedCard NewCardOnDisk(this SimulatedTown town, string path, string name, ulong deposit)
    {
        var card = new EmulatedCard(PowerImage.Create(path), WalletApplet.Package(town.Options.Suite));
        card.Install(SelectCommand.Wallet, SelectCommand.Wallet);
        var code = ActivationCode.Random(town.Options.Suite.Random);
        town.UserBank.OpenAccount(name, new WalletCard(card), code).OrRefuse();
        TownCard.Activate(card, code);
        town.UserBank.Deposit(town.UserBank.Accounts.Single(a => a.Name == name).User, new Amount(deposit), 1).OrRefuse();
        return card;
    }

    public static WithdrawalResult Withdraw(this SimulatedTown town, TownCard card, ulong minor) =>
        town.Wallet.Withdraw(card.Card, card.Pin, new Amount(minor), default).AsTask().GetAwaiter().GetResult();

    /// <summary>A till asks for a hot list and hears this one; whatever it asks for after that, the issuer's own.</summary>
    public static async Task<Refused?> HearHotList(this SimulatedTown town, string till, HotList list)
    {
        bool heard = false;
        return await town.Till(till).FetchHotList(
            new ChangedAnswer(town.TillLink(till), MessageType.HotList, reply =>
            {
                (bool before, heard) = (heard, true);
                return before ? reply : new HotListReply(list).ToMessage();
            }),
            default);
    }

    public static Shop.TillResult Pay(this SimulatedTown town, string till, TownCard card, ulong minor) =>
        town.Till(till).Pay(card.Card, new Amount(minor), card.PaymentPin);

    /// <summary>
    /// A card comes back to a till: what was cut short and not seen is cancelled with it in the reader, once more if that was done without
    /// this card; then it gets what it is owed.
    /// </summary>
    public static void ComesBack(this Shop.ShopTill till, ICardChannel card)
    {
        foreach (var ticket in till.Journal.Where(
            t => t.State == Shop.SaleState.Open || (t.State == Shop.SaleState.GivenUp && till.CoinPayments(t.Time).Count == 0)))
        {
            till.Cancel(ticket, card);
        }

        // In turns: a card is asked about 16 at a time.
        for (int turn = 0; turn < 4; turn++)
        {
            till.GiveBack(card);
        }
    }

    /// <summary>One PAY for that till under a TIME of the payer's choice, now if none; whoever has the card has its PIN.</summary>
    public static CashPayment Sign(this SimulatedTown town, TownCard card, string till, ulong minor, Timestamp? time = null) =>
        RawMessages.Pay(card, time ?? Timestamp.Now(town.Clock), town.Till(till).W, minor, card.PaymentPin)
            ?? throw new InvalidOperationException("The card refuses.");

    /// <summary>The same, and the till gives S_W to the card and says nothing to anybody.</summary>
    public static CashPayment SignAndVoid(this SimulatedTown town, TownCard card, string till, ulong minor)
    {
        var h = town.Sign(card, till, minor);
        using var key = town.TillKey(till);
        Assert.That(RawMessages.Void(card, h, key));
        return h;
    }

    /// <summary>What the newest receipt says of a payment: credited, guaranteed, waiting. Asking again is harmless.</summary>
    public static async Task<(ulong Credited, ulong Guaranteed, ulong Waiting)> Shares(this SimulatedTown town, string till, CashPayment h)
    {
        var share = (await town.Submit(till, h)).Single().Share;
        return (share.Credited.Minor, share.Guaranteed.Minor, share.Waiting.Minor);
    }

    /// <summary>Some cycles, then days without any, then some more.</summary>
    public static async Task LetDaysPass(this SimulatedTown town, double days)
    {
        await town.RunCycles();
        town.Clock.Advance(TimeSpan.FromDays(days));
        await town.RunCycles();
    }

    /// <summary>As many cycles as it takes for whatever is due to get to where it belongs.</summary>
    public static async Task RunCycles(this SimulatedTown town)
    {
        for (int i = 0; i < 4; i++)
        {
            await town.RunCycle();
        }
    }

    /// <summary>Settles payments as that till would, whatever it has in its own store.</summary>
    public static async Task<IReadOnlyList<Receipt>> Submit(this SimulatedTown town, string till, params CashPayment[] payments)
    {
        using var key = town.TillKey(till);
        var reply = await town.TillLink(till).Call(
            SettleMessage.Sign(key, new PartyId(1), payments, Timestamp.Now(town.Clock)).ToMessage(), default);
        return reply.As<SettleReply>()?.Receipts ?? throw new InvalidOperationException(Refusal.Read(reply)?.Text);
    }

    /// <summary>The same with the bytes of one item, whatever they are.</summary>
    public static async Task<IReadOnlyList<Receipt>> SubmitRaw(this SimulatedTown town, string till, byte[] item)
    {
        using var key = town.TillKey(till);
        var submission = Submission.Sign(key, new PartyId(1), [Digest.Of(item)], Timestamp.Now(town.Clock));
        var body = BerTlv.Encode(Submission.MaxEncodedSize, submission.Write);
        return (await town.TillLink(till).Call(
            new LinkMessage(MessageType.Settle, [.. body, .. item]), default)).As<SettleReply>()!.Receipts;
    }

    /// <summary>{H, S_W} as that till would send it.</summary>
    public static ValueTask<LinkMessage> ForwardVoid(this SimulatedTown town, string till, CashPayment h)
    {
        using var key = town.TillKey(till);
        var statement = VoidStatement.Sign(key, h);
        return town.TillLink(till).Call(new ForwardVoidMessage(new(h, statement)).ToMessage(), default);
    }

    /// <summary>A till that hears nothing of the hot list, but can settle.</summary>
    public static void Deafen(this SimulatedTown town, string till) => town.Till(till).Online = new DeafLink(town.TillLink(till));

    public static Amount ShopAccount(this SimulatedTown town, string shop = "Cafe") =>
        town.ShopBank.BalanceOfShop(town.AccountOf(shop));

    public static Amount Account(this SimulatedTown town, TownCard card) =>
        town.UserBank.BalanceOf(town.UserBank.Accounts.Single(a => a.Name == card.Owner).User);

    public static void AssertSoundAfterCycle(this SimulatedTown town, params TownCard[] honest)
    {
        town.RunCycle().AsTask().GetAwaiter().GetResult();
        town.AssertSound(honest);
    }

    public static void AssertSound(this SimulatedTown town, params TownCard[] honest)
    {
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
        foreach (var card in honest)
        {
            Assert.That(TownAudit.RunCard(card), Is.Empty);
        }
    }
}

/// <summary>A way to the issuer on which the hot list never comes.</summary>
internal sealed class Broken(ILink inner, Predicate<LinkMessage> breaks) : ILink
{
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
        breaks(request) ? throw new LinkException("The line broke.") : await inner.Call(request, cancel);
}

internal sealed class DeafLink(ILink inner) : ILink
{
    public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
        request.Type == MessageType.HotList ? throw new LinkException("the hot list does not come") : inner.Call(request, cancel);
}

/// <summary>A way on which answers of one type become others.</summary>
internal sealed class ChangedAnswer(ILink inner, MessageType type, Func<LinkMessage, LinkMessage> change) : ILink
{
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        var reply = await inner.Call(request, cancel);
        return request.Type == type ? change(reply) : reply;
    }
}

/// <summary>A wallet's way to its bank, whatever the town does to other ways.</summary>
internal sealed class ToBank(SimulatedTown town) : ILink
{
    public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
        town.UserBank.Handle(LinkPeer.Wallet, request, cancel);
}
