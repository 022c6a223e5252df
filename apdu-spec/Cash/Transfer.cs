using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>The issuer's instruction to a bank. Numbers have no gaps per bank, so that each is booked once and in order (hole 18).</summary>
/// <param name="Reference">See <see cref="TransferKind"/>.</param>
/// <param name="Total">Minor units, 64 bits.</param>
public sealed record Transfer(
    PartyId Issuer, ulong Number, PartyId Bank, TransferKind Kind, Digest Reference, Amount Total, Currency Currency, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 190;

    public static Transfer Sign(
        ISigningKey key, PartyId issuer, ulong number, PartyId bank, TransferKind kind, Digest reference, Amount total, Currency currency, Timestamp date) =>
        new(issuer, number, bank, kind, reference, total, currency, date,
            key.Sign(SignedMessage.Transfer(issuer, number, bank, kind, reference, total, currency, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.Transfer(Issuer, Number, Bank, Kind, Reference, Total, Currency, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.Transfer);
        writer.Write(Tag.IssuerId, Issuer.Value);
        writer.Write(Tag.Number, Number);
        writer.Write(Tag.B, Bank.Value);
        writer.Write(Tag.Kind, (byte)Kind);
        writer.Write(Tag.Reference, Reference.ToArray());
        writer.Write(Tag.Total, Total.Minor);
        writer.Write(Tag.Currency, Currency.Code);
        writer.Write(Tag.Date, Date.Microseconds);
        writer.Write(Tag.Signature, Signature);
        writer.End(begin);
    }

    public static Transfer Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.Transfer);
        var issuer = new PartyId(r.ReadUInt32(Tag.IssuerId));
        ulong number = r.ReadUInt64(Tag.Number);
        var bank = new PartyId(r.ReadUInt32(Tag.B));
        byte kind = r.ReadByte(Tag.Kind);
        var reference = Digest.Read(r.ReadBytes(Tag.Reference, Digest.Size));
        var total = new Amount(r.ReadUInt64(Tag.Total));
        var currency = new Currency(r.ReadUInt16(Tag.Currency));
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        if (kind is < (byte)TransferKind.FloatDebit or > (byte)TransferKind.ClaimRestore || total.Minor > long.MaxValue || number > long.MaxValue)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new Transfer(issuer, number, bank, (TransferKind)kind, reference, total, currency, date, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static Transfer? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var transfer = Read(ref reader);
        return reader.Complete ? transfer : null;
    }
}
