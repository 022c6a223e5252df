using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>What an evidence file says after everything in it was checked against the scheme's root key.</summary>
/// <param name="IsProven">True if U, and nobody else, signed more than X.</param>
/// <param name="Culprit">Who has to answer.</param>
/// <param name="Finding">One sentence for people.</param>
/// <param name="Spent">What was signed and not struck out.</param>
public sealed record EvidenceFinding(bool IsProven, Culprit Culprit, string Finding, AccountId User, string Name, Amount Spent, Amount FaceValue, Currency Currency);

/// <summary>Who has to answer for what an evidence file shows.</summary>
public enum Culprit
{
    /// <summary>Nobody, or nobody knows: the file proves nothing.</summary>
    Nobody,
    User,
    Shop,
    Issuer,
    Bank,
}

/// <summary>
/// Proof that U overspent, which anyone can check offline with the root key alone (hole 19): the user's own signed order for
/// E_I, the opening m, the payments, all certificates. The bank assembles it; the issuer never gets it.
/// </summary>
/// <param name="Name">The account holder's name as the bank has it, up to 64 bytes of UTF-8.</param>
/// <param name="Signature">By the bank over all of the above, 64 bytes.</param>
public sealed record Evidence(
    AccountRequest Order, PublicKey AccountKey, string Name, Dossier Dossier, KeyCertificate BankKey, Timestamp Date, byte[] Signature)
{
    public const int MaxNameSize = 64;

    public static Evidence Sign(
        ISigningKey bank, AccountRequest order, PublicKey accountKey, string name, Dossier dossier, KeyCertificate bankKey, Timestamp date)
    {
        var unsigned = new Evidence(order, accountKey, name, dossier, bankKey, date, []);
        return unsigned with { Signature = bank.Sign(unsigned.Message) };
    }

    private byte[] Message => SignedMessage.Evidence(Order.Bank, Order.User, Name, BerTlv.Encode(MaxEncodedSize, WriteContent), Date);

    public int MaxEncodedSize => 1024 + Dossier.MaxEncodedSize;

    /// <summary>Checks all signatures from the root key and says who is to blame, or why nobody is.</summary>
    /// <param name="rebuttal">What U shows against it.</param>
    public EvidenceFinding Check(ICashSuite suite, PublicKey root, Rebuttal? rebuttal = null)
    {
        var terms = Dossier.Payments[0].Coin.Terms;
        EvidenceFinding Find(Culprit culprit, string finding) =>
            new(culprit == Culprit.User, culprit, finding, Order.User, Name, Dossier.Spent, terms.FaceValue, terms.Currency);

        if (BankKey.Usage != KeyUsage.Bank || BankKey.Holder != Order.Bank || !BankKey.Verify(suite, root))
        {
            return Find(Culprit.Nobody, "The bank's certificate is not one of this scheme's root key. The file proves nothing.");
        }

        if (!suite.Verify(BankKey.Key, Message, Signature))
        {
            return Find(Culprit.Nobody, "The bank's signature does not fit the file: it was altered. The file proves nothing.");
        }

        if (!Order.Verify(suite, AccountKey) || Order.Key != Dossier.EncryptionKey.Key.Id
            || Order.FaceValue != terms.FaceValue || Order.Currency != terms.Currency)
        {
            return Find(Culprit.Bank, "The withdrawal order is not signed by the account that is named. The bank has to answer for this.");
        }

        return Dossier.Check(suite, root, Order.EI) switch
        {
            Proof.CertificateInvalid => Find(Culprit.Bank, "The issuer's certificates are not of this scheme. The bank, which signed the file, has to answer for this."),
            Proof.OpeningMismatch => Find(Culprit.Issuer, "The opening does not give the E_I that the user ordered. The issuer has to answer for this."),
            Proof.OtherCoin => Find(Culprit.Issuer, "The payments are not of the coin that the user ordered. The issuer has to answer for this."),
            Proof.PaymentInvalid => Find(Culprit.Issuer, "A payment's signatures do not verify. The issuer has to answer for this."),
            Proof.Nothing => Find(Culprit.Nobody, "All payments are valid and together within the face value. Nobody overspent."),
            Proof.Equivocation => Find(Culprit.Nobody, "The coin signed two payments under one counter, but not more than its face value. No identity is due."),
            _ => Rebut(suite, root, rebuttal ?? Rebuttal.None),
        };
    }

    /// <summary>An excess stands unless so many of its payments are struck out that the rest is within X (hole 19).</summary>
    private EvidenceFinding Rebut(ICashSuite suite, PublicKey root, Rebuttal rebuttal)
    {
        var terms = Dossier.Payments[0].Coin.Terms;
        var payments = Dossier.Payments.DistinctBy(h => h.Id).ToList();
        var voided = payments.Where(h => rebuttal.VoidOf(suite, h) is not null).ToList();
        var dead = payments.Except(voided).Where(h => rebuttal.DeathOf(suite, root, h) is not null).ToList();
        var rest = payments.Except(voided).Except(dead).Aggregate(Amount.Zero, (sum, h) => sum + h.Paid);
        EvidenceFinding Find(Culprit culprit, string finding) =>
            new(culprit == Culprit.User, culprit, finding, Order.User, Name, rest, terms.FaceValue, terms.Currency);
        if (rest > terms.FaceValue)
        {
            return Find(Culprit.User, $"{Name} (account {Order.User}) signed payments of {rest.Show(terms.Currency)} with a coin of {terms.FaceValue.Show(terms.Currency)}.");
        }

        return voided.Count > 0
            ? Find(Culprit.Shop, $"The shop of till {voided[0].Till} had taken back {voided[0].Paid.Show(terms.Currency)} with its own signature, and settled it all the same. {Name} overspent nothing.")
            : Find(Culprit.Issuer, $"The issuer had pronounced a payment of {dead[0].Paid.Show(terms.Currency)} dead, and counted it all the same. {Name} overspent nothing.");
    }

    private void WriteContent(ref BerTlvWriter writer)
    {
        Order.Write(ref writer);
        writer.Write(Tag.AccountKey, AccountKey.Bytes);
        writer.Write(Tag.Name, Name);
        Dossier.Write(ref writer);
        BankKey.Write(ref writer);
        writer.Write(Tag.Date, Date.Microseconds);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, (ref BerTlvWriter writer) =>
    {
        int begin = writer.Begin(Tag.Evidence);
        WriteContent(ref writer);
        writer.Write(Tag.Signature, Signature);
        writer.End(begin);
    });

    /// <summary>Null unless the bytes are exactly one evidence object.</summary>
    public static Evidence? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var r = reader.Enter(Tag.Evidence);
        var order = AccountRequest.Read(ref r);
        var key = r.Failed ? null : PublicKey.TryDecode(r.Read(Tag.AccountKey, PublicKey.Size));
        string name = r.ReadText(Tag.Name, MaxNameSize);
        var dossier = Dossier.Read(ref r);
        var bankKey = KeyCertificate.Read(ref r);
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        var evidence = !reader.Complete || key is null ? null : new Evidence(order, key, name, dossier!, bankKey!, date, signature);

        // Only one form of bytes is an evidence file: what reads the same and looks otherwise was altered.
        return evidence is not null && evidence.Encode().AsSpan().SequenceEqual(bytes) ? evidence : null;
    }
}
