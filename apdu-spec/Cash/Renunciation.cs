namespace HierCash.Protocol.Cash;

/// <summary>
/// The account's word that an order of that number can be shown no more (rule R27). If it turns up all the same, the account bears it.
/// </summary>
/// <param name="Signature">By the account key, 64 bytes.</param>
public sealed record Renunciation(AccountId User, PartyId Bank, uint Number, Timestamp Date, byte[] Signature) : IDataObject<Renunciation>
{
    public static int MaxEncodedSize => 120;

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account) =>
        Derivations.U(account) == User && suite.Verify(account, SignedMessage.Renunciation(User, Bank, Number, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.U, User);
        writer.Write(WalletTag.B, Bank);
        writer.Write(WalletTag.OrderNumber, Number);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static Renunciation ReadFields(ref BerTlvReader r) =>
        new(r.ReadUser(), r.ReadParty(WalletTag.B), r.ReadUInt32(WalletTag.OrderNumber), r.ReadTimestamp(WalletTag.Date),
            r.ReadSignature());
}
