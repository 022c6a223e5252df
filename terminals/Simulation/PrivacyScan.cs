using System.Buffers.Binary;
using System.Text;

namespace HierCash.Simulation;

/// <summary>
/// Looks for bytes that a party must not hold in its store, its log, and every message that it sent or
/// got: as raw bytes, as hexadecimal of either case, and as base64 at any alignment.
/// </summary>
public sealed class PrivacyScan(SimulatedTown town)
{
    /// <summary>Where the secret was seen; empty when nowhere.</summary>
    public IReadOnlyList<string> Find(string party, string what, ReadOnlySpan<byte> secret)
    {
        var patterns = Patterns(secret);
        var seen = new List<string>();
        if (patterns.Any(p => town.StoreBytes(party).AsSpan().IndexOf(p) >= 0))
        {
            seen.Add($"{what} in the store of {party}");
        }

        if (town.Records.Log(party).Any(line => patterns.Any(p => Encoding.UTF8.GetBytes(line).AsSpan().IndexOf(p) >= 0)))
        {
            seen.Add($"{what} in the log of {party}");
        }

        if (town.Records.Wire.Any(m => (m.From == party || m.To == party) && patterns.Any(p => m.Frame.AsSpan().IndexOf(p) >= 0)))
        {
            seen.Add($"{what} in a message of {party}");
        }

        return seen;
    }

    /// <summary>Which of many secrets a party has: each place is read once, however many there are.</summary>
    public IReadOnlyCollection<T> FindAny<T>(string party, IEnumerable<(T What, byte[] Secret)> secrets)
    {
        var patterns = secrets.SelectMany(s => Patterns(s.Secret).Select(p => (Bytes: p, s.What)))
            .ToLookup(p => BinaryPrimitives.ReadUInt16BigEndian(p.Bytes));
        var begins = new bool[ushort.MaxValue + 1];
        foreach (var group in patterns)
        {
            begins[group.Key] = true;
        }

        var found = new HashSet<T>();
        foreach (var place in Places(party))
        {
            for (int at = 0; at + sizeof(ushort) <= place.Length; at++)
            {
                ushort begin = BinaryPrimitives.ReadUInt16BigEndian(place.AsSpan(at));
                if (begins[begin])
                {
                    found.UnionWith(patterns[begin].Where(p => place.AsSpan(at).StartsWith(p.Bytes)).Select(p => p.What));
                }
            }
        }

        return found;
    }

    private IEnumerable<byte[]> Places(string party) =>
    [
        Store(party), Encoding.UTF8.GetBytes(string.Join('\n', town.Records.Log(party))),
        .. town.Records.Wire.Where(m => m.From == party || m.To == party).Select(m => m.Frame),
    ];

    private byte[] Store(string party)
    {
        if (town.Options.Directory is not null)
        {
            return town.StoreBytes(party);
        }

        string folder = Directory.CreateTempSubdirectory("hiercash-scan-").FullName;
        try
        {
            string file = Path.Combine(folder, party + ".db");
            town.Export(party, file);
            return File.ReadAllBytes(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>N_U: its x coordinate, which is in every encoding of the key.</summary>
    public IReadOnlyList<string> FindNU(string party, Coin coin) => Find(party, "N_U", coin.NU.AsSpan(1));

    private static List<byte[]> Patterns(ReadOnlySpan<byte> secret)
    {
        var patterns = new List<byte[]>
        {
            secret.ToArray(),
            Encoding.ASCII.GetBytes(Convert.ToHexString(secret)),
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)),
        };
        for (int shift = 0; shift < 3 && secret.Length >= 9; shift++)
        {
            // Characters that depend on the neighbours are cut off.
            string text = Convert.ToBase64String([.. new byte[shift], .. secret]);
            int start = ((shift * 8) + 5) / 6;
            int end = (shift + secret.Length) * 8 / 6;
            patterns.Add(Encoding.ASCII.GetBytes(text[start..end]));
        }

        return patterns;
    }
}
