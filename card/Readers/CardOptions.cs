using System.CommandLine;
using System.Globalization;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Readers;

/// <summary>The options by which every console names its card.</summary>
public static class CardOptions
{
    private const int DefaultSeconds = 30;

    public static Option<string?> Reader { get; } = new("--reader")
    {
        Description = "The card: emulator:FILE, or part of a PC/SC reader's name. Without it: HIERCASH_READER, else the first reader "
            + "with a card.",
        HelpName = "READER",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("HIERCASH_READER") is { Length: > 0 } reader ? reader : null,
    };

    /// <summary>
    /// True if the command line itself says --reader: a verb that does without a real card takes none from the environment.
    /// </summary>
    public static bool IsNamed(ParseResult given) => given.GetResult(Reader) is { Implicit: false };

    public static Option<int> Wait { get; } = new("--wait")
    {
        Description = "How long to wait for a card to be put into a PC/SC reader.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => DefaultSeconds,
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
                && seconds <= 86_400)
            {
                return seconds;
            }

            result.AddError($"'{result.Tokens.Single().Value}' is no number of seconds from 0 to 86400.");
            return 0;
        },
    };

    /// <summary>Opens the card that the options name; says on stderr that it waits.</summary>
    /// <exception cref="CardChannelException">There is no such card or reader; the message says what to do.</exception>
    public static Task<ICardChannel> Open(ParseResult result, ICashSuite suite, CancellationToken cancel) =>
        Open(CardChannels.Open, result, suite, cancel);

    /// <summary>The same for one who wants to see the card's every answer.</summary>
    /// <exception cref="CardChannelException">There is no such card or reader; the message says what to do.</exception>
    public static Task<ICardChannel> OpenRaw(ParseResult result, ICashSuite suite, CancellationToken cancel) =>
        Open(CardChannels.OpenRaw, result, suite, cancel);

    private static Task<ICardChannel> Open(
        Func<string?, ICashSuite, TimeSpan, Action<string>, CancellationToken, ICardChannel> open,
        ParseResult result, ICashSuite suite, CancellationToken cancel)
    {
        string? reader = result.GetValue(Reader);
        var wait = TimeSpan.FromSeconds(result.GetValue(Wait));
        return Task.Run(() => open(reader, suite, wait, Console.Error.WriteLine, cancel), cancel);
    }
}
