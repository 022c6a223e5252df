using System.Buffers.Binary;

namespace HierCash.Card.Wallet;

/// <summary>Whose card it is: scheme, bank, account key, limits.</summary>
internal sealed class CardHolder(PersistentBytes bytes)
{
    public const int Size = 224;
    private const int StateAt = 0;
    private const int FrozenAt = 1;
    private const int CurrencyAt = 2;
    private const int BankAt = 4;
    private const int NoPinLimitAt = 8;
    private const int NoPinSpentAt = 12;
    private const int SecretAt = 16;
    private const int AccountKeyAt = 48;
    private const int RootKeyAt = 116;
    private const int CodeAt = 184;
    private const int ActivationAt = 216;
    private const int NoPinCountAt = 217;
    private const int OrdersAt = 220;
    private const byte Activated = 1;
    private const byte WasSetBack = 2;

    public WalletState State => !IsPersonalised ? WalletState.Blank
        : !IsActivated ? WalletState.NotActivated : IsFrozen ? WalletState.Frozen : WalletState.Personalised;

    public bool IsFrozen => bytes.Span[FrozenAt] != 0;

    public bool IsActivated => bytes.Span[ActivationAt] == Activated;

    /// <summary>The bank set it back to a new activation code, which was not used yet.</summary>
    public bool IsSetBack => bytes.Span[ActivationAt] == WasSetBack;

    /// <summary>Hash of the activation code that counts until the card is activated.</summary>
    public Digest Code => Digest.Read(bytes.Span.Slice(CodeAt, Digest.Size));

    public bool IsPersonalised => bytes.Span[StateAt] != 0;

    public Currency Currency => new(bytes.ReadUInt16(CurrencyAt));

    public PartyId Bank => new(bytes.ReadUInt32(BankAt));

    public Amount NoPinLimit => new(bytes.ReadUInt32(NoPinLimitAt));

    /// <summary>Paid without PIN since the last correct one (hole 12).</summary>
    public Amount NoPinSpent
    {
        get => new(bytes.ReadUInt32(NoPinSpentAt));
        set => bytes.WriteUInt32(NoPinSpentAt, value.ToCard());
    }

    /// <summary>Payments without PIN since the last correct one, those that were taken back included (rule R13).</summary>
    public byte NoPinCount
    {
        get => bytes.Span[NoPinCountAt];
        set => bytes.WriteByte(NoPinCountAt, value);
    }

    /// <summary>Orders that the account key has numbered; it only rises (rule R27).</summary>
    public uint Orders
    {
        get => bytes.ReadUInt32(OrdersAt);
        set => bytes.WriteUInt32(OrdersAt, value);
    }

    /// <summary>The same in the bytes of a holder's data, for cards that are made for tests.</summary>
    internal static void SetOrders(Span<byte> holder, uint orders) => BinaryPrimitives.WriteUInt32BigEndian(holder[OrdersAt..], orders);

    /// <summary>The payment PIN was right: what was paid without it begins anew.</summary>
    public void ForgetNoPin()
    {
        if (!NoPinSpent.IsZero)
        {
            NoPinSpent = Amount.Zero;
        }

        if (NoPinCount != 0)
        {
            NoPinCount = 0;
        }
    }

    public void Activate() => bytes.WriteByte(ActivationAt, Activated);

    /// <summary>Back to a new activation code; coins stay.</summary>
    public void SetBack(Digest code)
    {
        bytes.Write(CodeAt, code.ToArray());
        bytes.WriteByte(ActivationAt, WasSetBack);
    }

    public ReadOnlySpan<byte> Secret => bytes.Span.Slice(SecretAt, ISigningKey.ScalarSize);

    public PublicKey AccountKey => PublicKey.TryDecode(bytes.Span.Slice(AccountKeyAt, PublicKey.Size))!;

    public ReadOnlySpan<byte> RootKeyBytes => bytes.Span.Slice(RootKeyAt, PublicKey.Size);

    public PublicKey RootKey => PublicKey.TryDecode(RootKeyBytes)!;

    public AccountId User => Derivations.U(bytes.Span.Slice(AccountKeyAt, PublicKey.Size));

    public void Personalise(in PersonaliseCommand command, ISigningKey account)
    {
        bytes.WriteUInt16(CurrencyAt, command.Currency.Code);
        bytes.WriteUInt32(BankAt, command.Bank.Value);
        bytes.WriteUInt32(NoPinLimitAt, command.NoPinLimit.ToCard());
        bytes.Write(SecretAt, account.ExportScalar());
        bytes.Write(AccountKeyAt, account.PublicKey.Bytes);
        bytes.Write(RootKeyAt, command.RootKey);
        bytes.Write(CodeAt, command.Code.ToArray());
        bytes.WriteByte(StateAt, 1);
    }

    /// <summary>
    /// True if the card was personalised with just these data, the activation code included: a repeat after a lost answer.
    /// </summary>
    public bool WasPersonalisedWith(in PersonaliseCommand command) =>
        RootKeyBytes.SequenceEqual(command.RootKey) && Bank == command.Bank && Currency == command.Currency
        && NoPinLimit == command.NoPinLimit && Code == command.Code;

    /// <summary>Freezes the coins of a restored copy for good (hole 24).</summary>
    public void Freeze()
    {
        if (IsPersonalised && !IsFrozen)
        {
            bytes.WriteByte(FrozenAt, 1);
        }
    }
}
