using System.Buffers.Binary;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

using Runtime;

/// <summary>The issuer's keys that came with a certificate of the pinned root key: PE_I, PS_I, statement keys.</summary>
internal sealed class KeyRing(PersistentBytes bytes)
{
    public const int Capacity = 8;
    public const int EntrySize = 92;
    public const int Size = Capacity * EntrySize;
    private const int HolderAt = 4;
    private const int KeyIdAt = 8;
    private const int NotAfterAt = 12;
    private const int KeyAt = 20;

    /// <summary>Stores the key, over the same key if it is there; false when there is no room.</summary>
    public bool TryAdd(KeyCertificate certificate)
    {
        int free = -1;
        for (int i = Capacity - 1; i >= 0; i--)
        {
            var entry = Entry(i);
            if (entry.Span[0] == 0)
            {
                free = i;
            }
            else if (entry.Span[0] == (byte)certificate.Usage && entry.ReadUInt32(KeyIdAt) == certificate.Key.Id.Value)
            {
                return true;
            }
        }

        if (free < 0)
        {
            return false;
        }

        Span<byte> content = stackalloc byte[EntrySize];
        content.Clear();
        content[0] = (byte)certificate.Usage;
        BinaryPrimitives.WriteUInt32BigEndian(content[HolderAt..], certificate.Holder.Value);
        BinaryPrimitives.WriteUInt32BigEndian(content[KeyIdAt..], certificate.Key.Id.Value);
        BinaryPrimitives.WriteUInt64BigEndian(content[NotAfterAt..], certificate.NotAfter.Microseconds);
        certificate.Key.Bytes.CopyTo(content[KeyAt..]);
        Entry(free).Write(0, content);
        return true;
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
        for (int i = 0; i < Capacity; i++)
        {
            var entry = Entry(i);
            if (entry.Span[0] == (byte)usage && PublicKey.TryDecode(entry.Span.Slice(KeyAt, PublicKey.Size)) is { } key)
            {
                yield return (key, new PartyId(entry.ReadUInt32(HolderAt)));
            }
        }
    }

    private PersistentBytes Entry(int index) => bytes.Slice(index * EntrySize, EntrySize);
}
