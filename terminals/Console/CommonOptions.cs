using System.Net;

namespace HierCash.Terminals.Consoles;

/// <summary>Options that mean the same in every console.</summary>
public static class CommonOptions
{
    public const int IssuerPort = 7801;
    public const int BankPort = 7802;

    /// <summary>Thirty days, in seconds.</summary>
    private const int LongestRound = 30 * 86_400;

    public static Option<string> Directory(string what) => new("--dir")
    {
        Description = $"Folder of the {what}.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Variable("HIERCASH_DIR") ?? ".",
    };

    /// <summary>What a variable of the environment says; null where it is empty or not there.</summary>
    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The same on all consoles that sign something for a peer (rule R26).</summary>
    public static Option<bool> DespiteClock { get; } = new("--despite-clock")
    {
        Description = "Go on although the clock here and the peer's differ by more than a day. Only if you know that the peer's clock is "
            + "the wrong one.",
    };

    /// <summary>The card's two PINs (rule R11): what is in the environment for one of them is never taken for the other.</summary>
    public const string HolderPin = "holder PIN";

    public const string PaymentPin = "payment PIN";

    /// <param name="which">Which of the two.</param>
    public static Option<string?> PinOption(string which = HolderPin) => new("--pin")
    {
        Description = $"The card's {which}. Default: the environment variable {PinVariable(which)}, else a prompt.",
        HelpName = "PIN",
    };

    public static Option<IPEndPoint> Listen(int port) => new("--listen")
    {
        Description = "Address and port to listen on.",
        HelpName = "ADDRESS:PORT",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, port),
        CustomParser = result =>
        {
            string text = result.Tokens.Single().Value;
            if (IPEndPoint.TryParse(text, out var endpoint) && text.Contains(':', StringComparison.Ordinal))
            {
                return endpoint;
            }

            result.AddError($"'{text}' is no address and port. Give one such as 127.0.0.1:{port}.");
            return null;
        },
    };

    /// <summary>A peer's HOST:PORT; the port may be left out. Its default comes from HIERCASH_BANK or HIERCASH_ISSUER.</summary>
    public static Option<HostPort> Peer(string name, string who, int port) => new(name)
    {
        Description = $"Where the {who} listens.",
        HelpName = "HOST[:PORT]",
        DefaultValueFactory = result => $"HIERCASH_{who.ToUpperInvariant()}" is var variable && Variable(variable) is { } named
            ? PeerAddress.Parse(result, named, port, variable) : new HostPort("127.0.0.1", port),
        CustomParser = result => PeerAddress.Parse(result, result.Tokens.Single().Value, port),
    };

    /// <summary>The PIN from the option, the environment, or a prompt.</summary>
    /// <exception cref="UsageException">None of them gives 4 to 8 digits.</exception>
    public static string ReadPin(string? given, string which = HolderPin)
    {
        string pin = given is { Length: > 0 } ? given : Variable(PinVariable(which)) ?? (Console.IsInputRedirected
            ? throw new UsageException($"The card's {which} is wanted. Give it with --pin or in {PinVariable(which)}.")
            : TerminalPrompt.Ask($"{char.ToUpperInvariant(which[0])}{which[1..]}: "));
        return Pin.IsValid(pin) ? pin : throw new UsageException($"A PIN has 4 to 8 digits.{WhosePin(given, which)}");
    }

    /// <summary>A further sentence for what is wrong with a PIN that the environment says; nothing where it does not.</summary>
    public static string WhosePin(string? given, string which = HolderPin) =>
        given is { Length: > 0 } || Variable(PinVariable(which)) is null ? "" : $" This one is from {PinVariable(which)}.";

    private static string PinVariable(string which) => which == PaymentPin ? "HIERCASH_PAYMENT_PIN" : "HIERCASH_PIN";

    /// <exception cref="UsageException">Not an amount of the currency; the message says why.</exception>
    public static Amount ReadAmount(string text, Currency currency) =>
        Amount.Parse(text, currency, out var amount) is { } error ? throw new UsageException(error) : amount;

    /// <summary>A sum that a ledger holds, such as a cap: from zero on, and larger than any one payment.</summary>
    /// <exception cref="UsageException">Not such a sum; the message says why.</exception>
    public static Amount ReadTotal(string text, Currency currency) =>
        Amount.ParseTotal(text, currency, out var amount) is { } error ? throw new UsageException(error) : amount;

    /// <summary>Seconds between two rounds of something: at least one, and no more than a timer takes.</summary>
    public static Option<int> Seconds(string name, string what, int seconds) => new(name)
    {
        Description = what,
        HelpName = "SECONDS",
        DefaultValueFactory = _ => seconds,
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            bool isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int given);
            if (!isNumber || given is < 1 or > LongestRound)
            {
                result.AddError(isNumber ? $"{name} must be at least 1 second, and at most {LongestRound}."
                    : $"'{text}' is no number of seconds. Give one such as 10.");
            }

            return given;
        },
    };

    /// <summary>A whole number; of anything else the parser of command lines would speak in types.</summary>
    /// <param name="what">What it should have been.</param>
    public static int ReadNumber(ArgumentResult result, string what, string example, int least = int.MinValue)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least)
        {
            return number;
        }

        result.AddError($"'{text}' is no {what}. Give one such as {example}.");
        return default;
    }

    /// <summary>A party's number, from 0 on.</summary>
    public static uint ReadId(ArgumentResult result, string what) => (uint)ReadNumber(result, what, "1", least: 0);

    /// <summary>Asks for a secret: at a terminal without showing it, else a line of standard input. Never on the command line.</summary>
    /// <exception cref="UsageException">There is no further line.</exception>
    public static string AskSecret(string what) => !Console.IsInputRedirected
        ? TerminalPrompt.Ask($"{what}: ")
        : TerminalPrompt.ReadLine() ?? throw new UsageException(
            $"'{what}' is asked for. Run it at a terminal, or give a line for each question on standard input.");

    /// <summary>A new PIN, typed twice at a terminal, where one that cannot be is asked for again.</summary>
    /// <param name="other">A PIN from which it has to differ; null: none.</param>
    /// <exception cref="UsageException">On standard input: not 4 to 8 digits, or not another one.</exception>
    public static string AskNewPin(string which, string? other = null)
    {
        while (true)
        {
            string next = AskSecret($"New {which}, 4 to 8 digits");
            if (!Pin.IsValid(next))
            {
                AskAgain($"The new {which} has to have 4 to 8 digits.");
            }
            else if (next == other)
            {
                AskAgain("The two PINs have to differ: a till gets to know the payment PIN. Choose another one.");
            }
            else if (Console.IsInputRedirected || AskSecret($"New {which} once more") == next)
            {
                return next;
            }
            else
            {
                AskAgain($"The new {which} was not the same both times. Type it again.");
            }
        }
    }

    /// <summary>Says at a terminal what is wrong with an answer, before it is asked for once more.</summary>
    /// <exception cref="UsageException">Nobody can be asked.</exception>
    public static void AskAgain(string fault)
    {
        if (Console.IsInputRedirected)
        {
            throw new UsageException($"{fault} Nothing was changed.");
        }

        Console.Error.WriteLine(fault);
    }

    /// <summary>Yes or no at a terminal; no where nobody can be asked.</summary>
    public static bool Confirm(string question)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        Console.Error.Write($"{question} [y/N] ");
        return TerminalPrompt.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
