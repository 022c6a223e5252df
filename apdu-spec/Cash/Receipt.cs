using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>The issuer's signed answer to one payment of a settlement batch.</summary>
/// <param name="Subject">The payment id; for malformed bytes, their SHA-256.</param>
/// <param name="Paid">y; 0 where it could not be read.</param>
/// <param name="Guaranteed">What the shop will get all the same under the guarantee (hole 13), else 0.</param>
/// <param name="Due">When the guaranteed amount is due; 0 where nothing is.</param>
/// <param name="Repeated">This answer was given before. Not signed.</param>
public sealed record Receipt(
    PartyId Issuer, Digest Subject, Verdict Verdict, Amount Paid, Currency Currency, Amount Guaranteed, Timestamp Due, Timestamp Date,
    byte[] Signature, bool Repeated = false)
{
    public const int MaxEncodedSize = 190;

    public static Receipt Sign(
        ISigningKey key, PartyId issuer, Digest subject, Verdict verdict, Amount paid, Currency currency, Amount guaranteed, Timestamp due, Timestamp date) =>
        new(issuer, subject, verdict, paid, currency, guaranteed, due, date,
            key.Sign(SignedMessage.Receipt(issuer, subject, verdict, paid, currency, guaranteed, due, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.Receipt(Issuer, Subject, Verdict, Paid, Currency, Guaranteed, Due, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.Receipt);
        writer.Write(Tag.IssuerId, Issuer.Value);
        writer.Write(Tag.Digest, Subject.ToArray());
        writer.Write(Tag.Verdict, (byte)Verdict);
        writer.Write(Tag.Payment, Paid.ToCard());
        writer.Write(Tag.Currency, Currency.Code);
        writer.Write(Tag.Guaranteed, Guaranteed.ToCard());
        writer.Write(Tag.Due, Due.Microseconds);
        writer.Write(Tag.Date, Date.Microseconds);
        writer.Write(Tag.Signature, Signature);
        writer.Write(Tag.Repeat, (byte)(Repeated ? 1 : 0));
        writer.End(begin);
    }

    public static Receipt Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.Receipt);
        var issuer = new PartyId(r.ReadUInt32(Tag.IssuerId));
        var subject = Digest.Read(r.ReadBytes(Tag.Digest, Digest.Size));
        byte verdict = r.ReadByte(Tag.Verdict);
        var paid = new Amount(r.ReadUInt32(Tag.Payment));
        var currency = new Currency(r.ReadUInt16(Tag.Currency));
        var guaranteed = new Amount(r.ReadUInt32(Tag.Guaranteed));
        var due = new Timestamp(r.ReadUInt64(Tag.Due));
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        byte repeated = r.ReadByte(Tag.Repeat);
        if (verdict is < (byte)Verdict.Malformed or > (byte)Verdict.Settled or (byte)Verdict.Repeat || repeated > 1)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new Receipt(issuer, subject, (Verdict)verdict, paid, currency, guaranteed, due, date, signature, repeated == 1);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static Receipt? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var receipt = Read(ref reader);
        return reader.Complete ? receipt : null;
    }
}
