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
{
    public const int MaxEncodedSize = 120;

    public static BookingStatement Sign(ISigningKey key, PartyId bank, ulong number, BookingOutcome outcome, Timestamp date) =>
        new(bank, number, outcome, date, key.Sign(SignedMessage.Booking(bank, number, outcome, date)));

    public bool Verify(ICashSuite suite, PublicKey bank) =>
        suite.Verify(bank, SignedMessage.Booking(Bank, Number, Outcome, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.BookingStatement);
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.Reason, (byte)Outcome);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static BookingStatement Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.BookingStatement);
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        ulong number = r.ReadUInt64(WalletTag.Number);
        byte outcome = r.ReadByte(WalletTag.Reason);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        if (outcome > (byte)BookingOutcome.BeyondFloat || number is 0 or > long.MaxValue || date.Microseconds > long.MaxValue)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new BookingStatement(bank, number, (BookingOutcome)outcome, date, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static BookingStatement? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var statement = Read(ref reader);
        return reader.Complete ? statement : null;
    }
}
