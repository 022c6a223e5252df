using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>What a dossier or an evidence file proves, in order of precedence: the first that applies.</summary>
public enum Proof
{
    /// <summary>A certificate is not the scheme's, or is not for that use.</summary>
    CertificateInvalid,

    /// <summary>m enciphered under PE_I is not E_I, or P is not a signature by N_U: the opening belongs to another request.</summary>
    OpeningMismatch,

    /// <summary>A payment's coin is not the one that m asks for (N_U, X, currency, TM), or the payments are of several coins.</summary>
    OtherCoin,

    /// <summary>S_I or S_U of a payment does not verify.</summary>
    PaymentInvalid,

    /// <summary>Valid payments, each seq once, together not above X: nothing is wrong.</summary>
    Nothing,

    /// <summary>Two messages for one coin id and seq, together not above X: a cloned or broken card, but no identity is due (hole 19).</summary>
    Equivocation,

    /// <summary>The sum of y exceeds X: the holder of N_U overspent.</summary>
    Excess,
}

/// <summary>
/// What the issuer hands a bank to trace an overspender (EP 0810563, claim 6, step 9e): the opening of E_I and the payments.
/// It never holds U.
/// </summary>
/// <param name="Opening">m, 137 bytes.</param>
/// <param name="EncryptionKey">Certificate of PE_I.</param>
/// <param name="CoinKey">Certificate of PS_I.</param>
/// <param name="Payments">All H of the coin, at most <see cref="MaxPayments"/>.</param>
public sealed record Dossier(byte[] Opening, KeyCertificate EncryptionKey, KeyCertificate CoinKey, IReadOnlyList<CashPayment> Payments)
{
    public const int MaxPayments = 4096;

    public int MaxEncodedSize => 700 + (Payments.Count * CashPayment.MaxEncodedSize);

    /// <summary>The case: the coin of the first payment.</summary>
    public CoinId Coin => Payments[0].Coin.Id;

    /// <summary>Sum of y over distinct payment ids.</summary>
    public Amount Spent => Payments.DistinctBy(h => h.Id).Aggregate(Amount.Zero, (sum, h) => sum + h.Paid);

    /// <summary>E_I: m enciphered again.</summary>
    public byte[]? EncipheredRequest(ICashSuite suite) => CashRequest.Decode(Opening)?.Encipher(suite, EncryptionKey.Key);

    /// <summary>Checks everything from the root key alone; no database.</summary>
    public Proof Check(ICashSuite suite, PublicKey root, ReadOnlySpan<byte> ei)
    {
        if (EncryptionKey.Usage != KeyUsage.IssuerEncryption || CoinKey.Usage != KeyUsage.IssuerCoin
            || EncryptionKey.Holder != CoinKey.Holder || !EncryptionKey.Verify(suite, root) || !CoinKey.Verify(suite, root))
        {
            return Proof.CertificateInvalid;
        }

        if (CashRequest.Decode(Opening) is not { } m || !m.VerifyPossession(suite, EncryptionKey.Key.Id)
            || !m.Encipher(suite, EncryptionKey.Key).AsSpan().SequenceEqual(ei))
        {
            return Proof.OpeningMismatch;
        }

        if (Payments.Count == 0 || Payments.Any(h => !BelongsTo(h.Coin, m) || h.Coin.Id != Coin))
        {
            return Proof.OtherCoin;
        }

        if (Payments.Any(h => h.Coin.Terms.IssuerKey != CoinKey.Key.Id || !h.Coin.Verify(suite, CoinKey.Key) || !h.Verify(suite)))
        {
            return Proof.PaymentInvalid;
        }

        if (Spent > Payments[0].Coin.Terms.FaceValue)
        {
            return Proof.Excess;
        }

        return Payments.DistinctBy(h => h.Id).GroupBy(h => h.Seq).Any(g => g.Count() > 1) ? Proof.Equivocation : Proof.Nothing;
    }

    private static bool BelongsTo(Coin coin, CashRequest m) =>
        coin.NU.AsSpan().SequenceEqual(m.NU) && coin.Terms.FaceValue == m.FaceValue
        && coin.Terms.Currency == m.Currency && coin.Terms.TM == m.TM;

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.Dossier);
        writer.Write(Tag.Opening, Opening);
        EncryptionKey.Write(ref writer);
        CoinKey.Write(ref writer);
        foreach (var payment in Payments)
        {
            payment.Write(ref writer);
        }

        writer.End(begin);
    }

    /// <summary>Reads a dossier; null, and the reader failed, where it is malformed or has no payment.</summary>
    public static Dossier? Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.Dossier);
        var opening = r.ReadBytes(Tag.Opening, CashRequest.Size);
        var encryption = KeyCertificate.Read(ref r);
        var coin = KeyCertificate.Read(ref r);
        var payments = new List<CashPayment>();
        while (r.HasMore && payments.Count < MaxPayments)
        {
            payments.Add(CashPayment.Read(ref r));
        }

        if (payments.Count == 0)
        {
            r.Fail();
        }

        reader.Leave(r);
        return reader.Failed ? null : new Dossier(opening, encryption!, coin!, payments);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);
}
