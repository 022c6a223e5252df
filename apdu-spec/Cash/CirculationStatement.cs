namespace HierCash.Protocol.Cash;

/// <summary>
/// The issuer's daily word to a bank about its circulation; each holds the digest of the one before, so that none can be changed
/// afterwards.
/// </summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Previous">SHA-256 of the message of the statement before; zeros in the first.</param>
public sealed record CirculationStatement(
    PartyId Issuer, ulong Number, PartyId Bank, Currency Currency, Circulation Totals, Timestamp Date, Digest Previous, byte[] Signature)
{
    public const int MaxEncodedSize = 240;

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

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.CirculationStatement);
        writer.Write(WalletTag.IssuerId, Issuer.Value);
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.Currency, Currency.Code);
        writer.Write(WalletTag.Issued, Totals.Issued.Minor);
        writer.Write(WalletTag.Settled, Totals.Settled.Minor);
        writer.Write(WalletTag.Redeemed, Totals.Redeemed.Minor);
        writer.Write(WalletTag.Returned, Totals.Returned.Minor);
        writer.Write(WalletTag.Outstanding, Totals.Outstanding.Minor);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.PreviousDigest, Previous.ToArray());
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static CirculationStatement? Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.CirculationStatement);
        var issuer = new PartyId(r.ReadUInt32(WalletTag.IssuerId));
        ulong number = r.ReadUInt64(WalletTag.Number);
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        var currency = new Currency(r.ReadUInt16(WalletTag.Currency));
        ulong issued = r.ReadUInt64(WalletTag.Issued);
        ulong settled = r.ReadUInt64(WalletTag.Settled);
        ulong redeemed = r.ReadUInt64(WalletTag.Redeemed);
        ulong returned = r.ReadUInt64(WalletTag.Returned);
        ulong outstanding = r.ReadUInt64(WalletTag.Outstanding);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var previous = Digest.Read(r.ReadBytes(WalletTag.PreviousDigest, Digest.Size));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        UInt128 gone = (UInt128)settled + redeemed + returned;
        if (gone > issued || issued - (ulong)gone != outstanding)
        {
            r.Fail();
        }

        reader.Leave(r);
        return reader.Failed ? null : new CirculationStatement(
            issuer, number, bank, currency, new Circulation(
                new Amount(issued), new Amount(settled), new Amount(redeemed), new Amount(returned)), date, previous, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static CirculationStatement? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var statement = Read(ref reader);
        return reader.Complete ? statement : null;
    }
}
