namespace HierCash.Protocol.Cash;

/// <summary>Who says how far it is.</summary>
public enum PositionRole : byte
{
    Issuer = 1,
    Bank = 2,
}

/// <summary>
/// How far a bank and the issuer are with each other, under the signature of one of them (R27). Each is on its signer's disk before it
/// leaves, and has the next number: whoever is shown one of its own that it has not given yet was restored from an older copy.
/// </summary>
/// <param name="Number">The signer's positions for this other side are numbered from 1, without gaps.</param>
/// <param name="Instruction">Issuer: the last instruction made for the bank. Bank: the last that it keeps.</param>
/// <param name="Statement">The same for statements of circulation.</param>
/// <param name="Issued">The bank's withdrawals that ended in cash, as far as the signer knows.</param>
/// <param name="IsRestored">The signer was restored from a copy, and goes on from here.</param>
/// <param name="Signature">By the issuer's statement key, or S_B, 64 bytes.</param>
public sealed record Position(
    PositionRole Role, PartyId Issuer, PartyId Bank, ulong Number, ulong Instruction, ulong Statement, ulong Issued, bool IsRestored,
    Timestamp Date, byte[] Signature) : IDataObject<Position>
{
    public static Tag? Tag => WalletTag.Position;

    public static int MaxEncodedSize => 170;

    public static Position Sign(ISigningKey key, Position unsigned) =>
        unsigned with { Signature = key.Sign(SignedMessage.Position(unsigned)) };

    public bool Verify(ICashSuite suite, PublicKey signer) => suite.Verify(signer, SignedMessage.Position(this), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.State, (byte)Role);
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.InstructionNumber, Instruction);
        writer.Write(WalletTag.StatementNumber, Statement);
        writer.Write(WalletTag.IssuedNumber, Issued);
        writer.Write(WalletTag.Restored, IsRestored);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static Position ReadFields(ref BerTlvReader r)
    {
        var read = new Position(
            r.ReadEnum<PositionRole>(WalletTag.State), r.ReadParty(WalletTag.IssuerId), r.ReadParty(WalletTag.B),
            r.ReadUInt64(WalletTag.Number), r.ReadUInt64(WalletTag.InstructionNumber), r.ReadUInt64(WalletTag.StatementNumber),
            r.ReadUInt64(WalletTag.IssuedNumber), r.ReadFlag(WalletTag.Restored), r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
        r.Require(read.Number is > 0 and <= long.MaxValue && read.Instruction <= long.MaxValue && read.Statement <= long.MaxValue
            && read.Issued <= long.MaxValue && read.Date.Microseconds <= long.MaxValue);
        return read;
    }
}
