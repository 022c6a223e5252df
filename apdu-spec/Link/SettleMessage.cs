using HierCash.Protocol.Cash;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Link;

/// <summary>
/// Till to issuer: a batch of H under the till's signature (EP 0810563, settlement step 1; rule R3). Each is answered by itself, in the same order.
/// </summary>
/// <param name="Items">The bytes of each H as they came, whatever is in it.</param>
/// <param name="Earlier">The issuer's own earlier word of some of them, and the newest that the till has: one that was restored from a copy may have forgotten it (rule R27).</param>
public sealed record SettleMessage(Submission Submission, IReadOnlyList<byte[]> Items, IReadOnlyList<Receipt> Earlier)
{
    /// <summary>Payments in one batch.</summary>
    public const int MaxPayments = 2048;

    /// <summary>A batch of payments, signed by their till.</summary>
    /// <param name="queued">TIME of the oldest payment that is still queued; 0 if none is.</param>
    /// <param name="earlier">Receipts that the till has of some of them, and its newest, in any order; null: it has none.</param>
    public static LinkMessage Write(
        ISigningKey till, PartyId issuer, IReadOnlyList<CashPayment> payments, Timestamp date, Timestamp queued = default, IReadOnlyList<Receipt>? earlier = null)
    {
        var subjects = payments.Select(h => h.Id.Value).ToArray();
        return Write(Submission.Sign(till, issuer, subjects, date, queued), payments, earlier);
    }

    public static LinkMessage Write(Submission submission, IReadOnlyList<CashPayment> payments, IReadOnlyList<Receipt>? earlier = null) => new(
        MessageType.Settle,
        BerTlv.Encode(Submission.MaxEncodedSize + (Math.Max(1, payments.Count) * CashPayment.MaxEncodedSize) + ((earlier?.Count ?? 0) * Receipt.MaxEncodedSize), (ref BerTlvWriter w) =>
        {
            submission.Write(ref w);
            foreach (var payment in payments)
            {
                payment.Write(ref w);
            }

            foreach (var receipt in earlier ?? [])
            {
                receipt.Write(ref w);
            }
        }));

    /// <summary>Null where the batch itself cannot be taken apart, is empty or too long.</summary>
    public static SettleMessage? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var submission = Submission.Read(ref r);
        var items = new List<byte[]>();
        while (r.HasMore && !r.Next(WalletTag.Receipt) && items.Count < MaxPayments)
        {
            items.Add(r.ReadEncoded(WalletTag.CashPayment).ToArray());
        }

        var earlier = new List<Receipt>();
        while (r.HasMore && earlier.Count <= items.Count)
        {
            earlier.Add(Receipt.Read(ref r));
        }

        return r.Complete && items.Count > 0 ? new SettleMessage(submission, items, earlier) : null;
    }
}

/// <summary>Issuer to till: a receipt per payment, in order.</summary>
public sealed record SettleReply(IReadOnlyList<Receipt> Receipts)
{
    public LinkMessage ToMessage() => new(
        MessageType.SettleReply,
        BerTlv.Encode(Math.Max(1, Receipts.Count) * Receipt.MaxEncodedSize, (ref BerTlvWriter w) =>
        {
            foreach (var receipt in Receipts)
            {
                receipt.Write(ref w);
            }
        }));

    public static SettleReply? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var receipts = new List<Receipt>();
        while (r.HasMore && receipts.Count < SettleMessage.MaxPayments)
        {
            receipts.Add(Receipt.Read(ref r));
        }

        return r.Complete && message.Type == MessageType.SettleReply ? new SettleReply(receipts) : null;
    }
}
