using System.Buffers.Binary;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;

namespace HierCash.Protocol.Link;

/// <summary>What a frame is to its receiver.</summary>
public enum FrameKind : byte { Request = 1, Response = 2 }

/// <summary>One message on the wire between terminals, without its length (link.md).</summary>
/// <param name="Correlation">The requester's number, which the response repeats.</param>
public sealed record LinkFrame(FrameKind Kind, ulong Correlation, LinkMessage Message)
{
    /// <summary>Most bytes that a length may announce.</summary>
    public const int MaxLength = 1 << 20;

    public const byte Version = 3;

    /// <summary>Version 1 byte, kind 1, correlation 8, message type 2.</summary>
    public const int HeaderSize = 12;

    /// <summary>The date of a response: 8 bytes, since this version (rule R26).</summary>
    public const int DateSize = 8;

    private const byte FirstDated = 3;

    /// <summary>Length 4, header, in a response the date, body.</summary>
    /// <param name="version">Another one only to tell a peer of that version so: the layout up to the message type is the same in
    /// all.</param>
    /// <exception cref="ArgumentException">The body is larger than a frame may be.</exception>
    public byte[] Encode(byte version = Version)
    {
        bool dated = IsDated(Kind, version);
        int body = dated ? HeaderSize + DateSize : HeaderSize;
        int length = body + Message.Body.Length;
        if (length > MaxLength)
        {
            throw new ArgumentException($"A frame holds {MaxLength - body} bytes, not {Message.Body.Length}. Send smaller batches.");
        }

        var frame = new byte[4 + length];
        BinaryPrimitives.WriteInt32BigEndian(frame, length);
        frame[4] = version;
        frame[5] = (byte)Kind;
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(6), Correlation);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(14), (ushort)Message.Type);
        if (dated)
        {
            BinaryPrimitives.WriteUInt64BigEndian(
                frame.AsSpan(4 + HeaderSize), Message.Said?.Microseconds
                    ?? throw new InvalidOperationException("A response says what the clock of its sender says."));
        }

        Message.Body.CopyTo(frame.AsSpan(4 + body));
        return frame;
    }

    /// <summary>Null where the bytes after the length are no frame of this version.</summary>
    public static LinkFrame? Decode(ReadOnlySpan<byte> frame)
    {
        if (frame.Length is < HeaderSize or > MaxLength || frame[0] != Version || frame[1] is not (1 or 2))
        {
            return null;
        }

        var kind = (FrameKind)frame[1];
        var type = (MessageType)BinaryPrimitives.ReadUInt16BigEndian(frame[10..]);
        bool dated = IsDated(kind, Version);
        if (dated && frame.Length < HeaderSize + DateSize)
        {
            return null;
        }

        var message = dated
            ? new LinkMessage(type, frame[(HeaderSize + DateSize)..].ToArray()) { Said =
                new Timestamp(BinaryPrimitives.ReadUInt64BigEndian(frame[HeaderSize..])) }
            : new LinkMessage(type, frame[HeaderSize..].ToArray());
        return new LinkFrame(kind, BinaryPrimitives.ReadUInt64BigEndian(frame[2..]), message);
    }

    private static bool IsDated(FrameKind kind, byte version) => kind == FrameKind.Response && version >= FirstDated;
}

/// <summary>A message type and its data objects.</summary>
public sealed record LinkMessage(MessageType Type, byte[] Body)
{
    /// <summary>
    /// Of a response that came over a link: what the clock of its sender said. To be compared, never to be adopted or stored (rule R26).
    /// </summary>
    public Timestamp? Said { get; init; }

    /// <summary>What a message of that type says; null where this is another one, malformed, or more than such a message holds.</summary>
    public T? As<T>()
        where T : class, ILinkBody<T>
    {
        if (Type != T.Type || Body.Length > T.MostRead)
        {
            return null;
        }

        var r = new BerTlvReader(Body);
        var read = T.Read(ref r);
        return r.Complete ? read : null;
    }

    public override string ToString() => $"{Type}, {Body.Length} bytes";
}

/// <summary>
/// Message types; the reply's is one more than the request's. The first byte is who asks: 01 a wallet at its bank, 02 a bank at
/// the issuer, 03 a shop at the issuer, 04 a wallet at the issuer, sealed and relayed by its bank (hole 23).
/// </summary>
public enum MessageType : ushort
{
    /// <summary>Instead of a reply: the request was not done, and why.</summary>
    Refusal = 0x0000,

    Withdraw = 0x0101,
    WithdrawReply = 0x0102,
    Certificates = 0x0103,
    CertificatesReply = 0x0104,
    LostCard = 0x0105,
    LostCardReply = 0x0106,
    Relay = 0x0107,
    RelayReply = 0x0108,
    Notices = 0x0109,
    NoticesReply = 0x010A,
    Rebut = 0x010B,
    RebutReply = 0x010C,
    Accusation = 0x010D,
    AccusationReply = 0x010E,
    ShowOrder = 0x010F,
    ShowOrderReply = 0x0110,
    Renounce = 0x0111,
    RenounceReply = 0x0112,
    ShowCertificates = 0x0113,
    ShowCertificatesReply = 0x0114,

    Issue = 0x0201,
    IssueReply = 0x0202,
    Withhold = 0x0203,
    Instructions = 0x0205,
    InstructionsReply = 0x0206,
    Dossiers = 0x0207,
    DossiersReply = 0x0208,
    DossierOutcome = 0x0209,
    DossierOutcomeReply = 0x020A,
    Cancel = 0x020B,
    CancelReply = 0x020C,
    AuditStatements = 0x020D,
    AuditStatementsReply = 0x020E,
    RelaySealed = 0x020F,
    RelaySealedReply = 0x0210,
    BankVoid = 0x0211,
    BankVoidReply = 0x0212,
    DossierPage = 0x0213,
    DossierPageReply = 0x0214,
    CaseReversals = 0x0215,
    CaseReversalsReply = 0x0216,
    Agree = 0x0217,
    AgreeReply = 0x0218,
    Issued = 0x0219,
    IssuedReply = 0x021A,
    ShopsOfBank = 0x021B,
    ShopsOfBankReply = 0x021C,
    Return = 0x021D,
    ReturnReply = 0x021E,

    Settle = 0x0301,
    SettleReply = 0x0302,
    HotList = 0x0305,
    HotListReply = 0x0306,
    ForwardVoid = 0x0307,
    ForwardVoidReply = 0x0308,
    NewestBatch = 0x0309,
    NewestBatchReply = 0x030A,
    Submitted = 0x030B,
    SubmittedReply = 0x030C,

    NonSettlementStatement = 0x0401,
    NonSettlementStatementReply = 0x0402,
    Redeem = 0x0403,
    RedeemReply = 0x0404,
    UploadVoid = 0x0405,
    UploadVoidReply = 0x0406,
    StampRebuttal = 0x0407,
    StampRebuttalReply = 0x0408,
}
