namespace HierCash.Iso7816;

/// <summary>Status bytes SW1-SW2 of a response (ISO 7816-4, 5.6). Those of the standard.</summary>
/// <param name="Value">SW1 in the upper half, SW2 in the lower.</param>
public readonly record struct StatusWord(ushort Value)
{
    // ISO 7816-4, tables 5 and 6.
    /// <summary>9000: the command was done.</summary>
    public static readonly StatusWord Success = new(0x9000);

    /// <summary>6700: Lc, Le or the length of the data is wrong.</summary>
    public static readonly StatusWord WrongLength = new(0x6700);

    /// <summary>6881: only the basic logical channel is there.</summary>
    public static readonly StatusWord ChannelNotSupported = new(0x6881);

    /// <summary>6882: secure messaging is not there.</summary>
    public static readonly StatusWord SecureMessagingNotSupported = new(0x6882);

    /// <summary>6883: a chain of commands was interrupted.</summary>
    public static readonly StatusWord LastOfChainExpected = new(0x6883);

    /// <summary>6982: A PIN or something like it has to come first.</summary>
    public static readonly StatusWord SecurityStatusNotSatisfied = new(0x6982);

    /// <summary>6983: no try is left.</summary>
    public static readonly StatusWord AuthenticationMethodBlocked = new(0x6983);

    /// <summary>6985: the card is not in the state that the command needs.</summary>
    public static readonly StatusWord ConditionsNotSatisfied = new(0x6985);

    /// <summary>6999: no applet is selected, or one that was asked for refused (Java Card).</summary>
    public static readonly StatusWord NoAppletSelected = new(0x6999);

    /// <summary>6A80: the data field is not what the command wants.</summary>
    public static readonly StatusWord WrongData = new(0x6A80);

    /// <summary>6A82: there is no such applet.</summary>
    public static readonly StatusWord FileOrApplicationNotFound = new(0x6A82);

    /// <summary>6A84: there is no room.</summary>
    public static readonly StatusWord NotEnoughMemory = new(0x6A84);

    /// <summary>6A86: P1 or P2 is unknown to the command.</summary>
    public static readonly StatusWord IncorrectP1P2 = new(0x6A86);

    /// <summary>6A88: what the command names is not there.</summary>
    public static readonly StatusWord ReferencedDataNotFound = new(0x6A88);

    /// <summary>6D00: the instruction is unknown.</summary>
    public static readonly StatusWord InstructionNotSupported = new(0x6D00);

    /// <summary>6E00: the class is unknown.</summary>
    public static readonly StatusWord ClassNotSupported = new(0x6E00);

    /// <summary>6F00: a fault of the card, which undid the command.</summary>
    public static readonly StatusWord InternalError = new(0x6F00);

    /// <summary>63CX: the reference data did not match; X tries are left (0 to 15).</summary>
    public static StatusWord WrongPin(int triesLeft) => new((ushort)(0x63C0 | Math.Clamp(triesLeft, 0, 15)));

    /// <summary>61XX: XX more bytes are there for GET RESPONSE; 00 means 256 or more.</summary>
    public static StatusWord BytesAvailable(int count) => new((ushort)(0x6100 | (count > 255 ? 0 : count)));

    /// <summary>The first byte.</summary>
    public byte SW1 => (byte)(Value >> 8);

    /// <summary>The second byte.</summary>
    public byte SW2 => (byte)(Value & 0xFF);

    /// <summary>True for 9000 alone.</summary>
    public bool IsSuccess => Value == 0x9000;

    /// <summary>Tries left if this is 63CX, else null.</summary>
    public int? TriesLeft => (Value & 0xFFF0) == 0x63C0 ? Value & 0xF : null;

    /// <summary>Four hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
}
