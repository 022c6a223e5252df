namespace HierCash.Protocol.Link;

/// <summary>
/// Till to issuer: a batch of H under the till's signature (EP 0810563, settlement step 1; rule R3). Each is answered by itself, in the
/// same order.
/// </summary>
/// <param name="Items">The bytes of each H as they came, whatever is in it.</param>
/// <param name="Earlier">The issuer's own earlier word of some of them, and the newest that the till has: one that was restored from a copy
/// may have forgotten it (rule R27).</param>
public sealed record SettleMessage(Submission Submission, IReadOnlyList<byte[]> Items, IReadOnlyList<Receipt> Earlier)
    : ILinkRequest<SettleMessage, SettleReply>
{
    /// <summary>Payments in one batch.</summary>
    public const int MaxPayments = 2048;

    public static MessageType Type => MessageType.Settle;

    /// <summary>Of receipts one more than of payments.</summary>
    public static BodyLimit Limit => BodyLimit.OfRequestFrame(MaxPayments);

    public int Room => Submission.MaxEncodedSize + Items.Sum(i => i.Length) + (Earlier.Count * Receipt.MaxEncodedSize);

    public int Entries => Items.Count;

    /// <summary>A batch of payments, signed by their till.</summary>
    /// <param name="queued">TIME of the oldest payment that is still queued; 0 if none is.</param>
    /// <param name="earlier">Receipts that the till has of some of them, and its newest, in any order; null: it has none.</param>
    public static SettleMessage Sign(
        ISigningKey till,
        PartyId issuer,
        IReadOnlyList<CashPayment> payments, Timestamp date, Timestamp queued = default, IReadOnlyList<Receipt>? earlier = null)
    {
        var subjects = payments.Select(h => h.Id.Value).ToArray();
        return Of(Submission.Sign(till, issuer, subjects, date, queued), payments, earlier);
    }

    /// <summary>A batch that is signed already.</summary>
    public static SettleMessage Of(Submission submission, IReadOnlyList<CashPayment> payments, IReadOnlyList<Receipt>? earlier = null) =>
        new(submission, [.. payments.Select(h => h.Encode())], earlier ?? []);

    public void Write(ref BerTlvWriter writer)
    {
        Submission.Write(ref writer);
        foreach (var item in Items)
        {
            writer.WriteEncoded(item);
        }

        writer.WriteAll(Earlier);
    }

    /// <summary>Null where the batch itself cannot be taken apart, is empty or too long.</summary>
    public static SettleMessage? Read(ref BerTlvReader reader)
    {
        var submission = reader.Read<Submission>();
        var items = new List<byte[]>();
        while (reader.HasMore && !reader.Next(WalletTag.Receipt) && items.Count < MaxPayments)
        {
            items.Add(reader.ReadEncoded(WalletTag.CashPayment).ToArray());
        }

        var earlier = reader.ReadAll<Receipt>(items.Count + 1);
        return items.Count > 0 ? new SettleMessage(submission, items, earlier) : null;
    }
}

/// <summary>Issuer to till: a receipt per payment, in order.</summary>
public sealed record SettleReply(IReadOnlyList<Receipt> Receipts) : IListBody<SettleReply, Receipt>
{
    public static MessageType Type => MessageType.SettleReply;

    public static int Max => SettleMessage.MaxPayments;

    public IReadOnlyList<Receipt> Items => Receipts;

    public static SettleReply Of(IReadOnlyList<Receipt> items) => new(items);
}
