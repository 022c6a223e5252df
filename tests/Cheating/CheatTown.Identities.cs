using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Tests.Cheating;

/// <summary>
/// Keys and names that somebody else has: a bank's old key, a shop's name (rules R17, R18); and what the honest do about it.
/// </summary>
internal sealed partial class CheatTown
{
    /// <summary>Accounts that strangers opened under a name which a shop has later.</summary>
    private readonly List<Digest> _namesakes = [];
    private ShopEntry? _stall;
    private string? _standsNext;
    private LinkPeer? _stolenBank;

    /// <summary>A further till of a shop whose first one's key was revoked; its bank knows the shop.</summary>
    private string NextTill(ShopEntry shop)
    {
        string till = World.AddTill(shop.Name);
        _tillOwners[till] = shop;
        return till;
    }

    /// <summary>What a shop's till has queued goes over its own link; of one that was revoked, over that of the shop's next till.</summary>
    private ValueTask<SettlementResult> SendQueue(ShopEntry shop) =>
        shop == _stand && _isStandRevoked ? Visit(shop) : World.Settle(shop.Till);

    /// <summary>The same, with all else that a till does when it reaches the issuer.</summary>
    private async ValueTask<SettlementResult> Visit(ShopEntry shop)
    {
        if (shop == _stand && _isStandRevoked && _standsNext is { } next)
        {
            await World.Till(shop.Till).AskIfRevoked(World.TillLink(shop.Till), default);
            return await World.Till(shop.Till).HandOver(World.TillLink(next), default).OrRefuse();
        }

        return await World.Till(shop.Till).Synchronise(World.TillLink(shop.Till), default).OrRefuse();
    }

    /// <summary>bank-1's key is copied.</summary>
    public void StealBankKey()
    {
        using var key = World.BankKey("bank-1");
        _stolenBank ??= new LinkPeer(LinkRole.Bank, World.UserBank.Id, key.PublicKey);
    }

    /// <summary>The bank finds out: its key is revoked, a new one is enrolled by its number, and it goes on with that.</summary>
    public void ReplaceBankKey()
    {
        if (_stolenBank is null || Deceived.Count > 0)
        {
            return;
        }

        using var present = World.BankKey("bank-1");
        if (present.PublicKey.Equals(_stolenBank.Value.Key))
        {
            World.Issuer.Revoke(World.UserBank.Id).ThrowIfAny();
            World.Rejoin("bank-1", World.Issuer.Enrol(World.RequestNextKey("bank-1", isFresh: true), World.Options.Cap, World.UserBank.Id)
                .OrRefuse());
            Tell("bank-1 reports its key as stolen; the issuer revokes it and enrols a new one.");
        }
    }

    /// <summary>Before the bank comes, whoever has its old key fetches its dossiers, and says of each that it proves nothing.</summary>
    public void ClearAsRevokedBank() => Try(() =>
    {
        if (_stolenBank is not { } thief)
        {
            return;
        }

        World.Issuer.CloseCycle();
        var link = World.IssuerLink(thief, "thief");
        var reply = RawMessages.Call(link, new DossiersMessage(null).ToMessage());
        if (reply.As<DossiersReply>()?.Header is { } header)
        {
            RawMessages.Call(link, new DossierOutcomeMessage(header.Coin, header.Revision, Proof.Nothing).ToMessage());
            Did("With bank-1's old key somebody fetches a dossier with its opening, and tells the issuer that it proves nothing.");
        }
        else
        {
            Did($"With bank-1's old key somebody asks for its dossiers: {Refusal.Read(reply)?.Text ?? "there are none."}");
        }
    });

    /// <summary>Somebody is a shop before the shop that has this name.</summary>
    public void TakeStallsName() => Try(() =>
    {
        if (_stall is not null)
        {
            return;
        }

        using var store = Database.OpenMemory(ShopTill.Schema);
        var request = ShopTill.RequestEnrolment(store, World.Options.Suite, "Stall");
        var grant = World.Issuer.Enrol(World.ShopBank.Vouch(request).OrRefuse(), Amount.Zero)
            .OrRefuse();
        _namesakes.Add(grant.Account!.Value.Reference);
        Did("A stranger has a shop enrolled in the name of Stall, which is to open.");
    });

    public ShopEntry Stall() => _stall ??= Open("Stall");

    /// <summary>What is on a shop's account, if the account is that shop's alone.</summary>
    private long OnAccount(ShopEntry shop)
    {
        var account = World.AccountOf(shop.Name);
        return _namesakes.Contains(account) ? 0 : World.ShopBank.ShopStatement(account).Sum(b => b.Change);
    }
}
