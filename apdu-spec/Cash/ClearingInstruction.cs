namespace HierCash.Protocol.Cash;

/// <summary>
/// The issuer's instruction to a bank. Numbers have no gaps per bank, so that each is booked once and in order (hole 18).
/// </summary>
/// <param name="Reference">See <see cref="TransferKind"/>.</param>
/// <param name="Total">Minor units, 64 bits.</param>
public sealed record ClearingInstruction(
    PartyId Issuer, ulong Number, PartyId Bank, TransferKind Kind, Digest Reference, Amount Total, Currency Currency, Timestamp Date,
    byte[] Signature) : IDataObject<ClearingInstruction>
{
    public static Tag? Tag => WalletTag.ClearingInstruction;

    public static int MaxEncodedSize => 190;

    public static ClearingInstruction Sign(
        ISigningKey key, PartyId issuer, ulong number, PartyId bank, TransferKind kind, Digest reference, Amount total, Currency currency,
        Timestamp date) =>
        new(issuer, number, bank, kind, reference, total, currency, date,
            key.Sign(SignedMessage.ClearingInstruction(issuer, number, bank, kind, reference, total, currency, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.ClearingInstruction(Issuer, Number, Bank, Kind, Reference, Total, Currency, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.Kind, (byte)Kind);
        writer.Write(WalletTag.Reference, Reference);
        writer.Write(WalletTag.Total, Total.Minor);
        writer.Write(WalletTag.Currency, Currency);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static ClearingInstruction ReadFields(ref BerTlvReader r)
    {
        var read = new ClearingInstruction(
            r.ReadParty(WalletTag.IssuerId), r.ReadUInt64(WalletTag.Number), r.ReadParty(WalletTag.B),
            r.ReadEnum<TransferKind>(WalletTag.Kind), r.ReadDigest(WalletTag.Reference), r.ReadTotal(WalletTag.Total), r.ReadCurrency(),
            r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
        r.Require(read.Total.Minor <= long.MaxValue && read.Number <= long.MaxValue);
        return read;
    }
}
