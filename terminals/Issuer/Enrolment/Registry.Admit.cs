namespace HierCash.Issuer;

/// <summary>Whose request is answered (rule R17): a certificate says who somebody was; the registry says who it is now.</summary>
public sealed partial class Registry
{
    /// <summary>Asked before every request. A bank's first request with its announced next key retires the present one.</summary>
    /// <returns>Why this peer is not answered; null if it is.</returns>
    public Refusal? Refuses(LinkPeer peer, Timestamp now)
    {
        if (peer.Role == LinkRole.Wallet)
        {
            return null;
        }

        return peer.Key is not { } key
            ? Refuse(RefusalReason.NotAllowed, "Whoever shows no key of its own is not answered. Use the certificate of the grant.")
            : peer.Role == LinkRole.Bank ? BankFault(peer.Id, key, now)
            : peer.Role == LinkRole.Shop ? store.Read(db => TillFault(db, peer.Id, Derivations.W(key)))
            : Refuse(RefusalReason.NotAllowed, "The issuer answers banks, shops and wallets, and nobody else.");
    }

    private Refusal? BankFault(PartyId id, PublicKey key, Timestamp now)
    {
        var (fault, isNext) = store.Read(db => (KeyFault(db, id, key, out bool next), next));
        if (!isNext)
        {
            return fault;
        }

        return store.Write(db =>
        {
            // Asked once more: another connection may have been first.
            var still = KeyFault(db, id, key, out bool next);
            if (next)
            {
                FormerKeyTable.Retire(db, id, BankTable.Find(db, id)!.Key, now, null);
                BankTable.UseAnnounced(db, id, now);
            }

            return still;
        });
    }

    /// <summary>Why the bank of that number is not answered under this key; null if it is.</summary>
    /// <param name="isNext">It is the key that the bank announced.</param>
    private static Refusal? KeyFault(IReadSnapshot db, PartyId id, PublicKey key, out bool isNext)
    {
        isNext = false;
        if (BankTable.Find(db, id) is not { } bank)
        {
            return Refuse(RefusalReason.NotAllowed, $"There is no bank {id} in this scheme.");
        }

        if (BankTable.RevokedAt(db, id) is not null || FormerKeyTable.IsRevoked(db, id, key))
        {
            return Refuse(
                RefusalReason.NotAllowed, "This bank's key was revoked. Make a new one with 'hiercash-bank new-key', and have the issuer "
                    + "enrol it by the bank's number.");
        }

        if (bank.Key.Equals(key))
        {
            return null;
        }

        isNext = BankTable.NextKey(db, id)?.Equals(key) == true;
        return isNext ? null
            : FormerKeyTable.EndedAt(db, id, key) is { } ended
                ? Refuse(RefusalReason.NotAllowed,
                    $"This key of bank {id} is retired since {ended}: the bank has used a newer one. Serve the folder that has it; "
                    + "if it is lost, see 'hiercash-bank recover --help'.")
                : Refuse(RefusalReason.NotAllowed, $"This is not the key of bank {id}. Join with the issuer's newest grant for it.");
    }

    private static Refusal? TillFault(IReadSnapshot db, PartyId shop, TillId w) => !IsOf(db, w, shop)
        ? Refuse(RefusalReason.NotAllowed, $"This till is not registered for shop {shop}. Enrol it, and join with the grant.")
        : TillTable.RevokedAt(db, w) is { } date
            ? new Refusal(
                RefusalReason.KeyRevoked, $"This till's key was revoked on {date}. Another till of the shop brings what it has queued: "
                    + $"'hiercash-shop settle --for DIR'.", date)
            : null;

    /// <summary>
    /// Why a batch that one till signed does not come from another one: null if it is its own, or of a till of the same shop whose key was
    /// revoked. Whoever stole that key has no link; the shop has, and brings what its till was paid before.
    /// </summary>
    internal static Refusal? BringerFault(IReadSnapshot db, LinkPeer peer, TillId signer)
    {
        bool its = peer.Key is { } key && Derivations.W(key) == signer;
        bool standsIn = ShopTable.OfTill(db, signer)?.Id == peer.Id && TillTable.RevokedAt(db, signer) is not null;
        return its || standsIn || ShopTable.OfTill(db, signer)?.Id != peer.Id ? null
            : Refuse(
                RefusalReason.NotAllowed, "A till brings its own batches, and those of tills of its shop whose key was revoked. Settle "
                    + "from the till that was paid.");
    }

    private static Refusal Refuse(RefusalReason reason, string text) => new(reason, text);
}
