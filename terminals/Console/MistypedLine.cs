using System.Text.RegularExpressions;

namespace HierCash.Terminals.Consoles;

/// <summary>
/// What is wrong with a command line that is not understood. Of words that belong nowhere only the first is named; and a word that could be
/// a PIN, a PUK or an activation code is never shown, wherever it stands: screens are looked at, and logs are kept.
/// </summary>
internal static partial class MistypedLine
{
    private const string Hidden = "****";
    private const int FewestDigits = 3;
    private const int MostOthers = 2;
    private const int FewCommands = 6;

    public static string Explain(ParseResult parsed, string[] args)
    {
        var foreign = parsed.UnmatchedTokens;
        var known = parsed.Errors.Select(e => e.Message).Where(m => !foreign.Any(t => m.Contains($"'{t}'", StringComparison.Ordinal)))
            .ToList();
        var said = foreign.Count == 0 ? known
            : [Unknown(foreign[0], parsed, foreign.Count > 1), .. known.Where(m => !IsOfAMissingCommand(m, parsed))];
        string name = parsed.RootCommandResult.Command.Name;
        return string.Join(Environment.NewLine, said.Select(m => Mask(WithoutTypes(m), args)).Distinct().Append($"See {name} --help."));
    }

    /// <summary>
    /// A PIN, a PUK or a code, or one with a slip: three digits or more, and at most two other characters, alone or after an option's name;
    /// or four digits or more one after the other, as a code is printed, anywhere in a word.
    /// </summary>
    public static bool IsLikeSecret(string word)
    {
        var value = ValueOf(word);
        int digits = 0;
        foreach (char c in value)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return (digits >= FewestDigits && value.Length - digits <= MostOthers) || Embedded().IsMatch(word);
    }

    private static string Unknown(string word, ParseResult parsed, bool more)
    {
        var commands = parsed.CommandResult.Command.Subcommands.Select(c => c.Name).ToList();
        string nearest = commands.Where(n => Distance(n, word) <= 2).MinBy(n => Distance(n, word)) ?? "";
        return $"'{word}' is not understood here"
            + (nearest.Length > 0 ? $". Did you mean '{nearest}'?"
                : commands.Count is > 0 and <= FewCommands ? $". Say one of {string.Join(", ", commands)}."
                : more ? ", nor is what follows it." : ".");
    }

    /// <summary>The parser says which type of the program a word should have become: nobody who types knows it.</summary>
    private static string WithoutTypes(string message) =>
        message.IndexOf(" as expected type '", StringComparison.Ordinal) is var at and > 0 ? message[..at] + "." : message;

    /// <summary>That a command is missing goes without saying where a word is in its place.</summary>
    private static bool IsOfAMissingCommand(string message, ParseResult parsed) =>
        parsed.CommandResult.Command.Subcommands.Count > 0 && !message.Contains('\'', StringComparison.Ordinal);

    private static string Mask(string message, string[] args)
    {
        foreach (string word in args.Where(IsLikeSecret).OrderByDescending(a => a.Length))
        {
            string value = ValueOf(word).ToString();
            string hidden = Embedded().IsMatch(value) ? Embedded().Replace(value, Hidden) : Hidden;
            message = message.Replace($"'{word}'", $"'{word[..^value.Length]}{hidden}'", StringComparison.Ordinal)
                .Replace($"'{value}'", $"'{hidden}'", StringComparison.Ordinal);
        }

        return message;
    }

    private static ReadOnlySpan<char> ValueOf(string word)
    {
        int sign = word.StartsWith('-') ? word.IndexOfAny(['=', ':']) : -1;
        return sign < 0 ? word.AsSpan().TrimStart('-') : word.AsSpan(sign + 1);
    }

    [GeneratedRegex(@"\d(?:[- ]?\d){3,}")]
    private static partial Regex Embedded();

    /// <summary>How many letters have to be put in, taken out or changed.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int without = Math.Min(row[j], row[j - 1]) + 1;
                int changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(without, changed);
            }
        }

        return row[b.Length];
    }
}
