using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>The user's order to the bank: debit X from U and ask the issuer for cash (EP 0810563, issuance step 1).</summary>
/// <param name="Key">Which PE_I enciphered E_I.</param>
/// <param name="EI">E_I, 209 bytes.</param>
/// <param name="Number">Which of the account's orders it is, from 1 without a gap: so a bank that was restored from a copy sees which ones it lacks (rule R27).</param>
/// <param name="Signature">By the account key of U, 64 bytes.</param>
public sealed record AccountRequest(
    AccountId User, PartyId Bank, Amount FaceValue, Currency Currency, KeyId Key, byte[] EI, uint Number, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 360;

    public RequestId Request => new(Digest.Of(EI));

    public byte[] Message => SignedMessage.AccountRequest(User, Bank, FaceValue, Currency, Key, Request, Number, Date);

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account)
    {
        bool its = OneWay.U(account) == User;
        Switches.On("hole 19 account", ref its);
        return its && suite.Verify(account, Message, Signature);
    }

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.AccountRequest);
        writer.Write(Tag.U, User.Value.ToArray());
        writer.Write(Tag.B, Bank.Value);
        writer.Write(Tag.FaceValue, FaceValue.ToCard());
        writer.Write(Tag.Currency, Currency.Code);
        writer.Write(Tag.KeyId, Key.Value);
        writer.Write(Tag.EI, EI);
        writer.Write(Tag.OrderNumber, Number);
        writer.Write(Tag.Date, Date.Microseconds);
        writer.Write(Tag.Signature, Signature);
        writer.End(begin);
    }

    public static AccountRequest Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.AccountRequest);
        var user = new AccountId(Id16.Read(r.ReadBytes(Tag.U, Id16.Size)));
        var bank = new PartyId(r.ReadUInt32(Tag.B));
        var faceValue = new Amount(r.ReadUInt32(Tag.FaceValue));
        var currency = new Currency(r.ReadUInt16(Tag.Currency));
        var key = new KeyId(r.ReadUInt32(Tag.KeyId));
        var ei = r.ReadBytes(Tag.EI, CashRequest.EncipheredSize);
        uint number = r.ReadUInt32(Tag.OrderNumber);
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return new AccountRequest(user, bank, faceValue, currency, key, ei, number, date, signature);
    }
}

/// <summary>The bank's request to the issuer, {X, E_I, S_B} (EP 0810563, issuance step 2, claim 3). It does not name U.</summary>
/// <param name="Signature">S_B, 64 bytes.</param>
public sealed record BankRequest(
    PartyId Bank, Amount FaceValue, Currency Currency, KeyId Key, byte[] EI, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 340;

    public RequestId Request => new(Digest.Of(EI));

    public bool Verify(ICashSuite suite, PublicKey bank) =>
        suite.Verify(bank, SignedMessage.BankRequest(Bank, FaceValue, Currency, Key, Request, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.BankRequest);
        writer.Write(Tag.B, Bank.Value);
        writer.Write(Tag.FaceValue, FaceValue.ToCard());
        writer.Write(Tag.Currency, Currency.Code);
        writer.Write(Tag.KeyId, Key.Value);
        writer.Write(Tag.EI, EI);
        writer.Write(Tag.Date, Date.Microseconds);
        writer.Write(Tag.Signature, Signature);
        writer.End(begin);
    }

    public static BankRequest Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.BankRequest);
        var bank = new PartyId(r.ReadUInt32(Tag.B));
        var faceValue = new Amount(r.ReadUInt32(Tag.FaceValue));
        var currency = new Currency(r.ReadUInt16(Tag.Currency));
        var key = new KeyId(r.ReadUInt32(Tag.KeyId));
        var ei = r.ReadBytes(Tag.EI, CashRequest.EncipheredSize);
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return new BankRequest(bank, faceValue, currency, key, ei, date, signature);
    }
}

/// <summary>The issuer's word that a withdrawal was not and will never be issued; only on it does a bank give the money back (hole 7).</summary>
public sealed record NeverIssued(
    PartyId Issuer, PartyId Bank, Amount FaceValue, Currency Currency, RequestId Request, IssueRefusal Reason, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 170;

    public static NeverIssued Sign(
        ISigningKey key, PartyId issuer, PartyId bank, Amount faceValue, Currency currency, RequestId request, IssueRefusal reason, Timestamp date) =>
        new(issuer, bank, faceValue, currency, request, reason, date,
            key.Sign(SignedMessage.NeverIssued(issuer, bank, faceValue, currency, request, reason, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.NeverIssued(Issuer, Bank, FaceValue, Currency, Request, Reason, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.NeverIssued);
        writer.Write(Tag.IssuerId, Issuer.Value);
        writer.Write(Tag.B, Bank.Value);
        writer.Write(Tag.FaceValue, FaceValue.ToCard());
        writer.Write(Tag.Currency, Currency.Code);
        writer.Write(Tag.Digest, Request.Value.ToArray());
        writer.Write(Tag.Reason, (byte)Reason);
        writer.Write(Tag.Date, Date.Microseconds);
        writer.Write(Tag.Signature, Signature);
        writer.End(begin);
    }

    public static NeverIssued Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.NeverIssued);
        var issuer = new PartyId(r.ReadUInt32(Tag.IssuerId));
        var bank = new PartyId(r.ReadUInt32(Tag.B));
        var faceValue = new Amount(r.ReadUInt32(Tag.FaceValue));
        var currency = new Currency(r.ReadUInt16(Tag.Currency));
        var request = new RequestId(Digest.Read(r.ReadBytes(Tag.Digest, Digest.Size)));
        byte reason = r.ReadByte(Tag.Reason);
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        if (reason is < (byte)IssueRefusal.Asked or > (byte)IssueRefusal.InArrears)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new NeverIssued(issuer, bank, faceValue, currency, request, (IssueRefusal)reason, date, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static NeverIssued? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var statement = Read(ref reader);
        return reader.Complete ? statement : null;
    }
}
