namespace HierCash.Protocol.Cash;

/// <summary>
/// Proof that U overspent, which anyone can check offline with the root key alone (hole 19): the user's own signed order for
/// E_I, the opening m, the payments, all certificates. The bank assembles it; the issuer never gets it.
/// </summary>
/// <param name="Name">The account holder's name as the bank has it, up to 64 bytes of UTF-8.</param>
/// <param name="Date">When the bank received the dossier: its own clock, not before the issuer's date (rule R5).</param>
/// <param name="Signature">By the bank over all of the above, the pages by their hashes; 64 bytes.</param>
public sealed partial record Evidence(
    WithdrawalOrder Order, PublicKey AccountKey, string Name, Dossier Dossier, KeyCertificate BankKey, Timestamp Date, byte[] Signature)
{
    public const int MaxNameSize = 64;

    /// <summary>The bank's notice to U, from which the term runs.</summary>
    public required Notice Notice { get; init; }

    /// <summary>
    /// Reversals that the issuer signed after the dossier, filed since; and certificates of the keys that signed them (rule R3).
    /// </summary>
    public IReadOnlyList<Reversal> Reversals { get; init; } = [];

    /// <summary>Certificates of statement keys that the dossier does not have yet.</summary>
    public IReadOnlyList<KeyCertificate> FiledKeys { get; init; } = [];

    /// <param name="received">The bank's clock; earlier than the dossier's date, that date counts.</param>
    public static Evidence Sign(
        ISigningKey bank, WithdrawalOrder order, PublicKey accountKey, string name, Dossier dossier, KeyCertificate bankKey,
        Timestamp received)
    {
        var date = received < dossier.Header.Date ? dossier.Header.Date : received;
        var none = new Notice(order.Bank, order.User, dossier.Coin, default, default, default, []);
        var unsigned = new Evidence(order, accountKey, name, dossier, bankKey, date, []) { Notice = none };
        var content = Digest.Of(unsigned.Content);
        return unsigned with
        {
            Signature = bank.Sign(unsigned.Message),
            Notice = Notice.Sign(bank, order.Bank, order.User, dossier.Coin, content, date, date.Plus(dossier.Header.DisputeTerm)),
        };
    }

    /// <summary>
    /// With reversals that came later, each with the statement key that signed it; the same if they are there. A file holds at most
    /// <see cref="DossierHeader.MaxKeys"/> further keys: what is signed with one more is left out.
    /// </summary>
    public Evidence File(IEnumerable<(Reversal Reversal, KeyCertificate Key)> reversals)
    {
        var known = Reversals.Select(r => r.Payment).ToHashSet();
        var own = Dossier.Header.StatementKeys.Select(k => k.Key.Id).ToHashSet();
        var (added, keys) = (Reversals.ToList(), FiledKeys.ToList());
        foreach (var (reversal, key) in reversals.Where(r => !known.Contains(r.Reversal.Payment)))
        {
            bool isThere = own.Contains(key.Key.Id) || keys.Exists(k => k.Key.Id == key.Key.Id);
            if ((isThere || keys.Count < DossierHeader.MaxKeys) && known.Add(reversal.Payment))
            {
                added.Add(reversal);
                keys.AddRange(isThere ? [] : [key]);
            }
        }

        return added.Count == Reversals.Count ? this : this with { Reversals = added, FiledKeys = keys };
    }

    private byte[] Content => BerTlv.Encode(MaxEncodedSize, WriteContent);

    private byte[] Message => SignedMessage.Evidence(Order.Bank, Order.User, Name, Content, Date);

    public int MaxEncodedSize => 1024 + Dossier.MaxEncodedSize + Notice.MaxEncodedSize + (Reversals.Count * Reversal.MaxEncodedSize)
        + (FiledKeys.Count * KeyCertificate.MaxEncodedSize);

    private void WriteContent(ref BerTlvWriter writer)
    {
        Order.Write(ref writer);
        writer.Write(WalletTag.AccountKey, AccountKey);
        writer.Write(WalletTag.Name, Name);
        Dossier.Header.Write(ref writer);
        BankKey.Write(ref writer);
        writer.Write(WalletTag.Date, Date);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, (ref BerTlvWriter writer) =>
    {
        int begin = writer.Begin(WalletTag.Evidence);
        WriteContent(ref writer);
        writer.Write(WalletTag.Signature, Signature);
        Notice.Write(ref writer);
        writer.WriteAll(FiledKeys);

        writer.WriteAll(Reversals);

        writer.WriteAll(Dossier.Pages);

        writer.End(begin);
    });

    /// <summary>Null unless the bytes are exactly one evidence object.</summary>
    public static Evidence? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var r = reader.Enter(WalletTag.Evidence);
        var order = r.Read<WithdrawalOrder>();
        var key = r.ReadPublicKey(WalletTag.AccountKey);
        string name = r.ReadText(WalletTag.Name, MaxNameSize);
        var header = r.Read<DossierHeader>();
        var bankKey = r.Read<KeyCertificate>();
        var date = r.ReadTimestamp(WalletTag.Date);
        var signature = r.ReadSignature();
        var notice = r.Read<Notice>();
        var keys = r.ReadSome<KeyCertificate>(DossierHeader.MaxKeys);
        var reversals = r.ReadSome<Reversal>(int.MaxValue);
        var pages = r.ReadAll<DossierPage>(DossierHeader.MaxPages);
        reader.Leave(r);
        if (!reader.Complete || !PlainText.IsPlain(name) || reversals.DistinctBy(v => v.Payment).Count() < reversals.Count)
        {
            return null;
        }

        var evidence = new Evidence(order, key, name, new Dossier(header, pages), bankKey, date, signature)
        {
            Notice = notice, Reversals = reversals, FiledKeys = keys,
        };

        // Only one form of bytes is an evidence file: what reads the same and looks otherwise was altered.
        return evidence.Encode().AsSpan().SequenceEqual(bytes) ? evidence : null;
    }
}
