namespace HierCash.Protocol.Cash;

/// <summary>What banks say of the issuer's instructions, and how far both are.</summary>
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

    /// <summary>Issuer or bank: how far it is with the other (R27). 58 bytes.</summary>
    public static byte[] Position(Position position)
    {
        var w = new CanonicalWriter("HC1-POSN", 50);
        w.U8((byte)position.Role);
        w.U32(position.Issuer.Value);
        w.U32(position.Bank.Value);
        w.U64(position.Number);
        w.U64(position.Instruction);
        w.U64(position.Statement);
        w.U64(position.Issued);
        w.U8((byte)(position.IsRestored ? 1 : 0));
        w.U64(position.Date.Microseconds);
        return w.Done();
    }
}
