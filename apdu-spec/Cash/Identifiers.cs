using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace HierCash.Protocol.Cash;

/// <summary>32 bytes of SHA-256, compared by value.</summary>
public readonly record struct Digest(UInt128 High, UInt128 Low)
{
    public const int Size = 32;

    public static Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(data, hash);
        return Read(hash);
    }

    /// <summary>From at least 32 bytes.</summary>
    public static Digest Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public void CopyTo(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt128BigEndian(to, High);
        BinaryPrimitives.WriteUInt128BigEndian(to[16..], Low);
    }

    public override string ToString() => Convert.ToHexStringLower(ToArray());
}

/// <summary>16 bytes compared by value; the body of W, U and e.</summary>
public readonly record struct Id16(UInt128 Value)
{
    public const int Size = 16;

    /// <summary>From the left 16 of at least 16 bytes.</summary>
    public static Id16 Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public void CopyTo(Span<byte> to) => BinaryPrimitives.WriteUInt128BigEndian(to, Value);

    public override string ToString() => Convert.ToHexStringLower(ToArray());
}

/// <summary>W, what stands for a till: left 16 bytes of SHA-256 of its key N_W.</summary>
public readonly record struct TillId(Id16 Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>U, what stands for a user at the bank: left 16 bytes of SHA-256 of the account key.</summary>
public readonly record struct AccountId(Id16 Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>e = f(TIME, W).</summary>
public readonly record struct Challenge(Id16 Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>SHA-256 of the message that S_I signs.</summary>
public readonly record struct CoinId(Digest Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>SHA-256 of the message that S_U signs. The same id is the same payment, whatever the signature's bytes.</summary>
public readonly record struct PaymentId(Digest Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>SHA-256 of E_I: how bank and issuer speak of one withdrawal.</summary>
public readonly record struct WithdrawalId(Digest Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>An issuer, a bank or a shop, numbered by the scheme.</summary>
public readonly record struct PartyId(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Left 4 bytes of SHA-256 of a public key.</summary>
public readonly record struct KeyId(uint Value)
{
    public override string ToString() => Value.ToString("x8", CultureInfo.InvariantCulture);
}
