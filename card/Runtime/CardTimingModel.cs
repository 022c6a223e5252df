namespace HierCash.Card.Runtime;

/// <summary>
/// How long a card that is sold takes, in milliseconds, as measured and published for that card (JCAlgTest and vendors' figures).
/// </summary>
/// <param name="Name">As it is asked for, such as "jcop4".</param>
/// <param name="What">For people.</param>
public sealed record CardTiming(string Name, string What)
{
    /// <summary>ECDSA P-256.</summary>
    public required double Sign { get; init; }

    /// <summary>The same, verified.</summary>
    public required double Verify { get; init; }

    /// <summary>ECDH P-256.</summary>
    public required double Agree { get; init; }

    /// <summary>A P-256 key pair.</summary>
    public required double GenerateKey { get; init; }

    /// <summary>SHA-256 over 256 bytes.</summary>
    public required double Hash { get; init; }

    /// <summary>AES-CBC over 256 bytes.</summary>
    public required double Cipher { get; init; }

    /// <summary>An atomic write of persistent memory.</summary>
    public required double Write { get; init; }

    /// <summary>Least time of a command, contacts.</summary>
    public required double Contact { get; init; }

    /// <summary>The same without contacts; the middle where a range is known.</summary>
    public required double Contactless { get; init; }

    /// <summary>The cards that are known here.</summary>
    public static IReadOnlyList<CardTiming> All { get; } =
    [
        new("jcop4", "NXP JCOP4 J3R180")
        {
            Sign = 32, Verify = 30, Agree = 20, GenerateKey = 27, Hash = 8, Cipher = 2, Write = 3, Contact = 14,
            Contactless = 27.5,
        },
        new("jcop3", "NXP JCOP3 J3H145")
        {
            Sign = 56, Verify = 50, Agree = 55, GenerateKey = 156, Hash = 9, Cipher = 9, Write = 1.5, Contact = 80,
            Contactless = 80,
        },
        new("j3a081", "NXP J3A081")
        {
            Sign = 79, Verify = 120, Agree = 106, GenerateKey = 104, Hash = 22, Cipher = 66, Write = 20, Contact = 25,
            Contactless = 25,
        },
        new("median", "median of the cards that report")
        {
            Sign = 77, Verify = 109, Agree = 104, GenerateKey = 119, Hash = 16, Cipher = 18, Write = 3, Contact = 16,
            Contactless = 16,
        },
    ];

    /// <summary>Milliseconds of one operation.</summary>
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
/// <param name="Name">As it is asked for, such as "contactless-424".</param>
/// <param name="What">For people.</param>
/// <param name="PerByte">Microseconds for a byte of command or response.</param>
/// <param name="IsContactless">The card has no contacts there.</param>
public sealed record ReaderTiming(string Name, string What, double PerByte, bool IsContactless)
{
    /// <summary>The readers that are known here.</summary>
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
/// <param name="Card">The card.</param>
/// <param name="Reader">The reader.</param>
public sealed record CardTimingModel(CardTiming Card, ReaderTiming Reader)
{
    /// <summary>Every card at every reader.</summary>
    public static IEnumerable<CardTimingModel> All =>
        CardTiming.All.SelectMany(c => ReaderTiming.All.Select(r => new CardTimingModel(c, r)));

    /// <summary>Card and reader, such as "jcop4/contactless-424".</summary>
    public string Name => $"{Card.Name}/{Reader.Name}";

    /// <summary>The model of that name, such as "jcop4/contactless-424", or null.</summary>
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
/// <param name="card">Stays its owner's.</param>
/// <param name="model">How slow it is.</param>
/// <param name="spend">Called after each command with the time that it takes.</param>
public sealed class SlowCard(EmulatedCard card, CardTimingModel model, Action<TimeSpan> spend)
    : MeasuredCard(card, (_, bytes, work) => spend(model.Time(work, bytes)));
