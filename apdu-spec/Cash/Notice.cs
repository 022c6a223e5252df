namespace HierCash.Protocol.Cash;

/// <summary>
/// A bank's word to its customer that there is evidence of overspending, and until when it may be rebutted (rule R5). The term runs from
/// here, and no claim is booked before it is over.
/// </summary>
/// <param name="Content">SHA-256 of the evidence's content.</param>
/// <param name="Date">The bank's clock, not before the dossier's date.</param>
/// <param name="Until">The date and the dispute term.</param>
/// <param name="Signature">By PS_B, 64 bytes.</param>
public sealed record Notice(PartyId Bank, AccountId User, CoinId Coin, Digest Content, Timestamp Date, Timestamp Until, byte[] Signature)
{
    public const int MaxEncodedSize = 210;

    public static Notice Sign(ISigningKey bank, PartyId id, AccountId user, CoinId coin, Digest content, Timestamp date, Timestamp until) =>
        new(id, user, coin, content, date, until, bank.Sign(SignedMessage.Notice(id, user, coin, content, date, until)));

    public bool Verify(ICashSuite suite, PublicKey bank) =>
        suite.Verify(bank, SignedMessage.Notice(Bank, User, Coin, Content, Date, Until), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.Notice);
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.U, User.Value.ToArray());
        writer.Write(WalletTag.CoinId, Coin.Value.ToArray());
        writer.Write(WalletTag.Digest, Content.ToArray());
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Until, Until.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static Notice Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.Notice);
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        var user = new AccountId(Id16.Read(r.ReadBytes(WalletTag.U, Id16.Size)));
        var coin = new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size)));
        var content = Digest.Read(r.ReadBytes(WalletTag.Digest, Digest.Size));
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var until = new Timestamp(r.ReadUInt64(WalletTag.Until));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return new Notice(bank, user, coin, content, date, until, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    /// <summary>Null unless the bytes are exactly one notice.</summary>
    public static Notice? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var notice = Read(ref reader);
        return reader.Complete ? notice : null;
    }
}
