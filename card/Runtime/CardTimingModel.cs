using HierCash.Iso7816;

namespace HierCash.Card.Runtime;

/// <summary>How long a card that is sold takes, in milliseconds, as measured and published for that card (JCAlgTest and vendors' figures).</summary>
/// <param name="Hash">SHA-256 over 256 bytes.</param>
/// <param name="Cipher">AES-CBC over 256 bytes.</param>
/// <param name="Write">An atomic write of persistent memory.</param>
/// <param name="Contact">Least time of a command, contacts.</param>
/// <param name="Contactless">The same without contacts; the middle where a range is known.</param>
public sealed record CardTiming(
    string Name, string What, double Sign, double Verify, double Agree, double GenerateKey, double Hash, double Cipher, double Write, double Contact, double Contactless)
{
    public static IReadOnlyList<CardTiming> All { get; } =
    [
        new("jcop4", "NXP JCOP4 J3R180", 32, 30, 20, 27, 8, 2, 3, 14, 27.5),
        new("jcop3", "NXP JCOP3 J3H145", 56, 50, 55, 156, 9, 9, 1.5, 80, 80),
        new("j3a081", "NXP J3A081", 79, 120, 106, 104, 22, 66, 20, 25, 25),
        new("median", "median of the cards that report", 77, 109, 104, 119, 16, 18, 3, 16, 16),
    ];

    public double Of(CardOperation operation) => operation switch
    {
        CardOperation.Sign => Sign,
        CardOperation.Verify => Verify,
        CardOperation.Agree => Agree,
        CardOperation.GenerateKey => GenerateKey,
        CardOperation.Hash => Hash,
        CardOperation.Cipher => Cipher,
        CardOperation.Write => Write,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, null),
    };
}

/// <summary>How long the way between reader and card takes.</summary>
/// <param name="PerByte">Microseconds for a byte of command or response.</param>
public sealed record ReaderTiming(string Name, string What, double PerByte, bool IsContactless)
{
    public static IReadOnlyList<ReaderTiming> All { get; } =
    [
        new("contact-18", "T=1, TA1 = 18", 85, false),
        new("contact-96", "T=1, TA1 = 96", 44, false),
        new("contactless-106", "T=CL, 106 kbit/s", 85, true),
        new("contactless-424", "T=CL, 424 kbit/s", 21, true),
        new("contactless-848", "T=CL, 848 kbit/s", 11, true),
    ];
}

/// <summary>A card at a reader: how long a command would take there.</summary>
public sealed record CardTimingModel(CardTiming Card, ReaderTiming Reader)
{
    /// <summary>Every card at every reader.</summary>
    public static IEnumerable<CardTimingModel> All => CardTiming.All.SelectMany(c => ReaderTiming.All.Select(r => new CardTimingModel(c, r)));

    public string Name => $"{Card.Name}/{Reader.Name}";

    /// <summary>The profile of that name, such as "jcop4/contactless-424", or null.</summary>
    public static CardTimingModel? Find(string name) => All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Time from the first byte of the command to the last of the response: the floor of a command, its bytes on the way, and what the card
    /// did. The floor's own work, an empty command, is in the floor.
    /// </summary>
    /// <param name="bytes">Of command and response.</param>
    public TimeSpan Time(CardWork work, int bytes)
    {
        double ms = (Reader.IsContactless ? Card.Contactless : Card.Contact) + (bytes * Reader.PerByte / 1000);
        foreach (var operation in Enum.GetValues<CardOperation>())
        {
            ms += work[operation] * Card.Of(operation);
        }

        return TimeSpan.FromMicroseconds(ms * 1000);
    }
}

/// <summary>
/// A card that takes as long as a real one would: in virtual time, where <paramref name="spend"/> moves a clock, or in real time, where it
/// waits.
/// </summary>
/// <param name="spend">Called after each command with the time that it takes.</param>
public sealed class SlowCard(EmulatedCard card, CardTimingModel profile, Action<TimeSpan> spend) : ITearableCard
{
    public ReadOnlyMemory<byte> Atr => card.Atr;

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        var before = card.Work;
        int length = 0;
        try
        {
            length = card.Transmit(command, response);
            return length;
        }
        finally
        {
            spend(profile.Time(card.Work.Since(before), command.Length + length));
        }
    }

    public void Reset() => card.Reset();

    public void Tear(int write, TornWrite torn) => ((ITearableCard)card).Tear(write, torn);

    public void PowerOn() => card.PowerOn();

    /// <summary>The card belongs to whoever made it.</summary>
    public void Dispose()
    {
    }
}
