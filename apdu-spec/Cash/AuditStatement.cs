using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>The issuer's daily word to a bank about its circulation; each holds the digest of the one before, so that none can be changed afterwards.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Previous">SHA-256 of the message of the statement before; zeros in the first.</param>
public sealed record AuditStatement(
    PartyId Issuer, ulong Number, PartyId Bank, Currency Currency, Circulation Totals, Timestamp Date, Digest Previous, byte[] Signature)
{
    public const int MaxEncodedSize = 240;

    public static AuditStatement Sign(
        ISigningKey key, PartyId issuer, ulong number, PartyId bank, Currency currency, Circulation totals, Timestamp date, Digest previous)
    {
        var unsigned = new AuditStatement(issuer, number, bank, currency, totals, date, previous, []);
        return unsigned with { Signature = key.Sign(unsigned.Message) };
    }

    private byte[] Message => SignedMessage.Audit(Issuer, Number, Bank, Currency, Totals, Date, Previous);

    /// <summary>What the next statement holds as the one before.</summary>
    public Digest Digest => Digest.Of(Message);

    public bool Verify(ICashSuite suite, PublicKey issuer) => suite.Verify(issuer, Message, Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.AuditStatement);
        writer.Write(Tag.IssuerId, Issuer.Value);
        writer.Write(Tag.Number, Number);
        writer.Write(Tag.B, Bank.Value);
        writer.Write(Tag.Currency, Currency.Code);
        writer.Write(Tag.Issued, Totals.Issued.Minor);
        writer.Write(Tag.Settled, Totals.Settled.Minor);
        writer.Write(Tag.Redeemed, Totals.Redeemed.Minor);
        writer.Write(Tag.Returned, Totals.Returned.Minor);
        writer.Write(Tag.Outstanding, Totals.Outstanding.Minor);
        writer.Write(Tag.Date, Date.Microseconds);
        writer.Write(Tag.PreviousDigest, Previous.ToArray());
        writer.Write(Tag.Signature, Signature);
        writer.End(begin);
    }

    public static AuditStatement? Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.AuditStatement);
        var issuer = new PartyId(r.ReadUInt32(Tag.IssuerId));
        ulong number = r.ReadUInt64(Tag.Number);
        var bank = new PartyId(r.ReadUInt32(Tag.B));
        var currency = new Currency(r.ReadUInt16(Tag.Currency));
        ulong issued = r.ReadUInt64(Tag.Issued);
        ulong settled = r.ReadUInt64(Tag.Settled);
        ulong redeemed = r.ReadUInt64(Tag.Redeemed);
        ulong returned = r.ReadUInt64(Tag.Returned);
        ulong outstanding = r.ReadUInt64(Tag.Outstanding);
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var previous = Digest.Read(r.ReadBytes(Tag.PreviousDigest, Digest.Size));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        UInt128 gone = (UInt128)settled + redeemed + returned;
        if (gone > issued || issued - (ulong)gone != outstanding)
        {
            r.Fail();
        }

        reader.Leave(r);
        return reader.Failed ? null : new AuditStatement(
            issuer, number, bank, currency, new Circulation(new Amount(issued), new Amount(settled), new Amount(redeemed), new Amount(returned)), date, previous, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static AuditStatement? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var statement = Read(ref reader);
        return reader.Complete ? statement : null;
    }
}
