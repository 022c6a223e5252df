using System.Globalization;

namespace HierCash.Issuer;

/// <summary>
/// The issuer's secret keys: root, SE_I, SS_I, statements, evidence. Made at first use, kept in the store. Each but root and evidence can
/// be rotated: the newest one signs or is asked for, and the older ones open and verify what they were used for, until its terms end (hole
/// 22).
/// </summary>
public sealed class IssuerKeys
{
    /// <summary>A certificate's date may be so far ahead of the clock: more is a clock that was wrong.</summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(1);

    /// <summary>What the store calls the root key.</summary>
    internal const string RootName = "root";

    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);
    private static readonly Dictionary<KeyUsage, string> Names = new()
    {
        [KeyUsage.IssuerEncryption] = "encryption", [KeyUsage.IssuerCoin] = "coin", [KeyUsage.IssuerStatement] = "statement",
    };

    private readonly ICashSuite _suite;
    private readonly PartyId _issuer;

    /// <summary>Replaced as a whole: requests that are being answered go on with what they began with.</summary>
    private volatile IReadOnlyDictionary<KeyUsage, List<(ISigningKey Key, KeyCertificate Certificate)>> _keys;

    private readonly Lock _renewal = new();

    /// <summary>Keys whose secret is lost with what was newer than this copy (R27).</summary>
    private volatile List<KeyCertificate> _lost;

    private IssuerKeys(IWriteTransaction db, ICashSuite suite, PartyId issuer, Timestamp now)
    {
        (_suite, _issuer) = (suite, issuer);
        Root = Load(db, suite, RootName);
        Evidence = Load(db, suite, "evidence");
        _keys = LoadAll(db, suite, Root, issuer, now);
        _lost = LostKeyTable.All(db);
    }

    /// <summary>Vouches for all keys of the scheme. Cards pin its public half (hole 20).</summary>
    internal ISigningKey Root { get; }

    /// <summary>SS_I, the newest.</summary>
    internal ISigningKey Coin => _keys[KeyUsage.IssuerCoin][^1].Key;

    /// <summary>Signs receipts, transfers, "never issued"; the newest.</summary>
    internal ISigningKey Statement => _keys[KeyUsage.IssuerStatement][^1].Key;

    /// <summary>Seals the openings of E_I; not the key that takes requests (hole 21).</summary>
    internal ISigningKey Evidence { get; }

    /// <summary>Of all PE_I, PS_I and statement keys, the newest last.</summary>
    public IReadOnlyList<KeyCertificate> Certificates => [.. _keys.Keys.SelectMany(Of)];

    /// <summary>True of a use that the issuer certifies keys of its own for.</summary>
    public static bool Has(KeyUsage usage) => Names.ContainsKey(usage);

    /// <summary>All of that use, those whose secret is lost included; the newest last.</summary>
    private List<KeyCertificate> Of(KeyUsage usage)
    {
        var lost = _lost.Where(c => c.Usage == usage).ToList();
        var own = _keys[usage].ConvertAll(k => k.Certificate);
        return lost.Count == 0 ? own : [.. own.Concat(lost).OrderBy(c => c.NotBefore)];
    }

    public PublicKey RootKey => Root.PublicKey;

    internal static IssuerKeys Open(Database store, ICashSuite suite, PartyId issuer, Timestamp now) =>
        store.Write(db => new IssuerKeys(db, suite, issuer, now));

    private static Dictionary<KeyUsage, List<(ISigningKey Key, KeyCertificate Certificate)>> LoadAll(
        IWriteTransaction db, ICashSuite suite, ISigningKey root, PartyId issuer, Timestamp now)
    {
        var keys = new Dictionary<KeyUsage, List<(ISigningKey, KeyCertificate)>>();
        foreach (var (usage, name) in Names)
        {
            // The first of each use begins a day earlier, as link certificates do: for clocks that are behind.
            var list = new List<(ISigningKey, KeyCertificate)> { LoadCertified(
                db, suite, root, name, usage, issuer, now.Minus(TimeSpan.FromDays(1))) };
            while (SecretKeyTable.Has(db, Nth(name, list.Count)))
            {
                list.Add(LoadCertified(db, suite, root, Nth(name, list.Count), usage, issuer, now));
            }

            keys.Add(usage, list);
        }

        return keys;
    }

    /// <summary>
    /// Takes over the keys that another process of this issuer made (hole 22), or certified again (rule R26): 'rotate' and 'clock accept'
    /// beside 'serve'.
    /// </summary>
    internal void Refresh(Database store, Timestamp now)
    {
        // Root and evidence key are the two that are not rotated; they have no certificate.
        var (count, lost, newest) = store.Read(db =>
            (SecretKeyTable.Count(db), LostKeyTable.Count(db), SecretKeyTable.CertificateDigests(db)));
        bool made = count != 2 + _keys.Values.Sum(k => k.Count)
            || !newest.ToHashSet().SetEquals(_keys.Values.SelectMany(k => k).Select(k => Digest.Of(k.Certificate.Encode())));
        if (lost != _lost.Count)
        {
            _lost = store.Read(LostKeyTable.All);
        }

        if (made)
        {
            _keys = store.Write(db => LoadAll(db, _suite, Root, _issuer, now));
        }
    }

    /// <summary>Makes a new key of that use. The old one still verifies what it signed, and opens what is enciphered to it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the issuer's uses.</exception>
    internal Result<KeyCertificate> Rotate(Database store, KeyUsage usage, Timestamp now) => Names.ContainsKey(usage)
        ? Make(store, usage, own => BeginsOn(usage, Of(usage).Concat(own).Max(c => c.NotBefore), now), now)
        : throw new ArgumentOutOfRangeException(nameof(usage), usage, "The issuer has no key of this use.");

    private Result<KeyCertificate> Make(
        Database store, KeyUsage usage, Func<IEnumerable<KeyCertificate>, Result<Timestamp>> begins, Timestamp now)
    {
        var made = store.TryWrite<Dictionary<KeyUsage, List<(ISigningKey Key, KeyCertificate Certificate)>>>(db =>
        {
            var all = LoadAll(db, _suite, Root, _issuer, now);
            var from = begins(all[usage].Select(k => k.Certificate));
            if (!from.Has(out var date))
            {
                return from.Refused!;
            }

            all[usage].Add(LoadCertified(db, _suite, Root, Nth(Names[usage], all[usage].Count), usage, _issuer, date));
            return all;
        });
        if (!made.Has(out var keys))
        {
            return made.Refused!;
        }

        _keys = keys;
        return keys[usage][^1].Certificate;
    }

    /// <summary>
    /// Makes a newer key of each use whose newest key is lost (R27): others refuse whoever answers under one that was replaced, and
    /// encipher to the newest of the day. So there is one for each day on which a lost one would be the newest to encipher to.
    /// </summary>
    internal void Renew(Database store, Timestamp now)
    {
        // Two parties that show a lost key at once have one made.
        lock (_renewal)
        {
            _lost = store.Read(LostKeyTable.All);
            foreach (var usage in Names.Keys)
            {
                foreach (var begins in Lacking(usage, now))
                {
                    Make(store, usage, _ => begins, now);
                }
            }
        }
    }

    /// <summary>When keys have to begin, so that none that is lost stays the newest.</summary>
    private List<Timestamp> Lacking(KeyUsage usage, Timestamp now)
    {
        bool isOfTheDay = usage == KeyUsage.IssuerEncryption;
        var all = Of(usage);
        var lacking = new List<Timestamp>();
        foreach (var (nth, key) in all.Index().Where(k => IsLost(usage, k.Item.Key.Id)))
        {
            var after = key.NotBefore.Plus(TimeSpan.FromSeconds(1));
            var begins = after > now ? after : now;
            if (nth == all.Count - 1 || (isOfTheDay && all[nth + 1].NotBefore > begins))
            {
                lacking.Add(begins);
            }
        }

        return lacking;
    }

    /// <summary>True of a key of this issuer's own whose secret is lost.</summary>
    internal bool IsLost(KeyUsage usage, KeyId id) => _lost.Any(c => c.Usage == usage && c.Key.Id == id);

    /// <summary>Makes certificates again that a clock which was ahead had made for a day to come: they begin now (rule R26).</summary>
    internal int CertifyAgain(Database store, Timestamp now)
    {
        int made = 0;
        _keys = store.Write(db =>
        {
            foreach (var (usage, name) in Names)
            {
                Timestamp? before = null;
                foreach (var (nth, key) in _keys[usage].Index().OrderBy(k => k.Item.Certificate.NotBefore))
                {
                    var begins = key.Certificate.NotBefore;
                    if (begins > now)
                    {
                        // Later than the one before it, as ever; also than a lost one, which others have and nobody certifies again.
                        var lost = _lost.Where(c => c.Usage == usage && c.NotBefore < begins).Select(c => c.NotBefore).Append(default)
                            .Max();
                        var earlier = (before > lost ? before.Value : lost).Plus(TimeSpan.FromSeconds(1));
                        if (earlier >= begins)
                        {
                            before = begins;
                            continue;
                        }

                        begins = earlier > now ? earlier : now;
                        var again = KeyCertificate.Issue(Root, usage, _issuer, begins, begins.Plus(Validity), key.Key.PublicKey);
                        SecretKeyTable.Certify(db, nth == 0 ? name : Nth(name, nth), again);
                        made++;
                    }

                    before = begins;
                }
            }

            return LoadAll(db, _suite, Root, _issuer, now);
        });
        return made;
    }

    /// <summary>
    /// When a new key begins: later than the present one, also where the clock was set back since. Whoever knows both takes the one that
    /// began later for the issuer's, and drops whoever answers under the other (rule R17).
    /// </summary>
    private Result<Timestamp> BeginsOn(KeyUsage usage, Timestamp present, Timestamp now)
    {
        // Others keep the certificate of a lost key of a day to come: nothing may wait for that day (R27).
        bool isLost = _lost.Any(c => c.Usage == usage && c.NotBefore > now.Plus(MostAhead));
        if (present > now.Plus(MostAhead) && !isLost)
        {
            return new Refused(Outcome.ClockDiffers, $"The issuer's clock says {now}, and its present key was certified on {present}. Set "
                + $"the clock right, and rotate then; if it was wrong on that day, no key can be rotated before that date.");
        }

        var later = present.Plus(TimeSpan.FromSeconds(1));
        return later > now ? later : now;
    }

    /// <summary>PS_I of that id, also a retired one (hole 22).</summary>
    internal PublicKey? CoinKey(KeyId id) => Certificate(KeyUsage.IssuerCoin, id)?.Key;

    /// <summary>
    /// True if that key may have signed coins in that time: certified by its end, and no newer one before its beginning. A lost one counts
    /// as certified whatever its certificate says; one in a lost one's place, since that was heard of.
    /// </summary>
    internal bool HasSignedCoins(IReadSnapshot db, KeyId id, Timestamp from, Timestamp to)
    {
        var kept = Of(KeyUsage.IssuerCoin);
        int at = kept.FindLastIndex(c => c.Key.Id == id);
        bool isLost = IsLost(KeyUsage.IssuerCoin, id);
        bool isInPlace = !isLost && at >= 0 && PlacedSince(db, kept, at) <= to;
        return at >= 0 && (kept[at].NotBefore <= to || isLost || isInPlace) && (at == kept.Count - 1 || kept[at + 1].NotBefore >= from);
    }

    /// <summary>Since when the lost key is known in whose place that one was certified, directly or not; null for any other.</summary>
    private Timestamp? PlacedSince(IReadSnapshot db, List<KeyCertificate> kept, int at)
    {
        int its = at;
        while (at > 0 && !IsLost(kept[at].Usage, kept[at].Key.Id)
            && kept[at].NotBefore == kept[at - 1].NotBefore.Plus(TimeSpan.FromSeconds(1)))
        {
            at--;
        }

        return at < its ? LostKeyTable.HeardOf(db, kept[at]) : null;
    }

    /// <summary>SE_I of that id, also a retired one.</summary>
    internal ISigningKey? EncryptionKey(KeyId id) => Find(KeyUsage.IssuerEncryption, id)?.Key;

    internal bool IsStatement(Func<PublicKey, bool> verify) => Of(KeyUsage.IssuerStatement).Exists(c => verify(c.Key));

    /// <summary>The certificate of the key of that id.</summary>
    internal KeyCertificate? Certificate(KeyUsage usage, KeyId id) =>
        Find(usage, id)?.Certificate ?? _lost.FirstOrDefault(c => c.Usage == usage && c.Key.Id == id);

    /// <summary>All PE_I, the newest first.</summary>
    internal IEnumerable<KeyCertificate> EncryptionCertificates =>
        Enumerable.Reverse(_keys[KeyUsage.IssuerEncryption]).Select(k => k.Certificate);

    internal KeyCertificate CertifyBank(PartyId bank, PublicKey key, Timestamp now) =>
        KeyCertificate.Issue(Root, KeyUsage.Bank, bank, now, now.Plus(Validity), key);

    private (ISigningKey Key, KeyCertificate Certificate)? Find(KeyUsage usage, KeyId id) =>
        _keys[usage].Where(k => k.Certificate.Key.Id == id).Select(k => ((ISigningKey, KeyCertificate)?)k).FirstOrDefault();

    private static string Nth(string name, int n) => string.Create(CultureInfo.InvariantCulture, $"{name}-{n + 1}");

    private static ISigningKey Load(IWriteTransaction db, ICashSuite suite, string name)
    {
        if (SecretKeyTable.Secret(db, name) is { } secret)
        {
            return suite.ImportKey(secret);
        }

        var key = suite.GenerateKey();
        SecretKeyTable.Add(db, name, key.ExportScalar());
        return key;
    }

    private static (ISigningKey, KeyCertificate) LoadCertified(
        IWriteTransaction db, ICashSuite suite, ISigningKey root, string name, KeyUsage usage, PartyId issuer, Timestamp now)
    {
        var key = Load(db, suite, name);
        if (SecretKeyTable.Certificate(db, name) is { } stored)
        {
            return (key, KeyCertificate.Decode(stored)
                ?? throw new DatabaseException($"The certificate of the {name} key is damaged. Put back a good copy of the database."));
        }

        var certificate = KeyCertificate.Issue(root, usage, issuer, now, now.Plus(Validity), key.PublicKey);
        SecretKeyTable.Certify(db, name, certificate);
        return (key, certificate);
    }
}
