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
        Amount claimed, Digest keys, uint pages, Digest hashes) =>
        new CanonicalWriter("HC1-DOSS", 168).U32(issuer.Value).Hash(coin.Value).U32(revision).U64(date.Microseconds)
            .U32((uint)disputeTerm.TotalSeconds).U32((uint)clockTolerance.TotalSeconds).Hash(opening).U32(faceValue.ToCard())
            .U64(claimed.Minor).Hash(keys).U32(pages).Hash(hashes).Done();

    /// <summary>Bank: U was told of this evidence, and may rebut it until then. 108 bytes.</summary>
    public static byte[] Notice(PartyId bank, AccountId user, CoinId coin, Digest content, Timestamp date, Timestamp until) =>
        new CanonicalWriter("HC1-NOTI", 100).U32(bank.Value).Id(user.Value).Hash(coin.Value).Hash(content).U64(date.Microseconds)
            .U64(until.Microseconds).Done();

    /// <summary>Issuer or bank: a rebuttal with this hash was shown on that date. 53 bytes.</summary>
    public static byte[] Stamp(PartyId stamper, StampRole role, Digest subject, Timestamp date) =>
        new CanonicalWriter("HC1-STMP", 45).U32(stamper.Value).U8((byte)role).Hash(subject).U64(date.Microseconds).Done();

    /// <summary>
    /// Till: asked about this payment, it has signed S_W of it (1) or has not (0), and shows this reversal; zeros for none. 97 bytes.
    /// </summary>
    public static byte[] ShopAnswer(PaymentId payment, TillId till, Timestamp date, bool isTakenBack, Digest reversal) =>
        new CanonicalWriter("HC1-ANSW", 89).Hash(payment.Value).Id(till.Value).U64(date.Microseconds).U8(isTakenBack ? (byte)1 : (byte)0)
            .Hash(reversal).Done();
}
