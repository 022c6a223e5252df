namespace HierCash.Protocol.Cash;

/// <summary>What banks say of the issuer's instructions.</summary>
public static partial class SignedMessage
{
    /// <summary>Bank: this instruction is parked, or booked after all (R8). 29 bytes.</summary>
    public static byte[] Booking(PartyId bank, ulong number, BookingOutcome outcome, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-PARK", 21);
        w.U32(bank.Value);
        w.U64(number);
        w.U8((byte)outcome);
        w.U64(date.Microseconds);
        return w.Done();
    }
}
