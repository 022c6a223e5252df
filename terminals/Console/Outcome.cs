namespace HierCash.Terminals.Consoles;

/// <summary>Exit codes of all consoles.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>Understood, and not done: the sentence on stderr says why.</summary>
    public const int Refused = 1;

    /// <summary>Not understood.</summary>
    public const int Usage = 2;

    /// <summary>A peer or a card reader cannot be reached, or this machine's network not used.</summary>
    public const int Unreachable = 3;
}

/// <summary>
/// What became of a call, in order of precedence: where two apply, the first is said. The one table from here to exit codes and to the
/// codes of <c>--json</c> is <see cref="Outcomes"/>; docs/json.md shows it.
/// </summary>
public enum Outcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>The command line, or what was typed at a prompt, is invalid.</summary>
    InvalidCommandLine,

    /// <summary>Ctrl-C or SIGTERM ended the call.</summary>
    Stopped,

    /// <summary>The issuer or the bank does not answer.</summary>
    PeerUnreachable,

    /// <summary>No card, or no reader, answers.</summary>
    CardUnreachable,

    /// <summary>A file or a database cannot be read or written: the disk, or its permissions.</summary>
    StorageFailed,

    /// <summary>Other users of this machine can read a file that holds secrets.</summary>
    NotPrivate,

    /// <summary>Another process holds the folder.</summary>
    InUse,

    /// <summary>A file is damaged, or is not what was expected.</summary>
    Damaged,

    /// <summary>The party is not enrolled in a scheme yet.</summary>
    NotEnrolled,

    /// <summary>The party, or its card, stands still until somebody runs what the sentence names.</summary>
    StandsStill,

    /// <summary>Two clocks differ too much to sign anything.</summary>
    ClockDiffers,

    /// <summary>What was named is not there.</summary>
    NotFound,

    /// <summary>It is there already, and is not replaced.</summary>
    AlreadyExists,

    /// <summary>A PIN, a PUK or an activation code is wrong or blocked.</summary>
    PinRefused,

    /// <summary>The holder has not confirmed.</summary>
    NotConfirmed,

    /// <summary>The account, the coin, the cap or the card has no room for it.</summary>
    LimitReached,

    /// <summary>The card answered with a status word other than 9000.</summary>
    CardRefused,

    /// <summary>The issuer or the bank answered, and refused.</summary>
    PeerRefused,

    /// <summary>A rule of the scheme forbids it.</summary>
    RuleBroken,

    /// <summary>The program met a state that it does not know. Report it.</summary>
    Fault,
}

/// <summary>The one table of outcomes.</summary>
public static class Outcomes
{
    /// <summary>The process's exit code.</summary>
    public static int ExitCode(this Outcome outcome) => outcome switch
    {
        Outcome.Done => Consoles.ExitCode.Done,
        Outcome.InvalidCommandLine => Consoles.ExitCode.Usage,
        Outcome.PeerUnreachable or Outcome.CardUnreachable => Consoles.ExitCode.Unreachable,
        _ => Consoles.ExitCode.Refused,
    };

    /// <summary>The <c>code</c> of an error in JSON: the name in camelCase.</summary>
    public static string Code(this Outcome outcome) => JsonWord.Of(outcome);
}

/// <summary>Something expected that was not done: a value, which the caller looks at.</summary>
/// <param name="Sentence">What was wrong, and what to do.</param>
public sealed record Refused(Outcome Outcome, string Sentence)
{
    /// <summary>A rule of the scheme forbids it: the most frequent kind.</summary>
    public static Refused ByRule(string sentence) => new(Outcome.RuleBroken, sentence);
}

/// <summary>A value, or why there is none.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Refused? refused) => (_value, Refused) = (value, refused);

    /// <summary>Null where there is a value.</summary>
    public Refused? Refused { get; }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refused refused) => new(default, refused);

    /// <summary>True where there is a value.</summary>
    public bool Has(out T value)
    {
        value = _value!;
        return Refused is null;
    }

    /// <summary>One of the two is null.</summary>
    public void Deconstruct(out T value, out Refused? refused) => (value, refused) = (_value!, Refused);

    /// <summary>For a verb, which ends with what was refused.</summary>
    /// <exception cref="RefusedException">There is no value.</exception>
    public T OrRefuse() => Refused is null ? _value! : throw new RefusedException(Refused);
}

/// <summary>
/// Ends a verb, or what only verbs use (a party's folder, its session), with something refused. <see cref="ConsoleEntry"/> catches it; a
/// process that serves notes it as a fault, and goes on.
/// </summary>
public sealed class RefusedException(Refused refused) : Exception(refused.Sentence)
{
    public RefusedException(Outcome outcome, string sentence)
        : this(new Refused(outcome, sentence))
    {
    }

    public Refused Refused { get; } = refused;
}

/// <summary>The command line is invalid. The message says what was wrong and what to do.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>For a verb that asks for something done, and gets nothing back but a refusal.</summary>
public static class RefusedCheck
{
    /// <exception cref="RefusedException">Something was refused.</exception>
    public static void ThrowIfAny(this Refused? refused)
    {
        if (refused is not null)
        {
            throw new RefusedException(refused);
        }
    }

    /// <exception cref="RefusedException">Something was refused.</exception>
    public static async ValueTask<T> OrRefuse<T>(this ValueTask<Result<T>> asked) => (await asked).OrRefuse();
}
