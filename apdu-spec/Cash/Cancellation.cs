namespace HierCash.Protocol.Cash;

/// <summary>The user's word that the card is lost, signed by the account key while it was there (hole 10).</summary>
public sealed record LostCardReport(AccountId User, PartyId Bank, Timestamp Date, byte[] Signature) : IDataObject<LostCardReport>
{
    public static Tag? Tag => WalletTag.Cancellation;

    public static int MaxEncodedSize => 120;

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account) =>
        Derivations.U(account) == User && suite.Verify(account, SignedMessage.LostCard(User, Bank, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.U, User);
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static LostCardReport ReadFields(ref BerTlvReader r) =>
        new(r.ReadUser(), r.ReadParty(WalletTag.B), r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
}

/// <summary>The bank's order to cancel the coin of a withdrawal; it does not name U (hole 10).</summary>
public sealed record Cancellation(PartyId Bank, WithdrawalId Request, Timestamp Date, byte[] Signature) : IDataObject<Cancellation>
{
    public static Tag? Tag => WalletTag.Cancellation;

    public static int MaxEncodedSize => 140;

    public static Cancellation Sign(ISigningKey key, PartyId bank, WithdrawalId request, Timestamp date) =>
        new(bank, request, date, key.Sign(SignedMessage.Cancellation(bank, request, date)));

    public bool Verify(ICashSuite suite, PublicKey bank) => suite.Verify(bank, SignedMessage.Cancellation(Bank, Request, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Digest, Request);
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static Cancellation ReadFields(ref BerTlvReader r)
    {
        var request = r.ReadWithdrawalId();
        return new(r.ReadParty(WalletTag.B), request, r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
    }
}
