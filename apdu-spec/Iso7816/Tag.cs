namespace HierCash.Iso7816;

/// <summary>
/// A BER-TLV tag of one or two bytes (ISO 7816-4, 5.2.2). Any value is one; those named here are ISO's own, of the file control information.
/// </summary>
public enum Tag : ushort
{
    FileControl = 0x6F,
    DfName = 0x84,
    Proprietary = 0xA5,
}
