using System.Buffers.Binary;

namespace HierCash.Card.Wallet;

/// <summary>One entry of the payment log: what the card signed, and the S_W or dead statement that took it back (holes 1, 2, 4).</summary>
internal readonly struct LogSlot(PersistentBytes bytes)
{
    public const int Size = 244;
    private const int StateAt = 0;
    private const int CoinAt = 1;
    private const int SeqAt = 2;
    private const int FlagsAt = 4;
    private const int TimeAt = 8;
    private const int TillAt = 16;
    private const int PaidAt = 32;
    private const int AskedAt = 36;
    private const int BalanceAt = 40;
    private const int OrderAt = 44;
    private const int SUAt = 48;
    private const int SignedSize = 112;
    private const int ProofAt = 112;

    /// <summary>N_W, which begins with 04; or a zero byte and the rest of a dead statement.</summary>
    private const int TillKeyAt = 176;
    private const int DeathSize = 14;
    private const byte ConfirmedFlag = 1;
    private const byte AcknowledgedFlag = 2;

    public LogState State => (LogState)bytes.Span[StateAt];

    /// <summary>Index of the coin slot.</summary>
    public byte Coin => bytes.Span[CoinAt];

    public ushort Seq => bytes.ReadUInt16(SeqAt);

    public Amount Paid => new(bytes.ReadUInt32(PaidAt));

    /// <summary>y as the till asked for it; more than <see cref="Paid"/> where one coin was not enough.</summary>
    public Amount Asked => new(bytes.ReadUInt32(AskedAt));

    /// <summary>x before the payment.</summary>
    public Amount Balance => new(bytes.ReadUInt32(BalanceAt));

    public Timestamp Time => new(BinaryPrimitives.ReadUInt64BigEndian(bytes.Span[TimeAt..]));

    public TillId Till => new(Id16.Read(bytes.Span[TillAt..]));

    public uint Order => bytes.ReadUInt32(OrderAt);

    public bool IsAcknowledged => (bytes.Span[FlagsAt] & AcknowledgedFlag) != 0;

    public byte[] SU => bytes.Span.Slice(SUAt, ISigningKey.SignatureSize).ToArray();

    public bool Answers(in PayCommand pay) => State != LogState.Free && Time == pay.Time && Till == pay.Till && Asked == pay.Amount;

    public SignedPayment Payment => new(Seq, Balance, Time, Till, Paid, SU);

    /// <summary>What READ LOG answers of it.</summary>
    public LogReply Reply => new(State, State == LogState.Free ? null : ToReply());

    private LoggedPayment ToReply() => new(
        Coin, Seq, Balance, Time, Till, Paid, (bytes.Span[FlagsAt] & ConfirmedFlag) != 0, IsAcknowledged, SU, Proof());

    /// <param name="asked">y as the till asked for it.</param>
    public void Write(byte coin, in SignedPayment paid, Amount asked, uint order)
    {
        Span<byte> content = stackalloc byte[SignedSize];
        content.Clear();
        content[StateAt] = (byte)LogState.Signed;
        content[CoinAt] = coin;
        BinaryPrimitives.WriteUInt16BigEndian(content[SeqAt..], paid.Seq);
        BinaryPrimitives.WriteUInt64BigEndian(content[TimeAt..], paid.Time.Microseconds);
        paid.Till.Value.CopyTo(content[TillAt..]);
        BinaryPrimitives.WriteUInt32BigEndian(content[PaidAt..], paid.Paid.ToCard());
        BinaryPrimitives.WriteUInt32BigEndian(content[AskedAt..], asked.ToCard());
        BinaryPrimitives.WriteUInt32BigEndian(content[BalanceAt..], paid.Balance.ToCard());
        BinaryPrimitives.WriteUInt32BigEndian(content[OrderAt..], order);
        paid.SU.CopyTo(content[SUAt..]);
        bytes.Write(0, content);
    }

    public void Confirm() => bytes.WriteByte(FlagsAt, (byte)(bytes.Span[FlagsAt] | ConfirmedFlag));

    public void Acknowledge() => bytes.WriteByte(FlagsAt, (byte)(bytes.Span[FlagsAt] | AcknowledgedFlag));

    /// <summary>Keeps S_W and N_W: the user's evidence that this payment was taken back.</summary>
    public void KeepVoid(ReadOnlySpan<byte> sw, ReadOnlySpan<byte> tillKey)
    {
        MarkTakenBack();
        bytes.Write(ProofAt, sw);
        bytes.Write(TillKeyAt, tillKey);
    }

    /// <summary>Keeps of a dead statement what the entry does not say itself.</summary>
    public void KeepDeath(NonSettlementStatement statement)
    {
        Span<byte> rest = stackalloc byte[DeathSize];
        rest[0] = 0;
        rest[1] = (byte)statement.Basis;
        BinaryPrimitives.WriteUInt32BigEndian(rest[2..], statement.Issuer.Value);
        BinaryPrimitives.WriteUInt64BigEndian(rest[6..], statement.Date.Microseconds);
        MarkTakenBack();
        bytes.Write(ProofAt, statement.Signature);
        bytes.Write(TillKeyAt, rest);
    }

    /// <summary>What the wallet has a copy of is not this any more (rule R13).</summary>
    private void MarkTakenBack()
    {
        bytes.WriteByte(StateAt, (byte)LogState.Restored);
        bytes.WriteByte(FlagsAt, (byte)(bytes.Span[FlagsAt] & ~AcknowledgedFlag));
    }

    private RestoreProof? Proof()
    {
        if (State != LogState.Restored)
        {
            return null;
        }

        var signature = bytes.Span.Slice(ProofAt, ISigningKey.SignatureSize).ToArray();
        var rest = bytes.Span[TillKeyAt..];
        return rest[0] != 0
            ? new RestoreProof(rest[..PublicKey.Size].ToArray(), default, default, default, signature)
            : new RestoreProof(
                null,
                new PartyId(BinaryPrimitives.ReadUInt32BigEndian(rest[2..])),
                (DeathBasis)rest[1], new Timestamp(BinaryPrimitives.ReadUInt64BigEndian(rest[6..])), signature);
    }

    public void Free() => bytes.WriteByte(StateAt, (byte)LogState.Free);
}
