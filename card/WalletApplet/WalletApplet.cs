namespace HierCash.Card.Wallet;

/// <summary>The wallet.</summary>
/// <remarks>
/// The user's side of hierarchical electronic cash (EP 0810563, apparatus 300, claim 10): makes SS_U and N_U, holds coins, signs
/// payments. Instructions/ has a file for each command of apdu-spec/Commands.
/// </remarks>
public sealed class WalletApplet : Applet
{
    /// <summary>Coins that a card holds at once, pending withdrawals included.</summary>
    public const int SlotCount = 16;

    /// <summary>Payments that a card remembers.</summary>
    public const int LogSize = 64;

    internal const ushort HolderArray = 1;
    internal const ushort SlotsArray = 5;
    private const byte PinLimit = 3;
    private const byte PukLimit = 10;
    private const byte IsThere = 1;
    private readonly AppletContext _context;
    private readonly PersistentBytes _slots;
    private readonly byte[] _offered;

    // The PUK and the nonce of this selection, behind a byte that says whether they are there.
    private readonly byte[] _puk;
    private readonly byte[] _nonce;

    // The payment that SHOW PAYMENT brought, behind the same byte, and the coin slot.
    private readonly byte[] _shown;

    // A cache of key objects made from the cells; losing it loses nothing.
    private readonly ISigningKey?[] _keys = new ISigningKey?[SlotCount];
    private ISigningKey? _account;

    private WalletApplet(AppletContext context, ICashSuite suite)
    {
        _context = context;
        Suite = new MeteredSuite(suite, context.Meter);
        CardHolder = new CardHolder(context.Persistent(HolderArray, CardHolder.Size));
        Keys = new KeyRing(context.Persistent(2, KeyRing.Size));
        PaymentPin = new OwnerPin(context, 3, PinLimit, Pin.BlockSize);
        Puk = new OwnerPin(context, 4, PukLimit, Pin.BlockSize);
        HolderPin = new OwnerPin(context, 7, PinLimit, Pin.BlockSize);
        _slots = context.Persistent(SlotsArray, SlotCount * CoinSlot.Size);
        Log = new PaymentLog(context.Persistent(6, PaymentLog.Size));
        _offered = context.Transient(1, ClearOn.Deselect);
        _puk = context.Transient(1 + Pin.BlockSize, ClearOn.Deselect);
        _nonce = context.Transient(1 + Id16.Size, ClearOn.Deselect);
        _shown = context.Transient(2 + SignedPayment.Size, ClearOn.Deselect);
        if (!CardHolder.IsPersonalised)
        {
            // Nobody can give what is not set; the counters show what they will have.
            PaymentPin.Unblock();
            HolderPin.Unblock();
            Puk.Unblock();
        }

        foreach (var slot in Slots)
        {
            slot.WipeLeftovers();
        }

        if (context.IsRestored)
        {
            CardHolder.Freeze();
        }
    }

    /// <summary>The package that makes wallets on the given suite.</summary>
    public static AppletPackage Package(ICashSuite suite) => new(SelectCommand.Wallet, context => new WalletApplet(context, suite));

    internal ICashSuite Suite { get; }

    internal CardHolder CardHolder { get; }

    internal KeyRing Keys { get; }

    /// <summary>Lifts the limit without PIN, and nothing else (rule R11).</summary>
    internal OwnerPin PaymentPin { get; }

    /// <summary>Opens all that is the holder's (rule R11).</summary>
    internal OwnerPin HolderPin { get; }

    internal OwnerPin Puk { get; }

    internal IEnumerable<CoinSlot> Slots => Enumerable.Range(0, SlotCount).Select(i => Slot((byte)i));

    internal PaymentLog Log { get; }

    /// <summary>The coin that GET CASH showed in this selection, or null.</summary>
    internal byte? Offered
    {
        get => _offered[0] == 0 ? null : (byte)(_offered[0] - 1);
        set => _offered[0] = (byte)(value + 1 ?? 0);
    }

    /// <summary>The PUK that BEGIN ACTIVATION showed in this selection, or null.</summary>
    internal byte[]? ShownPuk
    {
        get => Kept(_puk);
        set => Keep(_puk, value);
    }

    /// <summary>What GET NONCE gave in this selection and SET BACK did not use, or null.</summary>
    internal byte[]? Nonce
    {
        get => Kept(_nonce);
        set => Keep(_nonce, value);
    }

    /// <summary>
    /// A payment that this card signed and has forgotten, as SHOW PAYMENT brought it in this selection; or null (rule R24).
    /// </summary>
    internal (byte Slot, SignedPayment Payment)? Shown
    {
        get => Kept(_shown) is { } shown ? (shown[0], SignedPayment.Read(shown.AsSpan(1))) : null;
        set
        {
            byte[]? bytes = null;
            if (value is { } shown)
            {
                bytes = new byte[1 + SignedPayment.Size];
                bytes[0] = shown.Slot;
                shown.Payment.WriteTo(bytes.AsSpan(1));
            }

            Keep(_shown, bytes);
        }
    }

    /// <summary>W0, the till that redeems: of the pinned root key (hole 9).</summary>
    internal TillId RedemptionTill => new(Derivations.U(CardHolder.RootKeyBytes).Value);

    internal CardMeter Meter => _context.Meter;

    internal Transaction Begin() => _context.BeginTransaction();

    internal CoinSlot Slot(byte index) => new(_slots.Slice(index * CoinSlot.Size, CoinSlot.Size), index);

    /// <summary>
    /// A pending withdrawal is asked for again under the key that enciphered it (rule R15); all other keys can come anew.
    /// </summary>
    internal bool NeedsKey(KeyUsage usage, KeyId key) =>
        usage == KeyUsage.IssuerEncryption && Slots.Any(s => s.State == SlotState.Pending && s.EncryptionKey == key);

    /// <summary>SS_U of a slot.</summary>
    internal ISigningKey Key(CoinSlot slot) => _keys[slot.Index] ??= Suite.ImportKey(slot.Secret);

    /// <summary>The account key, which is made once and never changes; only of a personalised card.</summary>
    internal ISigningKey AccountKey => _account ??= Suite.ImportKey(CardHolder.Secret);

    internal void ForgetKey(byte slot)
    {
        _keys[slot]?.Dispose();
        _keys[slot] = null;
    }

    /// <summary>Personalised and activated: what everything wants but status, certificates and activation (rule R12).</summary>
    internal StatusWord RequireActivated()
    {
        bool activated = CardHolder.IsActivated;
        return !CardHolder.IsPersonalised ? StatusWord.ConditionsNotSatisfied : !activated ? WalletStatus.NotActivated : StatusWord.Success;
    }

    /// <summary>Activated, not frozen, holder PIN given: what withdrawals want, in order of precedence.</summary>
    internal StatusWord RequireHolder()
    {
        var activated = RequireActivated();
        return activated.IsSuccess && CardHolder.IsFrozen ? WalletStatus.Frozen : RequireReader();
    }

    /// <summary>Activated and holder PIN given: what reading private data wants.</summary>
    internal StatusWord RequireReader()
    {
        bool known = HolderPin.IsValidated;
        var activated = RequireActivated();
        return activated.IsSuccess && !known ? StatusWord.SecurityStatusNotSatisfied : activated;
    }

    /// <summary>Personalised, and not yet activated.</summary>
    internal StatusWord RequireNotActivated() => !CardHolder.IsPersonalised ? StatusWord.ConditionsNotSatisfied
        : CardHolder.IsActivated ? WalletStatus.AlreadyDone : StatusWord.Success;

    /// <summary>What reading private data wants, and a log entry of that index.</summary>
    internal StatusWord RequireEntry(byte index)
    {
        var status = RequireReader();
        return status.IsSuccess && index >= LogSize ? StatusWord.ReferencedDataNotFound : status;
    }

    /// <summary>The slot of that index, or null.</summary>
    internal CoinSlot? FindSlot(byte index) => index < SlotCount ? Slot(index) : null;

    private static byte[]? Kept(byte[] bytes) => bytes[0] == IsThere ? bytes[1..] : null;

    private static void Keep(byte[] bytes, byte[]? value)
    {
        Array.Clear(bytes);
        if (value is not null)
        {
            value.CopyTo(bytes, 1);
            bytes[0] = IsThere;
        }
    }

    public override int DescribeTo(Span<byte> response)
    {
        var writer = new BerTlvWriter(response);
        new SelectReply(SelectCommand.Wallet, SelectReply.CurrentVersion, Coin.Suite1).Write(ref writer);
        return writer.Length;
    }

    public override StatusWord Process(in CommandApdu command, Span<byte> response, out int length)
    {
        var writer = new BerTlvWriter(response);
        var status = command.Cla is not (CommandClass.Iso or CommandClass.Wallet) ? StatusWord.ClassNotSupported
            : InstructionTable.Find(command.Cla, command.Ins) is { } run ? run(this, command, ref writer)
            : StatusWord.InstructionNotSupported;
        length = status.IsSuccess ? writer.Length : 0;
        return status;
    }
}
