namespace HierCash.Protocol.Cash;

/// <summary>What S_I vouches for, N_U aside.</summary>
/// <param name="Suite">1.</param>
/// <param name="IssuerKey">Which PS_I verifies S_I.</param>
/// <param name="FaceValue">X, 1 to 2^32 - 1 minor units.</param>
/// <param name="TM">Tells coins under one N_U apart; a counter from 0, never a time (hole 15).</param>
/// <param name="IssuerKeyed">The issuer made the key pair (EP 0810563, claim 2): it could sign as the holder. Never guaranteed, never
/// evidence (hole 14).</param>
public sealed record CoinAttributes(
    byte Suite, GFunction G, PartyId Issuer, KeyId IssuerKey, Amount FaceValue, Currency Currency, ushort TM, Quarter Expiry,
    bool IssuerKeyed = false)
{
    private const byte KeyedBit = 0x80;

    /// <summary>What stands for g wherever the coin is written or signed: bit 7 says that the issuer made the key.</summary>
    public byte GByte => PackG(G, IssuerKeyed);

    /// <summary>g with the bit, one byte.</summary>
    public static byte PackG(GFunction g, bool issuerKeyed) => (byte)((byte)g | (issuerKeyed ? KeyedBit : 0));

    /// <summary>False for a g that this version does not know.</summary>
    public static bool TryUnpackG(byte packed, out GFunction g, out bool issuerKeyed)
    {
        issuerKeyed = (packed & KeyedBit) != 0;
        g = (GFunction)(packed & ~KeyedBit);
        return g <= GFunction.Sha256;
    }
}

/// <summary>C: a coin as a shop sees it (EP 0810563, step 5). The balance x travels beside it.</summary>
/// <param name="NU">N_U compressed, 33 bytes.</param>
/// <param name="SI">S_I, 64 bytes.</param>
public sealed record Coin(CoinAttributes Terms, byte[] NU, byte[] SI) : IDataObject<Coin>
{
    public static Tag? Tag => WalletTag.Coin;

    /// <summary>Bytes of the encoded object, tag and length included.</summary>
    public static int MaxEncodedSize => 140;

    public const byte Suite1 = 1;

    /// <summary>n = g(N_U), 33 bytes.</summary>
    public byte[] N => Derivations.G(Terms.G, NU);

    public byte[] Message => SignedMessage.Coin(Terms, N);

    public CoinId Id => new(Digest.Of(Message));

    public bool Verify(ICashSuite suite, PublicKey issuer) => suite.Verify(issuer, Message, SI);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Suite, Terms.Suite);
        writer.Write(WalletTag.G, Terms.GByte);
        writer.Write(WalletTag.IssuerId, Terms.Issuer);
        writer.Write(WalletTag.KeyId, Terms.IssuerKey);
        writer.Write(WalletTag.FaceValue, Terms.FaceValue.ToCard());
        writer.Write(WalletTag.Currency, Terms.Currency);
        writer.Write(WalletTag.NU, NU);
        writer.Write(WalletTag.TM, Terms.TM);
        writer.Write(WalletTag.Expiry, Terms.Expiry.Index);
        writer.Write(WalletTag.SI, SI);
    }

    /// <summary>Reads a coin; an unknown suite or g makes the reader fail.</summary>
    public static Coin ReadFields(ref BerTlvReader r)
    {
        byte suite = r.ReadByte(WalletTag.Suite);
        byte packed = r.ReadByte(WalletTag.G);
        var issuer = r.ReadParty(WalletTag.IssuerId);
        var key = r.ReadKeyId(WalletTag.KeyId);
        var faceValue = r.ReadAmount(WalletTag.FaceValue);
        var currency = r.ReadCurrency();
        var nu = r.ReadBytes(WalletTag.NU, PublicKey.CompressedSize);
        ushort tm = r.ReadUInt16(WalletTag.TM);
        var expiry = new Quarter(r.ReadUInt16(WalletTag.Expiry));
        var si = r.ReadSignature(WalletTag.SI);
        if (!CoinAttributes.TryUnpackG(packed, out var g, out bool issuerKeyed) || suite != Suite1)
        {
            r.Fail();
            g = GFunction.Sha256;
        }

        return new Coin(new CoinAttributes(suite, g, issuer, key, faceValue, currency, tm, expiry, issuerKeyed), nu, si);
    }
}
