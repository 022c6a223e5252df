namespace HierCash.Protocol.Cash;

/// <summary>
/// The issuer's instruction to a bank. Numbers have no gaps per bank, so that each is booked once and in order (hole 18).
/// </summary>
/// <param name="Reference">See <see cref="TransferKind"/>.</param>
/// <param name="Total">Minor units, 64 bits.</param>
public sealed record ClearingInstruction(
    PartyId Issuer, ulong Number, PartyId Bank, TransferKind Kind, Digest Reference, Amount Total, Currency Currency, Timestamp Date,
    byte[] Signature)
{
    public const int MaxEncodedSize = 190;

    public static ClearingInstruction Sign(
        ISigningKey key, PartyId issuer, ulong number, PartyId bank, TransferKind kind, Digest reference, Amount total, Currency currency,
        Timestamp date) =>
        new(issuer, number, bank, kind, reference, total, currency, date,
            key.Sign(SignedMessage.ClearingInstruction(issuer, number, bank, kind, reference, total, currency, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.ClearingInstruction(Issuer, Number, Bank, Kind, Reference, Total, Currency, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.ClearingInstruction);
        writer.Write(WalletTag.IssuerId, Issuer.Value);
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.Kind, (byte)Kind);
        writer.Write(WalletTag.Reference, Reference.ToArray());
        writer.Write(WalletTag.Total, Total.Minor);
        writer.Write(WalletTag.Currency, Currency.Code);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static ClearingInstruction Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.ClearingInstruction);
        var issuer = new PartyId(r.ReadUInt32(WalletTag.IssuerId));
        ulong number = r.ReadUInt64(WalletTag.Number);
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        byte kind = r.ReadByte(WalletTag.Kind);
        var reference = Digest.Read(r.ReadBytes(WalletTag.Reference, Digest.Size));
        var total = new Amount(r.ReadUInt64(WalletTag.Total));
        var currency = new Currency(r.ReadUInt16(WalletTag.Currency));
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        if (kind is < (byte)TransferKind.FloatDebit or > (byte)TransferKind.ClaimRestore || total.Minor > long.MaxValue
            || number > long.MaxValue)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new ClearingInstruction(issuer, number, bank, (TransferKind)kind, reference, total, currency, date, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static ClearingInstruction? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var transfer = Read(ref reader);
        return reader.Complete ? transfer : null;
    }
}
