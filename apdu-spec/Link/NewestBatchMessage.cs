namespace HierCash.Protocol.Link;

/// <summary>Till to issuer, before its first batch after a start (R27): the newest batch that it has signed.</summary>
/// <param name="Till">W: the till that is asked about.</param>
public sealed record NewestBatchMessage(TillId Till) : ILinkRequest<NewestBatchMessage, NewestBatchReply>
{
    public static MessageType Type => MessageType.NewestBatch;

    public static BodyLimit Limit => new(24);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.W, Till);

    public static NewestBatchMessage? Read(ref BerTlvReader reader) => new(reader.ReadTill());
}

/// <param name="Subject">The payment, or what was submitted in the place of one.</param>
/// <param name="Proof">That it was in that batch; null: the issuer has none of that till.</param>
public sealed record NewestBatchReply(Digest Subject, SubmissionProof? Proof) : ILinkBody<NewestBatchReply>
{
    public static MessageType Type => MessageType.NewestBatchReply;

    public static BodyLimit Limit => new(SubmissionProof.MaxEncodedSize + 40);

    public void Write(ref BerTlvWriter writer)
    {
        if (Proof is not null)
        {
            writer.Write(WalletTag.Digest, Subject);
            Proof.Write(ref writer);
        }
    }

    public static NewestBatchReply? Read(ref BerTlvReader reader) => reader.HasMore
        ? new(reader.ReadDigest(WalletTag.Digest), reader.Read<SubmissionProof>()) : new(default, null);
}
