namespace HierCash.Protocol.Cash;

/// <summary>Reads the fields of data objects by what they mean. A field that was not read is zeros, and the reader has failed.</summary>
public static class FieldReading
{
    extension(ref BerTlvReader reader)
    {
        public PartyId ReadParty(Tag tag) => new(reader.ReadUInt32(tag));

        public KeyId ReadKeyId(Tag tag) => new(reader.ReadUInt32(tag));

        /// <summary>As a card holds it: 32 bits.</summary>
        public Amount ReadAmount(Tag tag) => new(reader.ReadUInt32(tag));

        /// <summary>As a ledger holds it: 64 bits.</summary>
        public Amount ReadTotal(Tag tag) => new(reader.ReadUInt64(tag));

        public Currency ReadCurrency() => new(reader.ReadUInt16(WalletTag.Currency));

        public Timestamp ReadTimestamp(Tag tag) => new(reader.ReadUInt64(tag));

        public TimeSpan ReadSeconds(Tag tag) => TimeSpan.FromSeconds(reader.ReadUInt32(tag));

        public Digest ReadDigest(Tag tag) => reader.Read(tag, Digest.Size) is { IsEmpty: false } value ? Digest.Read(value) : default;

        /// <summary>Hashes of 32 bytes in one field; no more than <paramref name="most"/>.</summary>
        public IReadOnlyList<Digest> ReadDigests(Tag tag, int most)
        {
            var value = reader.Read(tag);
            if (value.Length % Digest.Size != 0 || value.Length > most * Digest.Size)
            {
                reader.Fail();
                return [];
            }

            var digests = new Digest[value.Length / Digest.Size];
            for (int i = 0; i < digests.Length; i++)
            {
                digests[i] = Digest.Read(value[(i * Digest.Size)..]);
            }

            return digests;
        }

        public CoinId ReadCoinId() => new(reader.ReadDigest(WalletTag.CoinId));

        public PaymentId ReadPaymentId() => new(reader.ReadDigest(WalletTag.PaymentId));

        /// <summary>SHA-256 of E_I.</summary>
        public WithdrawalId ReadWithdrawalId() => new(reader.ReadDigest(WalletTag.Digest));

        public TillId ReadTill() => new(reader.ReadId16(WalletTag.W));

        public AccountId ReadUser() => new(reader.ReadId16(WalletTag.U));

        public Challenge ReadChallenge() => new(reader.ReadId16(WalletTag.E));

        public byte[] ReadSignature(Tag tag = WalletTag.Signature) => reader.ReadBytes(tag, ISigningKey.SignatureSize);

        /// <summary>A key; where the bytes are no point of the curve, the reader has failed, and the key is nobody's.</summary>
        public PublicKey ReadPublicKey(Tag tag)
        {
            var bytes = reader.Read(tag, PublicKey.Size);
            if (!reader.Failed && PublicKey.TryDecode(bytes) is { } key)
            {
                return key;
            }

            reader.Fail();
            return PublicKey.Nobody;
        }

        /// <summary>1 or 0.</summary>
        public bool ReadFlag(Tag tag)
        {
            byte value = reader.ReadByte(tag);
            reader.Require(value <= 1);
            return value == 1;
        }

        /// <summary>One of the values of an enumeration of bytes.</summary>
        public T ReadEnum<T>(Tag tag)
            where T : struct, Enum
        {
            var value = System.Runtime.CompilerServices.Unsafe.BitCast<byte, T>(reader.ReadByte(tag));
            reader.Require(Enum.IsDefined(value));
            return value;
        }

        /// <summary>For rules that a tag and a length cannot say.</summary>
        public void Require(bool isRight)
        {
            if (!isRight)
            {
                reader.Fail();
            }
        }

        private Id16 ReadId16(Tag tag) => reader.Read(tag, Id16.Size) is { IsEmpty: false } value ? Id16.Read(value) : default;
    }
}
