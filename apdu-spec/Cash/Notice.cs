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
    : IDataObject<Notice>
{
    public static Tag? Tag => WalletTag.Notice;

    public static int MaxEncodedSize => 210;

    public static Notice Sign(ISigningKey bank, PartyId id, AccountId user, CoinId coin, Digest content, Timestamp date, Timestamp until) =>
        new(id, user, coin, content, date, until, bank.Sign(SignedMessage.Notice(id, user, coin, content, date, until)));

    public bool Verify(ICashSuite suite, PublicKey bank) =>
        suite.Verify(bank, SignedMessage.Notice(Bank, User, Coin, Content, Date, Until), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.U, User);
        writer.Write(WalletTag.CoinId, Coin);
        writer.Write(WalletTag.Digest, Content);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Until, Until);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static Notice ReadFields(ref BerTlvReader r) => new(
        r.ReadParty(WalletTag.B), r.ReadUser(), r.ReadCoinId(), r.ReadDigest(WalletTag.Digest), r.ReadTimestamp(WalletTag.Date),
        r.ReadTimestamp(WalletTag.Until), r.ReadSignature());
}
