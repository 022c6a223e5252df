using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HierCash.Protocol.Suite;

/// <summary>Where random bytes come from. Passed in, so that a whole town can be replayed from a seed.</summary>
public interface IRandomSource
{
    void Fill(Span<byte> bytes);
}

/// <summary>The operating system's generator.</summary>
public sealed class SystemRandom : IRandomSource
{
    public static SystemRandom Instance { get; } = new();

#pragma warning disable RS0030 // The one place where the system's generator is reached for.
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
#pragma warning restore RS0030
}

/// <summary>Replayable bytes for tests and simulations: SHA-256(seed, counter). Never for real keys.</summary>
public sealed class SeededRandom(ulong seed) : IRandomSource
{
    private ulong _counter;

    public void Fill(Span<byte> bytes)
    {
        Span<byte> input = stackalloc byte[16];
        Span<byte> block = stackalloc byte[32];
        while (!bytes.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64BigEndian(input, seed);
            BinaryPrimitives.WriteUInt64BigEndian(input[8..], _counter++);
            SHA256.HashData(input, block);
            int n = Math.Min(32, bytes.Length);
            block[..n].CopyTo(bytes);
            bytes = bytes[n..];
        }
    }

    /// <summary>A number from 0 to <paramref name="limit"/> - 1 (slightly biased; for simulations).</summary>
    public int Next(int limit)
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes) % (uint)limit);
    }
}
