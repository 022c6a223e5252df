namespace HierCash.Iso7816;

/// <summary>
/// A BER-TLV tag of one or two bytes (ISO 7816-4, 5.2.2). Any value is one; those named here are ISO's own, of the file control
/// information.
/// </summary>
public enum Tag : ushort
{
    /// <summary>FCI template.</summary>
    FileControl = 0x6F,

    /// <summary>DF name: an AID.</summary>
    DfName = 0x84,

    /// <summary>Proprietary data, BER-TLV.</summary>
    Proprietary = 0xA5,
}
