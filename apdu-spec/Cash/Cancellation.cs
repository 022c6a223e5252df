namespace HierCash.Protocol.Cash;

/// <summary>The user's word that the card is lost, signed by the account key while it was there (hole 10).</summary>
public sealed record LostCardReport(AccountId User, PartyId Bank, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 120;

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account) =>
        Derivations.U(account) == User && suite.Verify(account, SignedMessage.LostCard(User, Bank, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.Cancellation);
        writer.Write(WalletTag.U, User.Value.ToArray());
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static LostCardReport? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var r = reader.Enter(WalletTag.Cancellation);
        var user = new AccountId(Id16.Read(r.ReadBytes(WalletTag.U, Id16.Size)));
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return reader.Complete ? new LostCardReport(user, bank, date, signature) : null;
    }
}

/// <summary>The bank's order to cancel the coin of a withdrawal; it does not name U (hole 10).</summary>
public sealed record Cancellation(PartyId Bank, WithdrawalId Request, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 140;

    public static Cancellation Sign(ISigningKey key, PartyId bank, WithdrawalId request, Timestamp date) =>
        new(bank, request, date, key.Sign(SignedMessage.Cancellation(bank, request, date)));

    public bool Verify(ICashSuite suite, PublicKey bank) => suite.Verify(bank, SignedMessage.Cancellation(Bank, Request, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.Cancellation);
        writer.Write(WalletTag.Digest, Request.Value.ToArray());
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static Cancellation? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var r = reader.Enter(WalletTag.Cancellation);
        var request = new WithdrawalId(Digest.Read(r.ReadBytes(WalletTag.Digest, Digest.Size)));
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return reader.Complete ? new Cancellation(bank, request, date, signature) : null;
    }
}
