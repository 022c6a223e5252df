using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>Shows a till its own newest batch, by which one that was restored from a copy notices that, and what it had submitted (R27).</summary>
internal sealed class TillRegistrations(Database store)
{
    /// <summary>One page: it goes from the till to its payments after that number, and never through all payments of a shop.</summary>
    internal const string SubmittedBy = "SELECT id, h, receipt, reversed FROM history WHERE till = $1 AND id > $2 AND shop = $3 ORDER BY id LIMIT $4";

    /// <summary>A till's batch was answered: its own signature under its newest date is kept.</summary>
    public static void Note(IWriteTransaction db, Submission submission, Digest[] subjects) => db.Execute(
        "UPDATE till SET newest = $2, newest_subject = $3, newest_proof = $4 WHERE w = $1 AND newest < $2",
        submission.Till!.Value.Value.ToArray(), submission.Date.ToLedger(), subjects[0].ToArray(), submission.Prove(subjects, 0).Encode());

    public LinkMessage HandleNewest(LinkPeer peer, LinkMessage request) => request.As<NewestBatchMessage>()?.Till is not { } till ? Malformed()
        : Fault(peer, till)?.ToMessage() ?? store.Read(db => db.Query(
            "SELECT newest_subject, newest_proof FROM till WHERE w = $1 AND newest > 0",
            r => new NewestBatchReply(Digest.Read(r.Bytes(0)), SubmissionProof.Decode(r.Bytes(1))).ToMessage(), till.Value.ToArray()).FirstOrDefault())
            ?? new NewestBatchReply(default, null).ToMessage();

    public LinkMessage HandleSubmitted(LinkPeer peer, LinkMessage request)
    {
        if (request.As<SubmittedMessage>() is not { } asked)
        {
            return Malformed();
        }

        if (Fault(peer, asked.Till) is { } fault)
        {
            return fault.ToMessage();
        }

        return new SubmittedReply(store.Read(db => db.Query(
            SubmittedBy,
            r => new SubmittedPayment(
                (ulong)r.GetInt64(0), CashPayment.Decode(r.Bytes(1))!, Receipt.Decode(r.Bytes(2))!, r.BytesOrNull(3) is { } word ? Reversal.Decode(word) : null),
            asked.Till.Value.ToArray(), (long)asked.After, (long)peer.Id.Value, (long)SubmittedReply.Max))).ToMessage();
    }

    /// <summary>A till asks about itself, and for those of its shop whose key was revoked.</summary>
    private Refusal? Fault(LinkPeer peer, TillId till)
    {
        bool its = peer.Role == LinkRole.Shop && store.Read(db => Registry.TillOwner(db, till)?.Id == peer.Id && Registry.BringerFault(db, peer, till) is null);
        Switches.On("R27 own till", ref its);
        return its ? null : new Refusal(RefusalReason.NotAllowed, "A till asks what it had submitted itself, and for those of its shop whose key was revoked.");
    }

    private static LinkMessage Malformed() => new Refusal(RefusalReason.Malformed, "The till's question is malformed.").ToMessage();
}
