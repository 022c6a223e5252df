using HierCash.Protocol.Cash;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Link;

/// <summary>Shop to issuer: take this payment back; and S_W, for the issuer to strike it out (holes 2, 3).</summary>
public static class ReversalMessages
{
    public static LinkMessage Write(CashPayment h) => new(MessageType.Reverse, h.Encode());

    public static LinkMessage WriteReply(Reversal reversal) => new(MessageType.ReverseReply, BerTlv.Encode(160, (ref BerTlvWriter w) =>
    {
        w.Write(Tag.PaymentId, reversal.Payment.Value.ToArray());
        w.Write(Tag.Payment, reversal.Y.ToCard());
        w.Write(Tag.Date, reversal.Date.Microseconds);
        w.Write(Tag.Signature, reversal.Signature);
    }));

    public static Reversal? ReadReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var payment = new PaymentId(Digest.Read(r.ReadBytes(Tag.PaymentId, Digest.Size)));
        var y = new Amount(r.ReadUInt32(Tag.Payment));
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        return r.Complete && message.Type == MessageType.ReverseReply ? new Reversal(payment, y, date, signature) : null;
    }

    public static LinkMessage WriteVoid(VoidStatement statement) =>
        new(MessageType.ForwardVoid, BerTlv.Encode(VoidStatement.MaxEncodedSize, statement.Write));

    public static VoidStatement? ReadVoid(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var statement = VoidStatement.Read(ref r);
        return r.Complete ? statement : null;
    }
}

/// <summary>Wallet to issuer, sealed: a statement about a payment that was never settled; redemption (holes 4, 9).</summary>
public static class WalletMessages
{
    public static LinkMessage WriteDead(CashPayment h, VoidStatement? statement) => new(
        MessageType.DeadStatement, BerTlv.Encode(CashPayment.MaxEncodedSize + VoidStatement.MaxEncodedSize, (ref BerTlvWriter w) =>
        {
            h.Write(ref w);
            statement?.Write(ref w);
        }));

    public static (CashPayment H, VoidStatement? Void)? ReadDead(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var h = CashPayment.Read(ref r);
        var statement = r.HasMore ? VoidStatement.Read(ref r) : null;
        return r.Complete ? (h, statement) : null;
    }

    public static LinkMessage WriteDeadReply(DeadStatement statement) => new(MessageType.DeadStatementReply, statement.Encode());

    public static DeadStatement? ReadDeadReply(LinkMessage message) =>
        message.Type == MessageType.DeadStatementReply ? DeadStatement.Decode(message.Body) : null;

    public static LinkMessage WriteRedeem(CashPayment h) => new(MessageType.Redeem, h.Encode());

    public static LinkMessage WriteRedeemReply(Receipt receipt) => new(MessageType.RedeemReply, receipt.Encode());

    public static Receipt? ReadRedeemReply(LinkMessage message) => message.Type == MessageType.RedeemReply ? Receipt.Decode(message.Body) : null;
}

/// <summary>Wallet to bank, bank to issuer: a sealed message and its sealed answer (hole 23).</summary>
public static class RelayMessages
{
    public static LinkMessage Write(MessageType type, Sealed message) => new(type, message.Encode());

    public static Sealed? Read(LinkMessage message) => Sealed.Decode(message.Body);

    public static LinkMessage WriteReply(MessageType type, byte[] answer) => new(type, BerTlv.Encode(answer.Length + 20, (ref BerTlvWriter w) =>
    {
        int begin = w.Begin(Tag.Sealed);
        w.Write(Tag.Ciphertext, answer);
        w.End(begin);
    }));

    public static byte[]? ReadReply(LinkMessage message, MessageType expected)
    {
        var reader = new BerTlvReader(message.Body);
        var r = reader.Enter(Tag.Sealed);
        var answer = r.Read(Tag.Ciphertext).ToArray();
        reader.Leave(r);
        return reader.Complete && message.Type == expected ? answer : null;
    }
}

/// <summary>Lost cards and the hot list (holes 10, 11).</summary>
public static class LossMessages
{
    public static LinkMessage WriteReport(LostCardReport report) => new(MessageType.LostCard, report.Encode());

    public static LinkMessage WriteReportReply(ulong cancelled) =>
        new(MessageType.LostCardReply, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(Tag.Number, cancelled)));

    public static ulong? ReadReportReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong cancelled = r.ReadUInt64(Tag.Number);
        return r.Complete && message.Type == MessageType.LostCardReply ? cancelled : null;
    }

    public static LinkMessage WriteCancel(Cancellation order) => new(MessageType.Cancel, order.Encode());

    public static LinkMessage WriteCancelReply(Timestamp date) =>
        new(MessageType.CancelReply, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(Tag.Date, date.Microseconds)));

    public static Timestamp? ReadCancelReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        return r.Complete && message.Type == MessageType.CancelReply ? date : null;
    }

    public static LinkMessage WriteHotList(ulong version) =>
        new(MessageType.HotList, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(Tag.Number, version)));

    public static ulong? ReadHotList(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong version = r.ReadUInt64(Tag.Number);
        return r.Complete ? version : null;
    }

    public static LinkMessage WriteHotListReply(HotList list) => new(MessageType.HotListReply, list.Encode());

    public static HotList? ReadHotListReply(LinkMessage message) => message.Type == MessageType.HotListReply ? HotList.Decode(message.Body) : null;
}

/// <summary>Bank to issuer: the statements of its circulation after a number.</summary>
public static class AuditMessages
{
    public static LinkMessage Write(ulong after) =>
        new(MessageType.AuditStatements, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(Tag.Number, after)));

    public static ulong? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong after = r.ReadUInt64(Tag.Number);
        return r.Complete && after <= long.MaxValue ? after : null;
    }

    public static LinkMessage WriteReply(IReadOnlyList<byte[]> statements) => new(MessageType.AuditStatementsReply, statements.SelectMany(s => s).ToArray());

    public static IReadOnlyList<AuditStatement>? ReadReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var statements = new List<AuditStatement>();
        while (r.HasMore)
        {
            if (AuditStatement.Read(ref r) is { } statement)
            {
                statements.Add(statement);
            }
        }

        return r.Complete && message.Type == MessageType.AuditStatementsReply ? statements : null;
    }
}
