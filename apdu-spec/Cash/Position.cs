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
    Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 170;

    public static Position Sign(ISigningKey key, Position unsigned) =>
        unsigned with { Signature = key.Sign(SignedMessage.Position(unsigned)) };

    public bool Verify(ICashSuite suite, PublicKey signer) => suite.Verify(signer, SignedMessage.Position(this), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.Position);
        writer.Write(WalletTag.State, (byte)Role);
        writer.Write(WalletTag.IssuerId, Issuer.Value);
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.InstructionNumber, Instruction);
        writer.Write(WalletTag.StatementNumber, Statement);
        writer.Write(WalletTag.IssuedNumber, Issued);
        writer.Write(WalletTag.Restored, (byte)(IsRestored ? 1 : 0));
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static Position Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.Position);
        byte role = r.ReadByte(WalletTag.State);
        var issuer = new PartyId(r.ReadUInt32(WalletTag.IssuerId));
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        ulong number = r.ReadUInt64(WalletTag.Number);
        ulong instruction = r.ReadUInt64(WalletTag.InstructionNumber);
        ulong statement = r.ReadUInt64(WalletTag.StatementNumber);
        ulong issued = r.ReadUInt64(WalletTag.IssuedNumber);
        byte restored = r.ReadByte(WalletTag.Restored);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        bool known = role is (byte)PositionRole.Issuer or (byte)PositionRole.Bank && restored <= 1;
        if (!known || number is 0 or > long.MaxValue
            || Math.Max(Math.Max(instruction, statement), Math.Max(issued, date.Microseconds)) > long.MaxValue)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new Position((PositionRole)role, issuer, bank, number, instruction, statement, issued, restored == 1, date, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static Position? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var position = Read(ref reader);
        return reader.Complete ? position : null;
    }
}
