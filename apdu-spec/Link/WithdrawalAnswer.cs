namespace HierCash.Protocol.Link;

/// <summary>Issuer to bank (E_K or "never issued"), and bank to wallet (the same, or neither while it is still asking).</summary>
/// <param name="EK">E_K, 112 bytes; 144 where the issuer made the key.</param>
/// <param name="Never">The issuer's word that there will be no cash; the bank has given the money back, or never took it.</param>
/// <param name="Text">For people: why the bank did not want it; only from bank to wallet, beside <paramref name="Never"/>.</param>
public sealed record WithdrawalAnswer(byte[]? EK, NonIssuanceStatement? Never, string? Text = null) : IDataObject<WithdrawalAnswer>
{
    public static int MaxEncodedSize => 500;

    private const int MaxText = 200;

    /// <summary>Debited, asked for, not answered yet. Ask again later with the same E_I.</summary>
    public static readonly WithdrawalAnswer Pending = new(null, null);

    public void WriteFields(ref BerTlvWriter writer)
    {
        if (EK is not null)
        {
            writer.Write(WalletTag.EK, EK);
        }

        Never?.Write(ref writer);
        if (Text is not null)
        {
            // What came and was written out may be longer than it came.
            writer.Write(WalletTag.Text, PlainText.Cut(Text, MaxText));
        }
    }

    public static WithdrawalAnswer ReadFields(ref BerTlvReader r)
    {
        byte[]? ek = r.Next(WalletTag.EK) ? ReadEK(ref r) : null;
        var never = r.ReadOptional<NonIssuanceStatement>();
        string? text = never is not null && r.HasMore ? PlainText.Escape(r.ReadText(WalletTag.Text, MaxText)) : null;
        r.Require(ek is null || never is null);
        return new WithdrawalAnswer(ek, never, text);
    }

    /// <summary>E_K; the reader failed where it has no size that E_K has.</summary>
    internal static byte[] ReadEK(ref BerTlvReader r)
    {
        var ek = r.Read(WalletTag.EK).ToArray();
        r.Require(CashAnswer.IsEnciphered(ek.Length));
        return ek;
    }
}
