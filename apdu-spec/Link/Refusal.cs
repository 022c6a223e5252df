namespace HierCash.Protocol.Link;

/// <summary>Why a request was not done, in order of precedence.</summary>
public enum RefusalReason : byte
{
    Malformed = 1,
    UnknownMessage = 2,
    NotAllowed = 3,
    UnknownAccount = 4,
    BadSignature = 5,
    OtherBank = 6,
    OtherCurrency = 7,
    AmountZero = 8,
    KeyUnknown = 9,
    OutOfDate = 10,
    RequestOfAnother = 11,
    InsufficientFunds = 12,
    Unavailable = 13,
    KeyRevoked = 14,

    /// <summary>
    /// The party cannot use its own files just now. Whether it has done anything of it is not known: whoever asked takes it for no answer,
    /// and asks again (rule R28).
    /// </summary>
    CannotStore = 15,

    /// <summary>The bank lacks an earlier order of the account: it is shown, or renounced, first (rule R27).</summary>
    OrderMissing = 16,

    /// <summary>An earlier order was renounced, and the bank waits for a term whether it turns up (rule R27).</summary>
    OrderRenounced = 17,

    /// <summary>Another order had this number (rule R27).</summary>
    OrderNumberUsed = 18,
}

/// <summary>A refusal and its sentence for people: what was wrong and what to do.</summary>
/// <param name="Revoked">Since when the key of a till that asks is revoked: of <see cref="RefusalReason.KeyRevoked"/>, and of no other
/// reason.</param>
/// <param name="Order">Which order is missing: of <see cref="RefusalReason.OrderMissing"/>, and of no other reason.</param>
/// <param name="Until">Until when the bank waits: of <see cref="RefusalReason.OrderRenounced"/>, and of no other reason.</param>
public sealed record Refusal(RefusalReason Reason, string Text, Timestamp? Revoked = null, uint? Order = null, Timestamp? Until = null)
{
    private const int MaxText = 200;

    public LinkMessage ToMessage() => new(MessageType.Refusal, BerTlv.Encode(260, (ref BerTlvWriter w) =>
    {
        w.Write(WalletTag.Reason, (byte)Reason);
        w.Write(WalletTag.Text, Text);
        if (Revoked is { } date)
        {
            w.Write(WalletTag.Date, date);
        }

        if (Order is { } order)
        {
            w.Write(WalletTag.OrderNumber, order);
        }

        if (Until is { } until)
        {
            w.Write(WalletTag.Until, until);
        }
    }));

    /// <summary>Null where the message is no refusal.</summary>
    public static Refusal? Read(LinkMessage message)
    {
        if (message.Type != MessageType.Refusal)
        {
            return null;
        }

        var r = new BerTlvReader(message.Body);
        byte reason = r.ReadByte(WalletTag.Reason);
        string text = r.ReadText(WalletTag.Text, MaxText);
        Timestamp? revoked = (RefusalReason)reason == RefusalReason.KeyRevoked ? r.ReadTimestamp(WalletTag.Date) : null;
        uint? order = (RefusalReason)reason == RefusalReason.OrderMissing ? r.ReadUInt32(WalletTag.OrderNumber) : null;
        Timestamp? until = (RefusalReason)reason == RefusalReason.OrderRenounced ? r.ReadTimestamp(WalletTag.Until) : null;
        return r.Complete ? new Refusal((RefusalReason)reason, PlainText.Escape(text), revoked, order, until)
            : new Refusal(RefusalReason.Malformed, "The peer's refusal is malformed.");
    }
}
