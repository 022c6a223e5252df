namespace HierCash.Protocol.Cash;

/// <summary>The user's order to the bank: debit X from U and ask the issuer for cash (EP 0810563, issuance step 1).</summary>
/// <param name="Key">Which PE_I enciphered E_I.</param>
/// <param name="EI">E_I, 209 bytes.</param>
/// <param name="Number">Which of the account's orders it is, from 1 without a gap: so a bank that was restored from a copy sees which ones
/// it lacks (rule R27).</param>
/// <param name="Signature">By the account key of U, 64 bytes.</param>
public sealed record WithdrawalOrder(
    AccountId User, PartyId Bank, Amount FaceValue, Currency Currency, KeyId Key, byte[] EI, uint Number, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 360;

    public WithdrawalId Request => new(Digest.Of(EI));

    public byte[] Message => SignedMessage.WithdrawalOrder(User, Bank, FaceValue, Currency, Key, Request, Number, Date);

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account)
    {
        bool its = Derivations.U(account) == User;
        Switches.On("hole 19 account", ref its);
        return its && suite.Verify(account, Message, Signature);
    }

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.WithdrawalOrder);
        writer.Write(WalletTag.U, User.Value.ToArray());
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.FaceValue, FaceValue.ToCard());
        writer.Write(WalletTag.Currency, Currency.Code);
        writer.Write(WalletTag.KeyId, Key.Value);
        writer.Write(WalletTag.EI, EI);
        writer.Write(WalletTag.OrderNumber, Number);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static WithdrawalOrder Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.WithdrawalOrder);
        var user = new AccountId(Id16.Read(r.ReadBytes(WalletTag.U, Id16.Size)));
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        var faceValue = new Amount(r.ReadUInt32(WalletTag.FaceValue));
        var currency = new Currency(r.ReadUInt16(WalletTag.Currency));
        var key = new KeyId(r.ReadUInt32(WalletTag.KeyId));
        var ei = r.ReadBytes(WalletTag.EI, CoinRequest.EncipheredSize);
        uint number = r.ReadUInt32(WalletTag.OrderNumber);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return new WithdrawalOrder(user, bank, faceValue, currency, key, ei, number, date, signature);
    }
}

/// <summary>The bank's request to the issuer, {X, E_I, S_B} (EP 0810563, issuance step 2, claim 3). It does not name U.</summary>
/// <param name="Signature">S_B, 64 bytes.</param>
public sealed record IssueRequest(
    PartyId Bank, Amount FaceValue, Currency Currency, KeyId Key, byte[] EI, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 340;

    public WithdrawalId Request => new(Digest.Of(EI));

    public bool Verify(ICashSuite suite, PublicKey bank) =>
        suite.Verify(bank, SignedMessage.IssueRequest(Bank, FaceValue, Currency, Key, Request, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.IssueRequest);
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.FaceValue, FaceValue.ToCard());
        writer.Write(WalletTag.Currency, Currency.Code);
        writer.Write(WalletTag.KeyId, Key.Value);
        writer.Write(WalletTag.EI, EI);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static IssueRequest Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.IssueRequest);
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        var faceValue = new Amount(r.ReadUInt32(WalletTag.FaceValue));
        var currency = new Currency(r.ReadUInt16(WalletTag.Currency));
        var key = new KeyId(r.ReadUInt32(WalletTag.KeyId));
        var ei = r.ReadBytes(WalletTag.EI, CoinRequest.EncipheredSize);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return new IssueRequest(bank, faceValue, currency, key, ei, date, signature);
    }
}

/// <summary>
/// The issuer's word that a withdrawal was not and will never be issued; only on it does a bank give the money back (hole 7).
/// </summary>
public sealed record NonIssuanceStatement(
    PartyId Issuer, PartyId Bank, Amount FaceValue, Currency Currency, WithdrawalId Request, IssueRefusal Reason, Timestamp Date,
    byte[] Signature)
{
    public const int MaxEncodedSize = 170;

    public static NonIssuanceStatement Sign(
        ISigningKey key, PartyId issuer, PartyId bank, Amount faceValue, Currency currency, WithdrawalId request, IssueRefusal reason,
        Timestamp date) =>
        new(issuer, bank, faceValue, currency, request, reason, date,
            key.Sign(SignedMessage.NonIssuanceStatement(issuer, bank, faceValue, currency, request, reason, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.NonIssuanceStatement(Issuer, Bank, FaceValue, Currency, Request, Reason, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.NonIssuanceStatement);
        writer.Write(WalletTag.IssuerId, Issuer.Value);
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.FaceValue, FaceValue.ToCard());
        writer.Write(WalletTag.Currency, Currency.Code);
        writer.Write(WalletTag.Digest, Request.Value.ToArray());
        writer.Write(WalletTag.Reason, (byte)Reason);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static NonIssuanceStatement Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.NonIssuanceStatement);
        var issuer = new PartyId(r.ReadUInt32(WalletTag.IssuerId));
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        var faceValue = new Amount(r.ReadUInt32(WalletTag.FaceValue));
        var currency = new Currency(r.ReadUInt16(WalletTag.Currency));
        var request = new WithdrawalId(Digest.Read(r.ReadBytes(WalletTag.Digest, Digest.Size)));
        byte reason = r.ReadByte(WalletTag.Reason);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        if (reason is < (byte)IssueRefusal.Asked or > (byte)IssueRefusal.InArrears)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new NonIssuanceStatement(issuer, bank, faceValue, currency, request, (IssueRefusal)reason, date, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static NonIssuanceStatement? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var statement = Read(ref reader);
        return reader.Complete ? statement : null;
    }
}
