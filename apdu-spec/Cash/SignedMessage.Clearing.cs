namespace HierCash.Protocol.Cash;

/// <summary>What banks say of the issuer's instructions, and how far both are.</summary>
public static partial class SignedMessage
{
    /// <summary>Bank: this instruction is parked, or booked after all (R8). 29 bytes.</summary>
    public static byte[] Booking(PartyId bank, ulong number, BookingOutcome outcome, Timestamp date) =>
        new CanonicalWriter("HC1-PARK", 21).U32(bank.Value).U64(number).U8((byte)outcome).U64(date.Microseconds).Done();

    /// <summary>Issuer or bank: how far it is with the other (R27). 58 bytes.</summary>
    public static byte[] Position(Position position) =>
        new CanonicalWriter("HC1-POSN", 50).U8((byte)position.Role).U32(position.Issuer.Value).U32(position.Bank.Value).U64(position.Number)
            .U64(position.Instruction).U64(position.Statement).U64(position.Issued).U8((byte)(position.IsRestored ? 1 : 0))
            .U64(position.Date.Microseconds).Done();
}
