using System.Buffers.Binary;

namespace HierCash.Card.Wallet;

/// <summary>One coin slot in persistent memory: a pending withdrawal, then a coin with SS_U, x and seq.</summary>
internal readonly struct CoinSlot(PersistentBytes bytes, byte index)
{
    public const int Size = 352;
    private const int StateAt = 0;
    private const int SuiteAt = 1;
    private const int IssuerAt = 4;
    private const int IssuerKeyAt = 8;
    private const int FaceValueAt = 12;
    private const int BalanceAt = 16;
    private const int CurrencyAt = 20;
    private const int TMAt = 22;
    private const int NextTMAt = 24;
    private const int ExpiryAt = 26;
    private const int SeqAt = 28;
    private const int EncryptionKeyAt = 32;
    private const int RequestAt = 36;
    private const int AnswerDigestAt = 68;
    private const int SecretAt = 84;
    private const int NUAt = 116;
    private const int SIAt = 152;
    private const int SeedAt = 216;
    private const int PossessionAt = 248;

    private const int RingAt = 312;

    private const int OrderAt = 344;

    // 348: 4 bytes that are free.

    public byte Index => index;

    public SlotState State => (SlotState)bytes.Span[StateAt];

    public Amount FaceValue => new(bytes.ReadUInt32(FaceValueAt));

    public Amount Balance => new(bytes.ReadUInt32(BalanceAt));

    public Currency Currency => new(bytes.ReadUInt16(CurrencyAt));

    public ushort TM => bytes.ReadUInt16(TMAt);

    /// <summary>The TM that a further coin under this key gets; counted at the coin with TM 0.</summary>
    public ushort NextTM => bytes.ReadUInt16(NextTMAt);

    public ushort Seq => bytes.ReadUInt16(SeqAt);

    public Quarter Expiry => new(bytes.ReadUInt16(ExpiryAt));

    public KeyId EncryptionKey => new(bytes.ReadUInt32(EncryptionKeyAt));

    public WithdrawalId Request => new(Digest.Read(bytes.Span.Slice(RequestAt, Digest.Size)));

    /// <summary>Number of the order that was signed for this withdrawal, also once its coin is there; 0: none was (rule R27).</summary>
    public uint Order
    {
        get => State == SlotState.Free ? 0 : bytes.ReadUInt32(OrderAt);
        set => bytes.WriteUInt32(OrderAt, value);
    }

    public ReadOnlySpan<byte> Secret => bytes.Span.Slice(SecretAt, ISigningKey.ScalarSize);

    public ReadOnlySpan<byte> Seed => bytes.Span.Slice(SeedAt, CashCipher.SeedSize);

    private byte[] NU => bytes.Span.Slice(NUAt, PublicKey.CompressedSize).ToArray();

    /// <summary>m of the pending withdrawal; the same each time, so that E_I is.</summary>
    public CoinRequest CoinRequest => new(
        Seed.ToArray(), FaceValue, Currency, TM, NU, bytes.Span.Slice(PossessionAt, ISigningKey.SignatureSize).ToArray());

    /// <summary>The issuer made this coin's key (hole 14); of a stored coin.</summary>
    public bool IsIssuerKeyed => CoinAttributes.TryUnpackG(bytes.Span[SuiteAt + 1], out _, out bool keyed) && keyed;

    public Coin Coin => new(
        new CoinAttributes(
            bytes.Span[SuiteAt],
            CoinAttributes.TryUnpackG(bytes.Span[SuiteAt + 1], out var g, out _) ? g : GFunction.Sha256,
            new PartyId(bytes.ReadUInt32(IssuerAt)),
            new KeyId(bytes.ReadUInt32(IssuerKeyAt)),
            FaceValue,
            Currency,
            TM,
            Expiry,
            IsIssuerKeyed), NU, bytes.Span.Slice(SIAt, ISigningKey.SignatureSize).ToArray());

    /// <summary>Fills the slot with a withdrawal that was not answered yet.</summary>
    public void Begin(ISigningKey? secret, CoinRequest request, KeyId encryptionKey, WithdrawalId id)
    {
        var content = new byte[Size];
        secret?.ExportScalar().CopyTo(content, SecretAt);
        request.NU.CopyTo(content, NUAt);
        request.Seed.CopyTo(content, SeedAt);
        request.Possession.CopyTo(content, PossessionAt);
        id.Value.CopyTo(content.AsSpan(RequestAt));
        content[StateAt] = (byte)SlotState.Pending;
        bytes.Write(0, content);
        bytes.WriteUInt32(FaceValueAt, request.FaceValue.ToCard());
        bytes.WriteUInt16(CurrencyAt, request.Currency.Code);
        bytes.WriteUInt16(TMAt, request.TM);
        bytes.WriteUInt16(NextTMAt, 1);
        bytes.WriteUInt32(EncryptionKeyAt, encryptionKey.Value);
    }

    public void TakeTM() => bytes.WriteUInt16(NextTMAt, checked((ushort)(NextTM + 1)));

    /// <summary>Takes the key pair that the issuer made (hole 14).</summary>
    public void TakeKey(ISigningKey secret)
    {
        bytes.Write(SecretAt, secret.ExportScalar());
        bytes.Write(NUAt, secret.PublicKey.Compress());
    }

    /// <summary>Makes the pending withdrawal a coin with x = X.</summary>
    public void Activate(CashAnswer answer, ReadOnlySpan<byte> answerDigest)
    {
        bytes.Write(StateAt, [(byte)SlotState.Active, answer.Suite, CoinAttributes.PackG(answer.G, answer.IssuerKeyed)]);
        bytes.WriteUInt32(IssuerAt, answer.Issuer.Value);
        bytes.WriteUInt32(IssuerKeyAt, answer.IssuerKey.Value);
        bytes.WriteUInt16(ExpiryAt, answer.Expiry.Index);
        bytes.Write(SIAt, answer.SI);
        bytes.Write(AnswerDigestAt, answerDigest);
        SetBalance(FaceValue);
    }

    public ReadOnlySpan<byte> AnswerDigest => bytes.Span.Slice(AnswerDigestAt, Id16.Size);

    /// <summary>Sets x; a coin with nothing left is closed, one that gets money back is open again (claim 8).</summary>
    public void SetBalance(Amount x)
    {
        bytes.WriteUInt32(BalanceAt, x.ToCard());
        bytes.WriteByte(StateAt, (byte)(x.IsZero ? SlotState.Closed : SlotState.Active));
    }

    /// <summary>The seq of a payment that is signed now: it is the newest, and was not taken back.</summary>
    public void SetSeq(ushort seq)
    {
        bytes.WriteUInt16(SeqAt, seq);
        SetRing(seq, false);
    }

    /// <summary>True for a payment that the coin can still tell whether it was taken back: one of its 256 newest (rule R24).</summary>
    public bool IsInRing(ushort seq) => seq <= Seq && Seq - seq < ShowPaymentCommand.RingBits;

    public bool IsTakenBack(ushort seq) => (bytes.Span[RingAt + seq % ShowPaymentCommand.RingBits / 8] & Bit(seq)) != 0;

    public void SetTakenBack(ushort seq) => SetRing(seq, true);

    private void SetRing(ushort seq, bool takenBack)
    {
        int at = RingAt + seq % ShowPaymentCommand.RingBits / 8;
        byte cell = bytes.Span[at];
        byte next = takenBack ? (byte)(cell | Bit(seq)) : (byte)(cell & ~Bit(seq));
        if (next != cell)
        {
            bytes.WriteByte(at, next);
        }
    }

    private static byte Bit(ushort seq) => (byte)(1 << seq % 8);

    /// <summary>The same in the bytes of a slot, for cards that are made for tests.</summary>
    internal static void SetSeq(Span<byte> slot, ushort seq) => BinaryPrimitives.WriteUInt16BigEndian(slot[SeqAt..], seq);

    /// <summary>CLOSE: x is nothing, seq is its last, and no state follows but free (rule R24).</summary>
    public void End()
    {
        bytes.WriteUInt32(BalanceAt, 0);
        bytes.WriteUInt16(SeqAt, CashPayment.CloseSeq);
        bytes.WriteByte(StateAt, (byte)SlotState.Ended);
    }

    public void Free() => bytes.WriteByte(StateAt, (byte)SlotState.Free);

    /// <summary>
    /// Wipes what the slot's state needs no more: K once the coin is stored, all secrets once the slot is free (hole 21). Outside
    /// the transaction, so that no undo log keeps a copy; done again at power-on where a cut prevented it.
    /// </summary>
    public void WipeLeftovers()
    {
        bool unneeded = State is SlotState.Active or SlotState.Closed or SlotState.Ended or SlotState.Free
            && Seed.ContainsAnyExcept((byte)0);
        if (unneeded)
        {
            bytes.WriteNonAtomic(SeedAt, new byte[CashCipher.SeedSize]);
        }

        if (State == SlotState.Free && Secret.ContainsAnyExcept((byte)0))
        {
            bytes.WriteNonAtomic(SecretAt, new byte[ISigningKey.ScalarSize]);
        }
    }
}
