namespace HierCash.Protocol.Cash;

/// <summary>What is signed about evidence: dossiers, notices, stamps, shops' answers (rules R3, R5, R9).</summary>
public static partial class SignedMessage
{
    /// <summary>Issuer: this is what I say of an overspent coin, and these pages prove it. 176 bytes.</summary>
    /// <param name="keys">SHA-256 of the public keys of PE_I, PS_I and the statement keys, 65 bytes each.</param>
    /// <param name="hashes">SHA-256 of the concatenated page hashes.</param>
    public static byte[] Dossier(
        PartyId issuer, CoinId coin, uint revision, Timestamp date, TimeSpan disputeTerm, TimeSpan clockTolerance, Digest opening,
        Amount faceValue,
        Amount claimed, Digest keys, uint pages, Digest hashes)
    {
        var w = new CanonicalWriter("HC1-DOSS", 168);
        w.U32(issuer.Value);
        w.Hash(coin.Value);
        w.U32(revision);
        w.U64(date.Microseconds);
        w.U32((uint)disputeTerm.TotalSeconds);
        w.U32((uint)clockTolerance.TotalSeconds);
        w.Hash(opening);
        w.U32(faceValue.ToCard());
        w.U64(claimed.Minor);
        w.Hash(keys);
        w.U32(pages);
        w.Hash(hashes);
        return w.Done();
    }

    /// <summary>Bank: U was told of this evidence, and may rebut it until then. 108 bytes.</summary>
    public static byte[] Notice(PartyId bank, AccountId user, CoinId coin, Digest content, Timestamp date, Timestamp until)
    {
        var w = new CanonicalWriter("HC1-NOTI", 100);
        w.U32(bank.Value);
        w.Id(user.Value);
        w.Hash(coin.Value);
        w.Hash(content);
        w.U64(date.Microseconds);
        w.U64(until.Microseconds);
        return w.Done();
    }

    /// <summary>Issuer or bank: a rebuttal with this hash was shown on that date. 53 bytes.</summary>
    public static byte[] Stamp(PartyId stamper, StampRole role, Digest subject, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-STMP", 45);
        w.U32(stamper.Value);
        w.U8((byte)role);
        w.Hash(subject);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>
    /// Till: asked about this payment, it has signed S_W of it (1) or has not (0), and shows this reversal; zeros for none. 97 bytes.
    /// </summary>
    public static byte[] ShopAnswer(PaymentId payment, TillId till, Timestamp date, bool isTakenBack, Digest reversal)
    {
        var w = new CanonicalWriter("HC1-ANSW", 89);
        w.Hash(payment.Value);
        w.Id(till.Value);
        w.U64(date.Microseconds);
        w.U8(isTakenBack ? (byte)1 : (byte)0);
        w.Hash(reversal);
        return w.Done();
    }
}
