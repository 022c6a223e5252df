namespace HierCash.Issuer;

/// <summary>Which tills are taken in, and for which shop (rule R18).</summary>
public sealed partial class Registry
{
    /// <summary>
    /// Registers the till of a request, N_W, with its shop (hole 8: all tills of a shop lead to one account). It is judged and written in
    /// one transaction: of a request that is refused nothing stays, and no revocation comes between the question and the row.
    /// </summary>
    /// <param name="request">Its own signature was verified before. It has its bank's word for an account, or a till's.</param>
    public Result<ShopEntry> EnrolTill(EnrolmentRequest request, ICashSuite suite, Timestamp now)
    {
        var signer = request.Voucher is null ? AccountSigner(request, suite) : null;
        return store.TryWrite(db => EnrolTill(db, request, signer, now));
    }

    private static Result<ShopEntry> EnrolTill(IWriteTransaction db, EnrolmentRequest request, PublicKey? signer, Timestamp now)
    {
        var its = request.Voucher is { } voucher ? ShopOf(db, voucher) : ShopWithAccount(db, request, signer);
        if (!its.Has(out var shop))
        {
            return its;
        }

        var w = Derivations.W(request.Key);
        TillTable.Register(db, w, request.Key, shop.Id, request.Voucher is { } by ? Derivations.W(by.Key) : null, now);
        return TillTable.RevokedAt(db, w) is { } date
            ? Refused.ByRule($"This till's key was revoked on {date}. Make a till with a new key in another folder.")
            : IsOf(db, w, shop.Id) ? shop : Refused.ByRule("This till key belongs to another shop.");
    }

    /// <summary>The key of the bank that signed for the shop's account, verified before the transaction; null if none did.</summary>
    private PublicKey? AccountSigner(EnrolmentRequest request, ICashSuite suite) =>
        request.Account is { } account && store.Read(db => BankTable.Find(db, account.Bank)) is { Key: var key }
            && suite.Verify(key, SignedMessage.ShopAccount(account.Bank, account.Reference, request.Key.Bytes), account.Signature)
            ? key : null;

    /// <summary>
    /// True if the key is registered for that shop: a till's key is one shop's, whoever vouches for it, and whatever number its peer shows.
    /// </summary>
    private static bool IsOf(IReadSnapshot db, TillId w, PartyId shop) => ShopTable.OfTill(db, w)?.Id == shop;

    /// <summary>The shop that a valid till of it names in its word for a further till.</summary>
    private static Result<ShopEntry> ShopOf(IReadSnapshot db, KeyVoucher voucher)
    {
        var w = Derivations.W(voucher.Key);
        var shop = ShopTable.OfTill(db, w);
        if (shop is null || shop.Id != voucher.Party)
        {
            return Refused.ByRule($"The request is not signed by a till of shop {voucher.Party}. Have a till of the shop "
                + $"sign it with 'hiercash-shop enrol-till FILE', or its bank.");
        }

        return TillTable.RevokedAt(db, w) is not null
            ? Refused.ByRule($"The till {w} that signed the request is revoked. Have another till of the shop sign it, or its bank.")
            : shop;
    }

    /// <summary>The shop of the account for which its bank signed. A known one keeps its name; two may have one name.</summary>
    private static Result<ShopEntry> ShopWithAccount(IWriteTransaction db, EnrolmentRequest request, PublicKey? signer)
    {
        if (request.Account is not { } account)
        {
            return Refused.ByRule(
                "The shop's request names no account. Its bank adds one with 'hiercash-bank enrol-shop FILE'; for a further till, a till "
                    + "of the shop signs it with 'hiercash-shop enrol-till FILE'.");
        }

        bool vouched = signer is not null && BankTable.Find(db, account.Bank)?.Key.Equals(signer) == true;
        if (!vouched)
        {
            return Refused.ByRule(
                "The shop's account is not signed by a bank of this scheme with its present key. Enrol the bank first; a new key of a bank "
                    + "counts once 'hiercash-bank serve' has called with it. Then have it sign again.");
        }

        // Whoever stole that key could sign for any of the bank's shops: nothing enters with it.
        if (BankTable.RevokedAt(db, account.Bank) is { } revoked)
        {
            return Refused.ByRule(
                $"The key of bank {account.Bank} was revoked on {revoked}. Enrol the bank's new key first, then have the bank sign the "
                    + $"shop's request again.");
        }

        return ShopTable.OfAccount(db, account.Bank, account.Reference) ?? ShopTable.Add(db, request.Name, account.Bank, account.Reference);
    }
}
