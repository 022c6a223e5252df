namespace HierCash.Shop;

/// <summary>
/// A till's own way to the issuer. Whatever the till asks: if the answer is that its key was revoked, that is on disk before anything else
/// happens, and this till takes no payment any more (rule R17). Another till's link says nothing of this one's key.
/// </summary>
/// <param name="issuer">Shows this till's key, and trusts nobody but the scheme's issuer.</param>
/// <param name="store">This till's.</param>
public sealed class OwnLink(ILink issuer, Database store) : ILink
{
    /// <inheritdoc/>
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        var reply = await issuer.Call(request, cancel);
        if (Refusal.Read(reply) is { Revoked: { } date })
        {
            store.Write(db => RevocationTable.Revoke(db, date));
        }

        return reply;
    }
}
