namespace HierCash.Protocol.Cash;

/// <summary>
/// What a bank did with an instruction. All but the first park it: it is kept, tried again at every visit, and the next ones are booked.
/// </summary>
public enum BookingOutcome : byte
{
    /// <summary>Booked; as a statement: after it was parked.</summary>
    Booked = 0,

    /// <summary>The bank has no such shop account.</summary>
    NoAccount = 1,

    /// <summary>The bank knows no withdrawal of this E_I.</summary>
    NoWithdrawal = 2,

    /// <summary>The bank has not verified an excess that covers the claim, or the holder's term is not over.</summary>
    ClaimNotVerified = 3,

    /// <summary>The e-cash float holds less.</summary>
    BeyondFloat = 4,
}

/// <summary>The bank's signed word to the issuer that it parked an instruction, and why; or that it booked it after all.</summary>
/// <param name="Number">Of the instruction, among this bank's.</param>
/// <param name="Date">Since when it is so, by the bank's clock.</param>
/// <param name="Signature">S_B over HC1-PARK, 64 bytes.</param>
public sealed record BookingStatement(PartyId Bank, ulong Number, BookingOutcome Outcome, Timestamp Date, byte[] Signature)
    : IDataObject<BookingStatement>
{
    public static Tag? Tag => WalletTag.BookingStatement;

    public static int MaxEncodedSize => 120;

    public static BookingStatement Sign(ISigningKey key, PartyId bank, ulong number, BookingOutcome outcome, Timestamp date) =>
        new(bank, number, outcome, date, key.Sign(SignedMessage.Booking(bank, number, outcome, date)));

    public bool Verify(ICashSuite suite, PublicKey bank) =>
        suite.Verify(bank, SignedMessage.Booking(Bank, Number, Outcome, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.Reason, (byte)Outcome);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static BookingStatement ReadFields(ref BerTlvReader r)
    {
        var read = new BookingStatement(
            r.ReadParty(WalletTag.B), r.ReadUInt64(WalletTag.Number), r.ReadEnum<BookingOutcome>(WalletTag.Reason),
            r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
        r.Require(read.Number is > 0 and <= long.MaxValue && read.Date.Microseconds <= long.MaxValue);
        return read;
    }
}
