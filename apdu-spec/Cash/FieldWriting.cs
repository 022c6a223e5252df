namespace HierCash.Protocol.Cash;

/// <summary>Writes the fields of data objects by what they mean.</summary>
public static class FieldWriting
{
    extension(ref BerTlvWriter writer)
    {
        public void Write(Tag tag, PartyId value) => writer.Write(tag, value.Value);

        public void Write(Tag tag, KeyId value) => writer.Write(tag, value.Value);

        public void Write(Tag tag, Currency value) => writer.Write(tag, value.Code);

        public void Write(Tag tag, Timestamp value) => writer.Write(tag, value.Microseconds);

        public void Write(Tag tag, PublicKey value) => writer.Write(tag, value.Bytes);

        public void Write(Tag tag, CoinId value) => writer.Write(tag, value.Value);

        public void Write(Tag tag, PaymentId value) => writer.Write(tag, value.Value);

        public void Write(Tag tag, WithdrawalId value) => writer.Write(tag, value.Value);

        public void Write(Tag tag, TillId value) => writer.Write(tag, value.Value);

        public void Write(Tag tag, AccountId value) => writer.Write(tag, value.Value);

        public void Write(Tag tag, Challenge value) => writer.Write(tag, value.Value);

        public void Write(Tag tag, bool value) => writer.Write(tag, (byte)(value ? 1 : 0));

        public void Write(Tag tag, Digest value)
        {
            Span<byte> bytes = stackalloc byte[Digest.Size];
            value.CopyTo(bytes);
            writer.Write(tag, bytes);
        }

        /// <summary>What an account orders from its bank: the beginning of an order, shown whole or by its hash.</summary>
        public void WriteOrdered(AccountId user, PartyId bank, Amount faceValue, Currency currency, KeyId key)
        {
            writer.Write(WalletTag.U, user);
            writer.Write(WalletTag.B, bank);
            writer.Write(WalletTag.FaceValue, faceValue.ToCard());
            writer.Write(WalletTag.Currency, currency);
            writer.Write(WalletTag.KeyId, key);
        }

        private void Write(Tag tag, Id16 value)
        {
            Span<byte> bytes = stackalloc byte[Id16.Size];
            value.CopyTo(bytes);
            writer.Write(tag, bytes);
        }
    }
}
