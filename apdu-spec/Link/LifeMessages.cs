using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: a statement about a payment that was never settled; redemption (holes 4, 9).</summary>
public static class WalletMessages
{
    public static LinkMessage WriteDead(CashPayment h) => new(MessageType.NonSettlementStatement, h.Encode());

    public static CashPayment? ReadDead(LinkMessage message) => CashPayment.Decode(message.Body);

    /// <param name="statement">A <see cref="NonSettlementStatement"/>, as it was signed and kept.</param>
    public static LinkMessage WriteDeadReply(byte[] statement) => new(MessageType.DeadStatementReply, statement);

    public static NonSettlementStatement? ReadDeadReply(LinkMessage message) =>
        message.Type == MessageType.DeadStatementReply ? NonSettlementStatement.Decode(message.Body) : null;

    public static LinkMessage WriteRedeem(CashPayment h) => new(MessageType.Redeem, h.Encode());

    public static LinkMessage WriteRedeemReply(Receipt receipt) => new(MessageType.RedeemReply, receipt.Encode());

    public static Receipt? ReadRedeemReply(LinkMessage message) => message.Type == MessageType.RedeemReply ? Receipt.Decode(message.Body) : null;
}

/// <summary>Wallet to bank, bank to issuer: a sealed message and its sealed answer (hole 23).</summary>
public static class RelayMessages
{
    public static LinkMessage Write(MessageType type, SealedMessage message) => new(type, message.Encode());

    public static SealedMessage? Read(LinkMessage message) => SealedMessage.Decode(message.Body);

    public static LinkMessage WriteReply(MessageType type, byte[] answer) => new(type, BerTlv.Encode(answer.Length + 20, (ref BerTlvWriter w) =>
    {
        int begin = w.Begin(WalletTag.SealedMessage);
        w.Write(WalletTag.Ciphertext, answer);
        w.End(begin);
    }));

    public static byte[]? ReadReply(LinkMessage message, MessageType expected)
    {
        var reader = new BerTlvReader(message.Body);
        var r = reader.Enter(WalletTag.SealedMessage);
        var answer = r.Read(WalletTag.Ciphertext).ToArray();
        reader.Leave(r);
        return reader.Complete && message.Type == expected ? answer : null;
    }
}

/// <summary>Lost cards and the hot list (holes 10, 11).</summary>
public static class LossMessages
{
    public static LinkMessage WriteReport(LostCardReport report) => new(MessageType.LostCard, report.Encode());

    public static LinkMessage WriteReportReply(ulong cancelled) =>
        new(MessageType.LostCardReply, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(WalletTag.Number, cancelled)));

    public static ulong? ReadReportReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong cancelled = r.ReadUInt64(WalletTag.Number);
        return r.Complete && message.Type == MessageType.LostCardReply ? cancelled : null;
    }

    public static LinkMessage WriteCancel(Cancellation order) => new(MessageType.Cancel, order.Encode());

    public static LinkMessage WriteCancelReply(Timestamp date) =>
        new(MessageType.CancelReply, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(WalletTag.Date, date.Microseconds)));

    public static Timestamp? ReadCancelReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        return r.Complete && message.Type == MessageType.CancelReply ? date : null;
    }

    /// <param name="till">W: the till that asks; the issuer notes that it had contact (rule R6).</param>
    /// <param name="date">The till's clock.</param>
    /// <param name="queued">TIME of the oldest payment that the till still has to send, or that is under way; 0: there is none.</param>
    /// <param name="newest">The newest receipt that the till has, for an issuer that was restored from a copy (rule R27); null: it has none.</param>
    public static LinkMessage WriteHotList(ulong version, TillId till, Timestamp date, Timestamp queued = default, Receipt? newest = null) =>
        new(MessageType.HotList, BerTlv.Encode(72 + Receipt.MaxEncodedSize, (ref BerTlvWriter w) =>
        {
            w.Write(WalletTag.Number, version);
            w.Write(WalletTag.W, till.Value.ToArray());
            w.Write(WalletTag.Date, date.Microseconds);
            w.Write(WalletTag.Time, queued.Microseconds);
            newest?.Write(ref w);
        }));

    public static (ulong Version, TillId Till, Timestamp Date, Timestamp Queued, Receipt? Newest)? ReadHotList(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong version = r.ReadUInt64(WalletTag.Number);
        var till = new TillId(Id16.Read(r.ReadBytes(WalletTag.W, Id16.Size)));
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var queued = new Timestamp(r.ReadUInt64(WalletTag.Time));
        var newest = r.HasMore ? Receipt.Read(ref r) : null;
        return r.Complete ? (version, till, date, queued, newest) : null;
    }

    /// <param name="restored">Where the issuer was restored from a copy: what it may have forgotten.</param>
    public static LinkMessage WriteHotListReply(HotList list, Restoration? restored = null) => new(
        MessageType.HotListReply,
        [.. list.Encode(), .. restored is null ? [] : BerTlv.Encode(32, (ref BerTlvWriter w) =>
        {
            w.Write(WalletTag.Until, restored.Since.Microseconds);
            w.Write(WalletTag.Date, restored.Ended.Microseconds);
        })]);

    public static (HotList List, Restoration? Restored)? ReadHotListReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var list = HotList.Read(ref r);
        var restored = r.HasMore ? new Restoration(new Timestamp(r.ReadUInt64(WalletTag.Until)), new Timestamp(r.ReadUInt64(WalletTag.Date))) : null;
        return r.Complete && list is not null && message.Type == MessageType.HotListReply ? (list, restored) : null;
    }
}

/// <summary>Bank to issuer: the statements of its circulation after a number.</summary>
public static class AuditMessages
{
    public static LinkMessage Write(ulong after) =>
        new(MessageType.AuditStatements, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(WalletTag.Number, after)));

    public static ulong? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong after = r.ReadUInt64(WalletTag.Number);
        return r.Complete && after <= long.MaxValue ? after : null;
    }

    public static LinkMessage WriteReply(IReadOnlyList<byte[]> statements) => new(MessageType.AuditStatementsReply, statements.SelectMany(s => s).ToArray());

    public static IReadOnlyList<CirculationStatement>? ReadReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var statements = new List<CirculationStatement>();
        while (r.HasMore)
        {
            if (CirculationStatement.Read(ref r) is { } statement)
            {
                statements.Add(statement);
            }
        }

        return r.Complete && message.Type == MessageType.AuditStatementsReply ? statements : null;
    }
}
