using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>
/// Whether the issuer answers this bank at all. A key that was revoked or replaced is not answered, and then nothing of a visit goes on: a person has to know, and not
/// from the log alone. Certificates everybody gets who is answered.
/// </summary>
internal sealed class Admission(ILink issuer, Database store, TimeProvider clock) : ILink
{
    /// <summary>Since when the issuer does not answer this bank, and its words; null while it does.</summary>
    public static (Timestamp Since, string Said)? Unanswered(IReadSnapshot db) => db.Query(
        "SELECT since, said FROM unanswered", r => ((Timestamp, string)?)(Timestamp.FromLedger(r.GetInt64(0)), r.GetString(1))).FirstOrDefault();

    /// <inheritdoc/>
    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        var reply = await issuer.Call(request, cancel);
        string? said = Refusal.Read(reply) is { Reason: RefusalReason.NotAllowed } refusal ? refusal.Text : null;
        if (store.Read(Unanswered)?.Said != said)
        {
            store.Write(db => said is null
                ? db.Execute("DELETE FROM unanswered")
                : db.Execute(
                    "INSERT INTO unanswered(only, since, said) VALUES(1, $1, $2) ON CONFLICT(only) DO UPDATE SET said = excluded.said", Timestamp.Now(clock).ToLedger(), said));
        }

        return reply;
    }
}
