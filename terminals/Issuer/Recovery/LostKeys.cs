namespace HierCash.Issuer;

/// <summary>
/// Keys of this issuer's own that its copy lacks (R27). Banks and shops show their certificates. The root key's signature is this issuer's
/// own word: who does not know such a key was restored from an older copy. The secret is lost. What the key signed counts as ever.
/// </summary>
internal sealed class LostKeys(Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, TimeProvider clock)
{
    /// <summary>Most that are kept: more rotations than one copy ever lacked.</summary>
    public const int Most = 256;

    /// <summary>A bank or shop shows certificates that this issuer does not give.</summary>
    public LinkMessage Hear(IReadOnlyList<KeyCertificate> shown)
    {
        var now = Timestamp.Now(clock);
        var own = shown.Where(IsLost).ToList();
        if (own.Count > 0)
        {
            store.Write(db => own.Sum(c => Keep(db, c, now)));
        }

        keys.Renew(store, now);
        return new ShowCertificatesReply().ToMessage();
    }

    /// <summary>True of a key that the root key certified and nobody here knows, or a lost one with a later certificate.</summary>
    private bool IsLost(KeyCertificate shown)
    {
        bool signed = shown.Verify(suite, keys.RootKey);
        var known = keys.Certificates.Where(c => c.Usage == shown.Usage && c.Key.Id == shown.Key.Id).ToList();

        // Who knows the key by this one would take the key in its place for a replaced one, or encipher to the lost one, from that day on.
        bool isLater = keys.IsLost(shown.Usage, shown.Key.Id) && known.TrueForAll(c => c.NotBefore < shown.NotBefore);
        return signed && shown.Holder == issuer && IssuerKeys.Has(shown.Usage) && (known.Count == 0 || isLater);
    }

    private int Keep(IWriteTransaction db, KeyCertificate lost, Timestamp now)
    {
        if (LostKeyTable.Count(db) >= Most)
        {
            return 0;
        }

        Alarms.Raise(db, Alarms.LostKey, BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(lost.Key.Id.Value)),
            now);

        // What it had certified before it recovered it recovered from: nobody keeps some of it back, to stop it once more. Nor does another
        // certificate of such a key.
        bool isAnother = keys.IsLost(lost.Usage, lost.Key.Id)
            && !LostKeyTable.Open(db).Exists(c => c.Usage == lost.Usage && c.Key.Id == lost.Key.Id);
        bool isRecovered = isAnother || (RestorationTable.Newest(db) is { } restored && lost.NotBefore <= restored.Ended);
        return LostKeyTable.Add(db, lost, now, isRecovered);
    }
}
