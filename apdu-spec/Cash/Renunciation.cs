namespace HierCash.Protocol.Cash;

/// <summary>
/// The account's word that an order of that number can be shown no more (rule R27). If it turns up all the same, the account bears it.
/// </summary>
/// <param name="Signature">By the account key, 64 bytes.</param>
public sealed record Renunciation(AccountId User, PartyId Bank, uint Number, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 120;

    /// <summary>True if the signature is by <paramref name="account"/> and U is made of that key.</summary>
    public bool Verify(ICashSuite suite, PublicKey account) =>
        Derivations.U(account) == User && suite.Verify(account, SignedMessage.Renunciation(User, Bank, Number, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.U, User.Value.ToArray());
        writer.Write(WalletTag.B, Bank.Value);
        writer.Write(WalletTag.OrderNumber, Number);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static Renunciation? Decode(ReadOnlySpan<byte> bytes)
    {
        var r = new BerTlvReader(bytes);
        var user = new AccountId(Id16.Read(r.ReadBytes(WalletTag.U, Id16.Size)));
        var bank = new PartyId(r.ReadUInt32(WalletTag.B));
        uint number = r.ReadUInt32(WalletTag.OrderNumber);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        return r.Complete ? new Renunciation(user, bank, number, date, signature) : null;
    }
}
