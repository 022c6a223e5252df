using HierCash.Bank;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>Issuer and banks of one machine, which are put back together.</summary>
public abstract partial class RestoredScenario
{
    private static readonly string[] Machine = ["issuer", "bank-1", "bank-2"];

    /// <summary>The issuer recovers, and in the hours after that the till and the banks visit it.</summary>
    private protected async Task RecoverAndVisit()
    {
        Town.Issuer.Recover();
        await BanksVisit();
        Assert.That(Town.Issuer.Behind, Is.Null);
        for (int i = 0; i < 6; i++)
        {
            Town.Clock.Advance(TimeSpan.FromHours(1));
            await Tries(Till);
            await BanksVisit();
        }
    }

    /// <summary>What the databases of issuer and banks are now.</summary>
    private protected List<byte[]> CopyAll() => [.. Machine.Select(Town.StoreBytes)];

    /// <summary>Issuer and banks are put back to those copies.</summary>
    private protected void PutBack(List<byte[]> copies)
    {
        Cut = "bank-";
        foreach (var (party, copy) in Machine.Zip(copies))
        {
            Town.Replace(party, copy);
        }

        Cut = null;
    }

    /// <summary>
    /// A cycle, and visits of banks whose databases know no certificates of after the copy (the town keeps what they had learnt in memory).
    /// </summary>
    private protected async Task BanksVisit()
    {
        Town.Issuer.CloseCycle();
        foreach (var (name, id) in new[] { ("bank-1", Town.UserBank.Id), ("bank-2", Town.ShopBank.Id) })
        {
            await BankTries(Town.BankOver(name, new Silent(Town.IssuerLink(new LinkPeer(LinkRole.Bank, id), name))));
        }
    }

    /// <summary>A visit of a bank, whatever it says.</summary>
    private protected static async Task BankTries(BankParty bank)
    {
        if (await bank.Run(default) is { } refused)
        {
            TestContext.Out.WriteLine($"bank {bank.Id}: {refused.Sentence}");
        }
    }

    /// <summary>A visit of a till, whatever it says.</summary>
    private protected async Task Tries(string till)
    {
        try
        {
            await Town.Till(till).Synchronise(Town.TillLink(till), default);
        }
        catch (Exception e) when (e is InvalidOperationException or LinkException)
        {
            TestContext.Out.WriteLine($"{till}: {e.Message}");
        }
    }

    /// <summary>A till shows the issuer that receipt.</summary>
    private protected async Task Show(Receipt word)
    {
        var now = Timestamp.Now(Town.Clock);
        await Town.TillLink(Till).Call(new HotListMessage(0, Town.Till(Till).W, now, default, word).ToMessage(), default);
    }

    /// <summary>A way to the issuer on which no certificates are shown.</summary>
    private sealed class Silent(ILink inner) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            request.Type == MessageType.ShowCertificates ? new ShowCertificatesReply().ToMessage() : await inner.Call(request, cancel);
    }
}
