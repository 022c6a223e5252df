namespace HierCash.Issuer;

/// <summary>Shows a till its own newest batch, by which a restored one notices that, and what it had submitted (R27).</summary>
internal sealed class TillRegistrations(Database store)
{
    /// <summary>A till's batch was answered: its own signature under its newest date is kept.</summary>
    public static void Note(IWriteTransaction db, Submission submission, Digest[] subjects) =>
        TillTable.NoteBatch(db, submission.Till!.Value, submission.Date, subjects[0], submission.Prove(subjects, 0));

    public LinkMessage Newest(LinkPeer peer, TillId till) => Fault(peer, till)
        ?? (store.Read(db => TillTable.NewestBatch(db, till)) is var (subject, proof)
            ? new NewestBatchReply(subject, proof) : new NewestBatchReply(default, null)).ToMessage();

    public LinkMessage Submitted(LinkPeer peer, SubmittedMessage asked) => Fault(peer, asked.Till) ?? new SubmittedReply(
        store.Read(db => HistoryTable.Submitted(db, asked.Till, peer.Id, asked.After, SubmittedReply.Max))).ToMessage();

    /// <summary>A till asks about itself, and for those of its shop whose key was revoked.</summary>
    private LinkMessage? Fault(LinkPeer peer, TillId till)
    {
        bool its = peer.Role == LinkRole.Shop
            && store.Read(db => ShopTable.OfTill(db, till)?.Id == peer.Id && Registry.BringerFault(db, peer, till) is null);
        return its ? null : Refuse(RefusalReason.NotAllowed,
            "A till asks what it had submitted itself, and for those of its shop whose key was revoked.");
    }
}
