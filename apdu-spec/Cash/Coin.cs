using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>What S_I vouches for, N_U aside.</summary>
/// <param name="Suite">1.</param>
/// <param name="IssuerKey">Which PS_I verifies S_I.</param>
/// <param name="FaceValue">X, 1 to 2^32 - 1 minor units.</param>
/// <param name="TM">Tells coins under one N_U apart; a counter from 0, never a time (hole 15).</param>
public sealed record CoinTerms(
    byte Suite, GFunction G, PartyId Issuer, KeyId IssuerKey, Amount FaceValue, Currency Currency, ushort TM, Quarter Expiry);

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
        writer.Write(Tag.G, (byte)Terms.G);
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
        byte g = r.ReadByte(Tag.G);
        var issuer = new PartyId(r.ReadUInt32(Tag.IssuerId));
        var key = new KeyId(r.ReadUInt32(Tag.KeyId));
        var faceValue = new Amount(r.ReadUInt32(Tag.FaceValue));
        var currency = new Currency(r.ReadUInt16(Tag.Currency));
        var nu = r.ReadBytes(Tag.NU, PublicKey.CompressedSize);
        ushort tm = r.ReadUInt16(Tag.TM);
        var expiry = new Quarter(r.ReadUInt16(Tag.Expiry));
        var si = r.ReadBytes(Tag.SI, ISigningKey.SignatureSize);
        if (suite != Suite1 || g > (byte)GFunction.Sha256)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new Coin(new CoinTerms(suite, (GFunction)Math.Min(g, (byte)1), issuer, key, faceValue, currency, tm, expiry), nu, si);
    }
}
