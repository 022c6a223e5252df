namespace HierCash.Iso7816;

/// <summary>Status bytes SW1-SW2 of a response (ISO 7816-4, 5.6). Those of the standard.</summary>
public readonly record struct StatusWord(ushort Value)
{
    // ISO 7816-4, tables 5 and 6.
    public static readonly StatusWord Success = new(0x9000);
    public static readonly StatusWord WrongLength = new(0x6700);
    public static readonly StatusWord ChannelNotSupported = new(0x6881);
    public static readonly StatusWord SecureMessagingNotSupported = new(0x6882);
    public static readonly StatusWord LastOfChainExpected = new(0x6883);
    public static readonly StatusWord SecurityStatusNotSatisfied = new(0x6982);
    public static readonly StatusWord AuthenticationMethodBlocked = new(0x6983);
    public static readonly StatusWord ConditionsNotSatisfied = new(0x6985);
    public static readonly StatusWord NoAppletSelected = new(0x6999);
    public static readonly StatusWord WrongData = new(0x6A80);
    public static readonly StatusWord FileOrApplicationNotFound = new(0x6A82);
    public static readonly StatusWord NotEnoughMemory = new(0x6A84);
    public static readonly StatusWord IncorrectP1P2 = new(0x6A86);
    public static readonly StatusWord ReferencedDataNotFound = new(0x6A88);
    public static readonly StatusWord InstructionNotSupported = new(0x6D00);
    public static readonly StatusWord ClassNotSupported = new(0x6E00);
    public static readonly StatusWord InternalError = new(0x6F00);

    /// <summary>63CX: the reference data did not match; X tries are left (0 to 15).</summary>
    public static StatusWord WrongPin(int triesLeft) => new((ushort)(0x63C0 | Math.Clamp(triesLeft, 0, 15)));

    /// <summary>61XX: XX more bytes are there for GET RESPONSE; 00 means 256 or more.</summary>
    public static StatusWord BytesAvailable(int count) => new((ushort)(0x6100 | (count > 255 ? 0 : count)));

    public byte SW1 => (byte)(Value >> 8);

    public byte SW2 => (byte)(Value & 0xFF);

    public bool IsSuccess => Value == 0x9000;

    /// <summary>Tries left if this is 63CX, else null.</summary>
    public int? TriesLeft => (Value & 0xFFF0) == 0x63C0 ? Value & 0xF : null;

    public override string ToString() => Value.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
}
