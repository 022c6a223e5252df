namespace HierCash.Protocol.Cash;

/// <summary>
/// An order as a card signs it again once the coin is there: K is erased by then, so E_I cannot be made again, and the hash of E_I stands
/// in its place (rule R27). A bank that awaits this withdrawal has E_I.
/// </summary>
/// <param name="Signature">By the account key, over the same message as that of an <see cref="WithdrawalOrder"/>.</param>
public sealed record ShownOrder(
    AccountId User, PartyId Bank, Amount FaceValue, Currency Currency, KeyId Key, WithdrawalId Request, uint Number, Timestamp Date,
    byte[] Signature)
{
    public const int MaxEncodedSize = 180;

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account) =>
        Derivations.U(account) == User && suite.Verify(
            account, SignedMessage.WithdrawalOrder(User, Bank, FaceValue, Currency, Key, Request, Number, Date), Signature);

    /// <summary>The whole order. E_I has to be that of <see cref="Request"/>.</summary>
    public WithdrawalOrder With(byte[] ei) => new(User, Bank, FaceValue, Currency, Key, ei, Number, Date, Signature);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.U, User.Value.ToArray());
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.FaceValue, FaceValue.ToCard());
        writer.Write(WalletTag.Currency, Currency.Code);
        writer.Write(WalletTag.KeyId, Key.Value);
        writer.Write(WalletTag.Digest, Request.Value.ToArray());
        writer.Write(WalletTag.OrderNumber, Number);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static ShownOrder? Decode(ReadOnlySpan<byte> bytes)
    {
        var r = new BerTlvReader(bytes);
        var user = new AccountId(Id16.Read(r.ReadBytes(WalletTag.U, Id16.Size)));
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        var faceValue = new Amount(r.ReadUInt32(WalletTag.FaceValue));
        var currency = new Currency(r.ReadUInt16(WalletTag.Currency));
        var key = new KeyId(r.ReadUInt32(WalletTag.KeyId));
        var request = new WithdrawalId(Digest.Read(r.ReadBytes(WalletTag.Digest, Digest.Size)));
        uint number = r.ReadUInt32(WalletTag.OrderNumber);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        return r.Complete ? new ShownOrder(user, bank, faceValue, currency, key, request, number, date, signature) : null;
    }
}
