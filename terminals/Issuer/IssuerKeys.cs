using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>The issuer's secret keys: root, SE_I, SS_I, statements, evidence. Made at first use, kept in the store.</summary>
public sealed class IssuerKeys
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);

    private IssuerKeys(ISigningKey root, ISigningKey encryption, ISigningKey coin, ISigningKey statement, ISigningKey evidence, IReadOnlyList<KeyCertificate> certificates)
    {
        Root = root;
        Encryption = encryption;
        Coin = coin;
        Statement = statement;
        Evidence = evidence;
        Certificates = certificates;
    }

    /// <summary>Vouches for all keys of the scheme. Cards pin its public half (hole 20).</summary>
    internal ISigningKey Root { get; }

    /// <summary>SE_I.</summary>
    internal ISigningKey Encryption { get; }

    /// <summary>SS_I.</summary>
    internal ISigningKey Coin { get; }

    /// <summary>Signs receipts, transfers, "never issued".</summary>
    internal ISigningKey Statement { get; }

    /// <summary>Seals the openings of E_I; not the key that takes requests (hole 21).</summary>
    internal ISigningKey Evidence { get; }

    /// <summary>Of PE_I, PS_I and the statement key.</summary>
    public IReadOnlyList<KeyCertificate> Certificates { get; }

    public PublicKey RootKey => Root.PublicKey;

    internal KeyCertificate Certificate(KeyUsage usage) => Certificates.Single(c => c.Usage == usage);

    internal static IssuerKeys Open(Database store, ICashSuite suite, PartyId issuer, Timestamp now) => store.Write(db =>
    {
        var root = Load(db, suite, "root");
        var (encryption, encryptionCertificate) = LoadCertified(db, suite, root, "encryption", KeyUsage.IssuerEncryption, issuer, now);
        var (coin, coinCertificate) = LoadCertified(db, suite, root, "coin", KeyUsage.IssuerCoin, issuer, now);
        var (statement, statementCertificate) = LoadCertified(db, suite, root, "statement", KeyUsage.IssuerStatement, issuer, now);
        var evidence = Load(db, suite, "evidence");
        return new IssuerKeys(root, encryption, coin, statement, evidence, [encryptionCertificate, coinCertificate, statementCertificate]);
    });

    /// <summary>PS_I of that id, also a retired one (hole 22).</summary>
    internal PublicKey? CoinKey(KeyId id) => Certificates.FirstOrDefault(c => c.Usage == KeyUsage.IssuerCoin && c.Key.Id == id)?.Key;

    /// <summary>SE_I of that id.</summary>
    internal ISigningKey? EncryptionKey(KeyId id) => Encryption.PublicKey.Id == id ? Encryption : null;

    internal KeyCertificate CertifyBank(PartyId bank, PublicKey key, Timestamp now) =>
        KeyCertificate.Issue(Root, KeyUsage.Bank, bank, now, now.Plus(Validity), key);

    private static ISigningKey Load(Database db, ICashSuite suite, string name)
    {
        if (db.First("SELECT secret FROM secret_key WHERE name = ?1", r => r.Bytes(0), name) is { } secret)
        {
            return suite.ImportKey(secret);
        }

        var key = suite.GenerateKey();
        db.Execute("INSERT INTO secret_key(name, secret) VALUES(?1, ?2)", name, key.ExportScalar());
        return key;
    }

    private static (ISigningKey, KeyCertificate) LoadCertified(
        Database db, ICashSuite suite, ISigningKey root, string name, KeyUsage usage, PartyId issuer, Timestamp now)
    {
        var key = Load(db, suite, name);
        if (db.First("SELECT certificate FROM secret_key WHERE name = ?1 AND certificate IS NOT NULL", r => r.Bytes(0), name) is { } stored)
        {
            return (key, KeyCertificate.Decode(stored) ?? throw new InvalidOperationException($"The certificate of the {name} key is damaged."));
        }

        var certificate = KeyCertificate.Issue(root, usage, issuer, now, now.Plus(Validity), key.PublicKey);
        db.Execute("UPDATE secret_key SET certificate = ?2 WHERE name = ?1", name, certificate.Encode());
        return (key, certificate);
    }
}
