namespace HierCash.Protocol.Cash;

/// <summary>The user's order to the bank: debit X from U and ask the issuer for cash (EP 0810563, issuance step 1).</summary>
/// <param name="Key">Which PE_I enciphered E_I.</param>
/// <param name="EI">E_I, 209 bytes.</param>
/// <param name="Number">Which of the account's orders it is, from 1 without a gap: so a bank that was restored from a copy sees which ones
/// it lacks (rule R27).</param>
/// <param name="Signature">By the account key of U, 64 bytes.</param>
public sealed record WithdrawalOrder(
    AccountId User, PartyId Bank, Amount FaceValue, Currency Currency, KeyId Key, byte[] EI, uint Number, Timestamp Date, byte[] Signature)
    : IDataObject<WithdrawalOrder>
{
    public static Tag? Tag => WalletTag.WithdrawalOrder;

    public static int MaxEncodedSize => 360;

    public WithdrawalId Request => new(Digest.Of(EI));

    public byte[] Message => SignedMessage.WithdrawalOrder(User, Bank, FaceValue, Currency, Key, Request, Number, Date);

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account) => Derivations.U(account) == User && suite.Verify(account, Message, Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.WriteOrdered(User, Bank, FaceValue, Currency, Key);
        writer.Write(WalletTag.EI, EI);
        writer.Write(WalletTag.OrderNumber, Number);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static WithdrawalOrder ReadFields(ref BerTlvReader r) => new(
        r.ReadUser(), r.ReadParty(WalletTag.B), r.ReadAmount(WalletTag.FaceValue), r.ReadCurrency(), r.ReadKeyId(WalletTag.KeyId),
        r.ReadBytes(WalletTag.EI, CoinRequest.EncipheredSize), r.ReadUInt32(WalletTag.OrderNumber), r.ReadTimestamp(WalletTag.Date),
        r.ReadSignature());
}

/// <summary>The bank's request to the issuer, {X, E_I, S_B} (EP 0810563, issuance step 2, claim 3). It does not name U.</summary>
/// <param name="Signature">S_B, 64 bytes.</param>
public sealed record IssueRequest(
    PartyId Bank, Amount FaceValue, Currency Currency, KeyId Key, byte[] EI, Timestamp Date, byte[] Signature) : IDataObject<IssueRequest>
{
    public static Tag? Tag => WalletTag.IssueRequest;

    public static int MaxEncodedSize => 340;

    public WithdrawalId Request => new(Digest.Of(EI));

    public bool Verify(ICashSuite suite, PublicKey bank) =>
        suite.Verify(bank, SignedMessage.IssueRequest(Bank, FaceValue, Currency, Key, Request, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.FaceValue, FaceValue.ToCard());
        writer.Write(WalletTag.Currency, Currency);
        writer.Write(WalletTag.KeyId, Key);
        writer.Write(WalletTag.EI, EI);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static IssueRequest ReadFields(ref BerTlvReader r) => new(
        r.ReadParty(WalletTag.B), r.ReadAmount(WalletTag.FaceValue), r.ReadCurrency(), r.ReadKeyId(WalletTag.KeyId),
        r.ReadBytes(WalletTag.EI, CoinRequest.EncipheredSize), r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
}

/// <summary>
/// The issuer's word that a withdrawal was not and will never be issued; only on it does a bank give the money back (hole 7).
/// </summary>
public sealed record NonIssuanceStatement(
    PartyId Issuer, PartyId Bank, Amount FaceValue, Currency Currency, WithdrawalId Request, IssueRefusal Reason, Timestamp Date,
    byte[] Signature) : IDataObject<NonIssuanceStatement>
{
    public static Tag? Tag => WalletTag.NonIssuanceStatement;

    public static int MaxEncodedSize => 170;

    public static NonIssuanceStatement Sign(
        ISigningKey key, PartyId issuer, PartyId bank, Amount faceValue, Currency currency, WithdrawalId request, IssueRefusal reason,
        Timestamp date) =>
        new(issuer, bank, faceValue, currency, request, reason, date,
            key.Sign(SignedMessage.NonIssuanceStatement(issuer, bank, faceValue, currency, request, reason, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.NonIssuanceStatement(Issuer, Bank, FaceValue, Currency, Request, Reason, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.FaceValue, FaceValue.ToCard());
        writer.Write(WalletTag.Currency, Currency);
        writer.Write(WalletTag.Digest, Request);
        writer.Write(WalletTag.Reason, (byte)Reason);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static NonIssuanceStatement ReadFields(ref BerTlvReader r) => new(
        r.ReadParty(WalletTag.IssuerId), r.ReadParty(WalletTag.B), r.ReadAmount(WalletTag.FaceValue), r.ReadCurrency(),
        r.ReadWithdrawalId(), r.ReadEnum<IssueRefusal>(WalletTag.Reason), r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
}
