using System.Buffers.Binary;

namespace HierCash.Protocol.Cash;

/// <summary>m, what E_I holds: seed 32, X 4, currency 2, TM 2, N_U 33, P 64 bytes, in this order.</summary>
/// <param name="Seed">32 random bytes from which K is derived.</param>
/// <param name="NU">N_U compressed, 33 bytes.</param>
/// <param name="Possession">P: signature by SS_U, 64 bytes.</param>
public sealed record CoinRequest(byte[] Seed, Amount FaceValue, Currency Currency, ushort TM, byte[] NU, byte[] Possession)
{
    public const int Size = 137;

    /// <summary>Bytes of E_I.</summary>
    public const int EncipheredSize = 209;

    /// <summary>Makes m with P signed by <paramref name="secret"/>, whose public key is N_U.</summary>
    public static CoinRequest Create(
        ISigningKey secret, KeyId encryptionKey, ReadOnlySpan<byte> seed, Amount faceValue, Currency currency, ushort tm)
    {
        var nu = secret.PublicKey.Compress();
        var p = secret.Sign(SignedMessage.Possession(encryptionKey, faceValue, currency, tm, nu, seed));
        return new CoinRequest(seed.ToArray(), faceValue, currency, tm, nu, p);
    }

    /// <summary>m of a user who has no key and asks the issuer for one: N_U and P are zeros (EP 0810563, claim 2; hole 14).</summary>
    public static CoinRequest WithoutKey(ReadOnlySpan<byte> seed, Amount faceValue, Currency currency) =>
        new(seed.ToArray(), faceValue, currency, 0, new byte[PublicKey.CompressedSize], new byte[ISigningKey.SignatureSize]);

    /// <summary>True if the issuer is to make the key pair.</summary>
    public bool IsWithoutKey => !NU.AsSpan().ContainsAnyExcept((byte)0) && !Possession.AsSpan().ContainsAnyExcept((byte)0);

    public bool VerifyPossession(ICashSuite suite, KeyId encryptionKey) =>
        PublicKey.TryDecode(NU) is { } nu
        && suite.Verify(nu, SignedMessage.Possession(encryptionKey, FaceValue, Currency, TM, NU, Seed), Possession);

    /// <summary>E_I: this request enciphered for the issuer, 209 bytes. The same request gives the same bytes.</summary>
    public byte[] Encipher(ICashSuite suite, PublicKey issuer) => Ecies.Encrypt(suite, issuer, Encode());

    public byte[] Encode()
    {
        var m = new byte[Size];
        Seed.CopyTo(m, 0);
        BinaryPrimitives.WriteUInt32BigEndian(m.AsSpan(32), FaceValue.ToCard());
        BinaryPrimitives.WriteUInt16BigEndian(m.AsSpan(36), Currency.Code);
        BinaryPrimitives.WriteUInt16BigEndian(m.AsSpan(38), TM);
        NU.CopyTo(m, 40);
        Possession.CopyTo(m, 73);
        return m;
    }

    /// <summary>Null unless there are exactly 137 bytes.</summary>
    public static CoinRequest? Decode(ReadOnlySpan<byte> m) => m.Length != Size
        ? null
        : new CoinRequest(
            m[..32].ToArray(),
            new Amount(BinaryPrimitives.ReadUInt32BigEndian(m[32..])),
            new Currency(BinaryPrimitives.ReadUInt16BigEndian(m[36..])),
            BinaryPrimitives.ReadUInt16BigEndian(m[38..]), m[40..73].ToArray(), m[73..].ToArray());

    /// <summary>Says what it is, without the seed.</summary>
    public override string ToString() => $"request for {FaceValue} {Currency}, TM {TM}";
}

/// <summary>What E_K holds: suite 1, g 1 (bit 7: issuer-keyed), issuer 4, issuer key 4, expiry 2, S_I 64 bytes, in this order.</summary>
public sealed record CashAnswer(byte Suite, GFunction G, PartyId Issuer, KeyId IssuerKey, Quarter Expiry, byte[] SI,
    bool IssuerKeyed = false)
{
    public const int Size = 76;

    /// <summary>Bytes of E_K.</summary>
    public const int EncipheredSize = 112;

    /// <summary>Bytes of E_K where the issuer made the key pair: SS_U, 32 bytes, comes after the answer (claim 2; hole 14).</summary>
    public const int EncipheredSizeWithKey = 144;

    /// <summary>True for the sizes that E_K may have.</summary>
    public static bool IsEnciphered(int length) => length is EncipheredSize or EncipheredSizeWithKey;

    public static CashAnswer Of(Coin coin) =>
        new(coin.Terms.Suite, coin.Terms.G, coin.Terms.Issuer, coin.Terms.IssuerKey, coin.Terms.Expiry, coin.SI, coin.Terms.IssuerKeyed);

    /// <summary>The coin that this answer makes of a request.</summary>
    public Coin ToCoin(Amount faceValue, Currency currency, ushort tm, byte[] nu) =>
        new(new CoinAttributes(Suite, G, Issuer, IssuerKey, faceValue, currency, tm, Expiry, IssuerKeyed), nu, SI);

    public byte[] Encode()
    {
        var bytes = new byte[Size];
        bytes[0] = Suite;
        bytes[1] = CoinAttributes.PackG(G, IssuerKeyed);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(2), Issuer.Value);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(6), IssuerKey.Value);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), Expiry.Index);
        SI.CopyTo(bytes, 12);
        return bytes;
    }

    /// <summary>Null unless there are exactly 76 bytes with a known suite and g.</summary>
    public static CashAnswer? Decode(ReadOnlySpan<byte> bytes) =>
        bytes.Length != Size || bytes[0] != Coin.Suite1 || !CoinAttributes.TryUnpackG(bytes[1], out var g, out bool issuerKeyed)
            ? null
            : new CashAnswer(
                bytes[0],
                g,
                new PartyId(BinaryPrimitives.ReadUInt32BigEndian(bytes[2..])),
                new KeyId(BinaryPrimitives.ReadUInt32BigEndian(bytes[6..])),
                new Quarter(BinaryPrimitives.ReadUInt16BigEndian(bytes[10..])), bytes[12..].ToArray(), issuerKeyed);
}
