using HierCash.Protocol.Cash;
using HierCash.Protocol.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>Shop to issuer: a batch of H (EP 0810563, settlement step 1). Each is answered by itself, in the same order.</summary>
public static class SettleMessage
{
    /// <summary>Payments in one batch.</summary>
    public const int MaxPayments = 2048;

    public static LinkMessage Write(IReadOnlyList<CashPayment> payments) => new(
        MessageType.Settle,
        BerTlv.Encode(Math.Max(1, payments.Count) * CashPayment.MaxEncodedSize, (ref BerTlvWriter w) =>
        {
            foreach (var payment in payments)
            {
                payment.Write(ref w);
            }
        }));

    /// <summary>The bytes of each H, whatever is in it; null where the batch itself cannot be taken apart or is too long.</summary>
    public static IReadOnlyList<byte[]>? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var items = new List<byte[]>();
        while (r.HasMore && items.Count < MaxPayments)
        {
            var content = r.Read(Tag.CashPayment).ToArray();
            items.Add(BerTlv.Encode(content.Length + 8, (ref BerTlvWriter w) => w.Write(Tag.CashPayment, content)));
        }

        return r.Complete ? items : null;
    }
}

/// <summary>Issuer to shop: a receipt per payment, in order.</summary>
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

/// <summary>Bank to issuer: the dossiers that wait for it; then what each proved (EP 0810563, claim 6, step 9e).</summary>
public static class DossierMessages
{
    public static LinkMessage WriteRequest() => new(MessageType.Dossiers, []);

    public static LinkMessage WriteReply(IReadOnlyList<Dossier> dossiers) => new(
        MessageType.DossiersReply, dossiers.SelectMany(d => d.Encode()).ToArray());

    public static IReadOnlyList<Dossier>? ReadReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var dossiers = new List<Dossier>();
        while (r.HasMore)
        {
            if (Dossier.Read(ref r) is { } dossier)
            {
                dossiers.Add(dossier);
            }
        }

        return r.Complete && message.Type == MessageType.DossiersReply ? dossiers : null;
    }

    /// <summary>The bank's finding. It names no user.</summary>
    public static LinkMessage WriteOutcome(CoinId coin, Proof proof) => new(
        MessageType.DossierOutcome,
        BerTlv.Encode(64, (ref BerTlvWriter w) =>
        {
            w.Write(Tag.CoinId, coin.Value.ToArray());
            w.Write(Tag.Verdict, (byte)proof);
        }));

    public static (CoinId Coin, Proof Proof)? ReadOutcome(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var coin = new CoinId(Digest.Read(r.ReadBytes(Tag.CoinId, Digest.Size)));
        byte proof = r.ReadByte(Tag.Verdict);
        return r.Complete && proof <= (byte)Proof.Excess ? (coin, (Proof)proof) : null;
    }
}
