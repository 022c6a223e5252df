using System.Buffers.Binary;

namespace HierCash.Card.Wallet;

/// <summary>What a coin signed in one payment: H without the coin.</summary>
/// <param name="Balance">x before the payment.</param>
/// <param name="Paid">y_i, what this coin paid.</param>
/// <param name="SU">S_U, 64 bytes.</param>
internal readonly record struct SignedPayment(ushort Seq, Amount Balance, Timestamp Time, TillId Till, Amount Paid, byte[] SU)
{
    /// <summary>Bytes of <see cref="WriteTo"/>.</summary>
    public const int Size = 34 + ISigningKey.SignatureSize;

    public byte[] Message(Coin coin) => SignedMessage.Payment(coin.Id, Seq, Balance, Time, Till, Derivations.F(Time, Till), Paid);

    public PaymentId Id(Coin coin) => new(Digest.Of(Message(coin)));

    public void WriteTo(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, Seq);
        BinaryPrimitives.WriteUInt32BigEndian(to[2..], Balance.ToCard());
        BinaryPrimitives.WriteUInt64BigEndian(to[6..], Time.Microseconds);
        Till.Value.CopyTo(to[14..]);
        BinaryPrimitives.WriteUInt32BigEndian(to[30..], Paid.ToCard());
        SU.CopyTo(to[34..]);
    }

    public static SignedPayment Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt16BigEndian(from),
        new Amount(BinaryPrimitives.ReadUInt32BigEndian(from[2..])),
        new Timestamp(BinaryPrimitives.ReadUInt64BigEndian(from[6..])),
        new TillId(Id16.Read(from[14..30])),
        new Amount(BinaryPrimitives.ReadUInt32BigEndian(from[30..])), from.Slice(34, ISigningKey.SignatureSize).ToArray());
}
