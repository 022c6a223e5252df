using System.Globalization;

namespace HierCash.Card.Runtime;

/// <summary>What takes time on a real card.</summary>
public enum CardOperation
{
    /// <summary>ECDSA P-256 with SHA-256.</summary>
    Sign,

    /// <summary>The same, verified.</summary>
    Verify,

    /// <summary>ECDH P-256, or another product of a scalar and a point.</summary>
    Agree,

    /// <summary>A P-256 key pair.</summary>
    GenerateKey,

    /// <summary>SHA-256 over up to 256 bytes.</summary>
    Hash,

    /// <summary>AES-CBC over up to 256 bytes.</summary>
    Cipher,

    /// <summary>A transaction, or a write of its own, of persistent memory.</summary>
    Write,
}

/// <summary>Counts what a card does. The runtime counts writes by itself; an applet charges what it computes.</summary>
public sealed class CardMeter
{
    /// <summary>Bytes of data that one <see cref="CardOperation.Hash"/> or <see cref="CardOperation.Cipher"/> stands for.</summary>
    public const int Unit = 256;

    private readonly long[] _counts = new long[Enum.GetValues<CardOperation>().Length];

    /// <summary>Notes that the card has computed something, or is about to.</summary>
    public void Charge(CardOperation operation, int times = 1) => _counts[(int)operation] += times;

    /// <summary>All that was done since the card was made.</summary>
    public CardWork Read() => new([.. _counts]);
}

/// <summary>How often a card did what.</summary>
public sealed class CardWork
{
    private readonly long[] _counts;

    internal CardWork(long[] counts) => _counts = counts;

    /// <summary>How often it did that.</summary>
    public long this[CardOperation operation] => _counts[(int)operation];

    /// <summary>What was done between two readings.</summary>
    public CardWork Since(CardWork earlier) => new([.. _counts.Zip(earlier._counts, (now, then) => now - then)]);

    /// <summary>In words, such as "1 Sign, 2 Hash"; empty where nothing was done.</summary>
    public override string ToString() => string.Join(
        ", ",
        Enum.GetValues<CardOperation>().Where(o => this[o] > 0).Select(o => string.Create(CultureInfo.InvariantCulture, $"{this[o]} {o}")));
}
