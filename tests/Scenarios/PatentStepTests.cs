using HierCash.Protocol.Cash;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Tests.Scenarios;

/// <summary>Steps and claims of the patent (patent.md) that no other scenario would miss.</summary>
public sealed class PatentStepTests
{
    /// <summary>Step 1: somebody on the way adds a key of his own to those that the issuer published. A bank learns only what the root key signed.</summary>
    [Test, Hole(22)]
    public async Task AKeyThatTheRootKeyDidNotSignIsNotLearnt()
    {
        using var town = Towns.Make();
        using var own = town.Options.Suite.GenerateKey();
        var now = Timestamp.Now(town.Clock);
        var forged = KeyCertificate.Issue(own, KeyUsage.IssuerCoin, town.Issuer.Id, now, now.Plus(TimeSpan.FromDays(99)), own.PublicKey);
        town.Clock.Advance(TimeSpan.FromDays(1));
        var published = town.Issuer.Rotate(KeyUsage.IssuerCoin);
        var way = new AddingLink(town.IssuerLink(new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1"), forged);
        var bank = town.BankOver("bank-1", way);
        await bank.Run(default);
        var told = CertificatesReply.Read(await bank.Handle(LinkPeer.Wallet, new LinkMessage(MessageType.Certificates, []), default))!.Certificates;
        Assert.That(way.Added, Is.GreaterThan(0));
        Assert.That(told.Select(c => c.Key.Id), Does.Contain(published.Key.Id).And.Not.Contain(own.PublicKey.Id));
    }

    /// <summary>Variant: TM is counted at the coin with TM 0 and at no other, or one would come twice.</summary>
    [Test, Hole(15)]
    public async Task OnlyTheFirstCoinOfAKeyHandsOutFurtherTM()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 1000);
        await town.Wallet.WithdrawSameKey(alice.Card, alice.Pin, 0, new Amount(1000), default);
        Assert.That(alice.Coins().Select(c => c.Coin.Terms.TM), Is.EqualTo(new ushort[] { 0, 1 }));
        Assert.That(
            async () => await town.Wallet.WithdrawSameKey(alice.Card, alice.Pin, 1, new Amount(1000), default),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(StatusWord.ConditionsNotSatisfied));
        Assert.That((alice.Pending(), town.Account(alice).Minor), Is.EqualTo((0, 98_000UL)));
    }

    /// <summary>Claim 9: E_K goes by way of the bank, and nothing that the bank has opens it.</summary>
    [Test, Hole(23)]
    public void TheBankCannotReadWhatItHandsOn()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var passed = town.Records.Wire.Select(w => LinkFrame.Decode(w.Frame.AsSpan(4))!.Message).ToList();
        var order = IssueMessage.Read(passed.First(m => m.Type == MessageType.Issue))!;
        var ek = WithdrawalAnswer.Read(passed.First(m => m.Type == MessageType.IssueReply), MessageType.IssueReply)!.EK!;
        using var key = town.BankKey("bank-1");
        byte[][] has = [new byte[CashCipher.SeedSize], order.Request.Value.ToArray(), order.EI[..CashCipher.SeedSize], order.Signature[..CashCipher.SeedSize], key.ExportScalar()];
        foreach (var seed in has)
        {
            Assert.That(CashCipher.TryDecrypt(seed, ek), Is.Null);
        }

        Assert.That(Ecies.TryDecrypt(town.Options.Suite, key, order.EI), Is.Null, "nor E_I, which holds the seed");
    }

    /// <summary>The issuer's answers, with a certificate more.</summary>
    private sealed class AddingLink(ILink issuer, KeyCertificate certificate) : ILink
    {
        public int Added { get; private set; }

        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await issuer.Call(request, cancel);
            if (request.Type != MessageType.Certificates)
            {
                return reply;
            }

            Added++;
            return new CertificatesReply([.. CertificatesReply.Read(reply)!.Certificates, certificate]).ToMessage();
        }
    }
}
