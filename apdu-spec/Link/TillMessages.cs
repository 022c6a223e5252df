using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>A payment that a till had submitted, as the issuer has it.</summary>
/// <param name="Row">Its place among those that the issuer tells of, rising.</param>
/// <param name="Receipt">The newest revision.</param>
/// <param name="Reversal">The issuer's word that it took the payment back; null while it counts.</param>
public sealed record SubmittedPayment(ulong Row, CashPayment H, Receipt Receipt, Reversal? Reversal);

/// <summary>Till to issuer, before its first batch after a start, and when it was restored from a copy (R27): the newest batch that it has signed, and what it had submitted.</summary>
public static class TillMessages
{
    /// <summary>Payments in one reply; ask again for more.</summary>
    public const int MaxEntries = 256;

    /// <param name="till">W: the till that is asked about.</param>
    public static LinkMessage WriteNewest(TillId till) => new(MessageType.NewestBatch, BerTlv.Encode(24, (ref BerTlvWriter w) => w.Write(WalletTag.W, till.Value.ToArray())));

    public static TillId? ReadNewest(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var till = new TillId(Id16.Read(r.ReadBytes(WalletTag.W, Id16.Size)));
        return r.Complete ? till : null;
    }

    /// <param name="subject">The payment, or what was submitted in the place of one.</param>
    /// <param name="proof">That it was in that batch; null: the issuer has none of that till.</param>
    public static LinkMessage WriteNewestReply(Digest subject, SubmissionProof? proof) => new(
        MessageType.NewestBatchReply,
        BerTlv.Encode(SubmissionProof.MaxEncodedSize + 40, (ref BerTlvWriter w) =>
        {
            if (proof is not null)
            {
                w.Write(WalletTag.Digest, subject.ToArray());
                proof.Write(ref w);
            }
        }));

    /// <returns>False where it is no answer to that; a proof of null: the issuer has no batch of that till.</returns>
    public static bool ReadNewestReply(LinkMessage message, out Digest subject, out SubmissionProof? proof)
    {
        var r = new BerTlvReader(message.Body);
        (subject, proof) = (default, null);
        if (r.HasMore)
        {
            subject = Digest.Read(r.ReadBytes(WalletTag.Digest, Digest.Size));
            proof = SubmissionProof.Read(ref r);
        }

        return r.Complete && message.Type == MessageType.NewestBatchReply;
    }

    public static LinkMessage WriteSubmitted(TillId till, ulong after) => new(MessageType.Submitted, BerTlv.Encode(48, (ref BerTlvWriter w) =>
    {
        w.Write(WalletTag.W, till.Value.ToArray());
        w.Write(WalletTag.Number, after);
    }));

    public static (TillId Till, ulong After)? ReadSubmitted(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var till = new TillId(Id16.Read(r.ReadBytes(WalletTag.W, Id16.Size)));
        ulong after = r.ReadUInt64(WalletTag.Number);
        return r.Complete && after <= long.MaxValue ? (till, after) : null;
    }

    public static LinkMessage WriteSubmittedReply(IReadOnlyList<SubmittedPayment> submitted) => new(
        MessageType.SubmittedReply,
        BerTlv.Encode(16 + (submitted.Count * (CashPayment.MaxEncodedSize + Receipt.MaxEncodedSize + Reversal.MaxEncodedSize + 16)), (ref BerTlvWriter w) =>
        {
            foreach (var one in submitted)
            {
                w.Write(WalletTag.Number, one.Row);
                one.H.Write(ref w);
                one.Receipt.Write(ref w);
                one.Reversal?.Write(ref w);
            }
        }));

    public static IReadOnlyList<SubmittedPayment>? ReadSubmittedReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var submitted = new List<SubmittedPayment>();
        while (r.HasMore && submitted.Count < MaxEntries)
        {
            ulong row = r.ReadUInt64(WalletTag.Number);
            var h = CashPayment.Read(ref r);
            var receipt = Receipt.Read(ref r);
            submitted.Add(new SubmittedPayment(row, h, receipt, r.Next(WalletTag.Reversal) ? Reversal.Read(ref r) : null));
        }

        return r.Complete && message.Type == MessageType.SubmittedReply ? submitted : null;
    }
}
