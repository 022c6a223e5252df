namespace HierCash.Protocol.Cash;

/// <summary>
/// An order as a card signs it again once the coin is there: K is erased by then, so E_I cannot be made again, and the hash of E_I stands
/// in its place (rule R27). A bank that awaits this withdrawal has E_I.
/// </summary>
/// <param name="Signature">By the account key, over the same message as that of an <see cref="WithdrawalOrder"/>.</param>
public sealed record ShownOrder(
    AccountId User, PartyId Bank, Amount FaceValue, Currency Currency, KeyId Key, WithdrawalId Request, uint Number, Timestamp Date,
    byte[] Signature) : IDataObject<ShownOrder>
{
    public static int MaxEncodedSize => 180;

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account) =>
        Derivations.U(account) == User && suite.Verify(
            account, SignedMessage.WithdrawalOrder(User, Bank, FaceValue, Currency, Key, Request, Number, Date), Signature);

    /// <summary>The whole order. E_I has to be that of <see cref="Request"/>.</summary>
    public WithdrawalOrder With(byte[] ei) => new(User, Bank, FaceValue, Currency, Key, ei, Number, Date, Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.WriteOrdered(User, Bank, FaceValue, Currency, Key);
        writer.Write(WalletTag.Digest, Request);
        writer.Write(WalletTag.OrderNumber, Number);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static ShownOrder ReadFields(ref BerTlvReader r) => new(
        r.ReadUser(), r.ReadParty(WalletTag.B), r.ReadAmount(WalletTag.FaceValue), r.ReadCurrency(), r.ReadKeyId(WalletTag.KeyId),
        r.ReadWithdrawalId(), r.ReadUInt32(WalletTag.OrderNumber), r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
}
