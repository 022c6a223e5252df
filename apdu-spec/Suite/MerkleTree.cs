using System.Numerics;
using System.Security.Cryptography;

namespace HierCash.Protocol.Suite;

/// <summary>
/// The Merkle tree hash of RFC 6962, 2.1, over digests: a leaf is SHA-256(00 || entry), a node SHA-256(01 || left || right), and n entries
/// are split at the largest power of two below n. A signature over the root speaks of each entry; the path of an entry shows that to
/// somebody who has no other.
/// </summary>
public static class MerkleTree
{
    /// <summary>Hashes in the longest path: enough for 65,536 entries.</summary>
    public const int MaxPath = 16;

    /// <exception cref="ArgumentException">No entries.</exception>
    public static Digest Root(ReadOnlySpan<Digest> entries)
    {
        if (entries.IsEmpty)
        {
            throw new ArgumentException("A tree has at least one entry.", nameof(entries));
        }

        if (entries.Length == 1)
        {
            return Leaf(entries[0]);
        }

        int split = Split(entries.Length);
        return Node(Root(entries[..split]), Root(entries[split..]));
    }

    /// <summary>The hashes beside the way from an entry to the root, the lowest first (RFC 6962, 2.1.1).</summary>
    public static IReadOnlyList<Digest> Path(ReadOnlySpan<Digest> entries, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)entries.Length, nameof(index));
        var path = new List<Digest>();
        while (entries.Length > 1)
        {
            int split = Split(entries.Length);
            bool left = index < split;
            path.Add(Root(left ? entries[split..] : entries[..split]));
            entries = left ? entries[..split] : entries[split..];
            index = left ? index : index - split;
        }

        path.Reverse();
        return path;
    }

    /// <summary>The root that an entry and its path lead to; null where the path does not fit the place (RFC 9162, 2.1.3.2).</summary>
    public static Digest? RootFrom(Digest entry, uint index, uint count, IReadOnlyList<Digest> path)
    {
        if (index >= count)
        {
            return null;
        }

        uint at = index;
        uint last = count - 1;
        var hash = Leaf(entry);
        foreach (var beside in path)
        {
            if (last == 0)
            {
                return null;
            }

            if ((at & 1) == 1 || at == last)
            {
                hash = Node(beside, hash);
                while ((at & 1) == 0 && at != 0)
                {
                    at >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                hash = Node(hash, beside);
            }

            at >>= 1;
            last >>= 1;
        }

        return last == 0 ? hash : null;
    }

    private static int Split(int count) => 1 << (BitOperations.Log2((uint)count - 1));

    private static Digest Leaf(Digest entry)
    {
        Span<byte> bytes = stackalloc byte[1 + Digest.Size];
        bytes[0] = 0;
        entry.CopyTo(bytes[1..]);
        return Hash(bytes);
    }

    private static Digest Node(Digest left, Digest right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Digest.Size)];
        bytes[0] = 1;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Digest.Size)..]);
        return Hash(bytes);
    }

    private static Digest Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        SHA256.HashData(bytes, hash);
        return Digest.Read(hash);
    }
}
