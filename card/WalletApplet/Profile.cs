using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

using Runtime;

/// <summary>Whose card it is: scheme, bank, account key, limits.</summary>
internal sealed class Profile(PersistentBytes bytes)
{
    public const int Size = 184;
    private const int StateAt = 0;
    private const int FrozenAt = 1;
    private const int CurrencyAt = 2;
    private const int BankAt = 4;
    private const int NoPinLimitAt = 8;
    private const int NoPinSpentAt = 12;
    private const int SecretAt = 16;
    private const int AccountKeyAt = 48;
    private const int RootKeyAt = 116;

    public WalletState State => bytes.Span[FrozenAt] != 0 ? WalletState.Frozen
        : bytes.Span[StateAt] != 0 ? WalletState.Personalised
        : WalletState.Blank;

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

    public ReadOnlySpan<byte> Secret => bytes.Span.Slice(SecretAt, ISigningKey.ScalarSize);

    public PublicKey AccountKey => PublicKey.TryDecode(bytes.Span.Slice(AccountKeyAt, PublicKey.Size))!;

    public ReadOnlySpan<byte> RootKeyBytes => bytes.Span.Slice(RootKeyAt, PublicKey.Size);

    public PublicKey RootKey => PublicKey.TryDecode(RootKeyBytes)!;

    public AccountId User => OneWay.U(bytes.Span.Slice(AccountKeyAt, PublicKey.Size));

    public void Personalise(in PersonaliseCommand command, ISigningKey account)
    {
        bytes.WriteUInt16(CurrencyAt, command.Currency.Code);
        bytes.WriteUInt32(BankAt, command.Bank.Value);
        bytes.WriteUInt32(NoPinLimitAt, command.NoPinLimit.ToCard());
        bytes.Write(SecretAt, account.ExportScalar());
        bytes.Write(AccountKeyAt, account.PublicKey.Bytes);
        bytes.Write(RootKeyAt, command.RootKey);
        bytes.WriteByte(StateAt, 1);
    }

    /// <summary>True if the card was personalised with just these data: a repeat after a lost answer.</summary>
    public bool WasPersonalisedWith(in PersonaliseCommand command) =>
        RootKeyBytes.SequenceEqual(command.RootKey) && Bank == command.Bank && Currency == command.Currency
        && NoPinLimit == command.NoPinLimit;

    /// <summary>Freezes the coins of a restored copy for good (hole 24).</summary>
    public void Freeze()
    {
        if (IsPersonalised && bytes.Span[FrozenAt] == 0)
        {
            bytes.WriteByte(FrozenAt, 1);
        }
    }
}
