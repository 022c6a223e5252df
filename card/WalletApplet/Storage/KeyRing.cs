using System.Buffers.Binary;

namespace HierCash.Card.Wallet;

/// <summary>
/// Keys that came with a certificate of the pinned root key: PE_I, PS_I, statement keys, the bank's. No more than a cache: the root key's
/// word is permission enough, so a wallet brings what is needed whenever it is, and what no coin needs makes room (rule R15).
/// </summary>
internal sealed class KeyRing(PersistentBytes bytes)
{
    public const int Capacity = 8;
    public const int EntrySize = 92;
    public const int Size = Capacity * EntrySize;
    private const int HolderAt = 4;
    private const int KeyIdAt = 8;
    private const int KeyAt = 20; // 8 bytes before it are free: a card has no clock, so no key ends on it
    private const int OrderAt = 88;

    /// <summary>Keys that a wallet may bring in a row without one of them pushing out another (put-certificate.md).</summary>
    private const int Recent = 4;

    private IEnumerable<PersistentBytes> Entries => Enumerable.Range(0, Capacity).Select(i => bytes.Slice(i * EntrySize, EntrySize));

    private uint Newest => Entries.Max(e => e.ReadUInt32(OrderAt));

    /// <summary>Stores the key if it is not there, in the place of the one that came longest ago and is not needed.</summary>
    public void Add(KeyCertificate certificate, Func<KeyUsage, KeyId, bool> isNeeded)
    {
        foreach (var entry in Entries)
        {
            if (entry.Span[0] == (byte)certificate.Usage && entry.ReadUInt32(KeyIdAt) == certificate.Key.Id.Value)
            {
                uint order = entry.ReadUInt32(OrderAt);
                if (Entries.Count(e => e.ReadUInt32(OrderAt) > order) >= Recent)
                {
                    entry.WriteUInt32(OrderAt, Newest + 1);
                }

                return;
            }
        }

        // Where all are needed, the one that came longest ago: it can come anew.
        var place = Entries
            .OrderBy(e => e.Span[0] != 0 && isNeeded((KeyUsage)e.Span[0], new KeyId(e.ReadUInt32(KeyIdAt))))
            .ThenBy(e => e.ReadUInt32(OrderAt)).First();

        Span<byte> content = stackalloc byte[EntrySize];
        content.Clear();
        content[0] = (byte)certificate.Usage;
        BinaryPrimitives.WriteUInt32BigEndian(content[HolderAt..], certificate.Holder.Value);
        BinaryPrimitives.WriteUInt32BigEndian(content[KeyIdAt..], certificate.Key.Id.Value);
        certificate.Key.Bytes.CopyTo(content[KeyAt..]);
        BinaryPrimitives.WriteUInt32BigEndian(content[OrderAt..], Newest + 1);
        place.Write(0, content);
    }

    /// <summary>The key of that use and id, and the issuer that holds it.</summary>
    public (PublicKey Key, PartyId Holder)? Find(KeyUsage usage, KeyId id)
    {
        foreach (var (key, holder) in All(usage))
        {
            if (key.Id == id)
            {
                return (key, holder);
            }
        }

        return null;
    }

    public IEnumerable<(PublicKey Key, PartyId Holder)> All(KeyUsage usage)
    {
        foreach (var entry in Entries)
        {
            if (entry.Span[0] == (byte)usage && PublicKey.TryDecode(entry.Span.Slice(KeyAt, PublicKey.Size)) is { } key)
            {
                yield return (key, new PartyId(entry.ReadUInt32(HolderAt)));
            }
        }
    }
}
