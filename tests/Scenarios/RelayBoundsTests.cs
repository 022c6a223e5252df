using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// What strangers send through a bank to the issuer (rule R8): a few at a time, over a way of their own. The bank's visits and withdrawals
/// wait for none of it.
/// </summary>
[Parallelizable]
public sealed class RelayBoundsTests
{
    /// <summary>A flood of sealed messages hangs at the issuer. The bank books, and the next stranger hears "try again later".</summary>
    [Test, Rule(8)]
    public async Task AFloodOfSealedMessagesStopsNoVisit()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(cafe, alice, 700);
        await town.Settle(cafe);
        var hanging = new Hanging();
        var issuer = new Broken(town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2"), m =>
            m.Type == MessageType.RelaySealed);
        var bank = town.BankOver("bank-2", issuer, hanging);
        var (message, _) = SealedMessage.Seal(town.Options.Suite, WithdrawalTests.PE(town), new CertificatesMessage().ToMessage());
        var request = new RelayMessage(message).ToMessage();
        using var stop = new CancellationTokenSource();
        var flood = Enumerable.Range(0, 40).Select(_ => bank.Handle(LinkPeer.Wallet, request, stop.Token).AsTask()).ToList();
        Assert.That(hanging.Calls, Is.EqualTo(16));
        town.Issuer.CloseCycle();
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(700), "the visit did not wait");
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        var refused = await Task.WhenAll(flood.Skip(16));
        Assert.That(refused.Select(r => Refusal.Read(r)?.Reason), Is.All.EqualTo(RefusalReason.Unavailable));
        Assert.That(Refusal.Read(refused[0])!.Text, Does.Contain("Nothing is lost"));
        await stop.CancelAsync();
        Assert.That(async () => await Task.WhenAll(flood.Take(16)), Throws.InstanceOf<OperationCanceledException>());

        // Room again once they are gone.
        var later = bank.Handle(LinkPeer.Wallet, request, default).AsTask();
        Assert.That(hanging.Calls, Is.EqualTo(17));
        Assert.That(later.IsCompleted, Is.False);
    }

    /// <summary>No wallet sends one of that size: it is refused in a sentence, and goes nowhere.</summary>
    [Test]
    public async Task ASealedMessageOfAnotherSizeIsMalformed()
    {
        using var town = Towns.Make();
        var hanging = new Hanging();
        var bank = town.BankOver("bank-1", town.UserBankLink(), hanging);
        var body = BerTlv.Encode(4000, (ref BerTlvWriter writer) =>
        {
            int begin = writer.Begin(WalletTag.SealedMessage);
            writer.Write(WalletTag.KeyId, 1U);
            writer.Write(WalletTag.Ciphertext, new byte[2000]);
            writer.End(begin);
        });
        var reply = await bank.Handle(LinkPeer.Wallet, new LinkMessage(MessageType.Relay, body), default);
        Assert.That((Refusal.Read(reply)?.Reason, hanging.Calls), Is.EqualTo((RefusalReason.Malformed, 0)));
    }

    /// <summary>
    /// By the bank's clock the issuer's certificate is of another time: the issuer is there, and a holder who reads that it cannot be
    /// reached would wait for nothing.
    /// </summary>
    [Test, Rule(26)]
    public async Task AnIssuerThatIsNotTrustedIsNotSaidToBeAway([Values] bool isOutOfDate)
    {
        using var town = Towns.Make();
        var bank = town.BankOver("bank-1", town.UserBankLink(), new Faulty(isOutOfDate));
        var (message, _) = SealedMessage.Seal(town.Options.Suite, WithdrawalTests.PE(town), new CertificatesMessage().ToMessage());
        var refusal = Refusal.Read(await bank.Handle(LinkPeer.Wallet, new RelayMessage(message).ToMessage(), default))!;
        Assert.That((refusal.Reason, refusal.Text.Contains("Nothing is lost", StringComparison.Ordinal)),
            Is.EqualTo((RefusalReason.Unavailable, true)));
        Assert.That(refusal.Text, Does.StartWith(
            isOutOfDate ? "This bank does not trust the issuer's certificate" : "The issuer cannot be reached."));
    }

    private sealed class Faulty(bool isOutOfDate) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            throw new LinkException("It does not answer.") { IsOutOfDate = isOutOfDate };
    }

    private sealed class Hanging : ILink
    {
        public int Calls { get; private set; }

        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            Calls++;
            await Task.Delay(Timeout.Infinite, cancel);
            return request;
        }
    }
}
