namespace HierCash.Protocol.Cash;

/// <summary>
/// Every string that any party signs or hashes, built here and nowhere else (signed-messages.md). Fixed width, so that two
/// different messages never share a string. This file: the messages of coins, payments and withdrawals.
/// </summary>
public static partial class SignedMessage
{
    /// <summary>What S_I signs (EP 0810563, step 3). SHA-256 of it is the coin id. 61 bytes.</summary>
    public static byte[] Coin(CoinAttributes terms, ReadOnlySpan<byte> n) =>
        new CanonicalWriter("HC1-COIN", 53).U8(terms.Suite).U8(terms.GByte).U32(terms.Issuer.Value).U32(terms.IssuerKey.Value)
            .U32(terms.FaceValue.ToCard()).U16(terms.Currency.Code).Fixed(n, 33).U16(terms.TM).U16(terms.Expiry.Index).Done();

    /// <summary>What S_U signs (EP 0810563, payment step 3). SHA-256 of it is the payment id. 90 bytes.</summary>
    public static byte[] Payment(CoinId coin, ushort seq, Amount x, Timestamp time, TillId till, Challenge e, Amount y) =>
        new CanonicalWriter("HC1-PAYM", 82).Hash(coin.Value).U16(seq).U32(x.ToCard()).U64(time.Microseconds).Id(till.Value).Id(e.Value)
            .U32(y.ToCard()).Done();

    /// <summary>What S_W signs: NG with consequences (hole 2). 56 bytes.</summary>
    public static byte[] Void(PaymentId payment, TillId till) =>
        new CanonicalWriter("HC1-VOID", 48).Hash(payment.Value).Id(till.Value).Done();

    /// <summary>What S_B signs (EP 0810563, claim 3). 62 bytes.</summary>
    public static byte[] IssueRequest(PartyId bank, Amount faceValue, Currency currency, KeyId key, WithdrawalId request, Timestamp date) =>
        new CanonicalWriter("HC1-BREQ", 54).U32(bank.Value).U32(faceValue.ToCard()).U16(currency.Code).U32(key.Value).Hash(request.Value)
            .U64(date.Microseconds).Done();

    /// <summary>
    /// What the account key signs: the user's order to debit X for E_I (EP 0810563, step 1), and which of the account's orders it is (rule
    /// R27). 82 bytes.
    /// </summary>
    public static byte[] WithdrawalOrder(
        AccountId user, PartyId bank, Amount faceValue, Currency currency, KeyId key, WithdrawalId request, uint number, Timestamp date) =>
        new CanonicalWriter("HC1-AREQ", 74).Id(user.Value).U32(bank.Value).U32(faceValue.ToCard()).U16(currency.Code).U32(key.Value)
            .Hash(request.Value).U32(number).U64(date.Microseconds).Done();

    /// <summary>Account key: there is no order of this number any more that could be shown (rule R27). 40 bytes.</summary>
    public static byte[] Renunciation(AccountId user, PartyId bank, uint number, Timestamp date) =>
        new CanonicalWriter("HC1-RENO", 32).Id(user.Value).U32(bank.Value).U32(number).U64(date.Microseconds).Done();

    /// <summary>What P signs with SS_U: whoever asks for cash under N_U holds its secret key (hole 20). 85 bytes.</summary>
    public static byte[] Possession(
        KeyId key, Amount faceValue, Currency currency, ushort tm, ReadOnlySpan<byte> nu, ReadOnlySpan<byte> seed) =>
        new CanonicalWriter("HC1-POSS", 77).U32(key.Value).U32(faceValue.ToCard()).U16(currency.Code).U16(tm).Fixed(nu, 33)
            .Hash(Digest.Of(seed)).Done();

    /// <summary>What the hash of an activation code hashes (rule R12). 28 bytes.</summary>
    /// <param name="digits">20 ASCII digits.</param>
    public static byte[] ActivationCode(ReadOnlySpan<byte> digits) => new CanonicalWriter("HC1-CODE", 20).Fixed(digits, 20).Done();

    /// <summary>Bank: this card, whose PUK is blocked, goes back to the activation code of this hash (rule R12). 76 bytes.</summary>
    /// <param name="nonce">16 bytes of the card's.</param>
    public static byte[] SetBack(PartyId bank, ReadOnlySpan<byte> nonce, AccountId user, Digest code) =>
        new CanonicalWriter("HC1-BACK", 68).U32(bank.Value).Fixed(nonce, 16).Id(user.Value).Hash(code).Done();

    /// <summary>What f hashes. 32 bytes.</summary>
    public static byte[] Challenge(Timestamp time, TillId till) =>
        new CanonicalWriter("HC1-CHAL", 24).U64(time.Microseconds).Id(till.Value).Done();

    /// <summary>What the ephemeral scalar of E_I is a hash of. 12 bytes and the plaintext.</summary>
    public static byte[] EphemeralSeed(uint counter, ReadOnlySpan<byte> plaintext) =>
        new CanonicalWriter("HC1-ECIR", 4 + plaintext.Length).U32(counter).Fixed(plaintext, plaintext.Length).Done();

    /// <summary>SharedInfo of E_I's key derivation. 45 bytes.</summary>
    public static byte[] EciesInfo(KeyId recipient, ReadOnlySpan<byte> r) =>
        new CanonicalWriter("HC1-ECIE", 37).U32(recipient.Value).Fixed(r, 33).Done();

    /// <summary>What the two keys of E_K are hashes of. 40 bytes.</summary>
    public static byte[] CashKey(ReadOnlySpan<byte> seed, bool mac) =>
        new CanonicalWriter(mac ? "HC1-EKMA" : "HC1-EKEN", 32).Fixed(seed, 32).Done();

    /// <summary>What the key of a sealed answer is a hash of (hole 23). 56 bytes.</summary>
    public static byte[] AnswerKey(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> salt) =>
        new CanonicalWriter("HC1-SEAK", 48).Fixed(seed, 32).Fixed(salt, 16).Done();

    /// <summary>What the scheme's root key signs to vouch for another key (hole 20). 94 bytes.</summary>
    public static byte[] Certificate(KeyUsage usage, PartyId holder, Timestamp notBefore, Timestamp notAfter, ReadOnlySpan<byte> key) =>
        new CanonicalWriter("HC1-CERT", 86).U8((byte)usage).U32(holder.Value).U64(notBefore.Microseconds).U64(notAfter.Microseconds)
            .Fixed(key, 65).Done();
}
