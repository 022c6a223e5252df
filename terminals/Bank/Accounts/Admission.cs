namespace HierCash.Bank;

/// <summary>
/// Whether the issuer answers this bank at all. A key that was revoked or replaced is not answered, and then nothing of a visit goes on: a
/// person has to know, and not from the log alone. Certificates everybody gets who is answered.
/// </summary>
internal sealed class Admission(ILink issuer, Database store, TimeProvider clock) : ILink
{
    /// <inheritdoc/>
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        var reply = await issuer.Call(request, cancel);
        string? said = Refusal.Read(reply) is { Reason: RefusalReason.NotAllowed } refusal ? refusal.Text : null;
        if (store.Read(UnansweredTable.Find)?.Said != said)
        {
            store.Write(db => said is null ? UnansweredTable.End(db) : UnansweredTable.Note(db, Timestamp.Now(clock), said));
        }

        return reply;
    }
}
