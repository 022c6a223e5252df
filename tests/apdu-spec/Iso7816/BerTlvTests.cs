using CsCheck;

namespace HierCash.Tests.Iso7816;

[Parallelizable]
public sealed class BerTlvTests
{
    [TestCase("DC0105", true)]
    [TestCase("DC810105", true, Description = "longer than it need be, but BER")]
    [TestCase("DC8005", false, Description = "indefinite length")]
    [TestCase("DC80050000", false, Description = "indefinite length with an end")]
    [TestCase("DC0205", false, Description = "cut off")]
    [TestCase("DC", false)]
    [TestCase("DF", false)]
    [TestCase("DD0105", false, Description = "another tag")]
    [TestCase("DC0105DC0106", false, Description = "something behind it")]
    [TestCase("DC8500000000010500", false)]
    [TestCase("DC84FFFFFFFF05", false)]
    public void ReadsOneByte(string hex, bool sound)
    {
        var reader = new BerTlvReader(Convert.FromHexString(hex));
        byte value = reader.ReadByte(WalletTag.Slot);
        Assert.That(reader.Complete, Is.EqualTo(sound));
        Assert.That(!sound || value == 5);
    }

    [Test]
    public void LengthsOfEachFormSurvive() => Gen.Int[0, 70000].Sample(
        n =>
        {
            var value = new byte[n];
            var encoded = BerTlv.Encode(n + 32, (ref BerTlvWriter w) =>
            {
                int begin = w.Begin(WalletTag.SealedMessage);
                w.Write(WalletTag.Ciphertext, value);
                w.End(begin);
            });
            var reader = new BerTlvReader(encoded);
            var inner = reader.Enter(WalletTag.SealedMessage);
            int length = inner.Read(WalletTag.Ciphertext).Length;
            reader.Leave(inner);
            return reader.Complete && length == n;
        },
        iter: 300);

    /// <summary>A tag of three bytes and a length that is indefinite and has no end: the BCL's decoder throws on it.</summary>
    [TestCase("BFAC9980C00101")]
    [TestCase("DFFF7F80")]
    [TestCase("3F80010000")]
    [TestCase("3080")]
    public void LongTagsAndIndefiniteLengthsAreRefused(string hex)
    {
        var reader = new BerTlvReader(Convert.FromHexString(hex));
        Assert.That(reader.Next(WalletTag.Coin), Is.False);
        Assert.That(reader.ReadAny(out _, out _), Is.False);
        Assert.That(reader.Failed);
    }

    private static readonly byte[] Telling = [0x1F, 0x3F, 0x5F, 0xBF, 0xDF, 0xFF, 0x80, 0x81, 0x82, 0x84];
    private static readonly Gen<byte> Byte = Gen.OneOf(Gen.Byte, Gen.Int[0, Telling.Length - 1].Select(i => Telling[i]));

    [Test]
    public void RandomBytesNeverThrow() => Byte.Array[0, 64].Sample(
        bytes =>
        {
            var reader = new BerTlvReader(bytes);
            while (reader.HasMore)
            {
                foreach (var tag in new[] { WalletTag.Coin, WalletTag.Slot, WalletTag.NU, WalletTag.Name })
                {
                    if (reader.Next(tag))
                    {
                        break;
                    }
                }

                reader.Read(WalletTag.Slot);
            }

            reader = new BerTlvReader(bytes);
            while (reader.ReadAny(out _, out _))
            {
            }
        },
        iter: 200_000);
}
