namespace HierCash.Protocol.Cash;

/// <summary>
/// Every string that any party signs or hashes, built here and nowhere else (signed-messages.md). Fixed width, so that two
/// different messages never share a string. This file: the messages of coins, payments and withdrawals.
/// </summary>
public static partial class SignedMessage
{
    /// <summary>What S_I signs (EP 0810563, step 3). SHA-256 of it is the coin id. 61 bytes.</summary>
    public static byte[] Coin(CoinAttributes terms, ReadOnlySpan<byte> n)
    {
        var w = new CanonicalWriter("HC1-COIN", 53);
        w.U8(terms.Suite);
        w.U8(terms.GByte);
        w.U32(terms.Issuer.Value);
        w.U32(terms.IssuerKey.Value);
        w.U32(terms.FaceValue.ToCard());
        w.U16(terms.Currency.Code);
        w.Fixed(n, 33);
        w.U16(terms.TM);
        w.U16(terms.Expiry.Index);
        return w.Done();
    }

    /// <summary>What S_U signs (EP 0810563, payment step 3). SHA-256 of it is the payment id. 90 bytes.</summary>
    public static byte[] Payment(CoinId coin, ushort seq, Amount x, Timestamp time, TillId till, Challenge e, Amount y)
    {
        var w = new CanonicalWriter("HC1-PAYM", 82);
        w.Hash(coin.Value);
        w.U16(seq);
        w.U32(x.ToCard());
        w.U64(time.Microseconds);
        w.Id(till.Value);
        w.Id(e.Value);
        w.U32(y.ToCard());
        return w.Done();
    }

    /// <summary>What S_W signs: NG with consequences (hole 2). 56 bytes.</summary>
    public static byte[] Void(PaymentId payment, TillId till)
    {
        var w = new CanonicalWriter("HC1-VOID", 48);
        w.Hash(payment.Value);
        w.Id(till.Value);
        return w.Done();
    }

    /// <summary>What S_B signs (EP 0810563, claim 3). 62 bytes.</summary>
    public static byte[] IssueRequest(PartyId bank, Amount faceValue, Currency currency, KeyId key, WithdrawalId request, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-BREQ", 54);
        w.U32(bank.Value);
        w.U32(faceValue.ToCard());
        w.U16(currency.Code);
        w.U32(key.Value);
        w.Hash(request.Value);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>
    /// What the account key signs: the user's order to debit X for E_I (EP 0810563, step 1), and which of the account's orders it is (rule
    /// R27). 82 bytes.
    /// </summary>
    public static byte[] WithdrawalOrder(
        AccountId user, PartyId bank, Amount faceValue, Currency currency, KeyId key, WithdrawalId request, uint number, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-AREQ", 74);
        w.Id(user.Value);
        w.U32(bank.Value);
        w.U32(faceValue.ToCard());
        w.U16(currency.Code);
        w.U32(key.Value);
        w.Hash(request.Value);
        w.U32(number);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>Account key: there is no order of this number any more that could be shown (rule R27). 40 bytes.</summary>
    public static byte[] Renunciation(AccountId user, PartyId bank, uint number, Timestamp date)
    {
        var w = new CanonicalWriter("HC1-RENO", 32);
        w.Id(user.Value);
        w.U32(bank.Value);
        w.U32(number);
        w.U64(date.Microseconds);
        return w.Done();
    }

    /// <summary>What P signs with SS_U: whoever asks for cash under N_U holds its secret key (hole 20). 85 bytes.</summary>
    public static byte[] Possession(
        KeyId key, Amount faceValue, Currency currency, ushort tm, ReadOnlySpan<byte> nu, ReadOnlySpan<byte> seed)
    {
        var w = new CanonicalWriter("HC1-POSS", 77);
        w.U32(key.Value);
        w.U32(faceValue.ToCard());
        w.U16(currency.Code);
        w.U16(tm);
        w.Fixed(nu, 33);
        w.Hash(Digest.Of(seed));
        return w.Done();
    }

    /// <summary>What the hash of an activation code hashes (rule R12). 28 bytes.</summary>
    /// <param name="digits">20 ASCII digits.</param>
    public static byte[] ActivationCode(ReadOnlySpan<byte> digits)
    {
        var w = new CanonicalWriter("HC1-CODE", 20);
        w.Fixed(digits, 20);
        return w.Done();
    }

    /// <summary>Bank: this card, whose PUK is blocked, goes back to the activation code of this hash (rule R12). 76 bytes.</summary>
    /// <param name="nonce">16 bytes of the card's.</param>
    public static byte[] SetBack(PartyId bank, ReadOnlySpan<byte> nonce, AccountId user, Digest code)
    {
        var w = new CanonicalWriter("HC1-BACK", 68);
        w.U32(bank.Value);
        w.Fixed(nonce, 16);
        w.Id(user.Value);
        w.Hash(code);
        return w.Done();
    }

    /// <summary>What f hashes. 32 bytes.</summary>
    public static byte[] Challenge(Timestamp time, TillId till)
    {
        var w = new CanonicalWriter("HC1-CHAL", 24);
        w.U64(time.Microseconds);
        w.Id(till.Value);
        return w.Done();
    }

    /// <summary>What the ephemeral scalar of E_I is a hash of. 12 bytes and the plaintext.</summary>
    public static byte[] EphemeralSeed(uint counter, ReadOnlySpan<byte> plaintext)
    {
        var w = new CanonicalWriter("HC1-ECIR", 4 + plaintext.Length);
        w.U32(counter);
        w.Fixed(plaintext, plaintext.Length);
        return w.Done();
    }

    /// <summary>SharedInfo of E_I's key derivation. 45 bytes.</summary>
    public static byte[] EciesInfo(KeyId recipient, ReadOnlySpan<byte> r)
    {
        var w = new CanonicalWriter("HC1-ECIE", 37);
        w.U32(recipient.Value);
        w.Fixed(r, 33);
        return w.Done();
    }

    /// <summary>What the two keys of E_K are hashes of. 40 bytes.</summary>
    public static byte[] CashKey(ReadOnlySpan<byte> seed, bool mac)
    {
        var w = new CanonicalWriter(mac ? "HC1-EKMA" : "HC1-EKEN", 32);
        w.Fixed(seed, 32);
        return w.Done();
    }

    /// <summary>What the key of a sealed answer is a hash of (hole 23). 56 bytes.</summary>
    public static byte[] AnswerKey(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> salt)
    {
        var w = new CanonicalWriter("HC1-SEAK", 48);
        w.Fixed(seed, 32);
        w.Fixed(salt, 16);
        return w.Done();
    }

    /// <summary>What the scheme's root key signs to vouch for another key (hole 20). 94 bytes.</summary>
    public static byte[] Certificate(KeyUsage usage, PartyId holder, Timestamp notBefore, Timestamp notAfter, ReadOnlySpan<byte> key)
    {
        var w = new CanonicalWriter("HC1-CERT", 86);
        w.U8((byte)usage);
        w.U32(holder.Value);
        w.U64(notBefore.Microseconds);
        w.U64(notAfter.Microseconds);
        w.Fixed(key, 65);
        return w.Done();
    }
}
