using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>What S_I vouches for, N_U aside.</summary>
/// <param name="Suite">1.</param>
/// <param name="IssuerKey">Which PS_I verifies S_I.</param>
/// <param name="FaceValue">X, 1 to 2^32 - 1 minor units.</param>
/// <param name="TM">Tells coins under one N_U apart; a counter from 0, never a time (hole 15).</param>
/// <param name="IssuerKeyed">The issuer made the key pair (EP 0810563, claim 2): it could sign as the holder. Never guaranteed, never evidence (hole 14).</param>
public sealed record CoinTerms(
    byte Suite, GFunction G, PartyId Issuer, KeyId IssuerKey, Amount FaceValue, Currency Currency, ushort TM, Quarter Expiry, bool IssuerKeyed = false)
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
public sealed record Coin(CoinTerms Terms, byte[] NU, byte[] SI)
{
    /// <summary>Bytes of the encoded object, tag and length included.</summary>
    public const int EncodedSize = 140;

    public const byte Suite1 = 1;

    /// <summary>n = g(N_U), 33 bytes.</summary>
    public byte[] N => OneWay.G(Terms.G, NU);

    public byte[] Message => SignedMessage.Coin(Terms, N);

    public CoinId Id => new(Digest.Of(Message));

    public bool Verify(ICashSuite suite, PublicKey issuer) => suite.Verify(issuer, Message, SI);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.Coin);
        writer.Write(Tag.Suite, Terms.Suite);
        writer.Write(Tag.G, Terms.GByte);
        writer.Write(Tag.IssuerId, Terms.Issuer.Value);
        writer.Write(Tag.KeyId, Terms.IssuerKey.Value);
        writer.Write(Tag.FaceValue, Terms.FaceValue.ToCard());
        writer.Write(Tag.Currency, Terms.Currency.Code);
        writer.Write(Tag.NU, NU);
        writer.Write(Tag.TM, Terms.TM);
        writer.Write(Tag.Expiry, Terms.Expiry.Index);
        writer.Write(Tag.SI, SI);
        writer.End(begin);
    }

    /// <summary>Reads a coin; an unknown suite or g makes the reader fail.</summary>
    public static Coin Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.Coin);
        byte suite = r.ReadByte(Tag.Suite);
        byte packed = r.ReadByte(Tag.G);
        var issuer = new PartyId(r.ReadUInt32(Tag.IssuerId));
        var key = new KeyId(r.ReadUInt32(Tag.KeyId));
        var faceValue = new Amount(r.ReadUInt32(Tag.FaceValue));
        var currency = new Currency(r.ReadUInt16(Tag.Currency));
        var nu = r.ReadBytes(Tag.NU, PublicKey.CompressedSize);
        ushort tm = r.ReadUInt16(Tag.TM);
        var expiry = new Quarter(r.ReadUInt16(Tag.Expiry));
        var si = r.ReadBytes(Tag.SI, ISigningKey.SignatureSize);
        if (!CoinTerms.TryUnpackG(packed, out var g, out bool issuerKeyed) || suite != Suite1)
        {
            r.Fail();
            g = GFunction.Sha256;
        }

        reader.Leave(r);
        return new Coin(new CoinTerms(suite, g, issuer, key, faceValue, currency, tm, expiry, issuerKeyed), nu, si);
    }
}
