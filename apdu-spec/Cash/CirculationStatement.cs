namespace HierCash.Protocol.Cash;

/// <summary>
/// The issuer's daily word to a bank about its circulation; each holds the digest of the one before, so that none can be changed
/// afterwards.
/// </summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Previous">SHA-256 of the message of the statement before; zeros in the first.</param>
public sealed record CirculationStatement(
    PartyId Issuer, ulong Number, PartyId Bank, Currency Currency, Circulation Totals, Timestamp Date, Digest Previous, byte[] Signature)
    : IDataObject<CirculationStatement>
{
    public static Tag? Tag => WalletTag.CirculationStatement;

    public static int MaxEncodedSize => 240;

    public static CirculationStatement Sign(
        ISigningKey key, PartyId issuer, ulong number, PartyId bank, Currency currency, Circulation totals, Timestamp date, Digest previous)
    {
        var unsigned = new CirculationStatement(issuer, number, bank, currency, totals, date, previous, []);
        return unsigned with { Signature = key.Sign(unsigned.Message) };
    }

    private byte[] Message => SignedMessage.Audit(Issuer, Number, Bank, Currency, Totals, Date, Previous);

    /// <summary>What the next statement holds as the one before.</summary>
    public Digest Digest => Digest.Of(Message);

    public bool Verify(ICashSuite suite, PublicKey issuer) => suite.Verify(issuer, Message, Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.Currency, Currency);
        writer.Write(WalletTag.Issued, Totals.Issued.Minor);
        writer.Write(WalletTag.Settled, Totals.Settled.Minor);
        writer.Write(WalletTag.Redeemed, Totals.Redeemed.Minor);
        writer.Write(WalletTag.Returned, Totals.Returned.Minor);
        writer.Write(WalletTag.Outstanding, Totals.Outstanding.Minor);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.PreviousDigest, Previous);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static CirculationStatement ReadFields(ref BerTlvReader r)
    {
        var issuer = r.ReadParty(WalletTag.IssuerId);
        ulong number = r.ReadUInt64(WalletTag.Number);
        var bank = r.ReadParty(WalletTag.B);
        var currency = r.ReadCurrency();
        var totals = new Circulation(
            r.ReadTotal(WalletTag.Issued), r.ReadTotal(WalletTag.Settled), r.ReadTotal(WalletTag.Redeemed),
            r.ReadTotal(WalletTag.Returned));
        r.Require(r.ReadUInt64(WalletTag.Outstanding) + (UInt128)totals.Settled.Minor + totals.Redeemed.Minor + totals.Returned.Minor
            == totals.Issued.Minor);
        return new CirculationStatement(
            issuer, number, bank, currency, totals, r.ReadTimestamp(WalletTag.Date), r.ReadDigest(WalletTag.PreviousDigest),
            r.ReadSignature());
    }
}
