namespace HierCash.Terminals.Consoles;

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

    /// <summary>Another process holds the folder, or writes the database.</summary>
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

    /// <summary>The issuer or the bank answered, and refused; or its answer is not signed, or not what was asked for.</summary>
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
