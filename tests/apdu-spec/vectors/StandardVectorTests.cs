using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace HierCash.Tests.Vectors;

/// <summary>The primitives, as this project calls them, against vectors of their standards.</summary>
[Parallelizable]
public sealed class StandardVectorTests
{
    private static readonly ICashSuite[] Suites = [new BclSuite(), new BouncyCastleSuite(new SeededRandom(7))];

    /// <summary>RFC 6979, A.2.5: P-256 with SHA-256.</summary>
    [TestCase("sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")]
    [TestCase("test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083")]
    public void Rfc6979(string message, string signature)
    {
        using var key = Suites[1].ImportKey(Convert.FromHexString("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));
        Assert.That(Convert.ToHexStringLower(key.PublicKey.X),
            Is.EqualTo("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"));
        Assert.That(Convert.ToHexStringLower(key.Sign(Encoding.ASCII.GetBytes(message))), Is.EqualTo(signature));
        Assert.That(Suites[0].Verify(key.PublicKey, Encoding.ASCII.GetBytes(message), Convert.FromHexString(signature)));
    }

    /// <summary>NIST CAVP, FIPS 186-4 SigGen: P-256, SHA-256, first vector.</summary>
    [Test]
    public void NistEcdsa([ValueSource(nameof(Suites))] ICashSuite suite)
    {
        var message = Convert.FromHexString(
            "5905238877c77421f73e43ee3da6f2d9e2ccad5fc942dcec0cbd25482935faaf416983fe165b1a045ee2bcd2e6dca3bdf46c4310a7461f9a37960ca672d3feb5473e253605fb1ddfd28065b53cb5858a8ad28175bf9bd386a5e471ea7a65c17cc934a9d791e91491eb3754d03799790fe2d308d16146d5c9b0d0debd97d79ce8");
        var key = PublicKey.TryDecode(Convert.FromHexString(
            "041ccbe91c075fc7f4f033bfa248db8fccd3565de94bbfb12f3c59ff46c271bf83ce4014c68811f9a21a1fdb2c0e6113e06db7ca93b7404e78dc7ccd5ca89a4ca9"))!;
        var signature = Convert.FromHexString(
            "f3ac8061b514795b8843e3d6629527ed2afd6b1f6a555a7acabb5e6f79c8c2ac8bf77819ca05a6b2786c76262bf7371cef97b218e96f175a3ccdda2acc058903");
        Assert.That(suite.Verify(key, message, signature));
        foreach (int at in new[] { 0, 31, 32, 63 })
        {
            var wrong = (byte[])signature.Clone();
            wrong[at] ^= 1;
            Assert.That(suite.Verify(key, message, wrong), Is.False);
        }

        Assert.That(suite.Verify(key, message.AsSpan(1), signature), Is.False);
    }

    /// <summary>NIST CAVP, SP 800-56A KAS ECC CDH primitive: P-256, counts 0 and 1.</summary>
    [TestCase("04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac", "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534", "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b")]
    [TestCase("04809f04289c64348c01515eb03d5ce7ac1a8cb9498f5caa50197e58d43a86a7aeb29d84e811197f25eba8f5194092cb6ff440e26d4421011372461f579271cda3", "38f65d6dce47676044d58ce5139582d568f64bb16098d179dbab07741dd5caf5", "057d636096cb80b67a8c038c890e887d1adfa4195e9b3ce241c8a778c59cda67")]
    public void NistEcdh(string point, string scalar, string shared)
    {
        foreach (var suite in Suites)
        {
            using var key = suite.ImportKey(Convert.FromHexString(scalar));
            Assert.That(Convert.ToHexStringLower(key.Agree(PublicKey.TryDecode(Convert.FromHexString(point))!)), Is.EqualTo(shared));
        }
    }

    /// <summary>NIST SP 800-38A, F.2.1: AES-128-CBC. Padding adds a block behind the four of the vector.</summary>
    [Test]
    public void NistAesCbc()
    {
        using var aes = Aes.Create();
        aes.SetKey(Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c"));
        var iv = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");
        var plain = Convert.FromHexString(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        var cipher = aes.EncryptCbc(plain, iv);
        Assert.That(Convert.ToHexStringLower(cipher.AsSpan(0, 64)),
            Is.EqualTo(
                "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"));
        Assert.That(aes.DecryptCbc(cipher, iv), Is.EqualTo(plain));
    }

    /// <summary>RFC 4231, test cases 1, 2, 3 and 6.</summary>
    [TestCase("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")]
    [TestCase("4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")]
    [TestCase("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd", "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")]
    public void Rfc4231(string key, string data, string mac) =>
        Assert.That(Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(key), Convert.FromHexString(data))),
            Is.EqualTo(mac));

    /// <summary>NIST CAVP, ANSI X9.63 KDF with SHA-256: without and with SharedInfo.</summary>
    [TestCase("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08", "", "443024c3dae66b95e6f5670601558f71")]
    [TestCase("22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d", "75eef81aa3041e33b80971203d2c0c52", "c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21")]
    public void X963Kdf(string z, string info, string keys)
    {
        var kdf = new Kdf2BytesGenerator(new Sha256Digest());
        kdf.Init(new KdfParameters(Convert.FromHexString(z), Convert.FromHexString(info)));
        var derived = new byte[keys.Length / 2];
        kdf.GenerateBytes(derived, 0, derived.Length);
        Assert.That(Convert.ToHexStringLower(derived), Is.EqualTo(keys));
    }
}
